"""NTU RGB+D 60 and 120 (Shahroudy et al., CVPR 2016; Liu et al., TPAMI 2020): `.skeleton` text
files.

A file contains the number of frames; for each frame the number of bodies; for each body a line of
ten values (id first), the number of joints (25), and for each joint a line of twelve values (x, y,
z in metres first, tracking state last). Its name is SsssCcccPpppRrrrAaaa: setup, camera, performer,
replication, action.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mgllm.datasets.base import ImportedSkeletons, dataset
from mgllm.datasets.skeletons._bodies import without_zeros
from mgllm.datasets.skeletons._joining import Kept, dense, kept_notes, main_body
from mgllm.errors import InputError, some
from mgllm.files.json_files import decode, read_at_most
from mgllm.skeleton import Clip, DatasetMeta, SplitRule
from mgllm.skeleton.layouts import load_layout

TRAIN_SUBJECTS = "1,2,4,5,8,9,13,14,15,16,17,18,19,25,27,28,31,34,35,38"
"""Cross-subject protocol of NTU RGB+D 60."""
JOINTS, BODY_VALUES, JOINT_VALUES = 25, 10, 12
TRACKED = 2
"""Tracking state of a joint that is seen; 1: inferred, 0: not tracked."""
FPS = 30.0
"""Of the second Kinect."""
MAX_BYTES = 50_000_000
"""Largest file that is read; a minute of two people has 10 MB."""
_NAME = re.compile(r"S(\d{3})C(\d{3})P(\d{3})R(\d{3})A(\d{3})")


@dataset("ntu")
class Ntu:
    """Importer of `.skeleton` files."""

    title = "NTU RGB+D, skeletons"
    terms = "Academic research on application to the authors; cite the papers; do not redistribute."
    citation = (
        "Shahroudy, A., Liu, J., Ng, T.-T., & Wang, G. (2016). NTU RGB+D: A large scale dataset for 3D human "
        "activity analysis. CVPR 2016.\n"
        "Liu, J., Shahroudy, A., Perez, M., et al. (2020). NTU RGB+D 120. IEEE TPAMI 42(10)."
    )
    caution = (
        "Its classes are everyday actions, not micro-gestures. Of several bodies the surest, and of "
        "equally sure ones the most moving, is kept, so that actions of two people lose one. The split "
        "x-view has the same people on both sides."
    )

    def read(self, source: Path) -> ImportedSkeletons:
        """Read all `.skeleton` files below a folder, in the order of their names.

        Raises:
            InputError: there are none, or a name or a file is not of the documented form.
        """
        files = sorted(source.rglob("*.skeleton")) if source.is_dir() else [source]
        if not files:
            raise InputError(f"{source} has no .skeleton files")
        wrong = [path.name for path in files if not _NAME.fullmatch(path.stem)]
        if wrong:
            raise InputError(f"{source}: '{wrong[0]}' is not named SsssCcccPpppRrrrAaaa.skeleton")
        twice = [stem for stem, n in Counter(path.stem for path in files).items() if n > 1]
        if twice:
            raise InputError(f"{source} contains these files more than once: {some(twice)}")
        actions = sorted({path.stem[-3:] for path in files})
        meta = DatasetMeta(
            name="NTU RGB+D",
            layout=load_layout("ntu25"),
            dims=3,
            units="metres",
            classes=tuple(f"A{n}" for n in actions),
            splits=_splits(),
            source=self.citation.replace("\n", " "),
            licence=self.terms,
        )
        kept: list[tuple[str, Kept]] = []
        clips = (_clip(path, kept) for path in files)
        return ImportedSkeletons(meta, clips, later=lambda: kept_notes(kept))


def _splits() -> dict[str, SplitRule]:
    """Both protocols of NTU RGB+D 60, over its own sixty actions."""
    train = tuple(TRAIN_SUBJECTS.split(","))
    test = tuple(str(n) for n in range(1, 41) if str(n) not in train)
    sixty = {"set": ("60",)}
    return {
        "x-sub": SplitRule(train={"subject": train, **sixty}, test={"subject": test, **sixty}),
        "x-view": SplitRule(train={"camera": ("2", "3"), **sixty}, test={"camera": ("1",), **sixty}),
    }


def _clip(path: Path, kept: list[tuple[str, Kept]]) -> Clip:
    """The clip of a file; what is kept of several bodies is appended to `kept`."""
    setup, camera, subject, replication, action = (int(path.stem[n : n + 3]) for n in (1, 5, 9, 13, 17))
    bodies = read_scored_bodies(path)
    frames = bodies.shape[1]
    body = main_body(bodies)
    kept += [(path.stem, body)] if body else []
    joints = dense(body.body, frames)[..., :3] if body else np.full((frames, JOINTS, 3), np.nan, np.float32)
    return Clip(
        id=path.stem,
        subject=str(subject),
        joints=joints,
        label=f"A{action:03d}",
        fps=FPS,
        more={
            "setup": str(setup),
            "camera": str(camera),
            "replication": str(replication),
            "set": "60" if action <= 60 else "120",
        },
    )


def read_bodies(path: Path) -> NDArray[np.float32]:
    """[M, T, 25, 3] in metres, at least one body; NaN where a body or a joint is not tracked.

    Raises:
        InputError: the file is cut off or not of the documented form.
    """
    return read_scored_bodies(path)[..., :3]


def read_scored_bodies(path: Path) -> NDArray[np.float32]:
    """[M, T, 25, 4]: the same, and how sure each joint is: 1 if it was tracked, .5 if the Kinect
    inferred it.

    Raises:
        InputError: the file is cut off or not of the documented form.
    """
    words = _Words(path)
    frames = words.whole()
    bodies: dict[str, NDArray[np.float32]] = {}
    for frame in range(frames):
        for _ in range(words.whole()):
            name = words.take(BODY_VALUES)[0]
            if (joints := words.whole()) != JOINTS:
                raise InputError(f"{path} frame {frame + 1}: a body has {joints} joints, not {JOINTS}")
            values = words.numbers(JOINTS * JOINT_VALUES).reshape(JOINTS, JOINT_VALUES)
            score = np.clip(values[:, -1:] / TRACKED, 0, 1)
            seen = np.concatenate([np.where(score > 0, values[:, :3], np.nan), score], axis=1)
            if name not in bodies:
                bodies[name] = np.full((frames, JOINTS, 4), np.nan, np.float32)
            bodies[name][frame] = without_zeros(seen, 3)
    words.end()
    return np.stack(list(bodies.values())) if bodies else np.full((1, frames, JOINTS, 4), np.nan, np.float32)


class _Words:
    """The words of a file, taken in order."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._next = 0
        self._words = decode(read_at_most(path, MAX_BYTES, "a skeleton"), str(path)).split()

    def take(self, count: int) -> list[str]:
        words = self._words[self._next : self._next + count]
        if len(words) < count:
            raise InputError(f"{self._path} ends in the middle of a frame; copy the file again")
        self._next += count
        return words

    def numbers(self, count: int) -> NDArray[np.float64]:
        try:
            return np.array(self.take(count), dtype=np.float64)
        except ValueError as error:
            raise InputError(f"{self._path} contains a word that is not a number: {error}") from None

    def whole(self) -> int:
        word = self.take(1)[0]
        if not (word.isdecimal() and len(word) < 10):
            raise InputError(f"{self._path} has '{word:.30}' where a count is expected")
        return int(word)

    def end(self) -> None:
        left = len(self._words) - self._next
        if left:
            raise InputError(f"{self._path} has {left} more words after its last frame")
