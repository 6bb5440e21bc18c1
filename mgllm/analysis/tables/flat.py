"""For programs: the summary as one CSV, and records as a data frame; numbers plain and
unrounded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mgllm.analysis.statistics.runs import PriorKey, corrected, log_odds, priors
from mgllm.analysis.tables.cells import Value, csv_text
from mgllm.analysis.tables.dose_tables import dose_lines
from mgllm.records import (
    FIRST_ROLES,
    ArmBias,
    ArmSummary,
    Attribution,
    Claim,
    Effect,
    Frozen,
    Record,
    RegisteredTest,
    RowName,
    Share,
    Summary,
)

if TYPE_CHECKING:
    import pandas as pd

PAIRS = {
    *("interval", "accuracy_interval", "agreement_interval", "by_subject_interval", "bca_interval", "bounds"),
    "equivalence_interval",
    *("uar_interval", "auc_interval", "other_wordings"),
}
"""Fields that become two columns, `…_low` and `…_high`."""
SELDOM = tuple(
    name
    for model in (RowName, ArmSummary, Effect, ArmBias)
    for name, field in model.model_fields.items()
    if field.exclude_if is not None and name != "further"
)
"""Beginnings of columns that most summaries do not have: they come last, if there are any."""
NESTED = {"probabilities", "scores", "usage", "label_order", "answer_tokens"}
"""Fields that become several columns or another type, or are left out."""


def flat_csv(summary: Summary) -> str:
    """A summary as one CSV; the column `table` says which table a line is from; notes and ids are
    left out.

    Columns carry the names of the fields of `summary.json`; shares and exposures have a column
    each.
    """
    rows = [{"table": table, **values} for table, values in flat_lines(summary)]
    columns = _columns(rows)
    return csv_text(columns, ([row.get(name) for name in columns] for row in rows))


def flat_lines(summary: Summary) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name of the table and cells of every line."""
    yield from (("arms", _flat(arm)) for arm in summary.arms)
    yield from (("effects", _flat(effect)) for effect in summary.effects)
    yield from (("claims", _flat(claim)) for claim in summary.claims)
    yield from (("registered", _flat_test(test)) for test in summary.registered)
    for flips in summary.flips:
        counts = _flat(flips)
        yield "flips", {name: value for name, value in counts.items() if not name.endswith("_items")}
    yield from (("bias", _flat_bias(bias)) for bias in summary.bias)
    for part in summary.slices:
        name = {"slice": f"{part.covariate}={part.value}"}
        yield from (("slice_arms", name | _flat(arm)) for arm in part.arms)
        yield from (("slice_effects", name | _flat(effect)) for effect in part.effects)
    yield from (("attribution", _flat_attribution(each)) for each in summary.attribution)
    yield from (("doses", line) for dose in summary.doses for line in dose_lines(dose))
    for sweep in summary.sweeps:
        yield from (("sweep_contrasts", _flat(each)) for each in sweep.contrasts)
        yield from (("sweep_variance", _flat(each)) for each in sweep.variance)
        yield from (("sweep_arms", _flat(arm)) for cell in sweep.cells for arm in cell.arms)
        yield from (("sweep_effects", _flat(effect)) for cell in sweep.cells for effect in cell.effects)
    for made in summary.references:
        yield from (("references", {"scenario": made.scenario, **_flat(row)}) for row in made.rows)
    yield from (("gee", _flat(term)) for gee in summary.gee for term in gee.terms)
    yield from (("probes", _flat(probe)) for probe in summary.probes)


def _columns(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Columns of the records in their order, then those of labels and exposures that occur."""
    fixed = ["table"]
    for model in (ArmSummary, Effect, Claim):
        for name in _always(model):
            fixed += _always(RowName) if name == "row" else _names(name)
    names = dict.fromkeys(name for row in rows for name in row)
    by_label = [name for name in names if name.startswith(("answer_shares_", "exposures_"))]
    seldom = [name for name in names if name.startswith(SELDOM) and name not in fixed]
    others = [name for name in names if name not in seldom]
    return list(dict.fromkeys([*fixed, *by_label, *others, *seldom]))


def _always(model: type[Frozen]) -> list[str]:
    """Fields that are always written; the others have a column at the end if they say something."""
    return [name for name, field in model.model_fields.items() if field.exclude_if is None]


def _names(field: str) -> list[str]:
    if field in PAIRS:
        return [f"{field}_low", f"{field}_high"]
    return [] if field in {"answer_shares", "exposures"} else [field]


def _flat_bias(bias: ArmBias) -> dict[str, Any]:
    """Shares as `refused_share`, `refused_share_low`, `refused_share_high` …, positions counted
    from 1."""
    shares: dict[str, Share | None] = {
        **{f"position_{nth}": share for nth, share in enumerate(bias.positions, 1)},
        "refused_share": bias.refused,
        "unparsed_share": bias.unparsed,
        "censored_share": bias.censored,
    }
    values: dict[str, Any] = {
        **bias.row.model_dump(), "arm": bias.arm, "items": bias.items, "subjects": bias.subjects
    }  # fmt: skip
    for name, share in shares.items():
        if share is not None:
            low, high = share.interval or ("", "")
            values |= {name: share.value, f"{name}_low": low, f"{name}_high": high}
    return values | {f"target_{nth}": value for nth, value in enumerate(bias.targets, 1)}


def _flat_test(test: RegisteredTest) -> dict[str, Any]:
    """The hypothesis' fields beside the numbers; `over` is the baseline."""
    said = test.hypothesis.model_dump(exclude={"scenario", "over"})
    found = {name: value for name, value in _flat(test).items() if not name.startswith("hypothesis_")}
    return {**found, **said, "baseline": test.hypothesis.over}


def _flat_attribution(each: Attribution) -> dict[str, Any]:
    """The effect's columns, with `gesture`, `way` and `pull_…` by label."""
    about = {"gesture": each.gesture.words, "way": each.way, "gained": each.gained, "lost": each.lost}
    return about | _flat(each.effect) | {f"pull_{label}": pull for label, pull in each.pulls.items()}


def _flat(row: Frozen) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in row.model_dump().items():
        if name in PAIRS:
            low, high = value or ("", "")
            values |= {f"{name}_low": low, f"{name}_high": high}
        elif name in {"row", "further"}:
            values |= value
        elif isinstance(value, Mapping):
            values |= {f"{name}_{key}": part for key, part in value.items()}
        else:
            values[name] = "; ".join(value) if isinstance(value, tuple) else value
    return values


LATER = (
    *("censored", "censored_reason", "reasoning_tokens", "cached_tokens", "served_model", "cell", "wording"),
    *("order", "style", "shots", "masked", "probe", "cue_f1"),
)
"""Fields whose columns come last, so that older columns keep their places."""
FLAT = tuple(name for name in Record.model_fields if name not in {*NESTED, *LATER})
"""Fields that become one column each."""


def frame(records: Iterable[Record], unasked: str = FIRST_ROLES["unasked"]) -> pd.DataFrame:
    """One row per record, in their order; every field with a single value is a column with its
    name.

    `label_order` is joined by "|". Further columns: `prompt_tokens`, `completion_tokens`,
    `log_odds` (of the target, nats), `missing_mass`, and per label `p_<label>`, `logprob_<label>`
    (raw sum, nats), `mean_logprob_<label>` (per token) and `corrected_<label>` (raw sum less that
    of the arm `none` under the same label order, scenario and epoch); last, whether and why
    probabilities are missing, hidden tokens, the model that answered, and the cell of a sweep.
    """
    import pandas as pd

    records = list(records)
    prior = priors(record for record in records if record.arm == unasked)
    table = pd.DataFrame([_row(record, prior) for record in records], columns=_record_columns(records))
    return table.astype({"correct": "boolean"})


def _record_columns(records: Iterable[Record]) -> list[str]:
    labels = list(dict.fromkeys(label for record in records for label in sorted(record.label_order)))
    kinds = ("p", "logprob", "mean_logprob", "corrected")
    more = ["label_order", "prompt_tokens", "completion_tokens", "log_odds", "missing_mass"]
    return [*FLAT, *more, *(f"{kind}_{label}" for kind in kinds for label in labels), *LATER]


def _row(record: Record, prior: Mapping[PriorKey, Mapping[str, float]]) -> dict[str, Value]:
    row: dict[str, Value] = {name: getattr(record, name) for name in (*FLAT, *LATER)}
    row["label_order"] = "|".join(record.label_order)
    row["log_odds"] = log_odds(record)
    if record.usage is not None:
        row["prompt_tokens"] = record.usage.prompt_tokens
        row["completion_tokens"] = record.usage.completion_tokens
    row |= _by_label("p", record.probabilities)
    if record.scores is not None:
        row["missing_mass"] = record.scores.missing_mass
        row |= _by_label("logprob", record.scores.total)
        row |= _by_label("mean_logprob", record.scores.mean)
        row |= _by_label("corrected", corrected(record, prior))
    return row


def _by_label(kind: str, values: Mapping[str, float] | None) -> dict[str, Value]:
    return {f"{kind}_{label}": value for label, value in (values or {}).items()}
