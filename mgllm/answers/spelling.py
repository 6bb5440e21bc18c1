"""Finds the bytes of a token in any server's spelling, and the places of a reply's tokens in its
text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from mgllm.answers.plain import plain
from mgllm.answers.thoughts import spoken_part
from mgllm.records import Position

Spelling = Callable[[str], bytes]

_ESCAPED = re.compile(r"(?:bytes:)?( *)((?:\\x[0-9a-fA-F]{2})+)")
_BYTE = re.compile(r"<0x([0-9a-fA-F]{2})>")
_SPECIAL = re.compile(
    r"(?:\s|\[(?:EOS|END|/INST)\]|<\|[^<>|\n]{1,60}\|>|</?(?:s|eos|bos|pad|end_of_turn|start_of_turn)>|"
    r"\uff5c|<\uff5c[^<>\n]{1,60}\uff5c>)*"
)
"""What a server may show after the text: spaces, and tokens that end a turn."""


def token_bytes(token: str, raw: bytes | None, spell: Spelling) -> bytes:
    """The bytes of a token: those that the server gives, else those that its spelling means."""
    if raw is not None:
        return raw
    if (escaped := _ESCAPED.fullmatch(token)) is not None:
        return escaped[1].encode() + bytes(int(code, 16) for code in escaped[2].split("\\x")[1:])
    if (single := _BYTE.fullmatch(token)) is not None:
        return bytes([int(single[1], 16)])
    return spell(token)


def spelled_plainly(token: str) -> bytes:
    """Spelled as in the text."""
    return token.encode("utf-8", "surrogatepass")


def spelled_in_pieces(token: str) -> bytes:
    """Spelled as by SentencePiece: ▁ is a space."""
    return token.replace("▁", " ").encode("utf-8", "surrogatepass")


def spelled_in_bytes(token: str) -> bytes:
    """Spelled as by byte-level BPE, each byte as a printable character: Ġ is a space, Ċ a line end.

    >>> spelled_in_bytes("Ġcalm")
    b' calm'
    """
    table = _byte_table()
    if all(char in table for char in token):
        return bytes(table[char] for char in token)
    return spelled_plainly(token)


SPELLINGS: tuple[Spelling, ...] = (spelled_plainly, spelled_in_pieces, spelled_in_bytes)
"""Tried in this order; the first with which the tokens spell the text counts."""


def place_tokens(text: str, positions: Sequence[Position]) -> list[int] | None:
    """Where each token begins in the text, in bytes of UTF-8; None if the tokens do not spell it.

    Tokens of a thought may come before the text, and tokens that end the turn after it.
    """
    raw = text.encode("utf-8", "surrogatepass")
    core = raw.strip()
    if not core:
        return None
    lead = raw.index(core)
    for spell in SPELLINGS:
        pieces = [token_bytes(one.token, one.raw, spell) for one in positions]
        joined = b"".join(pieces)
        at = joined.rfind(core)
        if at < 0 or not _SPECIAL.fullmatch(joined[at + len(core) :].decode("utf-8", "replace")):
            continue
        before = joined[:at].decode("utf-8", "replace")
        if before.strip() and not _is_thought(before):
            continue
        starts, end = [], lead - at
        for piece in pieces:
            starts.append(end)
            end += len(piece)
        return starts
    return None


def _is_thought(text: str) -> bool:
    said = spoken_part(plain(text + "\ufffc"))
    return said.plain is not None and said.plain.text.strip() == "\ufffc"


@lru_cache(maxsize=1)
def _byte_table() -> Mapping[str, int]:
    """GPT-2's table from characters to bytes (the inverse of `bytes_to_unicode` in its encoder)."""
    shown = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(256) if byte not in set(shown)]
    table = {chr(byte): byte for byte in shown}
    return table | {chr(256 + index): byte for index, byte in enumerate(hidden)}
