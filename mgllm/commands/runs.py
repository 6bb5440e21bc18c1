"""`mgllm runs`: the runs in a folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from mgllm.records import Frozen, Outcome
from mgllm.store import read_run, run_names


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
