"""`*.mg.json`, the file of a gesture transcript: reading, writing, and its name."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from mgllm.errors import InputError
from mgllm.files.json_files import MAX_BYTES, read_json
from mgllm.items.loading import check_characters
from mgllm.records import GestureFile, GestureTranscript, Item

SUFFIX = ".mg.json"

_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f-\x9f\u2028\u2029]+')
_MOST_BYTES = 120
"""Longest stem of a file; file systems allow 255 with all suffixes."""


def read_gesture_file(path: Path) -> GestureFile:
    """The transcript of a file.

    Raises:
        InputError: it cannot be read, is too big, is not a transcript, or has characters that
            prompts use.
    """
    return check_gesture_file(read_json(path, GestureFile, MAX_BYTES, "a gesture transcript"), str(path))


def check_gesture_file(file: GestureFile, where: str) -> GestureFile:
    """The transcript itself, if its item and labels have only characters that items may have.

    Raises:
        InputError: there is another character.
    """
    gestures = {file.source: transcript_of(file)}
    check_characters(Item(id=file.item, subject=file.item, gestures=gestures), where)
    return file


def transcript_of(file: GestureFile) -> GestureTranscript:
    """The file's transcript, without the name of its item."""
    return GestureTranscript.model_validate(file.model_dump(exclude={"item", "schema_"}))


def gesture_text(file: GestureFile) -> str:
    """The content of the file: `read_gesture_file` reads an equal transcript back.

    Raises:
        InputError: the file would be larger than what can be read.
    """
    content = file.model_dump(mode="json", exclude={"gestures", "schema_", "item"}, exclude_none=True)
    gestures = [gesture.model_dump(mode="json", exclude_none=True) for gesture in file.gestures]
    head = {"schema": file.schema_, "item": file.item, **content, "gestures": gestures}
    text = json.dumps(head, ensure_ascii=False, indent=1) + "\n"
    if len(text.encode()) > MAX_BYTES:
        what = f"has {len(file.gestures):,} gestures: its {SUFFIX} would be larger than {MAX_BYTES:,} bytes"
        raise InputError(f"item '{file.item}' {what}; cut the recording into parts")
    return text


def file_stem(item: str) -> str:
    """A name for the item's files, safe on every file system: the id itself if that is possible.

    Otherwise the id's safe characters and eight digits of its hash, so that different ids get
    different names.

    >>> file_stem("clip 017"), file_stem("../a b")
    ('clip 017', '_a b-2c2c791a')
    """
    safe = _UNSAFE.sub("_", item.lstrip(".-")).rstrip(".")
    if safe == item and len(item.encode()) <= _MOST_BYTES:
        return item
    short = safe.encode()[:_MOST_BYTES].decode(errors="ignore")
    return f"{short or 'item'}-{hashlib.sha256(item.encode()).hexdigest()[:8]}"
