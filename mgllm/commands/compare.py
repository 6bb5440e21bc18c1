"""`mgllm compare`: arms against the baseline arm over runs, or the same arm between runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mgllm.analysis import effects_between, flips_between, summarise
from mgllm.commands._covariates import covariate
from mgllm.commands._named_runs import named_runs, refuse_empty, run_records
from mgllm.records import Summary


def compare(  # noqa: PLR0913  # keywords of the public API
    runs: Sequence[str | Path],
    *,
    against: str | Path | None = None,
    results: Path = Path("results"),
    redact: bool = False,
    by: str | None = None,
    items: str | None = None,
    pairs: Sequence[tuple[str, str]] = (),
) -> Summary:
    """The summary of one or more runs together, one Holm family; `against` adds run-against-run effects.

    Args:
        runs: folders, names, beginnings or ends of names, or `latest`.
        against: a run to subtract from each, arm by arm.
        results: where names are looked up.
        redact: leave run ids, ids of items, file names and folders of local models out.
        by: a covariate of the items: each of its values is a slice.
        items: the item set that the runs asked, if it no longer lies where they found it.
        pairs: further contrasts, each an arm and what it is taken against.

    Raises:
        InputError: a run is not there, is damaged or has no records, or its items have no such covariate.
    """
    found = named_runs(runs, results, against)
    refuse_empty(found, "nothing can be compared before its first answer")
    other = found.pop() if against is not None else None
    stored = [run_records(run, redact, nth) for nth, run in enumerate(found, 1)]
    summary = summarise(stored, covariate(found, by, items) if by is not None else None, pairs)
    if other is not None:
        others = [run_records(other, redact, 0)]
        between = {
            "effects": (*summary.effects, *effects_between(stored, others)),
            "flips": (*summary.flips, *flips_between(stored, others)),
        }
        summary = summary.model_copy(update=between)
    return _without_items(summary) if redact else summary


def _without_items(summary: Summary) -> Summary:
    """Ids of items are often file names: the counts stay."""
    bare = {"gained_items": (), "lost_items": ()}
    return summary.model_copy(update={"flips": tuple(f.model_copy(update=bare) for f in summary.flips)})
