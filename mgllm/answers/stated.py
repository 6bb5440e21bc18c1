"""Answers that a text states in a form of its own: JSON, a box, tags, "Answer: X", a line, bold print.

A statement outweighs what the prose around it mentions. Statements that differ are none.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

from mgllm.answers.naming import Mention, Names, find_mentions, only_label
from mgllm.answers.objects import answers_in_objects
from mgllm.answers.polarity import polarities, sentences

_MARK_WORDS = (
    r"(?:(?:final|my|the|correct|best|your|overall) ){0,3}(?:answer|label|verdict|prediction|"
    r"classification|conclusion|judg(?:e)?ment|decision|choice)"
    r"|antwort|r[ée]ponse|respuesta|risposta|resposta|antwoord|svar|vastaus|odpowied[źz]|"
    r"odpov[ěe]ď|odpoveď|ответ|відповідь|cevap|yan[ıi]t|jawaban|"
    r"tr[ảa] lời|đáp án|câu trả lời|válasz|răspuns(?:ul)?|απάντηση|उत्तर|जवाब|תשובה|الإجابة|"
    r"الجواب|الاجابة|پاسخ|জবাব|উত্তর|คำตอบ|"
    r"答案|回答|答え|答|결론|답변|정답|답|结论|結論|标签|标注|判断|判断结果|分类"
)
_MARK = re.compile(
    rf"(?<![\w-])(?:{_MARK_WORDS})[\"'*_`\]]{{0,4}}\s{{0,2}}(?:\([^()\n]{{0,60}}\)\s?)?[-–—]?\s?[:：=][\"'*_`]{{0,3}}",
    re.IGNORECASE,
)
"""A word for an answer and a colon."""
_WEAK_MARK = re.compile(
    r"(?<![\w-])(?:answer|label|verdict|choice|prediction|guess) (?:is|would be|will be|has to be|"
    r"must be)\b(?! not\b)[:\s]*"
    r"|\bI(?:'d| would|'ll| will)? (?:choose|pick|select|go with|answer|say|label (?:this|it) as|"
    r"classify (?:this|it) as)\b[:\s]*(?:that )?"
    r"|答案是|答案为|我选择?|我認為是|我认为是|답은|答えは",
    re.IGNORECASE,
)
"""A phrase that leads to an answer; the label must follow at once."""
_HEADING = re.compile(
    r"^[#* \t>]{0,12}(?:final (?:answer|response|verdict|label)|answer)[*: \t]{0,12}$",
    re.IGNORECASE | re.MULTILINE,
)
_BOXED = re.compile(r"\\(?:boxed|fbox)\s?\{((?:[^{}\n]|\{[^{}\n]*\}){1,200})\}")
_LATEX = re.compile(r"\\(?:text|textbf|textit|textrm|mathrm|mathbf|mathit|operatorname)\b|[${}\\]")
_UNKNOWN_TAG = re.compile(r"</?([A-Za-z][\w:.-]{0,40})(?:\s[^<>\n]{0,80})?/?>")
_TAGS = (
    "answer|label|final|final_answer|response|result|output|verdict|classification|prediction|choice|solution|ans|"
    "conclusion|reply|decision"
)
"""Names of tags around an answer."""
_TAGGED = re.compile(rf"[<\[]({_TAGS})[>\]]([^<\[]{{1,2000}})[<\[]/\1[>\]]", re.IGNORECASE)
_BOLD = re.compile(r"(?:\*\*|__)([^*_\n]{1,80})(?:\*\*|__)")
_FORMAT = re.compile(
    r"</?(?:i|em|u|p|br|div|span|code|pre|li|ul|ol|h[1-4]|mark|center|small|body|html|table|tr|td|"
    r"th)(?:\s[^<>\n]{0,80})?/?>",
    re.IGNORECASE,
)
_STRONG = re.compile(r"</?(?:b|strong)>", re.IGNORECASE)
_LEAD = re.compile(r"[\"'*_`)\]]{0,4}\s?(?:[.!。！,;:，；：(（]|[—–-]\s|\n|$)")
_HARD_LEAD = re.compile(r"[\"'*_`)\]]{0,4}\s?(?:[.!。！]|\n|$)")
_CHOICE = re.compile(r"[\s\"'*_]*(?:[/?]|or\b)")
_TURN = re.compile(
    r"\b(?:actually|wait|on second thoughts?|on reflection|correction|scratch that|"
    r"i take that back|changed my mind|let me re\w+|hmm|or rather|"
    r"no,|nein,|moment|en fait|mejor dicho|不对|不，|等等|いや)",
    re.IGNORECASE,
)
_MOST = 64
"""Statements of one form; a text with more of them is a list, and states nothing."""
_LONGEST_VALUE = 400
"""Characters behind a mark that are read."""
_TRIMMED = " \t\n\"'`*_~[](){}<>|#-–—=…\\$"


class Statement(NamedTuple):
    """What a text states."""

    found: Mention | None
    """The label and where it stands; None where what is stated is no one label."""
    firm: bool
    """Whether it is plain enough to stand beside a phrase of refusal."""


def unformatted(text: str) -> str:
    """The same without HTML's tags of form; bold ones become Markdown's. All characters keep their places."""
    text = _FORMAT.sub(lambda match: " " * len(match[0]), text)
    return _STRONG.sub(lambda match: "**".ljust(len(match[0])), text)


def find_statement(text: str, names: Names) -> Statement | None:
    """The answer that a plain text states; None where it states none in a form of its own."""
    tag = next((t for t in _UNKNOWN_TAG.finditer(text) if t[1].casefold() not in _known(names)), None)
    if tag is not None:
        return Statement(None, firm=False)
    for look in (_whole, _json, _boxed, _tagged, _marked, _lines, _led, _weakly_marked, _bold):
        statement = look(text, names)
        if statement is not None:
            return statement
    return None


def _known(names: Names) -> frozenset[str]:
    return frozenset(_TAGS.split("|")) | {name.casefold() for name, _ in names}


def _whole(text: str, names: Names) -> Statement | None:
    found = only_label(text, names)
    return None if found is None else Statement(found, firm=True)


def _json(text: str, names: Names) -> Statement | None:
    """The answer of the JSON objects in a text."""
    found: list[Mention | None] = []
    for stood in answers_in_objects(text, names):
        read = _read(stood.value, names) if stood.value is not None else None
        at = text.find(stood.value, stood.start, stood.end) if read is not None and stood.value else -1
        found.append(_shifted(read, at if at >= 0 else stood.start))
    return _agreed(found)


def _boxed(text: str, names: Names) -> Statement | None:
    found = []
    for box in islice(_BOXED.finditer(text), _MOST):
        bare = _LATEX.sub(lambda match: " " * len(match[0]), box[1])
        found.append(_shifted(_read(bare, names), box.start(1)))
    return _agreed(found)


def _tagged(text: str, names: Names) -> Statement | None:
    return _agreed(
        [_shifted(_read(tag[2], names), tag.start(2)) for tag in islice(_TAGGED.finditer(text), _MOST)]
    )


def _marked(text: str, names: Names) -> Statement | None:
    """What stands behind "Answer:". The last mark counts where it has a line of its own."""
    spans = sorted(match.span() for pattern in (_MARK, _HEADING) for match in pattern.finditer(text))
    if not spans:
        return None
    if len(spans) > _MOST:
        return Statement(None, firm=False)
    values = [_value(text, end) for _, end in spans]
    found = [_shifted(_read(text[start:end], names), start) for start, end in values]
    own_line = [_has_line(text, span, value, names) for span, value in zip(spans, values, strict=True)]
    if own_line[-1] and not any(own_line[:-1]):
        return Statement(found[-1], firm=True)
    return _agreed(found)


def _has_line(text: str, span: tuple[int, int], value: tuple[int, int], names: Names) -> bool:
    """Whether a mark stands at the beginning of a line, and a label alone behind it."""
    lead = text[max(0, span[0] - _LONGEST_VALUE) : span[0]].rpartition("\n")[2]
    return not lead.strip(_TRIMMED) and only_label(text[slice(*value)], names) is not None


def _value(text: str, at: int) -> tuple[int, int]:
    """The rest of the line, or the next line that holds something."""
    start = at
    while start < len(text) and text[start] in _TRIMMED and start - at < _LONGEST_VALUE:
        start += 1
    begin = max(text.rfind("\n", at, start) + 1, at)
    end = text.find("\n", start, begin + _LONGEST_VALUE)
    return begin, end if end >= 0 else min(len(text), begin + _LONGEST_VALUE)


def _lines(text: str, names: Names) -> Statement | None:
    """Lines that are a label and nothing else; the first or last line must be one."""
    lines = [match.span() for match in re.finditer(r"[^\n]+", text) if match[0].strip()]
    found = [
        (index, only_label(text[start:end], names), start) for index, (start, end) in enumerate(lines[:400])
    ]
    alone = [(index, _shifted(one, start)) for index, one, start in found if one is not None]
    labels = {one.label for _, one in alone if one is not None}
    if len(labels) != 1 or len(lines) > 400 or not any(index in (0, len(lines) - 1) for index, _ in alone):
        return None
    answer = alone[0][1]
    return _unless_turned(text, answer, names)


def _led(text: str, names: Names) -> Statement | None:
    """A text that begins with a label as a phrase of its own: "Deceptive. He …", "**Deceptive**, since …"."""
    start = len(text) - len(text.lstrip(_TRIMMED))
    found = next((one for one in find_mentions(text[: start + 200], names) if one.start == start), None)
    if found is None or found.end - found.start == 1 or not _LEAD.match(text, found.end):
        return None
    first = next(end for begin, end in sentences(text) if end > found.start)
    mentions = find_mentions(text[:first], names)
    if any(
        pole != "denied"
        for pole, one in zip(polarities(text[:first], mentions), mentions, strict=True)
        if one.label != found.label
    ):
        return None
    own = [
        pole
        for pole, one in zip(polarities(text[:first], mentions), mentions, strict=True)
        if one.label == found.label
    ]
    if "denied" in own:
        return Statement(None, firm=False)
    return _unless_turned(text, found, names, firm=_HARD_LEAD.match(text, found.end) is not None)


def _weakly_marked(text: str, names: Names) -> Statement | None:
    found = []
    for mark in islice(_WEAK_MARK.finditer(text), _MOST):
        near = text[mark.end() : mark.end() + _LONGEST_VALUE]
        start = len(near) - len(near.lstrip(" \"'*_`([:"))
        named = next((one for one in find_mentions(near, names) if one.start == start), None)
        if named is not None and not _CHOICE.match(near, named.end):
            found.append(_shifted(named, mark.end()))
    statement = _agreed(found)
    return statement._replace(firm=False) if statement is not None else None


def _bold(text: str, names: Names) -> Statement | None:
    """A label in bold print where only one is, and its sentence does not deny it."""
    found: list[Mention | None] = []
    for match in islice(_BOLD.finditer(text), _MOST):
        one = only_label(match[1], names)
        if one is not None:
            found.append(_shifted(one, match.start(1)))
    mentions = find_mentions(text, names)
    poles = dict(zip(((m.start, m.end) for m in mentions), polarities(text, mentions), strict=True))
    if not found or any(one is not None and poles.get((one.start, one.end)) != "given" for one in found):
        return None
    statement = _agreed(found)
    return statement._replace(firm=False) if statement is not None and statement.found is not None else None


def _unless_turned(text: str, found: Mention | None, names: Names, firm: bool = True) -> Statement:
    """A statement, unless the text goes on to take it back and gives another label."""
    assert found is not None
    rest = text[found.end :]
    mentions = find_mentions(rest, names)
    given = [one for one, pole in zip(mentions, polarities(rest, mentions), strict=True) if pole == "given"]
    others = [one for one in given if one.label != found.label]
    turned = any(_TURN.search(rest, max(0, one.start - 200), one.start) for one in others)
    alone = any(
        only_label(rest[begin:end], names)
        for begin, end in sentences(rest)
        for one in others
        if begin <= one.start < end
    )
    if turned or alone:
        return Statement(None, firm=False)
    return Statement(found, firm)


def _read(value: str, names: Names) -> Mention | None:
    """The label of a stated value: the whole of it, its first words, or the only one that it gives."""
    whole = only_label(value, names)
    if whole is not None:
        return whole
    mentions = find_mentions(value, names)
    poles = polarities(value, mentions)
    given = [one for one, pole in zip(mentions, poles, strict=True) if pole == "given"]
    same = {one.label for one in given}
    doubted = any(pole != "given" and one.label in same for one, pole in zip(mentions, poles, strict=True))
    opened = any(pole == "open" for pole in poles)
    return given[0] if len(same) == 1 and not doubted and not opened else None


def _shifted(found: Mention | None, by: int) -> Mention | None:
    return None if found is None else Mention(found.label, found.start + by, found.end + by)


def _agreed(found: list[Mention | None]) -> Statement | None:
    """The last of several statements, if all give the same label."""
    if not found:
        return None
    same = {one.label if one is not None else None for one in found}
    return Statement(found[-1] if len(same) == 1 else None, firm=True)
