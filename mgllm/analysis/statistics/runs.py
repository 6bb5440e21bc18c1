"""What the ledger reads: a run's manifest and its records, and what a record says in numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mgllm.records import Record, RecordKey, RunManifest

CLIP = 1e-9
"""Probabilities without log-probabilities behind them are held this far from 0 and 1: ±20.7 nats."""

FIRST_RULES = "1"
"""Answer rules of before: over an API they read probabilities at a token where the model need not have
answered."""

NTH_RUN = " · run "
"""Parts a model's name from the number of its run, where two runs on a page have one name."""
PriorKey = tuple[str, str, str, int, tuple[str, ...]]
"""Scenario, model, form, epoch, label order: what the arm `none` was asked under."""


@dataclass(frozen=True, slots=True)
class RunRecords:
    """A run as the ledger reads it: without probabilities that no answer has."""

    manifest: RunManifest
    """What the run was."""
    records: Sequence[Record]
    """Its records in any order; of two with one key the later counts."""

    def __post_init__(self) -> None:
        """Here, and here alone, it is decided which probabilities are missing."""
        object.__setattr__(self, "records", [believed(self.manifest, record) for record in self.records])


def believed(manifest: RunManifest, record: Record) -> Record:
    """A record as every number takes it.

    Probabilities belong to answers: without one (a tie is none) there are none. Those that rules of before
    read over an API are missing, since they may stand at a token where the model did not answer; an answer
    whose probabilities were asked for and are missing is censored.
    """
    if record.outcome != "answered":
        bare = record.probabilities is None and record.scores is None
        return record if bare else record.model_copy(update={"probabilities": None, "scores": None})
    over_api = manifest.base_url is not None
    unsafe = over_api and manifest.answer_rules == FIRST_RULES and not record.answer_tokens
    told = over_api or manifest.answer_rules != FIRST_RULES  # before, local records did not say so
    missing = record.probabilities is None or unsafe
    if record.censored or (record.score == "logprob" and missing and told):
        return record.model_copy(update={"probabilities": None, "scores": None, "censored": True})
    return record


def last_by_key(records: Iterable[Record]) -> list[Record]:
    """One record per key, the last one, sorted by key: the order of lines decides nothing else."""
    last: dict[RecordKey, Record] = {record.key: record for record in records}
    return [last[key] for key in sorted(last)]


def log_odds(record: Record) -> float | None:
    """log P(target) − log(1 − P(target)) in nats; null without a target or probabilities.

    Taken from the labels' log-probabilities where they stand, so that a sure answer keeps its size.
    """
    if record.target is None or record.probabilities is None:
        return None
    total = record.scores.total if record.scores is not None else {}
    if record.target in total and len(total) > 1:
        return total[record.target] - _log_sum([v for label, v in total.items() if label != record.target])
    p = min(max(record.probabilities.get(record.target, 0.0), CLIP), 1 - CLIP)
    return math.log(p) - math.log1p(-p)


def priors(records: Iterable[Record]) -> dict[PriorKey, Mapping[str, float]]:
    """The labels' log-probabilities in the arm `none`, in nats, by what it was asked under.

    Args:
        records: of that arm.
    """
    return {prior_key(record): record.scores.total for record in records if record.scores is not None}


def prior_key(record: Record) -> PriorKey:
    """Where to look up the prior that belongs to a record."""
    return (record.scenario, record.model, record.form, record.epoch, record.label_order)


def corrected(record: Record, prior: Mapping[PriorKey, Mapping[str, float]]) -> dict[str, float] | None:
    """Each label's log-probability less the arm `none`'s, in nats; null where either is missing."""
    unasked = prior.get(prior_key(record))
    if record.scores is None or unasked is None or not set(record.scores.total) <= set(unasked):
        return None
    return {label: value - unasked[label] for label, value in record.scores.total.items()}


def _log_sum(values: Sequence[float]) -> float:
    top = max(values)
    return top + math.log(sum(math.exp(value - top) for value in values))
