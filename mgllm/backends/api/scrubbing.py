"""Removes a key from untrusted text: all of it, parts of it, and other spellings, in linear
time."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from typing import Any
from urllib.parse import quote

PIECE = 8
"""This many characters of a key in a row are removed; fewer are useless to a thief."""
_BLOCK = PIECE // 2
"""Any 8 characters in a row contain a complete block of 4 that begins at a multiple of 4."""
_KEY = "[key]"
_ESCAPED = re.compile(rb"\\(?:u00[2-7]|/)")
"""Plain characters that a server escaped in JSON although that is not needed."""


class Scrubber:
    """Finds any 8 characters of a key in a row, in all spellings that servers repeat."""

    def __init__(self, key: str) -> None:
        spellings = _spellings(key) if len(key) >= PIECE else set()
        self._pieces = frozenset(s[i : i + PIECE] for s in spellings for i in range(len(s) - PIECE + 1))
        fours = {s[i : i + _BLOCK] for s in map(str.encode, spellings) for i in range(len(s) - _BLOCK + 1)}
        self._blocks = frozenset(block for four in fours for block in memoryview(four).cast("I"))

    def may_stand_in(self, raw: bytes) -> bool:
        """Whether JSON in bytes may contain a part of the key: a quick test; if False, it does
        not."""
        if not self._blocks:
            return False
        blocks = memoryview(raw)[: len(raw) // _BLOCK * _BLOCK].cast("I")
        return not self._blocks.isdisjoint(blocks) or _ESCAPED.search(raw) is not None

    def clean(self, text: str) -> str:
        """`text` without any part of the key."""
        kept, start, at = [], 0, 0
        while at <= len(text) - PIECE:
            if text[at : at + PIECE] not in self._pieces:
                at += 1
                continue
            end = at + PIECE
            while text[end - PIECE + 1 : end + 1] in self._pieces:
                end += 1
            kept += [text[start:at], _KEY]
            start = at = end
        return "".join([*kept, text[start:]]) if kept else text

    def clean_all(self, root: Any) -> None:
        """Clean every string of parsed JSON in place, names included."""
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if isinstance(node, dict):
                pairs = [(self.clean(name), value) for name, value in node.items()]
                node.clear()
                node.update(pairs)
            places = list(node.items() if isinstance(node, dict) else enumerate(node))
            for place, value in places:
                if isinstance(value, str):
                    node[place] = self.clean(value)
                elif isinstance(value, dict | list):
                    waiting.append(value)


def _spellings(key: str) -> set[str]:
    """The key itself, and in a URL, in JSON, in HTML, in hexadecimal, and in base64 at three
    shifts."""
    raw = key.encode()
    shifted = {b64encode(b"x" * n + raw).decode()[n + 1 if n else 0 :].rstrip("=") for n in range(3)}
    written = {quote(key, safe=""), json.dumps(key)[1:-1], html.escape(key), raw.hex()}
    return {key, *written, *shifted, b64encode(b"Bearer " + raw).decode()}
