"""Gates and equivalence."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import scipy.stats

from mgllm.analysis import RunRecords, equivalence, gate, render, summarise
from mgllm.errors import InputError
from mgllm.records import Effect, Summary

MakeRun = Callable[..., RunRecords]


def with_interval(summary: Summary, low: float | None, high: float = 0.0) -> Summary:
    """The summary with another interval for text+mg − text."""
    interval = None if low is None else (low, high)
    effects = [
        e.model_copy(update={"interval": interval})
        if (e.arm, e.baseline, e.metric) == ("text+mg", "text", "accuracy")
        else e
        for e in summary.effects
    ]
    return summary.model_copy(update={"effects": tuple(effects)})


@pytest.fixture(scope="module")
def summary(made_run: MakeRun) -> Summary:
    return summarise([made_run(1)])


@pytest.mark.parametrize(
    ("low", "high", "below", "not_above"),
    [
        (-0.2, -0.1, True, True),
        (-0.1, 0.1, False, True),
        (0.1, 0.2, False, False),
        (-0.1, 0.0, False, True),
        (0.0, 0.1, False, True),
        (None, 0.0, False, True),
    ],
)
def test_a_gate_reads_the_interval(
    summary: Summary, low: float | None, high: float, below: bool, not_above: bool
) -> None:
    changed = with_interval(summary, low, high)
    assert (gate(changed, "text+mg<text") is not None) == below
    assert (gate(changed, " text+mg <= text ") is not None) == not_above
    assert (gate(changed, "text<text+mg") is not None) == (low is not None and low > 0)


def test_a_failed_gate_says_why(summary: Summary) -> None:
    words = gate(with_interval(summary, -0.2, -0.1), "text+mg<text")
    assert words is not None
    assert "emotion · fake/one" in words
    assert "[−20.0, −10.0] points: the whole interval is below 0" in words
    unknown = gate(with_interval(summary, None), "text+mg<=text")
    assert unknown is not None
    assert "not shown to be above 0" in unknown


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("text+mg", "write 'text+mg<text'"),
        ("text+mg>text", "is not a comparison of two arms"),
        ("text+mg<text<mg", "is not a comparison of two arms"),
        ("text+mgg<text", "Did you mean 'text+mg'"),
        ("mg<text+filler", "no contrast mg − text+filler"),
    ],
)
def test_what_is_no_gate_is_refused(summary: Summary, expression: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        gate(summary, expression)
    assert message in str(caught.value)


def first(summary: Summary) -> Effect:
    return summary.effects[0]


@pytest.mark.parametrize("margin", [0.01, 0.2, 0.9])
def test_equivalence_is_two_one_sided_t_tests(made_run: MakeRun, margin: float) -> None:
    found = first(summarise([made_run(2, sizes=(1,) * 25)]))
    assert found.difference is not None
    t = scipy.stats.t(24, loc=found.difference, scale=found.se)
    result = equivalence(found, margin)
    assert result.p == pytest.approx(max(t.sf(margin), t.cdf(-margin)))
    shown = (result.p or 0) <= 0.05
    assert result.words.startswith("equivalent within ±" if shown else "not shown to be equivalent within ±")


def test_equivalence_needs_an_interval_and_a_margin(summary: Summary, made_run: MakeRun) -> None:
    bare = first(summarise([made_run(2, sizes=(3, 3))]))
    assert equivalence(bare, 0.05).p is None
    assert (
        equivalence(bare, 0.05).words == "equivalence within ±5.0 points is not tested: there is no interval"
    )
    with pytest.raises(InputError, match="above 0"):
        equivalence(first(summary), 0.0)


def test_a_margin_stands_in_the_summary_and_under_the_tables(made_run: MakeRun) -> None:
    summary = summarise([made_run(2, sizes=(1,) * 25)])
    told = Summary.model_validate_json(render(summary, "json", margin=0.05))
    for effect in told.effects:
        if effect.metric == "accuracy":
            assert effect.margin == 0.05
            assert effect.equivalence_p == equivalence(effect, 0.05).p
            assert effect.difference is not None
            half = scipy.stats.t.ppf(0.95, effect.df) * (effect.se or 0)
            ends = (effect.difference - half, effect.difference + half)
            assert effect.equivalence_interval == pytest.approx(ends)
        else:
            assert effect.margin is None
    assert "equivalent within ±5.0 points" in " ".join(render(summary, "md", margin=0.05).split())
    assert "equivalent within" not in render(summary, "md")
