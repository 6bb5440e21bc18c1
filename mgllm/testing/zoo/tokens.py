"""Tokens with their rivals, and how servers spell them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

Json = dict[str, Any]


class Raw(NamedTuple):
    """A log-probability exactly as a server writes it."""

    value: object


Token = str | bytes
"""Bytes if it is only a part of a character."""
Tops = Mapping[Token, float | Raw]
"""One position: the written token, then its rivals, with their probabilities."""
Spelling = Callable[[Token], Json]
"""From a token to the fields that describe it."""


def openai(token: Token) -> Json:
    """Text and bytes; a part of a character is escaped, as OpenAI and DeepSeek do."""
    return {"token": _escaped(token), "bytes": list(_bytes(token))}


def escaped(token: Token) -> Json:
    """As OpenAI spells it, without bytes."""
    return {"token": _escaped(token), "bytes": None}


def replaced(token: Token) -> Json:
    """A part of a character is U+FFFD, in the bytes too: vLLM, Ollama."""
    text = _bytes(token).decode(errors="replace")
    return {"token": text, "bytes": list(text.encode())}


def bare(token: Token) -> Json:
    """Only text; a part of a character is U+FFFD."""
    return {"token": _bytes(token).decode(errors="replace")}


def byte_level(token: Token) -> Json:
    """The vocabulary's own spelling, a space as Ġ."""
    return {"token": "".join(_BYTE_LEVEL[one] for one in _bytes(token))}


def sentencepiece(token: Token) -> Json:
    """The vocabulary's own spelling, a space as ▁ and a part of a character as <0xE6>."""
    if isinstance(token, bytes):
        return {"token": "".join(f"<0x{one:02X}>" for one in token)}
    return {"token": token.replace(" ", "▁")}


def text_in_bytes(token: Token) -> Json:
    """Bytes as strings."""
    return {"token": _escaped(token), "bytes": [str(one) for one in _bytes(token)]}


def positions(written: Sequence[Tops], top: int, spelling: Spelling = openai) -> list[Json]:
    """`logprobs.content` of a chat completion.

    Args:
        written: by token.
        top: number of tokens asked for at each position.
        spelling: how the server spells them.
    """
    return [_position(tops, top, spelling) for tops in written]


def tokens_of(text: str, rivals: Mapping[str, Tops] | None = None) -> tuple[Tops, ...]:
    """A text cut into words, each with 90 %; words in `rivals` have these rivals as well."""
    pieces = re.findall(r"\s*\w+|\s*[^\w\s]+|\s+$", text)
    given = rivals or {}
    return tuple({piece: 0.9, **given.get(piece.strip(), {" …": 0.05})} for piece in pieces)


def _position(tops: Tops, top: int, spelling: Spelling) -> Json:
    shown = [{**spelling(token), "logprob": _nats(value)} for token, value in tops.items()]
    ranked = sorted(shown, key=_rank, reverse=True)
    return {**shown[0], "top_logprobs": ranked[:top]}


def _rank(entry: Json) -> float:
    value = entry["logprob"]
    return value if isinstance(value, float) and not math.isnan(value) else -math.inf


def _nats(value: float | Raw) -> object:
    return value.value if isinstance(value, Raw) else math.log(value)


def _bytes(token: Token) -> bytes:
    return token if isinstance(token, bytes) else token.encode(errors="surrogatepass")


def _escaped(token: Token) -> str:
    if isinstance(token, str):
        return token
    return "".join(chr(one) if 32 <= one < 127 else f"\\x{one:02x}" for one in token)


def _byte_level() -> list[str]:
    """The letters with which byte-level vocabularies write bytes."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    spare = iter(range(256, 512))
    return [chr(one) if one in kept else chr(next(spare)) for one in range(256)]


_BYTE_LEVEL = _byte_level()
