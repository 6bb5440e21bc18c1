"""`mgllm compare`: arms against the baseline arm over runs, or the same arm between runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from mgllm.analysis import Covariate, RunRecords, effects_between, flips_between, summarise
from mgllm.analysis.statistics.slices import EXPOSURE, exposures
from mgllm.commands._named_runs import named_runs, refuse_empty, run_records
from mgllm.commands.shown import ShownSummary, shown
from mgllm.errors import InputError, unknown
from mgllm.experiment.options import RunOptions
from mgllm.experiment.verifying.doubts import warn_of
from mgllm.items.loading import load_items
from mgllm.prompts.scenarios import find_scenarios
from mgllm.records import Item, Record, Summary
from mgllm.store import StoredRun, read_options


def compare(  # noqa: PLR0913  # keywords of the public API
    runs: Sequence[str | Path],
    *,
    against: str | Path | None = None,
    results: Path = Path("results"),
    redact: bool = False,
    by: str | None = None,
    items: str | None = None,
    pairs: Sequence[tuple[str, str]] = (),
) -> ShownSummary:
    """Effects and claims of one or more runs; `against` also subtracts one run from the others.

    All claims are one family for Holm's correction.

    Args:
        runs: folders, names, beginnings or ends of names, or `latest`.
        against: a run to subtract from each, arm by arm.
        results: where names are looked up.
        redact: leave run ids, ids of items, file names and folders of local models out.
        by: a covariate of the items, or "exposure": each of its values is a slice.
        items: the item set that the runs asked, if it is no longer where they found it.
        pairs: further contrasts, each an arm and the arm that is subtracted from it.

    Raises:
        InputError: a run is missing, damaged or without records, or no item has such a covariate.
    """
    found = named_runs(runs, results, against)
    warn_of(found)
    refuse_empty(found, "compare it after its first answer")
    other = found.pop() if against is not None else None
    stored = [run_records(run, redact, nth) for nth, run in enumerate(found, 1)]
    summary = summarise(stored, _slicing(found, stored, by, items), pairs)
    if other is not None:
        others = [run_records(other, redact, 0)]
        between = {
            "effects": (*summary.effects, *effects_between(stored, others)),
            "flips": (*summary.flips, *flips_between(stored, others)),
        }
        summary = summary.model_copy(update=between)
    return shown(_without_items(summary) if redact else summary)


def _without_items(summary: Summary) -> Summary:
    """The summary without ids of items, which are often file names; their numbers stay."""
    bare = {"gained_items": (), "lost_items": ()}
    return summary.model_copy(update={"flips": tuple(f.model_copy(update=bare) for f in summary.flips)})


def _slicing(
    runs: Sequence[StoredRun], read: Sequence[RunRecords], by: str | None, items: str | None
) -> Covariate | None:
    """What `--by` names: exposure, which is in the records, or a covariate of the items."""
    if by is None:
        return None
    return exposures(read) if by == EXPOSURE else _covariate(runs, by, items)


def _covariate(runs: Sequence[StoredRun], name: str, items: str | None = None) -> Covariate:
    """A covariate of the items of these runs.

    Args:
        runs: the runs.
        name: of the covariate.
        items: the item set of all of them; None takes the one that each run was started with.

    Raises:
        InputError: there are no items, they are not those that were asked, or they have no such
            covariate.
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
        what = f"--by: {run.path} does not say which item set it used"
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
