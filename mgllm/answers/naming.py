"""Finds labels in a text: complete words, the longest name first; letters only if they are used as
labels."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from mgllm.answers.plain import JOINER, is_hangul, is_mark, is_unspaced, is_word, plain

Names = tuple[tuple[str, str], ...]
"""Pairs of a name in its plain form and the label's id, the longest names first."""
_ELISIONS = frozenset(
    {"l", "d", "c", "j", "m", "n", "s", "t", "qu", "un", "all", "dell", "nell", "dall", "sull"}
)
"""Words that end in an apostrophe, as in "l'"."""
_BEFORE_ONE = frozenset("是为為选選答案:：属屬即")
_BEHIND_ONE = frozenset("的了。")
"""Allowed before and after a label of one Han character; inside a longer word it would mean
another."""
_LETTER_LEAD = re.compile(
    r"(?:\b(?:answer|option|choice|choose|chose|pick|select|label|letter|category|is|be|say|with|"
    r"for|to)|[:=(\[*\"'])\s*[\"'(\[*]*$",
    re.IGNORECASE,
)
_EDGES = " \t\n\"'`*_~.,:;!()[]{}<>#|\\-–—=…。，、：；！（）「」『』【】《》"
"""Allowed around a label without other words: quotes, brackets, Markdown, stops; no question
mark."""

_OPENING_SIGNS = "?？؟/|❌✗✘✖☐🚫⛔👎×🤷%+=<>~"
"""Signs beside a label that leave it open or cross it out."""
_LONGEST_ALONE = 200
"""Longest text that may be one label among signs."""


class Mention(NamedTuple):
    """A label named in a text."""

    label: str
    """Its id."""
    start: int
    """Index of its first character."""
    end: int
    """Index after its last character."""


def names_of(words: Mapping[str, Sequence[str]]) -> Names:
    """All names in their plain form."""
    return _names(tuple((label, tuple(names)) for label, names in words.items()))


def find_mentions(text: str, names: Names) -> list[Mention]:
    """Labels named in a plain text, in their order; if names overlap, the longest counts."""
    taken = bytearray(len(text))
    found = []
    for name, label in names:
        for match in _pattern(name).finditer(text):
            start, end = match.span()
            if any(taken[start:end]) or not _stands_alone(text, start, end, name):
                continue
            taken[start:end] = b"\1" * (end - start)
            found.append(Mention(label, start, end))
    return sorted(found, key=lambda mention: mention.start)


def only_label(text: str, names: Names) -> Mention | None:
    """The label of a plain text with nothing else but quotes, brackets and stops; lower case is
    allowed.

    >>> names = names_of({"d": ["deceptive", "B"]})
    >>> only_label(" **b)** ", names).label
    'd'
    """
    if "[ ]" in text or "( )" in text:
        return None  # a box that is not ticked
    for strip in (" \t\n", _EDGES):
        start = len(text) - len(text.lstrip(strip))
        end = len(text.rstrip(strip))
        for name, label in names:
            if start < end and _pattern(name, whole=True).fullmatch(text, start, end):
                return Mention(label, start, end)
    return _among_signs(text, names) if len(text) <= _LONGEST_ALONE else None


def _among_signs(text: str, names: Names) -> Mention | None:
    """The one label of a text without other words: "✅ calm", "| calm |", "B) calm"."""
    found = find_mentions(text, names)
    if len({one.label for one in found}) != 1 or all(_is_letter(text[one.start : one.end]) for one in found):
        return None
    ends = [0, *(one.end for one in found)]
    starts = [*(one.start for one in found), len(text)]
    around = "".join(text[end:start] for end, start in zip(ends, starts, strict=True))
    if any(is_word(char) or char in _OPENING_SIGNS for char in around):
        return None
    return found[0]


@lru_cache(maxsize=64)
def _names(words: tuple[tuple[str, tuple[str, ...]], ...]) -> Names:
    pairs = {(plain(name).text.strip(), label) for label, names in words for name in names}
    return tuple(sorted((pair for pair in pairs if pair[0]), key=lambda pair: (-len(pair[0]), pair)))


@lru_cache(maxsize=512)
def _pattern(name: str, whole: bool = False) -> re.Pattern[str]:
    """A pattern of a name in which spaces, hyphens and underscores are equal, and so are cases."""
    parts = re.split(r"([\s_-]+)", name)
    joined = "".join(
        r"[\s_-]{1,3}" if i % 2 and part != name else re.escape(part) for i, part in enumerate(parts)
    )
    pattern = joined if all(parts[::2]) else re.escape(name)
    return re.compile(pattern, 0 if _is_letter(name) and not whole else re.IGNORECASE)


def _is_letter(name: str) -> bool:
    return len(name) == 1 and "A" <= name <= "Z"


def _stands_alone(text: str, start: int, end: int, name: str) -> bool:
    if _is_letter(name):
        return _is_alone_letter(text, start, end)
    before, behind = text[start - 1 : start], text[end : end + 1]
    if not is_word(text[start]) or not is_word(text[end - 1]):
        if JOINER in (before, behind):
            return False
        return _left(text, start) if is_word(text[start]) else not is_word(text[end - 1]) or _right(text, end)
    if end - start == 1 and is_unspaced(text[start]):
        return _alone_sign(before, _BEFORE_ONE) and _alone_sign(behind, _BEHIND_ONE)
    return _left(text, start) and _right(text, end)


def _alone_sign(neighbour: str, allowed: frozenset[str]) -> bool:
    return not neighbour or neighbour in allowed or not is_word(neighbour)


def _left(text: str, start: int) -> bool:
    """Whether a word begins here."""
    before, first = text[start - 1 : start], text[start]
    if not before:
        return True
    if is_word(before):
        return is_unspaced(before) or is_unspaced(first) or (is_hangul(before) and not is_hangul(first))
    further = text[start - 2 : start - 1]
    if before in "-_" or before == JOINER:
        return not (further and is_word(further))
    if before == "'" and further and is_word(further):
        word = re.search(r"(\w+)'$", text[max(0, start - 8) : start])
        return word is not None and word[1].casefold() in _ELISIONS
    return True


def _right(text: str, end: int) -> bool:
    """Whether a word ends here."""
    behind, last = text[end : end + 1], text[end - 1]
    if not behind:
        return True
    if is_mark(behind):
        return False
    if is_word(behind):
        return is_unspaced(behind) or is_unspaced(last) or is_hangul(behind)
    further = text[end + 1 : end + 2]
    if behind in "-_'" or behind == JOINER:
        return not (further and is_word(further)) or text[end : end + 2] == "'s"
    return True


def _is_alone_letter(text: str, start: int, end: int) -> bool:
    """Whether a capital letter is a label: it ends a phrase, or a word before it shows that it is
    one.

    "I" and "A" are also words, so both conditions must hold for them.
    """
    before, behind = text[start - 1 : start], text[end:]
    if before and (is_word(before) or before in "'-_"):
        return False
    if re.match(r"['\u2019\-_.]?\w", behind) and not re.match(r"\.\s", behind):
        return False
    led = start == 0 or text[:start].rstrip(" \"'(*[").endswith("\n") or not text[:start].strip(_EDGES)
    led = led or _LETTER_LEAD.search(text[max(0, start - 24) : start]) is not None
    ends = re.match(r"\s*(?:$|[.,:;!)\]\"'*`\n])", behind) is not None
    word = text[start:end] in "AI"
    return (led and ends) if word else (ends or (led and not re.match(r"\s+[A-Z]", behind)))
