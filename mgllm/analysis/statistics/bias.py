"""Position bias and replies without an answer of each arm, with intervals by subject.

Shape suffixes: N items, P positions, S subjects; `1S` has one value over all, then S without one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mgllm.analysis.metric import Floats, Ints
from mgllm.analysis.statistics.grid import Grid
from mgllm.analysis.statistics.jackknife import clusters, held, jackknife
from mgllm.records import ArmBias, Outcome, Record, Share


def arm_biases(grid: Grid) -> list[ArmBias]:
    """One row per arm of a grid, `none` included, in table order."""
    return [
        _arm_bias(grid, arm, records) if arm in grid.answers else _asked_nothing(grid, arm, records)
        for arm, records in grid.records.items()
    ]


def share(values_N: Floats, subject_N: Ints) -> Share:
    """Mean of the items' values, with the interval of every other number, cut off at 0 and 1."""
    sums_S = np.bincount(subject_N, weights=values_N)
    over = clusters(subject_N)
    left_1S = np.concatenate([[over.n], over.n - np.bincount(subject_N)])
    total = sums_S.sum()
    replicates_1S = np.concatenate([[total], total - sums_S]) / np.maximum(left_1S, 1)
    found = jackknife(replicates_1S, over)
    return Share(value=float(replicates_1S[0]), interval=held(found.interval, 0, 1), flag=found.flag)


def _arm_bias(grid: Grid, arm: str, records: Sequence[Record]) -> ArmBias:
    answered = [record for record in records if record.outcome == "answered" and record.answer is not None]
    bias = ArmBias(
        row=grid.row,
        arm=arm,
        items=len({record.item for record in answered}),
        subjects=len({record.subject for record in answered}),
        orders=len({record.label_order for record in answered}),
        targets=_target_places(answered, len(grid.labels)),
        refused=_declined(records, "refused"),
        unparsed=_declined(records, "unparsed"),
        censored=_without_probabilities(records),
    )
    if not answered:
        return bias
    places_RP = np.array([_places(record, record.answer) for record in answered], np.float64)
    values_NP, subject_N = _by_item(answered, places_RP)
    return bias.model_copy(update={"positions": tuple(share(column, subject_N) for column in values_NP.T)})


def _asked_nothing(grid: Grid, arm: str, records: Sequence[Record]) -> ArmBias:
    """The prior of each position: mean over the label orders asked, each of which is one
    question."""
    by_order = {(record.epoch, record.label_order): record for record in records}
    asked = list(by_order.values())
    scored = [record for record in asked if record.probabilities is not None]  # else the answers stand in
    known = [(r.label_order, found) for r in scored or asked if (found := _prior_places(r)) is not None]
    mean_P = np.mean([places for _, places in known], axis=0) if known else []
    return ArmBias(
        row=grid.row,
        arm=arm,
        items=len(known),
        subjects=0,
        orders=len({order for order, _ in known}),
        positions=tuple(Share(value=float(value)) for value in mean_P),
    )


def _prior_places(record: Record) -> list[float] | None:
    """Probability of each position; 0 and 1 if labels were not scored; null without an answer."""
    if record.probabilities is not None:
        return [record.probabilities.get(label, 0.0) for label in record.label_order]
    return [float(place) for place in _places(record, record.answer)] if record.answer else None


def _places(record: Record, label: str | None) -> list[bool]:
    return [each == label for each in record.label_order]


def _target_places(records: Sequence[Record], labels: int) -> tuple[float, ...]:
    """Share of items whose true label is first, second …; empty without targets."""
    places = {r.item: r.label_order.index(r.target) for r in records if r.target in r.label_order}
    counts = np.bincount(np.fromiter(places.values(), np.int64), minlength=labels)
    return tuple(float(count) / len(places) for count in counts) if places else ()


def _declined(records: Sequence[Record], outcome: Outcome) -> Share | None:
    """Share of an outcome among the records with a reply."""
    replied = [record for record in records if record.outcome != "failed"]
    if not replied:
        return None
    values_NP, subject_N = _by_item(
        replied, np.array([[record.outcome == outcome] for record in replied], np.float64)
    )
    return share(values_NP[:, 0], subject_N)


def _without_probabilities(records: Sequence[Record]) -> Share | None:
    """Share of the answered records whose probabilities are missing; null if none are missing."""
    answered = [record for record in records if record.outcome == "answered"]
    if not any(record.censored for record in answered):
        return None
    values_NP, subject_N = _by_item(
        answered, np.array([[record.censored] for record in answered], np.float64)
    )
    return share(values_NP[:, 0], subject_N)


def _by_item(records: Sequence[Record], values_RP: Floats) -> tuple[Floats, Ints]:
    """Records averaged inside the item [N, P], and the index of each item's subject [N]."""
    items = sorted({(record.item, record.subject) for record in records})
    number = {item: n for n, (item, _) in enumerate(items)}
    item_R = np.array([number[record.item] for record in records])
    sums_NP = np.stack([np.bincount(item_R, weights=column) for column in values_RP.T], axis=1)
    owners = np.unique(np.array([subject for _, subject in items]), return_inverse=True)[1]
    return sums_NP / np.bincount(item_R)[:, None], owners.astype(np.int64)
