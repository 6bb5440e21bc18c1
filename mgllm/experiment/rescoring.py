"""Stored replies judged again by today's rules."""

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
"""What a manifest says of the rules that its records were judged by."""


_TOLD = ("outcome", "answer", "probabilities")
"""What a record tells a table; one in which none of it moves stays as it is written."""


def rescored(
    record: Record, question: Question, words: Mapping[str, Sequence[str]], *, from_server: bool
) -> Record:
    """A record with its reply judged again.

    Args:
        record: as stored.
        question: what was asked, as far as judging needs it.
        words: by label id, everything that names it in a reply.
        from_server: it was asked over an API, where words decide and probabilities are read from tokens.
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
    """As much of the question behind a record as judging needs."""
    prompt = Prompt(form=record.form, messages=(), sha256=record.prompt_sha256)
    choices = tuple(Choice(label=label.id, text=label.text) for label in scenario.labels)
    return Question(prompt=prompt, choices=choices, score=record.score, reasoning=record.reasoning)


def refuse_wordless(stored: StoredRun) -> None:
    """A run that kept no words cannot be judged again where words decide.

    Raises:
        InputError: it kept hashes alone, and its model answered in words.
    """
    old = stored.manifest
    wordy = old.base_url is not None or any(scenario.score != "logprob" for scenario in old.scenarios)
    if not old.stores_text and wordy:
        raise InputError(
            f"run {old.id} kept no replies (--no-store-text), so there is nothing to score again"
        )


def bring_up_to_date(
    stored: StoredRun, planned: Iterable[Planned], words: Words, writer: RunWriter
) -> RunManifest:
    """Before a run of older rules goes on, judge what it has by today's: one table, one set of rules.

    Returns:
        Its manifest, with today's rules.

    Raises:
        InputError: it kept no words to judge again.
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
            if any(getattr(new, name) != getattr(record, name) for name in _TOLD):
                writer.append(new)
    return stored.manifest.model_copy(update=dict(TODAY))
