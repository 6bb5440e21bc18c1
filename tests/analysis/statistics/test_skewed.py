"""Bootstrap-t beside Student t where subjects' differences are skewed, against a slow loop."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from statistics import NormalDist, fmean

import numpy as np
import pytest
import scipy.stats

from mgllm.analysis.statistics.jackknife import Estimate, clusters, jackknife
from mgllm.analysis.statistics.skewed import Sums, skewness, studentised, tail, with_bootstrap_t

GAINS = (0.1, 0.0, 0.3, 0.2, 0.1, 4.0, 0.2, -0.1, 0.5, 0.1, 1.6, 0.3)
UNEVEN = (3, 1, 2, 5, 1, 2, 2, 1, 4, 1, 3, 2)


def sums(means: Sequence[float], items: Sequence[int] | None = None) -> Sums:
    count = np.array(items or [2] * len(means), float)
    return Sums(np.array(means) * count, count)


def by_t(made: Sums) -> Estimate:
    """The jackknife of the mean over items."""
    total, n = made.difference_S.sum(), made.items_S.sum()
    rest = (total - made.difference_S) / (n - made.items_S)
    owners = np.repeat(np.arange(len(made.items_S)), made.items_S.astype(int))
    return jackknife(np.array([total / n, *rest]), clusters(owners))


def slowly(made: Sums, draws: int) -> list[float]:
    """One resample after the other: its mean less the sample's, over the resample's own standard error."""
    rng = random.Random(1)
    pairs = list(zip(made.difference_S, made.items_S, strict=True))
    value = sum(d for d, _ in pairs) / sum(n for _, n in pairs)
    found = []
    for _ in range(draws):
        drawn = rng.choices(pairs, k=len(pairs))
        items = sum(n for _, n in drawn)
        theta = sum(d for d, _ in drawn) / items
        squares = sum((d - theta * n) ** 2 for d, n in drawn)
        found.append((theta - value) / (math.sqrt(squares * len(pairs) / (len(pairs) - 1)) / items))
    return sorted(found)


@pytest.mark.parametrize("items", [None, UNEVEN])
def test_the_studentised_resamples_are_those_of_a_loop(items: Sequence[int] | None) -> None:
    made = sums(GAINS, items)
    slow, fast = slowly(made, 8_000), np.sort(studentised(made))
    assert len(fast) == 100_000
    for part in (0.02, 0.1, 0.5, 0.9, 0.98):
        theirs = slow[round(part * len(slow))]
        assert np.quantile(fast, part) == pytest.approx(theirs, abs=0.07 * max(1.0, abs(theirs)))


def test_each_end_is_the_farther_one_and_p_the_larger() -> None:
    made = sums(GAINS)
    plain, found = by_t(made), with_bootstrap_t(by_t(made), made)
    assert plain.interval is not None
    assert found.interval is not None
    assert plain.se is not None
    assert plain.value is not None
    t_R, heaviness = np.sort(studentised(made)), abs(skewness(made.means_S)) / math.sqrt(12)
    nth = int(tail(12, heaviness) * (len(t_R) + 1))
    far = plain.value - float(t_R[nth - 1]) * plain.se
    assert far > plain.interval[1] + 0.5 * plain.se  # the long tail is on this side
    assert found.interval == (min(plain.interval[0], plain.value - float(t_R[-nth]) * plain.se), far)
    assert (found.rule, found.value, found.se, found.df) == ("bootstrap_t", plain.value, plain.se, plain.df)
    assert found.p is not None
    assert found.p >= (plain.p or 0)


@pytest.mark.parametrize("shift", np.linspace(-1.2, 0.6, 13))
def test_p_is_up_to_one_in_twenty_where_the_interval_leaves_zero_out(shift: float) -> None:
    made = sums([gain + shift for gain in GAINS])
    found = with_bootstrap_t(by_t(made), made)
    assert found.interval is not None
    assert found.p is not None
    assert 0 < found.p <= 1
    assert (found.p <= 0.05) == (not found.interval[0] <= 0 <= found.interval[1])


@pytest.mark.parametrize("people", [5, 8, 12, 30, 300])
def test_the_tail_is_hesterbergs_and_at_least_a_hundredth(people: int) -> None:
    edge = math.sqrt(people / (people - 1)) * scipy.stats.t(people - 1).ppf(0.975)
    assert tail(people, 0) == pytest.approx(max(0.01, NormalDist().cdf(-edge)))
    assert tail(people, 0) < 0.025
    assert tail(people, 0.5) == pytest.approx(max(0.005, tail(people, 0) * 0.75**2))
    assert tail(people, 1) == 0.005


def test_neither_names_nor_the_order_of_the_arms_move_a_digit() -> None:
    made = sums(GAINS, UNEVEN)
    one = with_bootstrap_t(by_t(made), made)
    moved = sums(GAINS[::-1], UNEVEN[::-1])
    other = with_bootstrap_t(by_t(moved), moved)
    assert one.interval is not None
    assert other.interval == pytest.approx(one.interval, rel=1e-9)
    turned = sums([-gain for gain in GAINS], UNEVEN)
    mirrored = with_bootstrap_t(by_t(turned), turned)
    assert mirrored.interval == pytest.approx((-one.interval[1], -one.interval[0]), rel=1e-9)
    assert mirrored.p == pytest.approx(one.p, rel=1e-6)


def test_what_is_not_skewed_keeps_student_t() -> None:
    even = sums([n / 10 for n in range(-5, 7)])
    assert skewness(even.means_S) == pytest.approx(0)
    assert with_bootstrap_t(by_t(even), even) == by_t(even)


@pytest.mark.parametrize(("wanted", "rule"), [(0.51, "t"), (0.53, "bootstrap_t")])
def test_the_limit_grows_with_the_root_of_the_people(wanted: float, rule: str) -> None:
    """.15 × √12 = .52: values between even ones and ones with a tail."""
    low, high = 0.0, 1.0
    for _ in range(60):
        part = (low + high) / 2
        made = sums([n / 10 + part * math.exp(n / 2) for n in range(12)])
        low, high = (part, high) if skewness(made.means_S) < wanted else (low, part)
    assert skewness(made.means_S) == pytest.approx(scipy.stats.skew(made.means_S))
    assert skewness(made.means_S) == pytest.approx(wanted, abs=1e-6)
    assert with_bootstrap_t(by_t(made), made).rule == rule


def test_without_an_end_student_t_stands() -> None:
    """Two of eight people gain: a tenth of the resamples hold none of them and do not vary."""
    made = sums([1.0, 1.0, *[0.0] * 6])
    assert abs(skewness(made.means_S)) > 1
    assert not np.isfinite(studentised(made)).all()
    assert with_bootstrap_t(by_t(made), made) == by_t(made)


def test_without_an_interval_there_is_nothing_to_widen() -> None:
    few = sums([0.0, 0.1, 0.2, 3.0])
    assert by_t(few).interval is None
    assert with_bootstrap_t(by_t(few), few) == by_t(few)


def test_exponential_gains_of_twelve_people_are_covered() -> None:
    """Student t alone covers 91 to 92 % of them."""
    rng = np.random.default_rng(7)
    held = {"t": 0, "both": 0}
    for _ in range(400):
        made = sums(list(rng.exponential(1, 12) - 1 + rng.normal(0, 0.35, 12)))
        plain = by_t(made)
        for name, found in (("t", plain), ("both", with_bootstrap_t(plain, made))):
            assert found.interval is not None
            held[name] += found.interval[0] <= 0 <= found.interval[1]
    print(held)
    assert held["both"] >= 0.93 * 400 > held["t"]
    assert fmean([held["both"], held["t"]]) < 400
