"""What the inputs of `mgllm transcribe` are called: by their files, or by their number alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mgllm.errors import InputError, one_line
from mgllm.files.json_files import to_model
from mgllm.items.gesture_files import check_gesture_file, file_stem
from mgllm.records import Frozen, GestureFile
from mgllm.skeleton.skeleton_file import SUFFIX as SKELETON


class NamedInput(Frozen):
    """A file to be transcribed."""

    path: Path
    """Where it lies."""
    item: str
    """The transcript's item."""
    spoken: str
    """What messages call it."""

    @property
    def is_skeleton(self) -> bool:
        """Whether it holds joints instead of pictures."""
        return self.path.name.endswith(SKELETON)

    @property
    def stem(self) -> str:
        """What the names of its files begin with."""
        return file_stem(self.item)


def name_inputs(paths: Sequence[Path], *, anonymous: bool) -> tuple[NamedInput, ...]:
    """Inputs by their files' stems, or as clip-0001 and so on in their order.

    Raises:
        InputError: a folder is among several inputs, two inputs have one stem, or a name cannot be an item's.
    """
    for path in paths:
        if path.is_dir():
            raise InputError(
                one_line(
                    f"{path} is a folder: name one skeleton data set, or videos and *{SKELETON} files, "
                    "such as FOLDER/*.mp4"
                )
            )
    if anonymous:
        return tuple(
            NamedInput(path=path, item=f"clip-{number:04d}", spoken=f"input {number}")
            for number, path in enumerate(paths, 1)
        )
    named: dict[str, NamedInput] = {}
    for path in paths:
        one = NamedInput(path=path, item=_stem(path), spoken=one_line(str(path)))
        check_gesture_file(to_model(GestureFile, _empty(one.item), one.spoken), one.spoken)
        same = named.setdefault(one.stem.casefold(), one)
        if same is not one:
            raise InputError(
                one_line(f"{same.path} and {path} would both be called '{one.item}'; rename one of them")
            )
    return tuple(named.values())


def _empty(item: str) -> dict[str, object]:
    return {"schema": "mgllm.gestures/1", "item": item}


def _stem(path: Path) -> str:
    name = path.name
    return name.removesuffix(SKELETON) if name.endswith(SKELETON) else path.stem
