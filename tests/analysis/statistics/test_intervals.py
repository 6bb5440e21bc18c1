"""Tests of significance and intervals, from several definitions of the same thing."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings, strategies as st

from mgllm.analysis import RunRecords, equivalence, gate, summarise
from mgllm.analysis.statistics.bias import share
from mgllm.analysis.statistics.claims import adjust
from mgllm.analysis.statistics.jackknife import clusters, held, jackknife, t_interval, t_tail
from mgllm.records import Effect, Summary
from tests.analysis import by_hand

MakeRun = Callable[..., RunRecords]


def accuracy(summary: Summary) -> Effect:
    """The accuracy of text+mg against text."""
    wanted = ("accuracy", "text+mg", "text")
    (found,) = [e for e in summary.effects if (e.metric, e.arm, e.baseline) == wanted]
    return found


@settings(max_examples=10, deadline=None, derandomize=True)
@given(p=st.lists(st.sampled_from([0.0, 0.001, 0.01, 0.02, 0.3, 0.9, 1.0]), min_size=1, max_size=12))
def test_many_comparisons_cost_what_the_definitions_say(p: list[float]) -> None:
    steps, rates = adjust(p, "holm"), adjust(p, "fdr_bh")
    assert steps == pytest.approx(by_hand.holm(p))
    assert rates == pytest.approx(by_hand.benjamini_hochberg(p))
    assert all(raw <= q + 1e-9 and q <= step + 1e-9 for raw, q, step in zip(p, rates, steps, strict=True))


def test_nothing_to_adjust_is_nothing() -> None:
    assert adjust([], "holm") == []
    assert adjust([0.3], "fdr_bh") == [0.3]


@pytest.mark.parametrize("people", [5.0, 9.7, 25.0, 400.0])
@pytest.mark.parametrize("t", [-2.0, 0.0, 0.5, 3.1])
def test_the_t_distribution_is_scipys(people: float, t: float) -> None:
    theirs = scipy.stats.t(people - 1)
    assert t_tail(t, people - 1) == pytest.approx(theirs.sf(t))
    low, high = t_interval(1.25, 0.5, people - 1)
    assert (low, high) == pytest.approx((1.25 + 0.5 * theirs.ppf(0.025), 1.25 + 0.5 * theirs.ppf(0.975)))


@settings(max_examples=60, deadline=None)
@given(sizes=st.lists(st.integers(0, 9), min_size=1, max_size=15))
def test_effective_people_lie_between_one_and_all(sizes: list[int]) -> None:
    """n² / Σ nₛ²: as many as there are where all are alike, no matter how many codes are unused."""
    subject = np.repeat(np.arange(len(sizes)), sizes)
    over = clusters(subject)
    used = [size for size in sizes if size]
    assert (over.n, over.subjects, over.largest) == (sum(sizes), len(used), max(sizes))
    if used:
        assert 1 - 1e-12 <= over.effective <= over.subjects + 1e-9
        assert (over.effective == pytest.approx(over.subjects)) == (len(set(used)) == 1)
    else:
        assert over.effective == 0.0


def test_an_interval_is_held_at_both_ends_alone() -> None:
    assert held((-0.2, 0.4), 0, 1) == (0, 0.4)
    assert held((0.7, 1.3), 0, 1) == (0.7, 1)
    assert held((-3.0, 3.0), -1, 1) == (-1, 1)
    assert held((0.2, 0.3), 0, 1) == (0.2, 0.3)
    assert held((1.2, 1.5), 0, 1) == (1, 1)  # wholly outside: both ends at the bound
    assert held(None, 0, 1) is None


def test_a_value_that_is_undefined_is_said_to_be() -> None:
    found = jackknife(np.array([np.nan, 0.1, 0.2]), clusters(np.arange(2)))
    assert (found.value, found.flag) == (None, "undefined: all targets are the same label")


@pytest.mark.parametrize("ones", [0, 1, 6, 12])
def test_a_share_of_people_is_the_binomial_t_interval(ones: int) -> None:
    values = np.array([1.0] * ones + [0.0] * (12 - ones))
    found = share(values, np.arange(12))
    assert found.value == pytest.approx(ones / 12)
    if ones in {0, 12}:
        assert (found.interval, found.flag) == (None, "no interval: no variation between subjects")
        return
    half = scipy.stats.t.ppf(0.975, 11) * math.sqrt(ones / 12 * (1 - ones / 12) / 11)
    assert found.interval == pytest.approx((max(0.0, ones / 12 - half), min(1.0, ones / 12 + half)))


@pytest.mark.parametrize("margin", [0.02, 0.1, 0.5])
def test_equal_within_a_margin_is_the_ninety_percent_interval_inside_it(
    made_run: MakeRun, margin: float
) -> None:
    for seed in range(4):
        found = accuracy(summarise([made_run(seed, sizes=(3,) * 14, effect=0.3)]))
        assert found.se is not None
        assert found.difference is not None
        half = scipy.stats.t.ppf(0.95, found.effective_subjects - 1) * found.se
        inside = -margin < found.difference - half and found.difference + half < margin
        p = equivalence(found, margin).p
        assert p is not None
        assert (p < 0.05) == inside


@pytest.mark.parametrize("effect_size", [-3.0, 0.0, 3.0])
def test_a_gate_fails_on_what_the_p_rejects(made_run: MakeRun, effect_size: float) -> None:
    """'text+mg<text' fails exactly where the difference is below 0 with p under .05."""
    for seed in range(3):
        summary = summarise([made_run(seed, sizes=(3,) * 16, effect=effect_size)])
        found = accuracy(summary)
        sure = (found.p or 1.0) < 0.05
        below, above = sure and (found.difference or 0) < 0, sure and (found.difference or 0) > 0
        assert (gate(summary, "text+mg<text") is not None) == below
        assert (gate(summary, "text+mg<=text") is None) == above


@pytest.mark.parametrize(
    ("margin", "words"), [(0.05, "±5.0 points"), (0.0004, "±0.0 points"), (1.0, "±100.0 points")]
)
def test_a_margin_is_written_as_a_number(made_run: MakeRun, margin: float, words: str) -> None:
    found = accuracy(summarise([made_run(2, sizes=(1,) * 25)]))
    assert f"equivalent within {words} (two one-sided tests" in equivalence(found, margin).words
