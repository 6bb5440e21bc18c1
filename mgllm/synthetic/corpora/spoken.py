"""What a speech recogniser and an aligner write of a text: plain words, numbers spoken, times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mgllm.records import Frozen

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCORE = re.compile(r"(\d+)-(\d+)")
_NUMBER = re.compile(r"\b\d{1,2}\b")
_WORD = re.compile(r"[a-z0-9']+")


def asr_words(text: str) -> list[str]:
    """Lower case without punctuation; `6-2` is `62`, and other numbers below 100 are spoken."""
    scores: list[str] = []

    def keep(found: re.Match[str]) -> str:
        scores.append(found[1] + found[2])
        return f" scored{len(scores) - 1}x "

    plain = _NUMBER.sub(lambda found: _spoken(int(found[0])), _SCORE.sub(keep, text.lower()))
    words = _WORD.findall(plain)
    named = {f"scored{n}x": score for n, score in enumerate(scores)}
    return [named.get(word, word) for word in words]


def _spoken(number: int) -> str:
    if number < 20:
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens - 2] + (f" {_ONES[ones]}" if ones else "")


class SpokenWord(Frozen):
    """A word of an aligned transcript."""

    text: str
    """In plain form, or `<unk>`."""
    start: float
    """Seconds."""
    end: float
    """Seconds."""


def textgrid(words: Sequence[SpokenWord], seconds: float) -> str:
    """A TextGrid in Praat's long form, with the tiers `words` and `phones` of a forced aligner."""
    head = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", f"xmax = {seconds:.3f}"]
    lines = [*head, "tiers? <exists>", "size = 2", "item []:"]
    for place, (name, texts) in enumerate(
        (("words", [word.text for word in words]), ("phones", ["spn"] * len(words))), 1
    ):
        timed = list(_intervals(words, texts, seconds))
        lines += [f"    item [{place}]:", '        class = "IntervalTier"', f'        name = "{name}"']
        lines += [
            "        xmin = 0",
            f"        xmax = {seconds:.3f}",
            f"        intervals: size = {len(timed)}",
        ]
        for n, (start, end, text) in enumerate(timed, 1):
            lines += [f"        intervals [{n}]:", f"            xmin = {start:.3f}"]
            lines += [f"            xmax = {end:.3f}", f'            text = "{text}"']
    return "\n".join(lines) + "\n"


def _intervals(
    words: Sequence[SpokenWord], texts: Sequence[str], seconds: float
) -> Iterable[tuple[float, float, str]]:
    """Words, and empty intervals between them."""
    now = 0.0
    for word, text in zip(words, texts, strict=True):
        if word.start > now:
            yield now, word.start, ""
        yield word.start, word.end, text
        now = word.end
    if seconds > now:
        yield now, seconds, ""
