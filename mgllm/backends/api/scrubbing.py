"""Takes a key out of strangers' text, whole, in part or spelled otherwise, in time linear in the text."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from typing import Any
from urllib.parse import quote

PIECE = 8
"""So many characters of a key in a row are taken out wherever they stand; fewer open no door."""
_BLOCK = PIECE // 2
"""Any 8 characters in a row hold one whole block of 4 that begins at a multiple of 4."""
_KEY = "[key]"
_ESCAPED = re.compile(rb"\\(?:u00[2-7]|/)")
"""Plain characters that JSON need not escape, and a server escaped all the same."""


class Scrubber:
    """Knows a key by any 8 of its characters in a row, in the spellings that servers echo."""

    def __init__(self, key: str) -> None:
        spellings = _spellings(key) if len(key) >= PIECE else set()
        self._pieces = frozenset(s[i : i + PIECE] for s in spellings for i in range(len(s) - PIECE + 1))
        fours = {s[i : i + _BLOCK] for s in map(str.encode, spellings) for i in range(len(s) - _BLOCK + 1)}
        self._blocks = frozenset(block for four in fours for block in memoryview(four).cast("I"))

    def may_stand_in(self, raw: bytes) -> bool:
        """Whether JSON in bytes may hold a part of the key: a quick look, never wrong where it says no."""
        if not self._blocks:
            return False
        whole = memoryview(raw)[: len(raw) // _BLOCK * _BLOCK].cast("I")
        return not self._blocks.isdisjoint(whole) or _ESCAPED.search(raw) is not None

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
    """The key as it is, in a URL, in JSON, in HTML, in hexadecimal, and in base64 at each of three shifts."""
    raw = key.encode()
    shifted = {b64encode(b"x" * n + raw).decode()[n + 1 if n else 0 :].rstrip("=") for n in range(3)}
    written = {quote(key, safe=""), json.dumps(key)[1:-1], html.escape(key), raw.hex()}
    return {key, *written, *shifted, b64encode(b"Bearer " + raw).decode()}
