"""`mgllm show`: a run, or one item's prompts and replies side by side."""

from __future__ import annotations

from pathlib import Path

from mgllm.errors import InputError, unknown
from mgllm.records import Frozen, Prompt, Record, RunManifest
from mgllm.store import find_run, read_run


class ShownAnswer(Frozen):
    """One arm's prompt and reply."""

    record: Record
    """The record."""
    prompt: Prompt | None
    """The prompt; None where the run kept hashes alone."""


class ShownRun(Frozen):
    """A run, or one item of it."""

    manifest: RunManifest
    """Everything that decided its numbers."""
    items: tuple[str, ...]
    """Ids of all items."""
    answers: tuple[ShownAnswer, ...]
    """Of the item asked for, in the order of arms; empty if none was."""


def show_run(name: str | Path, results: Path, item: str | None = None) -> ShownRun:
    """A run's manifest and, if an item is named, every prompt and reply of it.

    Raises:
        InputError: no such run or item.
    """
    stored = read_run(find_run(name, results))
    ids = tuple(dict.fromkeys(record.item for record in stored.records))
    if item is None:
        return ShownRun(manifest=stored.manifest, items=ids, answers=())
    if item not in ids:
        raise InputError(unknown("item", item, ids))
    prompts = stored.prompts()
    order = {arm: nth for scenario in stored.manifest.scenarios for nth, arm in enumerate(scenario.arms)}
    chosen = sorted(
        (record for record in stored.records if record.item == item),
        key=lambda record: (record.scenario, order.get(record.arm, 99), record.epoch, record.shuffle),
    )
    answers = tuple(ShownAnswer(record=r, prompt=prompts.get(r.prompt_sha256)) for r in chosen)
    return ShownRun(manifest=stored.manifest, items=ids, answers=answers)
