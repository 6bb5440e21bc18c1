"""Finds answers after a mark: "Answer: X", "**Final answer**\\n\\nX", "Verdict = X"."""

from __future__ import annotations

import re

from mgllm.answers.naming import Names, only_label

_WORDS = (
    r"(?:(?:final|my|the|correct|best|your|overall|predicted|most likely|chosen|emotional) ){0,3}(?:answer|"
    r"label|"
    r"verdict|prediction|classification|conclusion|judg(?:e)?ment|decision|choice|assessment|response|"
    r"output|result|outcome|"
    r"guess|determination|evaluation|option|category|class|emotion|state|feeling|mood|assistant|speaker|"
    r"person)"
    r"|antwort|fazit|ergebnis|urteil|r[ée]ponse|verdict|respuesta|veredicto|risposta|resposta|antwoord|"
    r"svar|vastaus|"
    r"odpowied[źz]|odpov[ěe]ď|odpoveď|ответ|вывод|відповідь|отговор|одговор|cevap|yan[ıi]t|jawaban|"
    r"tr[ảa] lời|đáp án|câu trả lời|kết luận|válasz|răspuns(?:ul)?|απάντηση|उत्तर|जवाब|निष्कर्ष|תשובה|"
    r"الإجابة|الجواب|"
    r"الاجابة|پاسخ|جواب|জবাব|উত্তর|คำตอบ|答案|最终答案|回答|答え|答|解答|결론|답변|정답|답|结论|結論|标签|標籤|标注|判断|判断结果|分类|jibu"
)
_MARK = re.compile(
    rf"(?<![\w-])(?:{_WORDS})[\"'*_`\]]{{0,4}}\s{{0,2}}(?:\([^()\n]{{0,60}}\)\s?)?"
    r"(?:(?:is|would be|was|ist|lautet|est|es|è|é|是|为|為|は)\s?)?(?:[-–—]?\s?[:：=]|[-=]>|→)[\"'*_`]{0,3}",
    re.IGNORECASE,
)
"""A word for an answer and a colon."""
_DASHED = re.compile(
    rf"^[#*_ \t>]{{0,12}}(?:{_WORDS})[*_ ]{{0,4}}[-–—\t ]\s?(?=\S)", re.IGNORECASE | re.MULTILINE
)
"""A word for an answer and a dash or a space; only a label alone may follow."""
_LETTER = re.compile(r"^[*_ \t>]{0,6}A[*_]{0,3}:", re.MULTILINE)
"""The A of "Q:" and "A:"."""
_HEADING = re.compile(
    r"^(?:#{1,6} ?[*_ ]{0,4}|[*_]{2,3})?(?:\d\. )?(?:(?:my|the) )?(?:final (?:answer|response|verdict|"
    r"label|judge?ment|"
    r"classification)|answer|verdict|conclusion|label|judge?ment|classification|prediction|decision|"
    r"antwort|fazit)"
    r"[*_: \t]{0,12}$",
    re.IGNORECASE | re.MULTILINE,
)
_NOT_IT = re.compile(
    r"\b(?:(?:samples?|examples?|expected|e\.g\.|for instance|such as|format|template)\b[^\n]*|"
    r"(?:wrong|incorrect|false|bad|second|other|alternative|opposite|not|no|previous|first|initial|"
    r"possible|like|user|"
    r"human|question|rejected|excluded|unlikely|least likely|either|interviewer|whether|if|or|would say|"
    r"falsch\w*|mögliche\w*|possibles?)\b[^\n.!?]{0,24})$",
    re.IGNORECASE,
)
"""Words before a mark after which comes an example, or something that is not the answer."""
_MOST = 64
"""Most marks in a text; with more it is a list and does not state an answer."""
_LONGEST_VALUE = 400
"""Characters after a mark that are read."""
TRIMMED = " \t\n\"'`*_~[](){}<>|#-–—=…\\$"
"""Characters that may be around a label without other words."""


def marked_values(text: str, names: Names) -> list[tuple[int, int, bool]] | None:
    """Spans after the marks of a plain text, and whether mark and label are a line of their own.

    Marks of examples and of wrong answers do not count. None if there are too many marks.
    """
    spans = sorted(match.span() for pattern in (_MARK, _HEADING, _LETTER) for match in pattern.finditer(text))
    if len(spans) > _MOST:
        return None
    found = []
    for start, end in spans:
        line = text[max(0, start - _LONGEST_VALUE) : start].rpartition("\n")[2]
        if _NOT_IT.search(line[-60:]):
            continue
        value = _value(text, end)
        alone = not line.strip(TRIMMED) and only_label(text[slice(*value)], names) is not None
        found.append((*value, alone))
    return found or _dashed_values(text, names)


def _dashed_values(text: str, names: Names) -> list[tuple[int, int, bool]]:
    found = []
    for match in _DASHED.finditer(text[: _MOST * _LONGEST_VALUE]):
        start, end = _value(text, match.end())
        if only_label(text[start:end], names) is not None:
            found.append((start, end, True))
    return found


def _value(text: str, at: int) -> tuple[int, int]:
    """The rest of the line, or the next line that is not empty."""
    start = at
    while start < len(text) and text[start] in TRIMMED and start - at < _LONGEST_VALUE:
        start += 1
    begin = max(text.rfind("\n", at, start) + 1, at)
    end = text.find("\n", start, begin + _LONGEST_VALUE)
    return begin, end if end >= 0 else min(len(text), begin + _LONGEST_VALUE)
