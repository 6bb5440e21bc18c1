"""From a reply to a verdict: pure, so that stored replies can be scored again."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from mgllm.answers.refusals import declines
from mgllm.records import Choice, LabelScores, Question, Reply, Verdict

_THINKING = re.compile(r"<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_UNCLOSED = re.compile(r"<(think|thinking|reasoning)>(?!.*</\1>).*", re.DOTALL | re.IGNORECASE)
_ANSWER = re.compile(r"\banswer\b\W{0,4}:\W*|\banswer is\b\W*", re.IGNORECASE)
_NEGATION = re.compile(
    r"\b(?:not|never|neither|nor|isn't|wasn't|doesn't|didn't|cannot|than)(?:\W+\w+)?\W+$", re.I
)


def judge(
    reply: Reply, question: Question, target: str | None, words: Mapping[str, Sequence[str]]
) -> Verdict:
    """What a reply is taken for.

    Args:
        reply: from the backend.
        question: what was asked; it says whether scores or words decide.
        target: the true label's id, if known.
        words: by label id, everything that names it in a reply (id, text, letter).
    """
    if reply.error is not None:
        return Verdict(outcome="failed", hint=reply.error)
    if reply.refusal:
        return Verdict(outcome="refused")
    if reply.scores is not None and _decides(reply.scores, question.choices):
        return _answered(most_probable(reply.scores), target)
    return _read(reply, target, words)


def probabilities(scores: LabelScores) -> dict[str, float]:
    """Softmax over the labels of the deciding score, the sum of log-probabilities."""
    top = max(scores.total.values())
    weights = {label: math.exp(total - top) for label, total in scores.total.items()}
    total = sum(weights.values())
    return {label: weight / total for label, weight in weights.items()}


def most_probable(scores: LabelScores) -> str:
    """The label with the largest sum; among equals the first in spelling, in whatever order they stood."""
    return min(scores.total, key=lambda label: (-scores.total[label], label))


def find_label(text: str, words: Mapping[str, Sequence[str]]) -> str | None:
    """The one label that a text names, or None where it names none, several or the contrary of one.

    >>> find_label("Answer: **deceptive**.", {"t": ["truthful"], "d": ["deceptive"]})
    'd'
    >>> find_label("She is not truthful", {"t": ["truthful"], "d": ["deceptive"]}) is None
    True
    """
    text = _UNCLOSED.sub("", _THINKING.sub("", text.replace("’", "'")))
    marks = list(_ANSWER.finditer(text))
    if marks:
        last = text[marks[-1].end() :].lstrip()
        return _label_in(last.split("\n")[0], words)
    first = text.strip().split("\n")[0]
    return _whole(first, words) or _label_in(text, words)


def _read(reply: Reply, target: str | None, words: Mapping[str, Sequence[str]]) -> Verdict:
    if reply.finish_reason == "length":
        return Verdict(outcome="unparsed", hint="the reply was cut at --max-tokens; raise it")
    text = reply.text or ""
    answer = find_label(text, words)
    if answer is not None:
        return _answered(answer, target)
    if declines(text) and not _mentions(text, words):
        return Verdict(outcome="refused")
    return Verdict(outcome="unparsed", hint="the reply does not name exactly one label")


def _answered(answer: str, target: str | None) -> Verdict:
    return Verdict(outcome="answered", answer=answer, correct=None if target is None else answer == target)


def _decides(scores: LabelScores, choices: Sequence[Choice]) -> bool:
    """Whether at least one label was seen; all censored means that the model said something else."""
    return len(set(scores.censored)) < len(choices)


def _whole(line: str, words: Mapping[str, Sequence[str]]) -> str | None:
    bare = line.strip(" \t\"'`*_.,:;!()[]{}<>#-").casefold()
    return next((label for label, names in words.items() if bare in {n.casefold() for n in names}), None)


def _label_in(text: str, words: Mapping[str, Sequence[str]]) -> str | None:
    found = set()
    for label, start in _mentions(text, words):
        if _NEGATION.search(text[:start]):
            return None
        found.add(label)
    return found.pop() if len(found) == 1 else None


def _mentions(text: str, words: Mapping[str, Sequence[str]]) -> list[tuple[str, int]]:
    """Labels named in a text and where; at one place the longest name counts."""
    names = sorted(
        ((name, label) for label, ns in words.items() for name in ns), key=lambda pair: -len(pair[0])
    )
    taken: list[tuple[int, int]] = []
    found = []
    for name, label in names:
        flags = 0 if len(name) == 1 else re.IGNORECASE  # a lettered "A" is not the article "a"
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, flags):
            if all(match.end() <= start or match.start() >= end for start, end in taken):
                taken.append(match.span())
                found.append((label, match.start()))
    return found
