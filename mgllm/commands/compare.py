"""`mgllm compare`: arms against the baseline arm over runs, or the same arm between runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from mgllm.analysis import RunRecords, effects_between, flips_between, gate, summarise
from mgllm.commands._covariates import covariate
from mgllm.commands._named_runs import named_runs, refuse_empty
from mgllm.records import Summary
from mgllm.store import StoredRun

Facts = Mapping[str, str | int | float | bool | None]


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


def failed_gates(summary: Summary, expressions: Sequence[str]) -> list[str]:
    """A sentence for each `--fail-if` expression that holds.

    Raises:
        InputError: an expression that is none, or names an arm that is not there.
    """
    return [why for expression in expressions if (why := gate(summary, expression)) is not None]


def run_records(stored: StoredRun, redact: bool, nth: int) -> RunRecords:
    """A stored run as the ledger reads it; redacted, it is called run-`nth`."""
    if not redact:
        return RunRecords(manifest=stored.manifest, records=stored.records)
    model = stored.manifest.model
    if stored.manifest.base_url is None:  # its model lay on this machine
        model = _without_folder(model)
    scenarios = tuple(s.model_copy(update={"items_name": "items"}) for s in stored.manifest.scenarios)
    change = {
        **{"id": f"run-{nth}", "model": model, "scenarios": scenarios, "base_url": None},
        **{"model_facts": _nameless(stored.manifest.model_facts), "model_args": {}, "rescored_from": None},
    }
    return RunRecords(
        manifest=stored.manifest.model_copy(update=change),
        records=tuple(record.model_copy(update={"model": model}) for record in stored.records),
    )


def _nameless(facts: Facts) -> Facts:
    """Hashes, numbers and yes or no; words may name a file or a server."""
    return {
        key: value for key, value in facts.items() if not isinstance(value, str) or key.endswith("sha256")
    }


def _without_folder(model: str) -> str:
    """local/home/ann/models/llama → local/llama; a hub id (org/name) stays."""
    backend, _, name = model.partition("/")
    parts = name.replace("\\", "/").split("/")
    is_folder = name.startswith(("/", ".", "~")) or len(parts) > 2
    return f"{backend}/{parts[-1]}" if is_folder else model
