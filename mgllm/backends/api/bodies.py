"""From the bytes of a reply to its JSON, whatever the bytes are."""

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
"""Longest body that is read, packed or unpacked: 4,096 tokens with 20 rivals each take about 7 MB, so what is
longer is no reply to our question."""
_SHOWN = 80
"""Characters of a strange body that a message shows."""
_LOOKED_AT = 20_000
"""Characters of a strange body that are cleared of a key before a message is cut from them."""
_SAID = 2_000
"""Characters kept of an error's body."""
_DIGITS = 4_000
"""Python reads integers up to 4,300 digits; a longer one is no count of anything."""
_ESCAPED_HALVES = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)
"""A whole surrogate pair, half of one (the group), or any other escape; JSON has a backslash nowhere else."""


class Answer(NamedTuple):
    """What came back: any status."""

    status: int
    """HTTP status; 0 where no whole answer came."""
    headers: Mapping[str, str]
    """By lower-case name."""
    body: Json
    """The JSON object, cleared of the key; empty where there was none."""
    said: str
    """What came where it is no completion, for messages; without an answer, what went wrong."""
    final: bool = False
    """Asking again would bring the same."""


class _Strange(Exception):
    """No JSON object; its text says what it is."""

    def __init__(self, what: str, *, final: bool = False) -> None:
        super().__init__(what)
        self.final = final


def read_answer(status: int, headers: Mapping[str, str], raw: bytes, secret: Secret) -> Answer:
    """What a server sent, from the bytes of its body as they came.

    Half surrogate pairs become U+FFFD, and the key is taken out, before anything else looks at it.
    """
    good = 200 <= status < 300
    try:
        raw = unpack(raw, headers.get("content-encoding", ""))
    except _Strange as strange:
        return Answer(status, headers, {}, str(strange), final=good and strange.final)
    try:
        found = _find(raw, headers.get("content-type", ""))
    except _Strange as strange:
        shown = _beginning(raw, secret, _SHOWN if good else _SAID)
        said = f"{strange}: '{shown}'" if good and shown else shown or str(strange)
        return Answer(status, headers, {}, said, final=good and strange.final)
    secret.clean(raw, found)
    said = "" if good and found.get("choices") else _beginning(raw, secret, _SAID)
    return Answer(status, headers, found, said)


def unpack(raw: bytes, encoding: str) -> bytes:
    """A body taken out of its Content-Encoding, never more than `MOST_BYTES`.

    Raises:
        _Strange: it is longer, damaged, or in an encoding that nobody asked for.
    """
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        return raw
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise _Strange(f"a body packed as '{encoding[:20]}', which was not asked for", final=True)
    # "deflate" is zlib's format by the standard, and the bare one with some servers.
    kinds = (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS) if encoding == "deflate" else (zlib.MAX_WBITS | 16,)
    for kind in kinds:
        try:
            whole = zlib.decompressobj(kind).decompress(raw, MOST_BYTES + 1)
        except zlib.error:
            continue
        if len(whole) > MOST_BYTES:
            raise _Strange(too_long(), final=True)
        return whole
    raise _Strange(f"a body that is not packed as its header says ({encoding})")


def too_long() -> str:
    """What is said of a body over the limit."""
    return f"more than {MOST_BYTES // 2**20} MB, which no reply to such a question needs"


def _find(raw: bytes, kind: str) -> Json:
    """The JSON object in a body; the events of a stream joined to one."""
    text = raw.decode("utf-8-sig", errors="replace")
    if not text.strip():
        raise _Strange("an empty body")
    if looks_streamed(text):
        joined = join_events(text, _parse)
        if joined is None:
            raise _Strange("a stream of events that breaks off")
        return joined
    try:
        found = _parse(text)
    except (RecursionError, MemoryError):
        raise _Strange("JSON nested too deeply to be a reply", final=True) from None
    except ValueError:
        raise _no_json(text, kind) from None
    if isinstance(found, list) and found and isinstance(found[0], dict) and found[0].get("error"):
        return dict(found[0])  # Gemini's errors come in a list
    if not isinstance(found, dict):
        raise _Strange("JSON that is no object")
    return found


def _parse(text: str) -> Any:
    """Any JSON.

    Raises:
        ValueError, RecursionError, MemoryError: it is none, or none that can be held.
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


def _no_json(text: str, kind: str) -> _Strange:
    begun = text.lstrip()[:1]
    if begun == "<":
        page = "an HTML page" if "html" in f"{kind} {text[:500]}".lower() else "XML"
        return _Strange(f"{page} instead of a reply (is --base-url the API's address?)", final=True)
    if begun in {"{", "["}:
        return _Strange("JSON that is cut off or damaged")
    return _Strange(f"no JSON but {kind.partition(';')[0].strip()[:40] or 'other text'}")


def _beginning(raw: bytes, secret: Secret, characters: int) -> str:
    text = secret.scrub(raw[:_LOOKED_AT].decode("utf-8-sig", errors="replace"))
    line = " ".join(text.split())
    return line if len(line) <= characters else line[: characters - 1] + "…"
