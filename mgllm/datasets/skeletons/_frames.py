"""Files for each frame, numbered in their names, and the frames of a recording."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mgllm.datasets.skeletons._people_seen import Detections
from mgllm.errors import InputError
from mgllm.files.json_files import decode, parse_json, read_at_most

MAX_BYTES = 2_000_000_000
"""Largest file that is read: hours of several people with 133 key points."""
SPARSE = 20
"""So many times as many frames as files, and numbers are no numbers of frames but times or the
like. Our choice: nobody keeps less than a frame a second."""
MISSING = "frames have no file or entry, and are missing"
EARLY = "frames lie before the first one in the numbering, and are missing"
_LAST_NUMBER = re.compile(r"(.*?)(\d{1,15})(\D*)")


def load_json(path: Path) -> object:
    """The content of a JSON file.

    Raises:
        InputError: it cannot be read, is too large, or is not JSON.
    """
    return parse_json(decode(read_at_most(path, MAX_BYTES, "a file of key points"), str(path)), str(path))


def last_number(name: str) -> tuple[str, int] | None:
    """What stands before the last number of a name, and the number; None if it has none.

    >>> last_number("talk_2_000000000012_keypoints"), last_number("12")
    (('talk_2_', 12), ('', 12))
    """
    found = _LAST_NUMBER.fullmatch(name)
    return (found[1], int(found[2])) if found else None


def numbered(files: Iterable[Path]) -> dict[tuple[Path, str], dict[int, Path]]:
    """Files by folder and beginning of their names, then by number; those without are left out.

    Raises:
        InputError: two files have one number.
    """
    found: dict[tuple[Path, str], dict[int, Path]] = {}
    for path in sorted(files):
        name = last_number(path.stem)
        if name is None:
            continue
        frames = found.setdefault((path.parent, name[0].rstrip("_-. ")), {})
        if name[1] in frames:
            raise InputError(f"{path} and {frames[name[1]].name} are both of frame {name[1]}")
        frames[name[1]] = path
    return found


def recording_names(keys: Sequence[tuple[Path, str]]) -> list[str]:
    """A name for each recording: what its files begin with or its folder, or both where needed."""
    short = [name or folder.resolve().name for folder, name in keys]
    return [
        one if short.count(one) == 1 else "-".join(filter(None, (folder.resolve().name, name)))
        for one, (folder, name) in zip(short, keys, strict=True)
    ]


def detections(
    frames: Sequence[int], found: Sequence[tuple[int, Any, str | None]], joints: tuple[str, ...], where: str
) -> Detections:
    """Bodies by frame; frames are counted from 0, or from 1 if the first is 1.

    Args:
        frames: numbers of all frames that the files speak of, increasing; at least one.
        found: for each body its frame, its key points [V, 3], and what the program calls it.
        joints: names of the key points.
        where: the recording, for errors.

    Raises:
        InputError: the numbers cannot be numbers of frames.
    """
    begin = 1 if frames[0] == 1 else 0
    length = frames[-1] - begin + 1
    if length > SPARSE * len(frames) + 1000:
        raise InputError(
            f"{where}: its {len(frames)} frames are numbered {frames[0]} to {frames[-1]}; they must be "
            "numbers of frames"
        )
    order = sorted(range(len(found)), key=lambda n: found[n][0])
    x_NVC = np.full((len(found), len(joints), 3), np.nan, np.float32)
    for place, n in enumerate(order):
        x_NVC[place] = found[n][1]
    early, gaps = frames[0] - begin, frames[-1] - frames[0] + 1 - len(frames)
    counts = {EARLY: early} if early else {}
    if gaps:
        counts[MISSING] = gaps
    names = tuple(found[n][2] for n in order)
    known = tuple(name for name in names if name is not None)
    return Detections(
        frames=length,
        joints=joints,
        frame_N=np.array([found[n][0] - begin for n in order], np.int64),
        x_NVC=x_NVC,
        who_N=known if len(known) == len(names) and names else None,
        counts=counts,
    )


def triples(values: object, where: str) -> NDArray[np.float32]:
    """[V, 3] from x, y, score one after another; a key point at 0, 0 or with score 0 is missing.

    Raises:
        InputError: they are not such numbers.
    """
    if not isinstance(values, list) or len(values) % 3:
        raise InputError(f"{where} must be a list of x, y, score for each key point")
    return points(values, (len(values) // 3, 3), where)


def points(values: object, shape: tuple[int, int], where: str) -> NDArray[np.float32]:
    """[V, 3]: x, y, score; NaN where a key point is missing.

    Raises:
        InputError: they are not numbers of this shape.
    """
    try:
        x_VC = np.array(values, np.float64).reshape(shape)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{where} must be numbers {list(shape)}") from None
    x_VC[np.abs(x_VC) > np.finfo(np.float32).max] = np.nan
    missing = ~np.isfinite(x_VC).all(axis=-1) | (x_VC[:, :2] == 0).all(axis=-1) | ~(x_VC[:, -1] > 0)
    return np.where(missing[:, None], np.nan, x_VC).astype(np.float32)


def mapping(content: object, where: str, *needed: str) -> Mapping[str, Any]:
    """A JSON object that has some fields.

    Raises:
        InputError: it is not one, or a field is missing.
    """
    if not isinstance(content, dict) or any(name not in content for name in needed):
        wanted = " and ".join(f"'{name}'" for name in needed)
        raise InputError(f"{where} must be an object" + (f" with {wanted}" if needed else ""))
    return content
