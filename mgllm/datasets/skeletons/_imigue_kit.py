"""Arrays of the micro-gesture challenge's starter kit: `.npy` (N, 3, 90, 22, 1), `.pkl` (ids,
classes).

Distance decides which of iMiGUE's two finger blocks belongs to which wrist, since names contradict
each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mgllm.datasets.skeletons._restricted_pickle import load_plain_pickle
from mgllm.errors import InputError
from mgllm.files.arrays import map_npy
from mgllm.records import Frozen
from mgllm.skeleton import Clip

CHANNELS, JOINTS = 3, 22
FPS = 25.0
RIGHT_WRIST, LEFT_WRIST = 4, 7
"""Of BODY_25, and of the 22: OpenPose's 2–4 is the person's right arm."""


@dataclass(frozen=True, eq=False)
class KitFiles:
    """An array and the list that belongs to it."""

    part: str
    """Name of the array's file without words such as "data": train, val …"""
    array: NDArray[np.float32]
    """(N, 3, T, 22, 1): x, y in pixels and confidence; memory-mapped."""
    ids: tuple[str, ...]
    """NNNN_k: recording and number of the clip in it."""
    labels: tuple[int, ...]
    """Classes from 0."""


def find_kit(source: Path) -> list[KitFiles]:
    """The arrays below a folder with their lists; none if there are no `.npy` files.

    Raises:
        InputError: an array has no list, or they do not fit.
    """
    lists = {_part(path): path for path in sorted(source.rglob("*.pkl"))}
    found = []
    for path in sorted(source.rglob("*.npy")):
        if _part(path) not in lists:
            raise InputError(f"{path} has no .pkl with its ids and classes (looked for '{_part(path)}')")
        found.append(_open(path, lists[_part(path)]))
    return found


def kit_clips(
    kit: Sequence[KitFiles], names: Sequence[str], people: Mapping[str, str], vote: BlockVote
) -> Iterator[Clip]:
    """The clips without the zero frames that were appended to them."""
    for files in kit:
        for place, (name, label) in enumerate(zip(files.ids, files.labels, strict=True)):
            recording = name.rpartition("_")[0]
            yield Clip(
                id=name,
                subject=people.get(recording, recording),
                joints=with_own_blocks(kit_joints(files.array[place]), vote),
                label=names[label],
                fps=FPS,
                more={"recording": recording, "part": files.part},
            )


def kit_joints(x_CTVM: NDArray[np.float32]) -> NDArray[np.float32]:
    """[T, 22, 3] without appended zero frames (one frame is left at least); missing joints are
    NaN."""
    joints = np.array(x_CTVM[..., 0].transpose(1, 2, 0), dtype=np.float32)
    used = np.flatnonzero((joints != 0).any(axis=(1, 2)))
    joints = joints[: used[-1] + 1 if len(used) else 1]
    return unseen_as_nan(joints)


def unseen_as_nan(joints: NDArray[np.float32]) -> NDArray[np.float32]:
    """x and y NaN where OpenPose saw nothing: confidence 0, or NaN in any channel."""
    unseen = ~(joints[..., 2] > 0) | np.isnan(joints).any(axis=-1)
    joints[unseen, :2] = np.nan
    joints[unseen, 2] = 0
    return joints


def _part(path: Path) -> str:
    words = path.stem.replace("-", "_").split("_")
    return "_".join(word for word in words if word not in ("data", "label", "labels", "joint")) or path.stem


def _open(path: Path, listed: Path) -> KitFiles:
    array = map_npy(path)
    if (
        array.ndim != 5
        or (array.shape[1], *array.shape[3:]) != (CHANNELS, JOINTS, 1)
        or array.dtype.kind != "f"
    ):
        raise InputError(
            f"{path} must be float (N, {CHANNELS}, T, {JOINTS}, 1), but is {array.dtype} {array.shape}"
        )
    content = load_plain_pickle(listed)
    fits = isinstance(content, list | tuple) and len(content) == 2
    if not fits or not all(isinstance(part, list | tuple | np.ndarray) for part in content):
        raise InputError(f"{listed} must contain two lists: ids 'NNNN_k' and classes")
    ids, labels = (list(part) for part in content)
    if not len(ids) == len(labels) == len(array):
        raise InputError(
            f"{listed} has {len(ids)} ids and {len(labels)} classes; {path.name} has {len(array)} clips"
        )
    for one, label in zip(ids, labels, strict=True):
        if not isinstance(one, str) or not isinstance(label, int | np.integer) or not 0 <= label < 32:
            said = [
                str(part)[:30] if isinstance(part, str | int) else type(part).__name__
                for part in (one, label)
            ]
            raise InputError(f"{listed}: '{said[0]}' with class {said[1]}; classes are 0 to 31")
    return KitFiles(_part(path), array, tuple(ids), tuple(int(label) for label in labels))


FIRST, SECOND = slice(12, 17), slice(17, 22)
"""The two finger blocks of the 22."""


class BlockVote(Frozen):
    """How the recordings voted."""

    straight: int
    """Recordings whose first block lies nearer to the right wrist and second nearer to the left."""
    crossed: int
    """Recordings in which it is the other way round."""

    @property
    def swap(self) -> bool:
        """Whether the first block is the left hand's."""
        return self.crossed > self.straight


def vote_on_blocks(recordings: Iterable[NDArray[np.float32]]) -> BlockVote:
    """Let each recording [T, 22, 3] vote: the median difference of finger–wrist distances decides.

    A recording without wrists and fingers in one frame has no vote.
    """
    straight = crossed = 0
    for joints in recordings:
        difference = _crossed_minus_straight(joints[..., :2])
        straight += difference > 0
        crossed += difference < 0
    return BlockVote(straight=straight, crossed=crossed)


def with_own_blocks(joints: NDArray[np.float32], vote: BlockVote) -> NDArray[np.float32]:
    """[T, 22, C] with the right hand's fingers first."""
    if not vote.swap:
        return joints
    order = [*range(12), *range(17, 22), *range(12, 17)]
    return joints[:, order]


def _crossed_minus_straight(x_TVD: NDArray[np.float32]) -> float:
    """Positive: the blocks are in the order right, left; 0 where nothing is seen."""
    own = _distances(x_TVD, RIGHT_WRIST, FIRST), _distances(x_TVD, LEFT_WRIST, SECOND)
    other = _distances(x_TVD, LEFT_WRIST, FIRST), _distances(x_TVD, RIGHT_WRIST, SECOND)
    differences = [b - a for a, b in zip(own, other, strict=True)]
    seen = np.concatenate([d[~np.isnan(d)] for d in differences])
    return float(np.median(seen)) if len(seen) else 0.0


def _distances(x_TVD: NDArray[np.float32], wrist: int, block: slice) -> NDArray[np.float32]:
    """[T * 5]: distance of each finger of the block from the wrist; NaN where one is missing."""
    away: NDArray[np.float32] = np.linalg.norm(x_TVD[:, block] - x_TVD[:, wrist : wrist + 1], axis=-1)
    return away.ravel()
