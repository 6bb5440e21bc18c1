"""The ledger's numbers the slow way: plain loops over records, no arrays, nothing shared with `mgllm`."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise, product
from statistics import fmean
from typing import NamedTuple

import scipy.stats

from mgllm.records import Record

NAN = float("nan")
ALIKE = "no interval can be computed: all subjects differ alike"
Cell = tuple[str, int]
"""Item and epoch."""


class Item(NamedTuple):
    """One item as one arm answered it: shuffles averaged inside the epoch, epochs inside the item."""

    subject: str
    target: str
    shares: Mapping[str, float]
    """Of each label among the answers."""
    probabilities: Mapping[str, float]
    """Mean P(label); empty where labels were not scored."""
    log_odds: float
    """Of the target, in nats; NaN where labels were not scored."""


class Known(NamedTuple):
    """A number and how sure it is."""

    value: float | None
    se: float | None = None
    interval: tuple[float, float] | None = None
    p: float | None = None
    flag: str | None = None
    df: float | None = None
    rule: str = "t"


class Basis(NamedTuple):
    """What degrees of freedom are counted from."""

    people: float
    words: str
    named: bool = False


def log_odds(record: Record) -> float:
    """log P(target) − log P(not target), from the log-probabilities."""
    assert record.scores is not None
    assert record.target is not None
    others = [math.exp(value) for label, value in record.scores.total.items() if label != record.target]
    return record.scores.total[record.target] - math.log(sum(others))


def answered(records: Iterable[Record], arm: str, *, scored: bool) -> dict[Cell, list[Record]]:
    """An arm's answered records with a known target (and probabilities), by item and epoch."""
    found: dict[Cell, list[Record]] = {}
    for record in records:
        if record.arm != arm or record.outcome != "answered" or record.target is None:
            continue
        if not scored or record.probabilities is not None:
            found.setdefault((record.item, record.epoch), []).append(record)
    return found


def items(records: Sequence[Record], arm: str, kept: Iterable[Cell], labels: Sequence[str]) -> list[Item]:
    """An arm over these cells, items in alphabetical order."""
    said, sure = answered(records, arm, scored=False), answered(records, arm, scored=True)
    kept = list(kept)
    found = []
    for item in sorted({item for item, _ in kept}):
        cells = [cell for cell in kept if cell[0] == item]
        first = said[cells[0]][0]
        assert first.target is not None
        is_scored = all(cell in sure for cell in cells)
        found.append(
            Item(
                first.subject,
                first.target,
                {label: fmean(fmean(r.answer == label for r in said[c]) for c in cells) for label in labels},
                {
                    label: fmean(fmean((r.probabilities or {})[label] for r in sure[c]) for c in cells)
                    for label in labels
                    if is_scored
                },
                fmean(fmean(log_odds(r) for r in sure[c]) for c in cells) if is_scored else NAN,
            )
        )
    return found


def accuracy(found: Sequence[Item], _labels: Sequence[str]) -> float:
    """Mean share of the target."""
    return fmean(item.shares[item.target] for item in found) if found else NAN


def balanced_accuracy(found: Sequence[Item], labels: Sequence[str]) -> float:
    """Mean recall; undefined where one of the labels is nobody's target."""
    recalls = []
    for label in labels:
        mine = [item.shares[label] for item in found if item.target == label]
        recalls.append(fmean(mine) if mine else NAN)
    return fmean(recalls)


def macro_f1(found: Sequence[Item], labels: Sequence[str]) -> float:
    """Mean of 2 · hits over targets + answers; undefined as above."""
    scores = []
    for label in labels:
        hits = sum(item.shares[label] for item in found if item.target == label)
        targets = sum(item.target == label for item in found)
        scores.append(2 * hits / (targets + sum(item.shares[label] for item in found)) if targets else NAN)
    return fmean(scores)


def auc(found: Sequence[Item], labels: Sequence[str]) -> float:
    """Share of (true, untrue) pairs in the right order, ties half; mean over labels."""
    each = []
    for label in labels:
        true = [item.probabilities[label] for item in found if item.target == label]
        untrue = [item.probabilities[label] for item in found if item.target != label]
        wins = sum((a > b) + (a == b) / 2 for a in true for b in untrue)
        each.append(wins / (len(true) * len(untrue)) if true and untrue else NAN)
    return fmean(each)


def mean_log_odds(found: Sequence[Item], _labels: Sequence[str]) -> float:
    """Mean log-odds of the target."""
    return fmean(item.log_odds for item in found) if found else NAN


def brier_of(item: Item) -> float:
    """Squared distance from the truth, summed over labels."""
    return sum((p - (label == item.target)) ** 2 for label, p in item.probabilities.items())


def brier(found: Sequence[Item], _labels: Sequence[str]) -> float:
    """Mean squared distance."""
    return fmean(map(brier_of, found)) if found else NAN


def sure_and_right(item: Item) -> tuple[float, float]:
    """P of the most probable label, and whether it is true."""
    best = max(item.probabilities, key=lambda label: item.probabilities[label])
    return item.probabilities[best], float(best == item.target)


def calibration_error(found: Sequence[Item], _labels: Sequence[str]) -> float:
    """Ten bins of equal mass: mean of |share right − mean P|, each bin by its size."""
    pairs = sorted(map(sure_and_right, found), key=lambda pair: pair[0])
    n = len(pairs)
    bins = [pairs[first:last] for first, last in pairwise(b * n // 10 for b in range(11))]
    return sum(abs(fmean(r for _, r in b) - fmean(p for p, _ in b)) * len(b) / n for b in bins if b)


class Metric(NamedTuple):
    """A number over items."""

    value: Callable[[Sequence[Item], Sequence[str]], float]
    decides: Callable[[Item], object]
    """What of an item the number rests on: arms that are equal in it everywhere are concordant."""
    scored: bool
    most: float = 1.0
    fewest: int = 1
    by_class: bool = False
    """What is known of it is what is known of the label with fewest people."""
    each: Callable[[Item], float] | None = None
    """An item's number, where the metric is a mean of these and they may have a long tail."""


METRICS = {
    "accuracy": Metric(accuracy, lambda item: [item.shares[item.target]], False),
    "balanced_accuracy": Metric(
        balanced_accuracy, lambda item: [*item.shares.values()], False, by_class=True
    ),
    "macro_f1": Metric(macro_f1, lambda item: [*item.shares.values()], False, by_class=True),
    "auc": Metric(auc, lambda item: [*item.probabilities.values()], True, by_class=True),
    "log_odds": Metric(
        mean_log_odds, lambda item: [item.log_odds], True, math.inf, each=lambda item: item.log_odds
    ),
    "brier": Metric(brier, lambda item: [brier_of(item)], True, 2.0, each=brier_of),
    "calibration_error": Metric(calibration_error, lambda item: [*sure_and_right(item)], True, 1.0, 100),
}


def effective(sizes: Iterable[int]) -> float:
    """n² / Σ nₛ²."""
    sizes = list(sizes)
    return sum(sizes) ** 2 / sum(size * size for size in sizes)


def estimate(
    value: float, without: Sequence[float], sizes: Sequence[int], basis: Basis | None = None
) -> Known:
    """Delete-one-subject jackknife with Student's t."""
    if math.isnan(value):
        return Known(None, flag="undefined: only one label occurs as target")
    if len(sizes) < 2:
        return Known(value, flag="no interval: one subject")
    people, words, named = basis or Basis(effective(sizes), f"{effective(sizes):.1f} effective subjects")
    if any(map(math.isnan, without)):
        return Known(value, flag=f"no interval: {words}")
    subjects, mean = len(sizes), fmean(without)
    se = math.sqrt((subjects - 1) / subjects * sum((each - mean) ** 2 for each in without))
    if se < 1e-11:
        weak = named and people < 5
        return Known(value, flag=f"no interval: {words if weak else 'no variation between subjects'}")
    if people < 5:
        return Known(value, se, flag=f"no interval: {words}")
    t = scipy.stats.t(people - 1)
    half = float(t.ppf(0.975)) * se
    flag = f"few subjects: {words.removesuffix(' subjects')}" if people < 10 else None
    p = 2 * float(t.sf(abs(value) / se))
    return Known(value, se, (value - half, value + half), p, flag, people - 1)


def of_weakest_label(found: Sequence[Item]) -> Basis:
    """The labels that fewest people have, by their own items; unnamed where all items have as few."""
    owners: dict[str, list[str]] = {}
    for item in found:
        owners.setdefault(item.target, []).append(item.subject)
    people = {label: effective(Counter(mine).values()) for label, mine in owners.items()}
    least = min(people.values())
    if least >= effective(Counter(item.subject for item in found).values()) - 1e-9:
        return Basis(least, f"{least:.1f} effective subjects")
    names = sorted(f"'{label}'" for label, size in people.items() if size - least < 1e-9)
    has = "labels {} have" if len(names) > 1 else "label {} has"
    return Basis(least, f"{has.format(' and '.join(names))} {least:.1f} effective subjects", named=True)


def skewness(values: Sequence[float]) -> float:
    """Third moment over the cubed standard deviation."""
    mean = fmean(values)
    second, third = (fmean((value - mean) ** power for value in values) for power in (2, 3))
    return third / second**1.5 if second else 0.0


def is_skewed(arm: Sequence[Item], baseline: Sequence[Item], metric: Metric) -> bool:
    """Whether the subjects' mean differences are."""
    gains: dict[str, list[float]] = {}
    for mine, other in zip(arm, baseline, strict=True):
        assert metric.each is not None
        gains.setdefault(mine.subject, []).append(metric.each(mine) - metric.each(other))
    people = effective([len(mine) for mine in gains.values()])
    return abs(skewness([fmean(mine) for mine in gains.values()])) > 0.15 * math.sqrt(people)


def by_subject(
    value: Callable[[Callable[[str], bool]], float], owners: Sequence[str], basis: Basis | None = None
) -> Known:
    """The estimate of a number that can be had over some subjects alone."""
    people = sorted(set(owners))

    def all_but(left: str) -> float:
        return value(lambda who: who != left)

    without = [all_but(who) for who in people] if len(people) > 1 else []
    return estimate(value(lambda _: True), without, [owners.count(who) for who in people], basis)


def of_arm(found: Sequence[Item], metric: Metric) -> Known:
    """A metric of one arm."""
    labels = sorted({item.target for item in found})
    return by_subject(
        lambda kept: metric.value([item for item in found if kept(item.subject)], labels),
        [item.subject for item in found],
    )


def of_two(arm: Sequence[Item], baseline: Sequence[Item], metric: Metric) -> Known:
    """A metric's difference between two arms over the same items."""
    labels = sorted({item.target for item in arm})

    def difference(kept: Callable[[str], bool]) -> float:
        mine, other = ([i for i in side if kept(i.subject)] for side in (arm, baseline))
        return metric.value(mine, labels) - metric.value(other, labels)

    both = [(metric.decides(a), metric.decides(b)) for a, b in zip(arm, baseline, strict=True)]
    if all(_alike(a, b) for a, b in both):
        value = difference(lambda _: True)
        return Known(None if math.isnan(value) else value, flag="no interval: no discordant pair")
    basis = of_weakest_label(arm) if metric.by_class else None
    found = by_subject(difference, [item.subject for item in arm], basis)
    if found.flag == "no interval: no variation between subjects" and abs(found.value or 0) > 1e-12:
        who = {a.subject for a, pair in zip(arm, both, strict=True) if not _alike(*pair)}
        return found._replace(p=2 * 0.5 ** len(who), flag=ALIKE, rule="sign_flip")
    if found.interval is not None and metric.each is not None and is_skewed(arm, baseline, metric):
        return found._replace(rule="bootstrap_t")
    return found


def _alike(one: object, other: object) -> bool:
    assert isinstance(one, list)
    assert isinstance(other, list)
    return all(abs(a - b) <= 1e-12 for a, b in zip(one, other, strict=True))


def sign_flip_p(differences: Sequence[float]) -> float:
    """Share of all sign patterns whose sum is at least as far from 0 as the one seen."""
    patterns = product((-1, 1), repeat=len(differences))
    sums = [abs(sum(s * d for s, d in zip(signs, differences, strict=True))) for signs in patterns]
    return fmean(total >= abs(sum(differences)) - 1e-9 for total in sums)


def benjamini_hochberg(p: Sequence[float]) -> list[float]:
    """The smallest m · p / rank among all that are at least as large."""
    ranked = sorted(p)
    by_rank = {each: len(p) * each / (ranked.index(each) + ranked.count(each)) for each in p}
    return [min(1.0, *(q for other, q in by_rank.items() if other >= each)) for each in p]


def holm(p: Sequence[float]) -> list[float]:
    """Step down: the largest (m − k) · p₍ₖ₎ among all that are at most as large."""
    ranked = sorted(p)
    steps = [min(1.0, (len(p) - place) * each) for place, each in enumerate(ranked)]
    return [max(steps[: ranked.index(each) + 1]) for each in p]
