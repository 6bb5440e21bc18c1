"""From a reply to a verdict: pure, so that stored replies can be scored again."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from mgllm.answers.refusals import declines
from mgllm.answers.words import find_label, mentions
from mgllm.records import Choice, LabelScores, Question, Reply, Verdict


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


def _read(reply: Reply, target: str | None, words: Mapping[str, Sequence[str]]) -> Verdict:
    if reply.finish_reason == "length":
        return Verdict(outcome="unparsed", hint="the reply was cut at --max-tokens; raise it")
    text = reply.text or ""
    answer = find_label(text, words)
    if answer is not None:
        return _answered(answer, target)
    if declines(text) and not mentions(text, words):
        return Verdict(outcome="refused")
    return Verdict(outcome="unparsed", hint="the reply does not name exactly one label")


def _answered(answer: str, target: str | None) -> Verdict:
    return Verdict(outcome="answered", answer=answer, correct=None if target is None else answer == target)


def _decides(scores: LabelScores, choices: Sequence[Choice]) -> bool:
    """Whether at least one label was seen; all censored means that the model said something else."""
    return len(set(scores.censored)) < len(choices)
