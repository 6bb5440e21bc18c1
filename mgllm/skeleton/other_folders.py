"""Folders that people give in the place of a skeleton data set, and what to do with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

_SUFFIXES = "mp4 mov avi mkv webm m4v mpg mpeg mts m2ts wmv flv 3gp"
VIDEOS = frozenset(f".{name}" for name in _SUFFIXES.split())
"""Suffixes of the usual containers; which of them can be read is decided by the reader."""
FILES = {".skeleton.npz": "skeleton files", "_keypoints.json": "files of OpenPose", ".bvh": "BVH files"}
"""Ends of names that only such files have."""
COMMANDS = {"_keypoints.json": "import openpose", ".bvh": "import bvh"}
MOST = 10_000
"""Files that are looked at: enough to know what a folder is."""


def instead_of_dataset(folder: Path) -> str | None:
    """One line for a folder of videos, skeleton files or key points; None for any other folder."""
    kinds: Counter[str] = Counter()
    first: dict[str, Path] = {}
    for path in islice(_files(folder), MOST):
        kind = _kind(path.name.lower())
        if kind:
            kinds[kind] += 1
            first.setdefault(kind, path)
    if not kinds:
        return None
    kind, count = kinds.most_common(1)[0]
    where = f"{folder} has {count} {FILES.get(kind, 'videos')} and is not a skeleton data set"
    if kind in COMMANDS:
        return f"{where}; mgllm {COMMANDS[kind]} {folder} makes one of them"
    ending = kind if kind in FILES else first[kind].suffix
    return f"{where}; give mgllm transcribe the files: {first[kind].parent / ('*' + ending)}"


def _files(folder: Path) -> Iterator[Path]:
    """Files of a folder and of the folders in it."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.is_dir():
            yield from (one for one in sorted(path.iterdir()) if one.is_file())
        else:
            yield path


def _kind(name: str) -> str | None:
    end = next((end for end in FILES if name.endswith(end)), None)
    return end or ("videos" if Path(name).suffix in VIDEOS else None)
