"""Strict JSON into frozen models, with errors that name file, line and field."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from pydantic import ValidationError

from mgllm.errors import InputError
from mgllm.files.encodings import encoding_problem
from mgllm.files.opening import open_file
from mgllm.files.problems import field_problem, shortened
from mgllm.records import Frozen

M = TypeVar("M", bound=Frozen)
MAX_BYTES = 5_000_000
"""Longest line, and largest `*.mg.json`, that is read: far more than an hour of speech or
gestures."""

_BLOCK = 1 << 20
_LINE_END = re.compile(rb"\r\n|\n|\r(?!\Z)")
"""A carriage return at a block's end may be the first half of a line end."""
_BOM = b"\xef\xbb\xbf"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def read_json_lines(path: Path, source: str | None = None) -> Iterator[tuple[str, object]]:
    """Place ("FILE:LINE") and content of each line; blank lines and lines that begin with # are
    skipped.

    A line ends with a line feed, a carriage return, or both, and with nothing else: speech may
    contain other characters that some programs read as line ends.

    Args:
        path: the file.
        source: what errors call it instead of its path.

    Raises:
        InputError: not readable, not UTF-8 text, a line of more than 5 MB, or a line that is not
            JSON.
    """
    first = True
    for where, raw in _raw_lines(path, source or str(path)):
        line = decode(raw, where).strip()
        if line and not line.startswith("#"):
            if first and line.startswith("["):
                raise InputError(_array(path, where))
            first = False
            yield where, parse_json(line, where)


def _array(path: Path, where: str) -> str:
    """What is wrong with a file that is one JSON array, and a command that writes it as lines."""
    program = "import json; [print(json.dumps(x)) for x in json.load(open('{}', encoding='utf-8'))]"
    target = path.with_name(f"{path.stem}-lines.jsonl")
    return (
        f"{where} begins a JSON array [...], but here each line is one object {{...}}. "
        f'Write it as lines with: python3 -c "{program.format(path)}" > {target}'
    )


def read_at_most(path: Path, most: int, what: str) -> bytes:
    """The bytes of an untrusted file.

    Args:
        path: the file.
        most: bytes that are read.
        what: what the file should be, with its article: "a transcript".

    Raises:
        InputError: it cannot be read, or is too large.
    """
    try:
        with open_file(path) as file:
            if os.fstat(file.fileno()).st_size > most:
                raise InputError(f"{path} has more than {most:,} bytes; is it {what}?")
            return file.read()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from None


def read_json(path: Path, model: type[M], most: int, what: str) -> M:
    """The value of `model` in a file.

    Args:
        path: the file.
        model: what it should contain.
        most: bytes that are read.
        what: what the file should be, with its article: "a transcript".

    Raises:
        InputError: the content does not fit; names file and field.
    """
    text = decode(read_at_most(path, most, what), str(path)).removeprefix("\ufeff")
    return to_model(model, parse_json(text, str(path)), str(path))


def decode(raw: bytes, where: str) -> str:
    """UTF-8 text.

    Raises:
        InputError: it is binary or in another encoding.
    """
    if problem := encoding_problem(raw):
        raise InputError(f"{where} {problem}")
    return raw.decode("utf-8")


def parse_json(text: str, where: str) -> object:
    """Standard JSON: no NaN, no key twice.

    Raises:
        InputError: it is not JSON.
    """
    try:
        content: object = json.loads(text, object_pairs_hook=_keys_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        if error.pos >= len(text) or error.msg.startswith("Unterminated"):
            what = "ends inside a JSON value: the file is cut off, or the value goes over several lines"
            raise InputError(f"{where} {what}") from None
        raise InputError(
            f"{where} is not JSON: {error.msg} at character {error.pos + 1} ({text[:60]!r})"
        ) from None
    except RecursionError:
        raise InputError(f"{where} is nested too deeply to be read") from None
    except ValueError as error:
        reason = "a number has thousands of digits" if "digits" in str(error) else error
        raise InputError(f"{where} is not JSON: {reason}") from None
    if _SURROGATE.search(text) and _has_surrogate(content):
        raise InputError(
            f"{where} contains half of a surrogate pair (\\ud800–\\udfff); write the character itself"
        )
    return content


def to_model(model: type[M], content: object, where: str) -> M:
    """A value of `model`.

    Raises:
        InputError: the content does not fit; names the field, what it must be and what was given.
    """
    noun = model.__name__.lower()
    if not isinstance(content, dict):
        raise InputError(f"{where} has no {noun}: it must be an object {{…}} {shortened(content)}")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise InputError(f"{where} {field_problem(model, error, content)}") from None


def _raw_lines(path: Path, source: str) -> Iterator[tuple[str, bytes]]:
    try:
        with open_file(path) as file:
            for number, raw in enumerate(_split_lines(file), start=1):
                where = f"{source}:{number}"
                if len(raw) > MAX_BYTES:
                    raise InputError(
                        f"{where} is longer than {MAX_BYTES:,} bytes; write one item on each line"
                    )
                yield where, raw.removeprefix(_BOM) if number == 1 else raw
    except OSError as error:
        raise InputError(f"{source} cannot be read: {error.strerror or error}") from None


def _split_lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines without their ends, read block by block; a line that is too long comes cut."""
    rest = b""
    while block := file.read(_BLOCK):
        *lines, rest = _LINE_END.split(rest + block)
        yield from lines
        if len(rest) > MAX_BYTES + 1:
            break
    if rest:
        yield rest.removesuffix(b"\r")


def _keys_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"the key {twice[:60]!r} appears twice in one object")
    return content


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number; leave the field out")


def _has_surrogate(content: object) -> bool:
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except RecursionError:  # it is refused wherever such depth means nothing
        return False
    return False
