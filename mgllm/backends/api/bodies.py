"""Reads the JSON in the bytes of a server's answer, whatever the bytes are."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from mgllm.backends.api.address import Secret
from mgllm.backends.api.streams import join_events, looks_streamed

Json = dict[str, Any]

MOST_BYTES = 8 * 2**20
"""Longest body that is read, compressed or not: 4,096 tokens with 20 alternatives each take about 7
MB, so a longer body cannot be a reply to our question."""
_SHOWN = 80
"""Characters of an unreadable body that a message shows."""
_LOOKED_AT = 20_000
"""Characters of an unreadable body from which keys are removed before a message quotes them."""
_SAID = 2_000
"""Characters kept of an error's body."""
_DIGITS = 4_000
"""Longest integer that is read as one; Python's limit is 4,300 digits."""
_ESCAPED_HALVES = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)
"""A surrogate pair, half of one (the group), or any other escape; JSON has no other backslashes."""


class Answer(NamedTuple):
    """A server's answer, with any status."""

    status: int
    """HTTP status; 0 if no complete answer arrived."""
    headers: Mapping[str, str]
    """By lower-case name."""
    body: Json
    """The JSON object, without the key; empty if there was none."""
    said: str
    """For messages: what the server sent instead of a completion, or what went wrong."""
    final: bool = False
    """Whether asking again would give the same."""


class _NoObject(Exception):
    """The body is not a JSON object; the text says what it is."""

    def __init__(self, what: str, *, final: bool = False) -> None:
        super().__init__(what)
        self.final = final


def read_answer(status: int, headers: Mapping[str, str], raw: bytes, secret: Secret) -> Answer:
    """A server's answer, from the bytes of its body as received.

    First half surrogate pairs become U+FFFD and the key is removed.
    """
    good = 200 <= status < 300
    try:
        raw = unpack(raw, headers.get("content-encoding", ""))
    except _NoObject as problem:
        return Answer(status, headers, {}, str(problem), final=good and problem.final)
    try:
        found = _find(raw, headers.get("content-type", ""))
    except _NoObject as problem:
        shown = _beginning(raw, secret, _SHOWN if good else _SAID)
        said = f"{problem}: '{shown}'" if good and shown else shown or str(problem)
        return Answer(status, headers, {}, said, final=good and problem.final)
    secret.clean(raw, found)
    said = "" if good and found.get("choices") else _beginning(raw, secret, _SAID)
    return Answer(status, headers, found, said)


def unpack(raw: bytes, encoding: str) -> bytes:
    """A body without its compression, never longer than `MOST_BYTES`.

    Raises:
        _NoObject: it is longer, damaged, or in an encoding that was not asked for.
    """
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        return raw
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise _NoObject(f"a body compressed as '{encoding[:20]}', which was not asked for", final=True)
    # "deflate" is zlib's format by the standard, but some servers send it without zlib's header.
    kinds = (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS) if encoding == "deflate" else (zlib.MAX_WBITS | 16,)
    for kind in kinds:
        try:
            plain = zlib.decompressobj(kind).decompress(raw, MOST_BYTES + 1)
        except zlib.error:
            continue
        if len(plain) > MOST_BYTES:
            raise _NoObject(too_long(), final=True)
        return plain
    raise _NoObject(f"a body that is not compressed as its header says ({encoding})")


def too_long() -> str:
    """The words for a body over the limit."""
    return f"more than {MOST_BYTES // 2**20} MB, too much for a reply to such a question"


def _find(raw: bytes, kind: str) -> Json:
    """The JSON object in a body; the events of a stream are joined to one."""
    text = raw.decode("utf-8-sig", errors="replace")
    if not text.strip():
        raise _NoObject("an empty body")
    if looks_streamed(text):
        joined = join_events(text, _parse)
        if joined is None:
            raise _NoObject("an incomplete stream of events")
        return joined
    try:
        found = _parse(text)
    except (RecursionError, MemoryError):
        raise _NoObject("JSON nested too deeply to be a reply", final=True) from None
    except ValueError:
        raise _no_json(text, kind) from None
    if isinstance(found, list) and found and isinstance(found[0], dict) and found[0].get("error"):
        return dict(found[0])  # Gemini's errors come in a list
    if not isinstance(found, dict):
        raise _NoObject("JSON that is not an object")
    return found


def _parse(text: str) -> Any:
    """Parse any JSON.

    Raises:
        ValueError, RecursionError, MemoryError: it is not JSON, or too large.
    """
    if "\\ud" in text or "\\uD" in text:
        text = _ESCAPED_HALVES.sub(lambda found: "\\ufffd" if found[1] else found[0], text)
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError:  # an integer of thousands of digits
        return json.loads(
            text, parse_int=lambda digits: int(digits) if len(digits) < _DIGITS else float(digits)
        )


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) < _DIGITS else float(digits)


def _no_json(text: str, kind: str) -> _NoObject:
    begun = text.lstrip()[:1]
    if begun == "<":
        page = "an HTML page" if "html" in f"{kind} {text[:500]}".lower() else "XML"
        return _NoObject(f"{page} instead of a reply (is --base-url the API's address?)", final=True)
    if begun in {"{", "["}:
        return _NoObject("incomplete or damaged JSON")
    return _NoObject(f"{kind.partition(';')[0].strip()[:40] or 'other text'} instead of JSON")


def _beginning(raw: bytes, secret: Secret, characters: int) -> str:
    text = secret.scrub(raw[:_LOOKED_AT].decode("utf-8-sig", errors="replace"))
    line = " ".join(text.split())
    return line if len(line) <= characters else line[: characters - 1] + "…"
