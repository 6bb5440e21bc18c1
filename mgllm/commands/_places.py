"""Where a command writes an item file."""

from __future__ import annotations

from pathlib import Path

from mgllm.errors import InputError
from mgllm.items.loading import LINE_SUFFIXES


def items_place(out: Path) -> tuple[Path, str]:
    """Folder and name of the item file that `-o` means: a `.jsonl` file, or a folder.

    Raises:
        InputError: it is a file of another kind.
    """
    if out.suffix.casefold() in LINE_SUFFIXES:
        return out.parent, out.name
    if out.suffix and not out.is_dir():
        raise InputError(f"-o {out}: items are written as *.jsonl; name such a file, or a folder")
    return out, "items.jsonl"
