"""Several files into a folder: all of them, or none, and nothing written over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from mgllm.errors import InputError


def refuse_existing(out: Path, names: Iterable[str]) -> None:
    """See that `out` can be a folder without any of these files in it.

    Raises:
        InputError: a file is there already, or `out` is a file.
    """
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file; -o names a folder")
    for path in (out / name for name in names):
        if path.exists():
            raise InputError(f"{path} is there already and is not written over; choose another -o DIR")


def write_texts(out: Path, texts: Mapping[str, str]) -> None:
    """Write texts as UTF-8: all files are there and whole, or none is.

    Raises:
        InputError: the folder cannot be written.
    """
    write_files(out, {name: text.encode() for name, text in texts.items()})


def write_files(out: Path, contents: Mapping[str, bytes]) -> None:
    """Write into a hidden folder inside `out`, then move: all files are there and whole, or none is.

    Raises:
        InputError: the folder cannot be written.
    """
    moved: list[Path] = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".import-", dir=out) as drafts:
            for name, content in contents.items():
                (Path(drafts) / name).write_bytes(content)
            for name in contents:
                moved.append((Path(drafts) / name).rename(out / name))
    except OSError as error:
        for path in moved:
            path.unlink()
        raise InputError(f"{out} cannot be written: {error.strerror or error}") from None
