"""Finds answers in a special form: JSON, a box, tags, "Answer: X", a line of its own, bold print.

Such a statement counts more than labels in the text around it. Different statements count as none.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

from mgllm.answers.clauses import sentences
from mgllm.answers.marks import TRIMMED, marked_values
from mgllm.answers.naming import Mention, Names, find_mentions, only_label
from mgllm.answers.objects import answers_in_objects
from mgllm.answers.polarity import polarities

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
_STRUCK = re.compile(r"~~[^~\n]{1,80}~~|<(?P<tag>del|s|strike)>[^<>\n]{1,80}</(?P=tag)>", re.IGNORECASE)
"""Text that is struck out; it does not count."""
_STRONG = re.compile(r"</?(?:b|strong)>", re.IGNORECASE)
_LEAD = re.compile(r"[\"'*_`)\]]{0,4}\s?(?:[.!。！,;:，；：(（]|[—–-]\s|\n|$)")
_HARD_LEAD = re.compile(r"[\"'*_`)\]]{0,4}\s?(?:[.!。！]|\n|$)")
_TURN = re.compile(
    r"\b(?:actually|wait|on second thoughts?|on reflection|correction|scratch that|"
    r"i take that back|changed my mind|let me re\w+|hmm|or rather|"
    r"no,|nein,|moment|en fait|mejor dicho|不对|不，|等等|いや)",
    re.IGNORECASE,
)
_MOST = 64
"""Most statements of one form that are read."""
_OPTION = re.compile(r"[\s(*\"'>-]{0,6}[A-Za-z][.):]\)?\s")
"""A line of a list of possible answers."""
_LONGEST_LINE = 200
"""Longest first line that may be only a label."""
_MOST_LINES = 400
"""Most lines of a text in which lines with only a label are looked for."""
_CHECKED = re.compile(r"^[\s>*-]{0,8}(?:[\[(][xX✓✔][\])]|[☑✅✔✓])", re.MULTILINE)
_UNCHECKED = re.compile(r"^[\s>*-]{0,8}(?:\[ ?\]|\( ?\)|[☐❌✗✘✖])", re.MULTILINE)
"""A box before a label of a list: checked above, empty here."""


class Statement(NamedTuple):
    """The answer that a text states."""

    found: Mention | None
    """The label and its place; None if the statement is not exactly one label."""
    firm: bool
    """Whether it is clear enough to count although there is also a phrase of refusal."""


def unformatted(text: str) -> str:
    """The text without HTML's formatting tags; bold becomes Markdown. All characters keep their
    places."""
    for pattern in (_FORMAT, _STRUCK):
        text = pattern.sub(_spaces, text)
    return _STRONG.sub(lambda match: "**".ljust(len(match[0])), text)


def find_statement(text: str, names: Names) -> Statement | None:
    """The answer that a plain text states in a special form; None if there is no such form."""
    known = _known(names)
    if any(
        not {tag[1].casefold(), tag[0].strip("</> ").casefold()} & known
        for tag in _UNKNOWN_TAG.finditer(text)
    ):
        return Statement(None, firm=False)
    for look in (_whole, _json, _boxed, _tagged, _marked, _lines, _led, _bold):
        statement = look(text, names)
        if statement is not None:
            return _unless_turned(text, _unless_begun(text, statement, names), names)
    return None


def _unless_begun(text: str, statement: Statement, names: Names) -> Statement:
    """The statement, unless the first line is another label: then it belongs to another
    question."""
    line = text.lstrip().partition("\n")[0]
    first = only_label(line, names) if len(line) <= _LONGEST_LINE else None
    differs = first is not None and statement.found is not None and first.label != statement.found.label
    return Statement(None, firm=False) if differs else statement


def _spaces(match: re.Match[str]) -> str:
    return " " * len(match[0])


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
        bare = _LATEX.sub(_spaces, box[1])
        found.append(_shifted(_read(bare, names), box.start(1)))
    return _agreed(found)


def _tagged(text: str, names: Names) -> Statement | None:
    return _agreed(
        [_shifted(_read(tag[2], names), tag.start(2)) for tag in islice(_TAGGED.finditer(text), _MOST)]
    )


def _marked(text: str, names: Names) -> Statement | None:
    """The answer after "Answer:". If the last mark has its own line, it counts."""
    values = marked_values(text, names)
    if values is None:
        return Statement(None, firm=False)
    found = [_shifted(_read(text[start:end], names), start) for start, end, _ in values]
    if values and values[-1][2] and not any(alone for _, _, alone in values[:-1]):
        return Statement(found[-1], firm=True)
    return _agreed(found)


def _lines(text: str, names: Names) -> Statement | None:
    """Lines that are only a label; the first or last line must be one. In a list, the checked
    ones."""
    lines = [match.span() for match in re.finditer(r"[^\n]+", text) if match[0].strip()]
    if len(lines) > _MOST_LINES:
        return None
    boxed = _UNCHECKED.search(text) is not None and _CHECKED.search(text) is not None
    options = [index for index, (start, end) in enumerate(lines) if _OPTION.match(text, start, end)]
    alone = {
        index: _shifted(one, start)
        for index, (start, end) in enumerate(lines)
        if not (boxed and _CHECKED.match(text[start:end]) is None)
        and not (len(options) > 1 and index in options)
        and (one := only_label(_CHECKED.sub(_spaces, text[start:end]), names)) is not None
    }
    labels = {one.label for one in alone.values() if one is not None}
    if len(labels) != 1 or not (boxed or alone.keys() & {0, len(lines) - 1}):
        return None
    return Statement(next(iter(alone.values())), firm=True)


def _led(text: str, names: Names) -> Statement | None:
    """A text that begins with a label as its own phrase: "Deceptive. He …", "**Deceptive**, since
    …"."""
    start = len(text) - len(text.lstrip(TRIMMED))
    found = next((one for one in find_mentions(text[: start + 200], names) if one.start == start), None)
    if found is None or found.end - found.start == 1 or not _LEAD.match(text, found.end):
        return None
    first = next(end for _, end in sentences(text) if end > found.start)
    mentions = find_mentions(text, names)
    poles = [
        (pole, one)
        for pole, one in zip(polarities(text, mentions), mentions, strict=True)
        if one.start < first
    ]
    if poles[0][0] != "given" or any(pole != "denied" for pole, one in poles if one.label != found.label):
        return None
    if any(pole == "denied" for pole, one in poles if one.label == found.label):
        return Statement(None, firm=False)
    return Statement(found, firm=_HARD_LEAD.match(text, found.end) is not None)


def _bold(text: str, names: Names) -> Statement | None:
    """A label in bold print, if it is the only one and its sentence gives it."""
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


def _unless_turned(text: str, statement: Statement, names: Names) -> Statement:
    """The statement, unless the rest of the text takes it back or gives another label."""
    if statement.found is None:
        return statement
    label, rest = statement.found.label, text[statement.found.end :]
    mentions = find_mentions(rest, names)
    poles = polarities(rest, mentions)
    others = [(pole, one.start) for pole, one in zip(poles, mentions, strict=True) if one.label != label]
    again = any(pole == "given" and one.label == label for pole, one in zip(poles, mentions, strict=True))
    if any(
        pole == "given" or (pole == "open" and _TURN.search(rest, max(0, at - 200), at))
        for pole, at in others
    ):
        return Statement(None, firm=False)
    turned = any(_TURN.match(rest[start:end].lstrip()) for start, end in sentences(rest))
    return Statement(None, firm=False) if turned and not again else statement


def _read(value: str, names: Names) -> Mention | None:
    """The label of a stated value: all of the value, or the only label that it gives."""
    whole = only_label(value, names)
    if whole is not None:
        return whole
    mentions = find_mentions(value, names)
    poles = polarities(value, mentions)
    given = [one for one, pole in zip(mentions, poles, strict=True) if pole == "given"]
    same = {one.label for one in given}
    if len(same) != 1 or any(
        pole != "given" and one.label in same for one, pole in zip(mentions, poles, strict=True)
    ):
        return None
    leads = given[0].start == len(value) - len(value.lstrip(TRIMMED))
    return given[0] if leads or "open" not in poles else None


def _shifted(found: Mention | None, by: int) -> Mention | None:
    return None if found is None else Mention(found.label, found.start + by, found.end + by)


def _agreed(found: list[Mention | None]) -> Statement | None:
    """The last of several statements, if all give the same label."""
    if not found:
        return None
    same = {one.label if one is not None else None for one in found}
    return Statement(found[-1] if len(same) == 1 else None, firm=True)
