"""The text of transcripts and annotations."""

from __future__ import annotations

from pathlib import Path

from mgllm.errors import InputError
from mgllm.files.json_files import decode, read_at_most

MAX_BYTES = 50_000_000
"""Largest transcript that is read; an hour of speech with a time for every word takes about 2
MB."""


def read_text(path: Path) -> str:
    r"""The text of a file in UTF-8, or in UTF-16 with a byte order mark as Praat writes it; lines
    end in \\n.

    Raises:
        InputError: it cannot be read, is larger than 50 MB, or is in another encoding.
    """
    raw = read_at_most(path, MAX_BYTES, "a transcript")
    text = _decode_utf16(raw, path) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else decode(raw, str(path))
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _decode_utf16(raw: bytes, path: Path) -> str:
    try:
        return raw.decode("utf-16")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} begins like UTF-16 text but is not ({error.reason} at byte {error.start + 1})"
        ) from None


def read_annotation(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        InputError: it cannot be read, is empty, or is too large.
    """
    raw = read_at_most(path, MAX_BYTES, "an annotation")
    if not raw.strip():
        raise InputError(f"{path} is empty")
    return raw


def annotation_text(path: Path) -> str:
    """The text of a file in UTF-8, with or without byte order mark.

    Raises:
        InputError: it cannot be read, or is not such text.
    """
    return decode(read_annotation(path), str(path)).removeprefix("\ufeff")
