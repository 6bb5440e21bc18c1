"""`mgllm show`: a run, or one item's prompts and replies side by side."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from mgllm.analysis.statistics.replies import other_model
from mgllm.analysis.statistics.runs import believed
from mgllm.analysis.wording import read_at, why_none
from mgllm.errors import InputError, unknown
from mgllm.experiment.verifying.doubts import warn_of
from mgllm.records import Frozen, Prompt, Record, RunManifest
from mgllm.store import find_run, read_run


class ShownAnswer(Frozen):
    """One arm's prompt and reply."""

    record: Record
    """The record, without probabilities that the tables do not use."""
    prompt: Prompt | None
    """The prompt; None if the run kept only hashes."""
    remarks: tuple[str, ...] = Field(default=(), exclude_if=lambda remarks: not remarks)
    """About the reply: at which token its probabilities were read, or why it has none; hidden
    reasoning; whether another model answered."""


class ShownRun(Frozen):
    """A run, or one item of it."""

    manifest: RunManifest
    """Everything that decided its numbers."""
    items: tuple[str, ...]
    """Ids of all items."""
    answers: tuple[ShownAnswer, ...]
    """Of the chosen item, in the order of arms; empty without one."""


def show_run(name: str | Path, results: Path, item: str | None = None) -> ShownRun:
    """A run's manifest and, if an item is named, every prompt and reply of it.

    Raises:
        InputError: no such run or item.
    """
    stored = read_run(find_run(name, results))
    warn_of([stored])
    ids = tuple(dict.fromkeys(record.item for record in stored.records))
    if item is None:
        return ShownRun(manifest=stored.manifest, items=ids, answers=())
    if item not in ids:
        raise InputError(unknown("item", item, ids))
    prompts = stored.prompts()
    order = {arm: nth for scenario in stored.manifest.scenarios for nth, arm in enumerate(scenario.arms)}
    chosen = sorted(
        (record for record in stored.records if record.item == item),
        key=lambda record: (
            record.scenario,
            order.get(record.arm, 99),
            record.cell,
            record.epoch,
            record.shuffle,
        ),
    )
    taken = [believed(stored.manifest, record) for record in chosen]
    answers = tuple(
        ShownAnswer(record=r, prompt=prompts.get(r.prompt_sha256), remarks=_remarks(stored.manifest, r))
        for r in taken
    )
    return ShownRun(manifest=stored.manifest, items=ids, answers=answers)


def _remarks(manifest: RunManifest, record: Record) -> tuple[str, ...]:
    why, read, other = why_none(record), read_at(record), other_model(manifest, record.served_model)
    thought = record.reasoning_tokens
    found = (
        why and f"no probabilities: {why}",
        read and f"probabilities read at {read!r}",
        f"{thought:,} tokens of hidden reasoning" if thought else None,
        other and f"answered by {other}",
    )
    return tuple(line for line in found if line)
