"""In which encoding a file is that is not UTF-8, as far as its bytes say it."""

from __future__ import annotations

_LOOKED_AT = 4096
"""Bytes at a file's beginning that are enough to see UTF-16."""
_MOST_LETTERS = 0.3
"""Share of bytes above 127 from which a text is not Western: Windows-1252 has few of them."""
_AROUND = 12
"""Characters that are shown around the first letter of a guess."""


def encoding_problem(raw: bytes) -> str | None:
    """What is wrong with text that should be UTF-8, and what to do; None if nothing is.

    >>> encoding_problem("café".encode("cp1252"))
    "is not UTF-8 text (byte 4 is 0xe9); it looks like Windows-1252 ('café'): save it as UTF-8"
    """
    if raw.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "is UTF-32 text; save the file as UTF-8"
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "is UTF-16 text; save the file as UTF-8"
    if b"\0" in raw:
        return _with_nul(raw)
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        at = f"is not UTF-8 text (byte {error.start + 1} is 0x{raw[error.start]:02x})"
        return f"{at}; {_looks_like(raw, error.start)}"
    return None


def _with_nul(raw: bytes) -> str:
    """UTF-16 without its mark, or not text."""
    head = raw[:_LOOKED_AT]
    head = head[: len(head) // 2 * 2]
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) / 2
    little, big = odd > 0.5 * half and even < 0.1 * half, even > 0.5 * half and odd < 0.1 * half
    if little or big:
        order = "little" if little else "big"
        return f"is UTF-16 text without a byte order mark ({order}-endian); save it as UTF-8"
    return "contains NUL bytes, so it is not a text file; save it as UTF-8 text"


def _looks_like(raw: bytes, first: int) -> str:
    high = sum(byte > 127 for byte in raw)
    letters = sum(byte > 127 or chr(byte).isalpha() for byte in raw)
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError:
        return "save it as UTF-8"
    if high > _MOST_LETTERS * letters:
        return "save it as UTF-8"
    begin = max(0, first - _AROUND)
    lines = text[begin : first + _AROUND].split("\n")
    near = next(
        line for n, line in enumerate(lines) if sum(map(len, lines[: n + 1])) + n >= first - begin + 1
    )
    return f"it looks like Windows-1252 ({near.strip()!r}): save it as UTF-8"
