"""Changes valid bytes at random: a seed names one change, and the same seed always makes the same."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable

ODD = (
    *(b"1e999", b"-1e999", b"NaN", b"Infinity", b"-0", b"0", b"9" * 400, b"9" * 5000, b"1" + b"0" * 18),
    *(b"2147483648", b"9223372036854775808", b"0.0000001", b"1,5", b"''", b'""', b"null", b"true", b"~"),
    *(b"!!bool maybe", b"!!int ''", b"!!timestamp x", b"!!binary x", b"&a [*a, *a]", b"<<: *a", b"? ["),
    *(b"[" * 5000, b'{"a":' * 2000, b"(" * 3000, b"<a>" * 5000, b"{% if 1 %}" * 500, b"{\\" * 5000),
    *(b"<v " * 5000, b"<" * 20_000, b"x" * 100_000, b"\n" * 5000, b'"' * 999, b"a,b;c\td\n" * 500),
    *(b"\x00", b"\x1b]52;c;a\x07", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\xed\xa0\x80", b"\\ud800"),
    *("\u202e".encode(), "\u2028".encode(), "\u0085".encode(), "é".encode("latin-1"), "\U0001f468".encode()),
    *(b"=1+1", b"../../etc/passwd", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b"%s%s%n", b"{{ question }}"),
    *(b"[1]", b"{}", b"[]", b"[[[]]]", b'{"a": 1}', b"2024-01-05", b"yes", b"00:00:00,000 --> 99:99:99,999"),
)
"""What no careful writer writes, and what has broken parsers before."""
CHANGES = (1, 1, 1, 2, 4)
"""How many changes are made, each as often as it is named: most parsers refuse at the first."""
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_WORD = re.compile(rb'"[^"\n]{0,200}"|[A-Za-z_]{2,40}')
Rng = random.Random


def mutate(valid: bytes, seed: str) -> bytes:
    """A changed copy of a valid file; inside a zip, one of its members is changed more often than not.

    >>> mutate(b"start = 1.5", "a/1") == mutate(b"start = 1.5", "a/1")
    True
    """
    rng = random.Random(seed)
    if valid.startswith(b"PK") and rng.random() < 0.7:
        return _in_zip(valid, rng)
    return _changed(valid, rng)


def _changed(content: bytes, rng: Rng) -> bytes:
    for _ in range(rng.choice(CHANGES)):
        content = rng.choice(_CHANGES)(content, rng)
    return content


def _in_zip(valid: bytes, rng: Rng) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(valid)) as old, zipfile.ZipFile(made, "w") as new:
        names = old.namelist()
        chosen = rng.choice(names)
        for name in names:
            content = old.read(name)
            new.writestr(name, _changed(content, rng) if name == chosen else content)
    return made.getvalue()


def _span(content: bytes, rng: Rng) -> tuple[int, int]:
    begin = rng.randint(0, len(content))
    return begin, min(len(content), begin + int(rng.paretovariate(0.7)))


def _cut(content: bytes, rng: Rng) -> bytes:
    begin, end = _span(content, rng)
    return content[:begin] + content[end:]


def _ended(content: bytes, rng: Rng) -> bytes:
    return content[: rng.randint(0, len(content))]


def _repeated(content: bytes, rng: Rng) -> bytes:
    begin, end = _span(content, rng)
    return content[:end] + content[begin:end] * rng.choice((1, 2, 50)) + content[end:]


def _moved(content: bytes, rng: Rng) -> bytes:
    lines = content.splitlines(keepends=True)
    if len(lines) < 2:
        return content
    one = lines.pop(rng.randrange(len(lines)))
    lines.insert(rng.randint(0, len(lines)), one)
    return b"".join(lines)


def _flipped(content: bytes, rng: Rng) -> bytes:
    if not content:
        return content
    changed = bytearray(content)
    for _ in range(rng.randint(1, 8)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _inserted(content: bytes, rng: Rng) -> bytes:
    place = rng.randint(0, len(content))
    return content[:place] + rng.choice(ODD) + content[place:]


def _replaced(pattern: re.Pattern[bytes]) -> Callable[[bytes, Rng], bytes]:
    """One of the things that match becomes something odd."""

    def change(content: bytes, rng: Rng) -> bytes:
        found = list(pattern.finditer(content))
        if not found:
            return _inserted(content, rng)
        one = rng.choice(found)
        return content[: one.start()] + rng.choice(ODD) + content[one.end() :]

    return change


def _swapped(content: bytes, rng: Rng) -> bytes:
    """Two words change places."""
    found = list(_WORD.finditer(content))
    if len(found) < 2:
        return content
    one, other = sorted(rng.sample(found, 2), key=lambda match: match.start())
    begin, middle, end = content[: one.start()], content[one.end() : other.start()], content[other.end() :]
    return begin + other[0] + middle + one[0] + end


_CHANGES: tuple[Callable[[bytes, Rng], bytes], ...] = (
    *(_cut, _ended, _repeated, _moved, _flipped, _inserted, _swapped),
    *(_replaced(_NUMBER), _replaced(_NUMBER), _replaced(_WORD)),
)
