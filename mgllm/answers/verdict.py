"""Makes a verdict from a reply; without side effects, so that stored replies can be judged
again."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from mgllm.answers.alignment import read_scores
from mgllm.answers.kept import keep_tokens
from mgllm.answers.words import Reading, read_words
from mgllm.records import AnswerToken, CensoredReason, LabelScores, Question, Reply, Verdict

RULES = "2"
"""Raised whenever replies are judged in another way, because that changes numbers; in every
manifest."""

CUT = "the reply was cut off at --max-tokens; give a larger number"


def judge(
    reply: Reply, question: Question, target: str | None, words: Mapping[str, Sequence[str]]
) -> Verdict:
    """The outcome and the answer of a reply.

    Scores of complete labels from the backend decide if there are any. Otherwise the written words
    decide, and probabilities are read where the answer begins, or not at all.

    Args:
        reply: from the backend.
        question: what was asked, and whether probabilities were asked for.
        target: the true label's id, if known.
        words: by label id, everything that names it in a reply (id, text, letter).
    """
    if reply.error is not None:
        return Verdict(outcome="failed", hint=reply.error)
    if reply.refusal:
        return Verdict(outcome="refused")
    if reply.scores is not None:
        return _scored(reply.scores, target)
    if reply.finish_reason == "length":
        return Verdict(outcome="unparsed", hint=reply.hint or CUT)
    return _said(reply, question, target, words)


def probabilities(scores: LabelScores) -> dict[str, float]:
    """Softmax over the labels of their sums of log-probabilities, which decide."""
    top = max(scores.total.values())
    weights = {label: math.exp(total - top) for label, total in scores.total.items()}
    total = sum(weights.values())
    return {label: weight / total for label, weight in weights.items()}


def most_probable(scores: LabelScores) -> str | None:
    """The label with the largest sum; None if several have it: a tie does not count as an
    answer."""
    top = max(scores.total.values())
    best = [label for label, total in scores.total.items() if total == top]
    return best[0] if len(best) == 1 else None


def _said(
    reply: Reply, question: Question, target: str | None, words: Mapping[str, Sequence[str]]
) -> Verdict:
    reading = read_words(reply.text or "", words)
    if reading.refused:
        return Verdict(outcome="refused")
    if reading.label is None:
        return Verdict(outcome="unparsed", hint=reply.hint or reading.hint)
    return _answered(reading.label, target, **_read_probabilities(reply, question, reading, words))


def _scored(scores: LabelScores, target: str | None) -> Verdict:
    answer = most_probable(scores)
    if answer is None:
        hint = "labels have equal scores; a tie does not count as an answer"
        return Verdict(outcome="unparsed", hint=hint, scores=scores)
    return _answered(answer, target, scores=scores)


def _read_probabilities(
    reply: Reply, question: Question, reading: Reading, words: Mapping[str, Sequence[str]]
) -> dict[str, LabelScores | tuple[AnswerToken, ...] | CensoredReason]:
    """Scores and the tokens from which they were read, or why there are none; empty if not asked
    for."""
    if question.score != "logprob":
        return {}
    kept = reply.kept or keep_tokens(reply.text or "", reply.tokens, reading)
    if isinstance(kept, str):
        return {"censored": kept}
    scores = read_scores(reply.text or "", kept, reading, words)
    if isinstance(scores, str):
        return {"censored": scores, "answer_tokens": kept}
    return {"scores": scores, "answer_tokens": kept}


def _answered(
    answer: str, target: str | None, **read: LabelScores | tuple[AnswerToken, ...] | CensoredReason
) -> Verdict:
    correct = None if target is None else answer == target
    return Verdict.model_validate({"outcome": "answered", "answer": answer, "correct": correct, **read})
