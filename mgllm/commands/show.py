"""`mgllm runs` and `mgllm show`: what there is, and one item's prompts and replies side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from mgllm.errors import InputError, unknown
from mgllm.records import Frozen, Outcome, Prompt, Record, RunManifest
from mgllm.store import find_run, read_manifest, read_run, run_names


class RunLine(Frozen):
    """One run, in short."""

    run: str
    """Folder name."""
    created: str
    """UTC."""
    model: str
    """Full model name."""
    scenarios: tuple[str, ...]
    """Their names."""
    records: int
    """Records it has."""
    outcomes: Mapping[Outcome, int]
    """Records by outcome."""


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


def list_runs(results: Path) -> tuple[RunLine, ...]:
    """All runs in a folder, oldest first."""
    lines = []
    for name in run_names(results):
        stored = read_run(results / name)
        lines.append(
            RunLine(
                run=name,
                created=stored.manifest.created,
                model=stored.manifest.model,
                scenarios=tuple(scenario.name for scenario in stored.manifest.scenarios),
                records=len(stored.records),
                outcomes=dict(Counter(record.outcome for record in stored.records)),
            )
        )
    return tuple(lines)


def show_run(name: str | Path, results: Path, item: str | None = None) -> ShownRun:
    """A run's manifest and, if an item is named, every prompt and reply of it.

    Raises:
        InputError: no such run or item.
    """
    folder = find_run(name, results)
    if item is None:
        stored = read_run(folder)
        ids = tuple(dict.fromkeys(record.item for record in stored.records))
        return ShownRun(manifest=read_manifest(folder), items=ids, answers=())
    stored = read_run(folder)
    ids = tuple(dict.fromkeys(record.item for record in stored.records))
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
