"""How numbers are written for people, and what the account in words says of each."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st

from mgllm.analysis import RunRecords, narrate, summarise
from mgllm.analysis.metric import metrics
from mgllm.analysis.wording import (
    change,
    contrast_words,
    difference,
    excluded,
    gain,
    level,
    number,
    p_words,
    span,
)
from mgllm.records import ArmSummary, AttributedGesture, Attribution, Claim, Effect, RowName, Summary

MakeRun = Callable[..., RunRecords]
ROW = RowName(scenario="emotion", model="m", form="chat", reasoning="direct", score="logprob")


def effect(**changes: Any) -> Effect:
    facts: dict[str, Any] = {
        **{"row": ROW, "metric": "accuracy", "arm": "text+mg", "baseline": "text", "primary": True},
        **{"pairs": 30, "subjects": 15, "effective_subjects": 15.0, "largest_cluster": 2},
        **{"arm_value": 0.7, "baseline_value": 0.6, "difference": 0.1, "interval": (0.02, 0.18)},
        **{"b": 5, "c": 2},
    }
    return Effect(**{**facts, **changes})


def account(*effects: Effect, **parts: Any) -> str:
    """The sentences of a summary of these effects."""
    (found,) = narrate(Summary(runs=("r",), arms=(), effects=effects, **parts))
    return " ".join(found.sentences)


@given(value=st.floats(-1e6, 1e6), digits=st.integers(0, 4))
def test_a_number_reads_back_as_itself_rounded(value: float, digits: int) -> None:
    text = number(value, digits)
    assert "-" not in text
    assert float(text.replace("−", "-")) == pytest.approx(value, abs=0.5000001 * 10**-digits)
    signed = number(value, digits, plus=True)
    assert signed.lstrip("+") == text
    assert signed.startswith("+") == (float(text.replace("−", "-")) > 0)
    assert not re.fullmatch(r"[+−]0(\.0*)?", signed)  # nothing is neither more nor less


@given(p=st.floats(0, 1))
def test_a_p_reads_back_to_three_decimals(p: float) -> None:
    text = p_words(p)
    if text == "<.001":
        assert p < 0.0005
    else:
        assert float(text) == pytest.approx(p, abs=0.00050001)
        assert re.fullmatch(r"(1|)\.\d{3}", text)


@pytest.mark.parametrize(
    ("metric", "value", "as_level", "as_change", "as_span"),
    [
        ("accuracy", 0.1234, "12.3", "+12.3", "[−12.3, 12.3]"),
        ("balanced_accuracy", 1.0, "100.0", "+100.0", "[−100.0, 100.0]"),
        ("macro_f1", 0.5, "50.0", "+50.0", "[−50.0, 50.0]"),
        ("auc", 0.12345, "0.123", "+0.123", "[−0.123, 0.123]"),
        ("log_odds", 1.234, "+1.23", "+1.23", "[−1.23, 1.23]"),
        ("brier", 0.0004, "0.000", "0.000", "[0.000, 0.000]"),
        ("calibration_error", 0.0666, "6.7", "+6.7", "[−6.7, 6.7]"),
    ],
)
def test_each_metric_has_its_scale(
    metric: str, value: float, as_level: str, as_change: str, as_span: str
) -> None:
    assert level(value, metric) == as_level
    assert change(value, metric) == as_change
    assert change(-value, metric) == as_change.replace("+", "−")
    assert span((-value, value), metric) == as_span
    assert (level(None, metric), change(None, metric), span(None, metric)) == ("", "", "")


def test_every_metric_of_a_summary_has_a_scale(made_run: MakeRun) -> None:
    summary = summarise([made_run(1, sizes=(5,) * 20)])
    assert {each.metric for each in summary.effects} == set(metrics.names())
    assert set(metrics.names()) <= set(ArmSummary.model_fields)


@pytest.mark.parametrize(
    ("changes", "short", "long", "rest"),
    [
        ({}, "+10.0 [2.0, 18.0]", "+10.0 [2.0, 18.0] points", "[2.0, 18.0] points"),
        ({"metric": "log_odds"}, "+0.10 [0.02, 0.18]", "+0.10 [0.02, 0.18] nats", "[0.02, 0.18] nats"),
        ({"metric": "auc"}, "+0.100 [0.020, 0.180]", "+0.100 [0.020, 0.180]", "[0.020, 0.180]"),
        ({"interval": None}, "+10.0", "+10.0 points", "points"),
    ],
)
def test_a_difference_stands_with_its_interval_and_unit(
    changes: dict[str, Any], short: str, long: str, rest: str
) -> None:
    found = effect(**changes)
    assert (difference(found), gain(found), excluded(found)) == (short, long, rest)


def test_a_contrast_names_both_arms_or_the_one() -> None:
    assert contrast_words(effect()) == "text+mg − text"
    assert contrast_words(effect(arm="mg", baseline="mg")) == "mg"


def test_a_primary_gain_is_told_whole() -> None:
    assert account(effect()) == (
        "With gestures, accuracy is 10.0 points higher than with the text alone [2.0, 18.0] (70.0 % against "
        "60.0 %, 30 pairs; 5 items gained, 2 lost)."
    )


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"difference": -0.1, "interval": (-0.2, -0.01)}, "10.0 points lower than with the text alone ["),
        ({"difference": 0.0004}, "accuracy differs by 0.0 points from that with the text alone ["),
        ({"interval": (0.0, 0.2)}, "[0.0, 20.0], which includes gains and losses ("),
        ({"interval": (-0.1, 0.2)}, "[−10.0, 20.0], which includes gains and losses ("),
        ({"interval": None}, "text alone [no interval] ("),
        ({"missing": 3}, "2 lost; 3 pairs without an answer)."),
        ({"b": 1, "c": 1}, "; 1 item gained, 1 lost)."),
        ({"b": None, "c": None}, "30 pairs)."),
        ({"flags": ("few subjects: 6.0 effective", "cue sources differ")}, " Few subjects: 6.0 effective. C"),
        ({"primary": False, "baseline": "text+filler"}, "Exploratory: with gestures, accuracy is 10.0 poi"),
        ({"baseline": "text+shuffled"}, "higher than with another person's gestures (text+shuffled) [2.0"),
        ({"baseline": "text+filler"}, "higher than with filler text (text+filler) [2.0"),
        (
            {"arm": "mg", "baseline": "mg", "primary": False},
            "Exploratory: in the arm mg, the first run minus the second: accuracy is 10.0 points higher [2.0",
        ),
    ],
)  # fmt: skip
def test_each_turn_of_the_sentence(changes: dict[str, Any], part: str) -> None:
    assert part in account(effect(**changes))


@pytest.mark.parametrize("changes", [{"metric": "log_odds"}, {"arm": "mg"}, {"difference": None}])
def test_what_is_no_headline_is_left_to_the_tables(changes: dict[str, Any]) -> None:
    assert account(effect(**changes)) == ""


def claim(**changes: Any) -> Claim:
    facts: dict[str, Any] = {
        **{"row": ROW, "metric": "log_odds", "over_text": 0.2, "over_shuffled": 0.1, "p": 0.01},
        **{"p_holm": 0.02, "family": 2, "supported": True, "words": "supported: much"},
    }
    return Claim(**{**facts, **changes})


def test_supported_claims_stand_apart_from_the_others() -> None:
    both = (claim(), claim(metric="accuracy", supported=False, words="none shown"))
    (found,) = narrate(Summary(runs=("r",), arms=(), effects=(effect(),), claims=both))
    assert found.supported == ("Claim “the gestures' content helps”, by log-odds: supported: much.",)
    assert found.claims == ("Claim “the gestures' content helps”, by accuracy: none shown.",)
    other = claim(row=ROW.model_copy(update={"model": "other"}))
    (alone,) = narrate(Summary(runs=("r",), arms=(), effects=(effect(),), claims=(other,)))
    assert (alone.claims, alone.supported) == ((), ())


def gesture(name: str, q: float | None, gained: float, members: tuple[str, ...] | None = None) -> Attribution:
    about = AttributedGesture(name=name, members=(name,) if members is None else members, items=9, subjects=5)
    told = effect(
        metric="log_odds", difference=gained, interval=(gained - 0.1, gained + 0.1), q=q, primary=False
    )
    return Attribution(row=ROW, gesture=about, way="added", effect=told, gained=1, lost=1)


def test_gestures_are_named_up_to_the_false_discovery_rate() -> None:
    found = (gesture("nod", 0.05, 0.5), gesture("shrug", 0.051, 0.9), gesture("frown", 0.001, -0.4))
    words = account(effect(), attribution=(*found, gesture("", 0.001, 2.0, ())))
    assert words.endswith(
        "Exploratory: of 3 single gestures, these can be distinguished from chance: nod, shown alone: "
        "+0.50 [0.40, 0.60] nats (towards the truth, q .050); frown, shown alone: −0.40 [−0.50, −0.30] nats "
        "(away from the truth, q .001)."
    )
    lone = account(effect(), attribution=(gesture("nod", None, 0.5),))
    assert lone.endswith("Exploratory: nod cannot be distinguished from chance (q ≤ .05).")
    assert "Exploratory" not in account(effect(), attribution=(gesture("", 0.001, 2.0, ()),))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({}, "emotion · m · chat, direct, logprob"),
        ({"reasoning": "chain_of_thought"}, "emotion · m · chat, chain of thought, logprob"),
        ({"cue_source": "out_of_fold"}, "emotion · m · chat, direct, logprob · cues: out-of-fold"),
    ],
)
def test_a_row_is_named_by_all_that_sets_it_apart(row: dict[str, Any], words: str) -> None:
    named = ROW.model_copy(update=row)
    (found,) = narrate(Summary(runs=("r",), arms=(), effects=(effect(row=named),)))
    assert found.heading == named.words == words
