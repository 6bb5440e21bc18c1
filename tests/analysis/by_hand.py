"""The ledger's numbers the slow way: plain loops over records, no arrays, nothing shared with `mgllm`."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise, product
from statistics import fmean, stdev
from typing import Any, NamedTuple

import numpy as np
import scipy.optimize
import scipy.stats

from mgllm.records import Record

NAN = float("nan")
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
    draws: int | None = None
    """Sampled: how many answers the probabilities are shares of."""


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
    labels: tuple[str, ...] = ()
    """Those that fewest people have; none where all items have as few."""

    @property
    def words(self) -> str:
        names = " and ".join(f"'{label}'" for label in self.labels)
        many = len(self.labels) > 1
        of = f"label{'s' if many else ''} {names} {'have' if many else 'has'} " if names else ""
        return f"{of}{self.people:.1f} effective subjects"


def log_odds(record: Record) -> float:
    """log P(target) − log P(not target), from the log-probabilities."""
    assert record.scores is not None
    assert record.target is not None
    others = [math.exp(value) for label, value in record.scores.total.items() if label != record.target]
    return record.scores.total[record.target] - math.log(sum(others))


def answered(records: Iterable[Record], arm: str, *, scored: bool) -> dict[Cell, list[Record]]:
    """An arm's answered records with a known target (and probabilities), by item and epoch.

    Sampled answers are draws of their item: from five on it has shares, the same in every epoch, which are of
    all its draws.
    """
    records = list(records)
    found: dict[Cell, list[Record]] = {}
    for record in records:
        if record.arm != arm or record.outcome != "answered" or record.target is None:
            continue
        if not scored or is_sampled(record) or record.probabilities is not None:
            found.setdefault((record.item, record.epoch), []).append(record)
    if not scored or not any(map(is_sampled, records)):
        return found
    draws: dict[str, list[Record]] = {}
    for (item, _), told in found.items():
        draws.setdefault(item, []).extend(told)
    epochs = {record.epoch for record in records}
    return {(item, epoch): told for item, told in draws.items() if len(told) >= 5 for epoch in epochs}


def is_sampled(record: Record) -> bool:
    """Whether it is one draw among several."""
    return record.score == "sample"


def items(records: Sequence[Record], arm: str, kept: Iterable[Cell], labels: Sequence[str]) -> list[Item]:
    """An arm over these cells, items in alphabetical order."""
    said, sure = answered(records, arm, scored=False), answered(records, arm, scored=True)
    kept = list(kept)
    found = []
    for item in sorted({item for item, _ in kept}):
        cells = [cell for cell in kept if cell[0] == item]
        told = [said[cell] for cell in cells if cell in said]
        first = told[0][0]
        assert first.target is not None
        scored = [sure[cell] for cell in cells if cell in sure] if all(c in sure for c in cells) else []
        found.append(
            Item(
                first.subject,
                first.target,
                {label: fmean(fmean(r.answer == label for r in each) for each in told) for label in labels},
                mean_probabilities(scored, labels),
                mean_log_odds_of(scored, first.target, labels),
                len(scored[0]) if scored and is_sampled(first) else None,
            )
        )
    return found


def mean_probabilities(scored: Sequence[Sequence[Record]], labels: Sequence[str]) -> dict[str, float]:
    """Over shuffles, then over epochs; of draws their shares; empty where there are none."""
    if not scored:
        return {}
    if is_sampled(scored[0][0]):
        return {label: fmean(r.answer == label for r in scored[0]) for label in labels}
    return {
        label: fmean(fmean((r.probabilities or {})[label] for r in each) for each in scored)
        for label in labels
    }


def mean_log_odds_of(scored: Sequence[Sequence[Record]], target: str, labels: Sequence[str]) -> float:
    """Of the target; of draws with half an answer added for each label."""
    if not scored:
        return NAN
    if is_sampled(scored[0][0]):
        right = sum(r.answer == target for r in scored[0])
        p = (right + 0.5) / (len(scored[0]) + len(labels) / 2)
        return math.log(p / (1 - p))
    return fmean(fmean(log_odds(r) for r in each) for each in scored)


def right_share(item: Item) -> float:
    """Share of the target among an item's answers."""
    return item.shares[item.target]


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
        true = np.array([item.probabilities[label] for item in found if item.target == label])
        untrue = np.array([item.probabilities[label] for item in found if item.target != label])
        wins = (np.sign(true[:, None] - untrue[None, :]) + 1) / 2
        each.append(float(wins.mean()) if len(true) and len(untrue) else NAN)
    return fmean(each)


def mean_log_odds(found: Sequence[Item], _labels: Sequence[str]) -> float:
    """Mean log-odds of the target."""
    return fmean(item.log_odds for item in found) if found else NAN


def brier_of(item: Item) -> float:
    """Squared distance from the truth, summed over labels."""
    squared = sum((p - (label == item.target)) ** 2 for label, p in item.probabilities.items())
    if item.draws is None:
        return squared
    return squared - sum(p * (1 - p) for p in item.probabilities.values()) / (item.draws - 1)


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
    of_one: Callable[[Item], float] | None = None
    """Of a metric that is a mean over items: one item's number."""
    by_class: bool = False
    """A mean over labels: as well known as the label of fewest people."""
    long_tail: bool = False
    """A mean of numbers that may have a long tail: bootstrap-t is tried."""
    printed: tuple[int, int] = (1, 3)
    """Factor and decimals."""
    less_is_better: bool = False


PERCENT = (100, 1)
METRICS = {
    "accuracy": Metric(
        accuracy, lambda item: [item.shares[item.target]], False, printed=PERCENT, of_one=right_share
    ),
    "balanced_accuracy": Metric(
        balanced_accuracy, lambda item: [*item.shares.values()], False, by_class=True, printed=PERCENT
    ),
    "macro_f1": Metric(macro_f1, lambda item: [*item.shares.values()], False, by_class=True, printed=PERCENT),
    "auc": Metric(auc, lambda item: [*item.probabilities.values()], True, by_class=True),
    "log_odds": Metric(
        mean_log_odds, lambda item: [item.log_odds], True, math.inf,
        of_one=lambda item: item.log_odds, long_tail=True, printed=(1, 2),
    ),
    "brier": Metric(
        brier, lambda item: [brier_of(item)], True, 2.0,
        of_one=brier_of, long_tail=True, less_is_better=True,
    ),
    "calibration_error": Metric(
        calibration_error, lambda item: [*sure_and_right(item)], True, 1.0, 100,
        printed=PERCENT, less_is_better=True,
    ),
}  # fmt: skip
"""All that tables show."""


def effective(sizes: Iterable[int]) -> float:
    """n² / Σ nₛ²."""
    sizes = list(sizes)
    return sum(sizes) ** 2 / sum(size * size for size in sizes)


def basis_of(found: Sequence[Item]) -> Basis:
    """The label that fewest effective people have, over its own items."""
    over_all = effective(people_of(found).values())
    each = {
        label: effective(people_of([item for item in found if item.target == label]).values())
        for label in sorted({item.target for item in found})
    }
    least = min(each.values())
    if least >= over_all - 1e-9:
        return Basis(least)
    return Basis(least, tuple(label for label, people in each.items() if people < least + 1e-9))


def people_of(found: Iterable[Item]) -> Counter[str]:
    """Items of each person."""
    return Counter(item.subject for item in found)


def estimate(
    value: float, without: Sequence[float], sizes: Sequence[int], basis: Basis | None = None
) -> Known:
    """Delete-one-subject jackknife with Student's t."""
    if math.isnan(value):
        return Known(None, flag="undefined: all targets are the same label")
    if len(sizes) < 2:
        return Known(value, flag="no interval: one subject")
    basis = basis or Basis(effective(sizes))
    if any(map(math.isnan, without)):
        alone = "only one subject has a label"
        return Known(value, flag=f"no interval: {basis.words if basis.people < 5 else alone}")
    subjects, mean = len(sizes), fmean(without)
    se = math.sqrt((subjects - 1) / subjects * sum((each - mean) ** 2 for each in without))
    if se < 1e-11:
        return Known(value, flag="no interval: no variation between subjects")
    if basis.people < 5:
        return Known(value, se, flag=f"no interval: {basis.words}")
    df = basis.people - 1
    half = float(scipy.stats.t.ppf(0.975, df)) * se
    flag = f"few subjects: {basis.words.removesuffix(' subjects')}" if basis.people < 10 else None
    p = 2 * float(scipy.stats.t.sf(abs(value) / se, df))
    return Known(value, se, (value - half, value + half), p, flag, df)


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

    differing = {
        one.subject
        for one, other in zip(arm, baseline, strict=True)
        if not _alike(metric.decides(one), metric.decides(other))
    }
    if not differing:
        value = difference(lambda _: True)
        return Known(None if math.isnan(value) else value, flag="no interval: no discordant pair")
    basis = basis_of(arm) if metric.by_class else None
    known = by_subject(difference, [item.subject for item in arm], basis)
    if known.flag == "no interval: no variation between subjects":
        return _all_alike(known, len(differing), basis)
    return bootstrapped(known, arm, baseline, metric) if metric.long_tail and known.interval else known


def _all_alike(known: Known, differing: int, basis: Basis | None) -> Known:
    """Of all sign patterns only two reach as far."""
    if basis is not None and basis.labels and basis.people < 5:
        return known._replace(flag=f"no interval: {basis.words}")
    if abs(known.value or 0) <= 1e-12:
        return known
    flag = "no interval can be computed: all subjects differ by the same amount"
    return known._replace(p=2 / 2**differing, rule="sign_flip", flag=flag)


def bootstrapped(known: Known, arm: Sequence[Item], baseline: Sequence[Item], metric: Metric) -> Known:
    """Where the people's mean differences are skewed: the farther end, and the larger p, of Student's t and
    bootstrap-t by subject. Draws of our own: an end is known to a few hundredths of the standard error."""
    assert known.df is not None
    assert known.se is not None
    assert known.interval is not None
    summed, counts = differences_by_person(arm, baseline, metric)
    means = [total / count for total, count in zip(summed, counts, strict=True)]
    people = known.df + 1
    heavy = min(1.0, abs(float(scipy.stats.skew(means))) / math.sqrt(people))
    if heavy <= 0.15:
        return known
    quantile = float(scipy.stats.t.ppf(0.975, known.df))
    few = float(scipy.stats.norm.cdf(-math.sqrt(people / (people - 1)) * quantile))
    part = max(0.005, max(0.01, few) * (1 - heavy**2) ** 2)
    drawn = studentised(np.array(summed), np.array(counts, float))
    value, se = known.value or 0.0, known.se
    low, high = (value - float(np.quantile(drawn, at)) * se for at in (1 - part, part))
    if not (math.isfinite(low) and math.isfinite(high)):
        return known
    beyond = min(int((drawn >= value / se).sum()), int((drawn <= value / se).sum()))
    tail = min(0.5, (1 + beyond) / (1 + len(drawn)))
    reached = float(scipy.stats.norm.ppf(tail) / scipy.stats.norm.ppf(part))
    p = 2 * float(scipy.stats.t.cdf(-reached * quantile, known.df))
    ends = (min(low, known.interval[0]), max(high, known.interval[1]))
    return known._replace(interval=ends, p=max(known.p or 0.0, p), rule="bootstrap_t")


def studentised(summed: Any, counts: Any) -> Any:
    """(mean − the sample's) over its standard error, for 50,000 draws of the people with replacement."""
    people, rng = len(summed), np.random.default_rng(77)
    rest = summed - summed.sum() / counts.sum() * counts
    found = []
    for _ in range(10):
        drawn = rng.integers(0, people, (5000, people))
        gap = rest[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
        off = rest[drawn] - gap[:, None] * counts[drawn]
        error = np.sqrt(people / (people - 1) * (off**2).sum(axis=1)) / counts[drawn].sum(axis=1)
        still = error < 1e-9 * np.abs(rest).max()
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.where(still, np.where(np.abs(gap) < 1e-9, 0.0, np.sign(gap) * np.inf), gap / error)
        found.append(t)
    return np.concatenate(found)


def differences_by_person(
    arm: Sequence[Item], baseline: Sequence[Item], metric: Metric
) -> tuple[list[float], list[int]]:
    """Each person's summed differences, and the items that they are of."""
    assert metric.of_one is not None
    gains: dict[str, list[float]] = {}
    for one, other in zip(arm, baseline, strict=True):
        gains.setdefault(one.subject, []).append(metric.of_one(one) - metric.of_one(other))
    people = sorted(gains)
    return [sum(gains[who]) for who in people], [len(gains[who]) for who in people]


def mean_of_people(
    arm: Sequence[Item], baseline: Sequence[Item], metric: Metric
) -> tuple[float, tuple[float, float] | None]:
    """The difference with every person weighing the same, and Student's t over people from five on."""
    totals, counts = differences_by_person(arm, baseline, metric)
    means = [total / count for total, count in zip(totals, counts, strict=True)]
    if len(means) < 5 or stdev(means) < 1e-11:
        return fmean(means), None
    half = float(scipy.stats.t.ppf(0.975, len(means) - 1)) * stdev(means) / math.sqrt(len(means))
    return fmean(means), (fmean(means) - half, fmean(means) + half)


def detectable(known: Known) -> float | None:
    """The true difference that a two-sided test at 5 % finds in 80 % of experiments: noncentral t."""
    if known.interval is None or known.df is None or known.se is None:
        return None
    return found_in_most(known.df) * known.se


@cache
def found_in_most(df: float) -> float:
    """In standard errors."""
    reach = float(scipy.stats.t.ppf(0.975, df))
    return float(scipy.optimize.brentq(lambda k: float(scipy.stats.nct.sf(reach, df, k)) - 0.8, 0.5, 20))


def equivalence_p(known: Known, margin: float) -> float | None:
    """The larger p of two one-sided t-tests against ± margin."""
    if known.interval is None or known.df is None or known.se is None or known.value is None:
        return None
    ends = ((margin - known.value) / known.se, (margin + known.value) / known.se)
    return max(float(scipy.stats.t.sf(end, known.df)) for end in ends)


def _alike(one: object, other: object) -> bool:
    assert isinstance(one, list)
    assert isinstance(other, list)
    return all(abs(a - b) <= 1e-12 for a, b in zip(one, other, strict=True))


def sign_flip_p(differences: Sequence[float]) -> float:
    """Share of all sign patterns whose sum is at least as far from 0 as the one seen; of many people, of
    200,000 patterns drawn."""
    moved = [difference for difference in differences if abs(difference) > 1e-12]
    seen = abs(sum(moved)) - 1e-9
    if len(moved) <= 10:
        patterns = product((-1, 1), repeat=len(moved))
        sums = [abs(sum(s * d for s, d in zip(signs, moved, strict=True))) for signs in patterns]
        return fmean(total >= seen for total in sums)
    if len(moved) <= 20:
        reached = np.zeros(1)
        for difference in moved:
            reached = np.concatenate([reached + difference, reached - difference])
        return float((np.abs(reached) >= seen).mean())
    signs = np.random.default_rng(5).choice([-1.0, 1.0], (200_000, len(moved)))
    return float((np.abs(signs @ np.array(moved)) >= seen).mean())


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
