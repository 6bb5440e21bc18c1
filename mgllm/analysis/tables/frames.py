"""Records as a flat table, for a reader's own analysis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from mgllm.analysis.statistics.runs import PriorKey, corrected, log_odds, priors
from mgllm.records import FIRST_ROLES, Record

if TYPE_CHECKING:
    import pandas as pd

Value = str | int | float | bool | None

NESTED = {"probabilities", "scores", "usage", "label_order"}
"""Fields that become several columns, or another type."""

FLAT = tuple(name for name in Record.model_fields if name not in NESTED)
"""Fields that become one column each."""


def frame(records: Iterable[Record], unasked: str = FIRST_ROLES["unasked"]) -> pd.DataFrame:
    """One row per record, in their order; every field that is one value is a column of its name.

    `label_order` is joined by "|". Further columns: `prompt_tokens`, `completion_tokens`, `log_odds` (of
    the target, nats), `missing_mass`, and per label `p_<label>`, `logprob_<label>` (raw sum, nats),
    `mean_logprob_<label>` (per token) and `corrected_<label>` (raw sum less that of the arm `none` under
    the same label order, scenario and epoch).
    """
    import pandas as pd

    records = list(records)
    prior = priors(record for record in records if record.arm == unasked)
    table = pd.DataFrame([_row(record, prior) for record in records], columns=_columns(records))
    return table.astype({"correct": "boolean"})


def _columns(records: Iterable[Record]) -> list[str]:
    labels = list(dict.fromkeys(label for record in records for label in sorted(record.label_order)))
    kinds = ("p", "logprob", "mean_logprob", "corrected")
    more = ["label_order", "prompt_tokens", "completion_tokens", "log_odds", "missing_mass"]
    return [*FLAT, *more, *(f"{kind}_{label}" for kind in kinds for label in labels)]


def _row(record: Record, prior: Mapping[PriorKey, Mapping[str, float]]) -> dict[str, Value]:
    row: dict[str, Value] = {name: getattr(record, name) for name in FLAT}
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
