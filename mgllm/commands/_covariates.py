"""What is known of a run's items beside speech and gestures: from the item set that it asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from mgllm.analysis import Covariate
from mgllm.errors import InputError, unknown
from mgllm.experiment.options import RunOptions
from mgllm.items.loading import load_items
from mgllm.prompts.scenarios import find_scenarios
from mgllm.records import Item, Record
from mgllm.store import StoredRun, read_options


def covariate(runs: Sequence[StoredRun], name: str, items: str | None = None) -> Covariate:
    """A covariate of the items of these runs.

    Args:
        runs: the runs.
        name: of the covariate.
        items: the item set of all of them; None reads again what each run was started with.

    Raises:
        InputError: the items are not there, are other ones than those asked, or lack the covariate.
    """
    values: dict[tuple[str, str], str | int | float | bool | None] = {}
    known: set[str] = set()
    for run in runs:
        for scenario, where in _sources(run, items):
            found = {item.id: item for item in load_items(where)}
            asked = [record for record in run.records if record.scenario == scenario]
            _refuse_others(asked, found, where)
            known.update(key for item in found.values() for key in item.covariates)
            values |= {(scenario, item.id): item.covariates.get(name) for item in found.values()}
    if name not in known:
        raise InputError(f"--by: {unknown('covariate', name, known)}")
    return Covariate(name, values)


def _sources(run: StoredRun, items: str | None) -> Iterable[tuple[str, str]]:
    """Scenario and item set, for each scenario of a run."""
    asked = [scenario.name for scenario in run.manifest.scenarios]
    if items is not None:
        return [(name, items) for name in asked]
    try:
        options = read_options(run.path, RunOptions)
    except InputError:
        what = f"--by: {run.path} does not say which items it asked"
        raise InputError(f"{what}; name the item set with --items") from None
    if options.which.items is not None:
        return [(name, options.which.items) for name in asked]
    found = find_scenarios(options.scenarios, options.folders)
    return [(each.scenario.name, str(each.items_path())) for each in found if each.scenario.name in asked]


def _refuse_others(records: Iterable[Record], items: dict[str, Item], where: str | Path) -> None:
    for record in records:
        item = items.get(record.item)
        if item is None or (item.subject, item.target) != (record.subject, record.target):
            raise InputError(
                f"--by: item '{record.item}' of the run is not in {where}, or has another subject or target "
                "there; name the item set that was asked with --items"
            )
