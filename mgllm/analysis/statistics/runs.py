"""The input of all statistics: a run's manifest and records, and the numbers of one record."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mgllm.records import Record, RecordKey, RunManifest

CLIP = 1e-9
"""Probabilities without log-probabilities are kept this far from 0 and 1: ±20.7 nats."""

FIRST_RULES = "1"
"""The oldest answer rules: over an API they read probabilities at a token where the model may not
have answered."""

NTH_RUN = " · run "
"""Between a model's name and the number of its run, if two runs on a page have the same name."""
PriorKey = tuple[str, str, str, int, tuple[str, ...]]
"""Scenario, model, form, epoch, label order of a question in the arm `none`; and the item, if there
are worked examples before it."""


@dataclass(frozen=True, slots=True)
class RunRecords:
    """A run without the probabilities that no answer has."""

    manifest: RunManifest
    """The run's manifest."""
    records: Sequence[Record]
    """Its records in any order; of two with the same key the later one counts."""

    def __post_init__(self) -> None:
        """Only here is it decided which probabilities are missing."""
        object.__setattr__(self, "records", [believed(self.manifest, record) for record in self.records])


def believed(manifest: RunManifest, record: Record) -> Record:
    """A record as all statistics use it.

    Probabilities belong to answers: without an answer (a tie is not one) there are none.
    Probabilities that the oldest rules read over an API are missing, because the model may not have
    answered at that token. An answer whose probabilities were asked for but are missing is
    censored.
    """
    if record.outcome != "answered":
        bare = record.probabilities is None and record.scores is None
        return record if bare else record.model_copy(update={"probabilities": None, "scores": None})
    over_api = manifest.base_url is not None
    unsafe = over_api and manifest.answer_rules == FIRST_RULES and not record.answer_tokens
    marked = over_api or manifest.answer_rules != FIRST_RULES  # the oldest local records have no such mark
    missing = record.probabilities is None or unsafe
    if record.censored or (record.score == "logprob" and missing and marked):
        return record.model_copy(update={"probabilities": None, "scores": None, "censored": True})
    return record


def last_by_key(records: Iterable[Record]) -> list[Record]:
    """One record per key, the last one, sorted by key: the order of lines has no other meaning."""
    last: dict[RecordKey, Record] = {record.key: record for record in records}
    return [last[key] for key in sorted(last)]


def log_odds(record: Record) -> float | None:
    """log P(target) − log(1 − P(target)) in nats; null without a target or probabilities.

    From the labels' log-probabilities if there are any, so that a very sure answer keeps its size.
    """
    if record.target is None or record.probabilities is None:
        return None
    total = record.scores.total if record.scores is not None else {}
    if record.target in total and len(total) > 1:
        return total[record.target] - _log_sum([v for label, v in total.items() if label != record.target])
    p = min(max(record.probabilities.get(record.target, 0.0), CLIP), 1 - CLIP)
    return math.log(p) - math.log1p(-p)


def priors(records: Iterable[Record]) -> dict[PriorKey, Mapping[str, float]]:
    """The labels' log-probabilities in the arm `none`, in nats, by its question.

    Args:
        records: those of the arm `none`.
    """
    return {prior_key(record): record.scores.total for record in records if record.scores is not None}


def prior_key(record: Record) -> PriorKey:
    """The key of the prior that belongs to a record."""
    examples = (record.item,) if record.shots else ()  # each item has its own, also in `none`
    return (record.scenario, record.model, record.form, record.epoch, (*record.label_order, *examples))


def corrected(record: Record, prior: Mapping[PriorKey, Mapping[str, float]]) -> dict[str, float] | None:
    """Each label's log-probability minus that in the arm `none`, in nats; null if either is
    missing."""
    unasked = prior.get(prior_key(record))
    if record.scores is None or unasked is None or not set(record.scores.total) <= set(unasked):
        return None
    return {label: value - unasked[label] for label, value in record.scores.total.items()}


def _log_sum(values: Sequence[float]) -> float:
    top = max(values)
    return top + math.log(sum(math.exp(value - top) for value in values))
