"""Asks planned questions and writes a record for each."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mgllm.answers.verdict import judge, probabilities
from mgllm.backends.base import Backend
from mgllm.disk.steps import step
from mgllm.errors import BudgetReached, InputError, RunStopped
from mgllm.experiment.budget import Budget
from mgllm.experiment.lasting import Lasting
from mgllm.experiment.options import RunOptions
from mgllm.experiment.plan import Planned
from mgllm.progress import Progress
from mgllm.records import Record, RecordKey, Reply, Verdict, is_attributed, probe_at
from mgllm.store import RunWriter

MOST_UNCONFIRMED = 1000
"""Questions that `--attribute` may add without `--yes`: more take long or cost much by surprise."""


@dataclass(frozen=True)
class Group:
    """Planned questions that are the same: asked once, recorded for each."""

    members: tuple[Planned, ...]

    @property
    def first(self) -> Planned:
        """The one that is asked."""
        return self.members[0]


@dataclass(frozen=True)
class Words:
    """By scenario, then by label id, everything that names the label in a reply."""

    by_scenario: Mapping[str, Mapping[str, Sequence[str]]]

    def of(self, planned: Planned) -> Mapping[str, Sequence[str]]:
        return self.by_scenario[planned.key.scenario]


@dataclass(frozen=True)
class Desk:
    """Everything that asking questions and writing records needs."""

    backend: Backend
    writer: RunWriter
    model: str
    words: Words
    budget: Budget
    progress: Progress
    lasting: Lasting = field(default_factory=lambda: Lasting(answered=False))


def group_questions(planned: Iterable[Planned]) -> list[Group]:
    """Group questions that are the same: prompts of one item that are identical, and the arm
    `none`, which shows nothing of the item and is asked once for each label order."""
    groups: dict[object, list[Planned]] = {}
    for one in planned:
        groups.setdefault(_identity(one), []).append(one)
    return [Group(tuple(members)) for members in groups.values()]


async def ask_all(groups: Sequence[Group], desk: Desk, concurrency: int) -> RunStopped | None:
    """Ask in order, `concurrency` at a time; each record is on disk before the next question is
    asked.

    Returns:
        What stopped it early (a budget, or equal failures of all questions), or None.

    Raises:
        FatalBackendError: the model cannot answer any more questions.
    """
    waiting = iter(groups)
    width = max(1, min(concurrency, desk.backend.concurrency, len(groups)))
    workers = [asyncio.create_task(_work(waiting, desk)) for _ in range(width)]
    try:
        stops = await asyncio.gather(*workers)
    except BaseException:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        raise
    return next((stop for stop in stops if stop is not None), None)


def make_record(
    planned: Planned, reply: Reply, verdict: Verdict, model: str, shared: RecordKey | None
) -> Record:
    """One line of `records.jsonl`."""
    question, item, cell = planned.question, planned.item, planned.cell
    probe = probe_at(planned.key.arm)
    return Record(
        **planned.key._replace(arm="" if probe else planned.key.arm)._asdict(),
        probe=probe,
        wording=cell.wording,
        order=cell.order,
        style=cell.style,
        shots=planned.shots,
        subject=item.subject,
        subject_known=item.subject_known,
        model=model,
        form=question.prompt.form,
        reasoning=question.reasoning,
        score=question.score,
        cue_source=planned.cue_source,
        exposure=planned.exposure,
        cue_f1=planned.cue_f1,
        label_order=planned.label_order,
        masked=item.masked,
        outcome=verdict.outcome,
        answer=verdict.answer,
        target=item.target,
        correct=verdict.correct,
        probabilities=probabilities(verdict.scores) if verdict.scores is not None else None,
        scores=verdict.scores,
        answer_tokens=verdict.answer_tokens,
        censored=verdict.censored is not None,
        censored_reason=verdict.censored,
        text=reply.text,
        finish_reason=reply.finish_reason,
        refusal=reply.refusal,
        prompt_sha256=question.prompt.sha256,
        shared_with="/".join(map(str, shared)) if shared is not None else None,
        usage=None if shared is not None else reply.usage,
        reasoning_tokens=None if shared is not None else reply.reasoning_tokens,
        cached_tokens=None if shared is not None else reply.cached_tokens,
        served_model=reply.served_model,
        latency_s=round(reply.latency_s, 4),
        attempts=0 if shared is not None else reply.attempts,
        error=reply.error or verdict.hint,
    )


def reply_of(record: Record, *, from_server: bool) -> Reply:
    """The reply of a record, to be judged again or given to records that share it.

    Args:
        record: as stored.
        from_server: its scores were read from a server's tokens, and are read again from the tokens
            in the record; older records have none.
    """
    failed = record.outcome == "failed"
    return Reply(
        text=record.text,
        scores=None if from_server else record.scores,
        kept=record.answer_tokens,
        usage=record.usage,
        reasoning_tokens=record.reasoning_tokens,
        cached_tokens=record.cached_tokens,
        served_model=record.served_model,
        finish_reason=record.finish_reason,
        refusal=record.refusal,
        latency_s=record.latency_s,
        attempts=record.attempts,
        error=(record.error or "failed") if failed else None,
    )


def write_twins(groups: Iterable[Group], done: Mapping[RecordKey, Record], desk: Desk) -> list[Group]:
    """On resuming, give an answered group's reply to its missing members; return the groups still
    to ask."""
    still = []
    for group in groups:
        kept = next((done[m.key] for m in group.members if m.key in done), None)
        if kept is None:
            still.append(group)
            continue
        for member in group.members:
            if member.key not in done:
                reply = reply_of(kept, from_server=desk.backend.base_url is not None)
                _write(member, reply, desk, kept.key)
    return still


def write_unsendable(planned: Iterable[Planned], why: Mapping[tuple[str, str], str], desk: Desk) -> None:
    """Record as failed, before any call, all arms of items that do not fit the model's context."""
    for one in planned:
        reply = Reply(error=why[one.key.scenario, one.key.item], attempts=0)
        _write(one, reply, desk, None)


async def _work(waiting: Iterator[Group], desk: Desk) -> RunStopped | None:
    for group in waiting:
        if desk.lasting.stop is not None:
            return desk.lasting.stop
        try:
            reserved = desk.budget.reserve(group.first.question)
        except BudgetReached as stop:
            return stop
        step("ask")
        reply = await desk.backend.ask(group.first.question)
        step("answered")
        desk.budget.settle(reserved, reply)
        desk.lasting.note(reply)
        for member in group.members:
            _write(member, reply, desk, None if member is group.first else group.first.key)
    return desk.lasting.stop


def _write(planned: Planned, reply: Reply, desk: Desk, shared: RecordKey | None) -> None:
    verdict = judge(reply, planned.question, planned.item.target, desk.words.of(planned))
    record = make_record(planned, reply, verdict, desk.model, shared)
    desk.writer.keep_prompt(planned.question.prompt)
    desk.writer.append(record)
    desk.progress.count(record)


def _identity(planned: Planned) -> object:
    question, key = planned.question, planned.key
    choices = frozenset((choice.label, choice.text) for choice in question.choices)
    owner = None if planned.blind else key.item
    return key.scenario, owner, question.prompt.sha256, choices, key.epoch


def attribution_questions(planned: Iterable[Planned]) -> int:
    """Number of different questions that only `--attribute` asks."""
    groups = group_questions(planned)
    return sum(all(is_attributed(one.key.arm) for one in group.members) for group in groups)


def refuse_unconfirmed(planned: Iterable[Planned], options: RunOptions) -> None:
    """Refuse a large `--attribute` without `--yes`.

    Raises:
        InputError: it would ask more than MOST_UNCONFIRMED questions, and `--yes` was not given.
    """
    if not options.ask.attribute or options.yes:
        return
    questions = attribution_questions(planned)
    if questions > MOST_UNCONFIRMED:
        raise InputError(
            f"--attribute would ask {questions:,} questions more; if that is right, add --yes (it is needed "
            f"above {MOST_UNCONFIRMED:,}); --dry-run shows the cost, --limit N asks fewer"
        )
