"""Judges stored replies again by today's rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mgllm.answers.refusals import VERSION
from mgllm.answers.verdict import RULES, judge, probabilities
from mgllm.errors import InputError
from mgllm.experiment.asking import Words, reply_of
from mgllm.experiment.plan import Planned
from mgllm.records import Choice, Prompt, Question, Record, RecordKey, RunManifest, ScenarioManifest
from mgllm.store import RunWriter, StoredRun

TODAY: Mapping[str, str] = {"refusal_phrases": VERSION, "answer_rules": RULES}
"""Today's rules, by their fields in a manifest."""

_IN_TABLES = ("outcome", "answer", "probabilities")
"""Fields of a record that tables use; a record in which none of them changes is not written
again."""


def rescored(
    record: Record, question: Question, words: Mapping[str, Sequence[str]], *, from_server: bool
) -> Record:
    """A record with its reply judged again.

    Args:
        record: as stored.
        question: the parts of the question that judging needs.
        words: by label id, everything that names it in a reply.
        from_server: it was asked over an API: words decide, and probabilities are read from tokens.
    """
    reply = reply_of(record, from_server=from_server)
    verdict = judge(reply, question, record.target, words)
    return record.model_copy(
        update={
            "outcome": verdict.outcome,
            "answer": verdict.answer,
            "correct": verdict.correct,
            "probabilities": probabilities(verdict.scores) if verdict.scores is not None else None,
            "scores": verdict.scores,
            "answer_tokens": verdict.answer_tokens,
            "censored": verdict.censored is not None,
            "censored_reason": verdict.censored,
            "error": reply.error or verdict.hint,
        }
    )


def question_of(record: Record, scenario: ScenarioManifest) -> Question:
    """The parts of a record's question that judging needs."""
    prompt = Prompt(form=record.form, messages=(), sha256=record.prompt_sha256)
    choices = tuple(Choice(label=label.id, text=label.text) for label in scenario.labels)
    return Question(prompt=prompt, choices=choices, score=record.score, reasoning=record.reasoning)


def refuse_wordless(stored: StoredRun) -> None:
    """Refuse a run without stored replies if its answers are words.

    Raises:
        InputError: it kept only hashes, and its model answered in words.
    """
    old = stored.manifest
    wordy = old.base_url is not None or any(scenario.score != "logprob" for scenario in old.scenarios)
    if not old.stores_text and wordy:
        raise InputError(
            f"run {old.id} has no stored replies (--no-store-text), so they cannot be judged by today's rules"
        )


def bring_up_to_date(
    stored: StoredRun, planned: Iterable[Planned], words: Words, writer: RunWriter
) -> RunManifest:
    """Judge a run's old records by today's rules before it is resumed: one table, one set of rules.

    Returns:
        Its manifest, with today's rules.

    Raises:
        InputError: it has no stored replies to judge again.
    """
    if all(getattr(stored.manifest, name) == version for name, version in TODAY.items()):
        return stored.manifest
    refuse_wordless(stored)
    by_key: dict[RecordKey, Planned] = {one.key: one for one in planned}
    from_server = stored.manifest.base_url is not None
    for record in stored.records:
        if record.key in by_key and record.outcome != "failed":
            one = by_key[record.key]
            new = rescored(record, one.question, words.of(one), from_server=from_server)
            if any(getattr(new, name) != getattr(record, name) for name in _IN_TABLES):
                writer.append(new)
    return stored.manifest.model_copy(update=dict(TODAY))
