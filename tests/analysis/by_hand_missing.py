"""What differences would be, had missing answers been otherwise: plain loops over records."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

from mgllm.records import Record
from tests.analysis import by_hand
from tests.analysis.by_hand import NAN, Cell, Item, Metric

Shares = Mapping[str, float]
Told = dict[Cell, dict[int, Record]]
"""By item and epoch, and by shuffle, all records of an arm whose target is known."""


class Sides(NamedTuple):
    """Two arms of which everything was asked."""

    arm: Told
    baseline: Told
    arm_shuffles: list[int]
    baseline_shuffles: list[int]
    labels: Sequence[str]

    @property
    def asked(self) -> list[Cell]:
        """Item and epoch that either was asked."""
        return sorted({*self.arm, *self.baseline})


def sides(records: Sequence[Record], arm: str, baseline: str, labels: Sequence[str]) -> Sides:
    """All records of two arms."""
    found: list[Told] = []
    shuffles: list[list[int]] = []
    for name in (arm, baseline):
        mine = [record for record in records if record.arm == name]
        told: Told = {}
        for record in mine:
            if record.target is not None:
                told.setdefault((record.item, record.epoch), {})[record.shuffle] = record
        found.append(told)
        shuffles.append(sorted({record.shuffle for record in mine}))
    return Sides(found[0], found[1], shuffles[0], shuffles[1], labels)


def lacking(two: Sides, has: tuple[Iterable[Cell], Iterable[Cell]]) -> tuple[float, float]:
    """Share of the pairs asked that lack a side, and the arm's share of lacking ones less the baseline's."""
    arm, baseline = set(has[0]), set(has[1])
    n = len(two.asked)
    return (
        sum(cell not in arm or cell not in baseline for cell in two.asked) / n,
        (sum(cell not in arm for cell in two.asked) - sum(cell not in baseline for cell in two.asked)) / n,
    )


def strict(two: Sides, metric: Metric) -> float | None:
    """Refused and unparsed name no label, thus are wrong; failed stays missing."""
    return _less(metric, _strictly(two))


def strict_p(two: Sides, metric: Metric) -> float | None:
    """P of that difference alone."""
    arm, baseline = _strictly(two)
    return by_hand.of_two(arm, baseline, metric).p if arm else None


def _strictly(two: Sides) -> list[list[Item]]:
    def judged(told: Told, cell: Cell) -> list[Shares]:
        replied = [record for record in told.get(cell, {}).values() if record.outcome != "failed"]
        return [{label: float(record.answer == label) for label in two.labels} for record in replied]

    kept = [cell for cell in two.asked if judged(two.arm, cell) and judged(two.baseline, cell)]
    return _over(two, kept, lambda cell: judged(two.arm, cell), lambda c: judged(two.baseline, c))


def bounds(two: Sides, metric: Metric) -> tuple[float, float] | None:
    """All that is missing wrong in the arm and right in the baseline, and the reverse."""
    low, high = (_all_missing(two, metric, right) for right in (False, True))
    return None if low is None or high is None else (low, high)


def _all_missing(two: Sides, metric: Metric, right: bool) -> float | None:
    """Missing answers right (or wrong) in the arm, and the other way round in the baseline."""
    sides = _over(
        two,
        two.asked,
        lambda cell: _filled(two, two.arm, two.arm_shuffles, cell, right),
        lambda cell: _filled(two, two.baseline, two.baseline_shuffles, cell, not right),
    )
    return _less(metric, sides)


def _filled(two: Sides, told: Told, shuffles: list[int], cell: Cell, right: bool) -> list[Shares]:
    """Every shuffle's answer; a missing one is the target, or any other label alike."""
    target = _target(two, cell)
    found: list[Shares] = []
    for shuffle in shuffles:
        record = told.get(cell, {}).get(shuffle)
        if record is not None and record.outcome == "answered":
            found.append({label: float(record.answer == label) for label in two.labels})
        else:
            wrong = 1 / (len(two.labels) - 1)
            found.append(
                {
                    label: float(label == target) if right else wrong * (label != target)
                    for label in two.labels
                }
            )
    return found


def _less(metric: Metric, over: Sequence[Sequence[Item]]) -> float | None:
    """Of a metric of answers; null where there is nothing, or it is undefined."""
    values = [
        metric.value(found, sorted({item.target for item in found})) if found else NAN for found in over
    ]
    return None if any(map(math.isnan, values)) else values[0] - values[1]


def _over(
    two: Sides,
    cells: Sequence[Cell],
    arm: Callable[[Cell], list[Shares]],
    baseline: Callable[[Cell], list[Shares]],
) -> list[list[Item]]:
    """Both sides' items: shuffles averaged inside the epoch, epochs inside the item."""
    sides = []
    for shares in (arm, baseline):
        found = []
        for item in sorted({item for item, _ in cells}):
            mine = [cell for cell in cells if cell[0] == item]
            mean = {
                label: fmean(fmean(each[label] for each in shares(cell)) for cell in mine)
                for label in two.labels
            }
            found.append(Item(_person(two, mine[0]), _target(two, mine[0]), mean, {}, NAN))
        sides.append(found)
    return sides


def worst(
    two: Sides,
    metric: Metric,
    over: tuple[Sequence[Item], Sequence[Item]],
    common: Iterable[Cell],
    has: tuple[Mapping[Cell, list[Record]], Mapping[Cell, list[Record]]],
) -> float | None:
    """Every missing pair at the worst one observed; AUC: missing items last in the arm, first in the other.

    Args:
        two: all that was asked.
        metric: one of probabilities.
        over: both arms over the pairs that have probabilities.
        common: the pairs that have them on both sides.
        has: by side, the pairs that have them there, with their records.
    """
    if metric is by_hand.METRICS["auc"]:
        return _ranked(two, has)
    if metric.of_one is None:
        return None
    common = set(common)
    changes = [metric.of_one(one) - metric.of_one(other) for one, other in zip(*over, strict=True)]
    pick = max if metric.less_is_better else min
    total, n = 0.0, 0
    names = sorted({item for item, _ in common})
    for item in sorted({item for item, _ in two.asked}):
        mine = [cell for cell in two.asked if cell[0] == item]
        part = sum(cell in common for cell in mine) / len(mine)
        total += (changes[names.index(item)] * part if part else 0.0) + pick(changes) * (1 - part)
        n += 1
    return total / n


def _ranked(two: Sides, has: tuple[Mapping[Cell, list[Record]], Mapping[Cell, list[Record]]]) -> float | None:
    values = []
    for scored, true, other in ((has[0], -1.0, 2.0), (has[1], 2.0, -1.0)):
        found = []
        for item in sorted({item for item, _ in two.asked}):
            cells = [cell for cell in two.asked if cell[0] == item]
            told = [cell for cell in cells if cell in scored]
            target = _target(two, cells[0])
            probabilities = by_hand.mean_probabilities([scored[cell] for cell in told], two.labels)
            if not told:
                probabilities = {label: true if label == target else other for label in two.labels}
            found.append(Item(_person(two, cells[0]), target, {}, probabilities, NAN))
        values.append(by_hand.auc(found, sorted({item.target for item in found})))
    return None if any(map(math.isnan, values)) else values[0] - values[1]


def _one(two: Sides, cell: Cell) -> Record:
    return next(iter((two.arm.get(cell) or two.baseline[cell]).values()))


def _target(two: Sides, cell: Cell) -> str:
    return str(_one(two, cell).target)


def _person(two: Sides, cell: Cell) -> str:
    return _one(two, cell).subject
