"""Complete files or none: a draft is written beside a file and replaces it when it is complete."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from mgllm.errors import InputError


def refuse_existing(out: Path, names: Iterable[str]) -> None:
    """Refuse a folder that has one of these files already.

    Raises:
        InputError: a file is there already, or `out` is itself a file.
    """
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file; -o needs a folder")
    for path in (out / name for name in names):
        if path.exists():
            raise InputError(f"{path} exists already and is not overwritten; choose another folder")


@contextmanager
def naming_unwritten(path: Path, advice: str = "") -> Iterator[None]:
    """Turn errors of the system inside into one line: this path cannot be written, and why.

    Raises:
        InputError: the file or folder cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}{advice}") from None


@contextmanager
def draft_of(path: Path) -> Iterator[Path]:
    """A hidden draft beside a file. It replaces the file at the end; after an error the file is
    unchanged.

    Only for files that one process writes at a time.
    """
    draft = path.with_name(f".{path.name}")
    try:
        yield draft
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def replace_text(path: Path, text: str) -> None:
    """Write a file, complete or not at all; an existing one is replaced."""
    with draft_of(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def replace_texts(out: Path, texts: Mapping[str, str]) -> None:
    """Write files into a folder, each complete or not at all; existing ones are replaced.

    Raises:
        InputError: the folder cannot be written.
    """
    with naming_unwritten(out):
        out.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            replace_text(out / name, text)


@contextmanager
def write_folder(out: Path, names: Iterable[str]) -> Iterator[Path]:
    """A hidden folder inside `out` to write into; at the end, what has these names moves to `out`.

    Either all of these files and folders are there and complete, or none is. Several processes may
    do it at once. Errors name `out`, which the user knows, not the hidden folder.

    Raises:
        InputError: the folder cannot be written.
    """
    moved: list[Path] = []
    with naming_unwritten(out), _made(out), TemporaryDirectory(prefix=".writing-", dir=out) as hidden:
        drafts = Path(hidden)
        try:
            yield drafts
            for name in names:
                moved.append((drafts / name).rename(out / name))
        except BaseException as error:
            for path in moved:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            if isinstance(error, InputError) and hidden in str(error):
                raise InputError(str(error).replace(hidden, str(out))) from None
            raise


@contextmanager
def _made(out: Path) -> Iterator[None]:
    """The folder; if nothing was written into it, it is there only if it was before."""
    made = [folder for folder in (out, *out.parents) if not folder.exists()]
    out.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        with suppress(OSError):  # somebody else writes there
            for folder in made:
                folder.rmdir()
        raise


def write_files(out: Path, contents: Mapping[str, bytes]) -> None:
    """Write files into a folder: all are there and complete, or none is.

    Raises:
        InputError: the folder cannot be written.
    """
    with write_folder(out, contents) as drafts:
        for name, content in contents.items():
            (drafts / name).write_bytes(content)


def write_texts(out: Path, texts: Mapping[str, str]) -> None:
    """Write texts as UTF-8: all files are there and complete, or none is.

    Raises:
        InputError: the folder cannot be written.
    """
    write_files(out, {name: text.encode() for name, text in texts.items()})
