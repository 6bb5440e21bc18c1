"""The verdict: three sentences at most a scenario, and what they must not leave out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mgllm.analysis import RunRecords, effects_between, render, summarise, verdicts
from mgllm.analysis.tables.verdict import verdict_of
from mgllm.analysis.wording import change, span
from mgllm.records import Summary

MakeRun = Callable[..., RunRecords]


def judged(summary: Summary, *changes: dict[str, Any]) -> Summary:
    """The summary, its claims changed one by one; the last change goes for those that are left."""
    last = len(changes) - 1
    claims = tuple(claim.model_copy(update=changes[min(n, last)]) for n, claim in enumerate(summary.claims))
    return summary.model_copy(update={"claims": claims})


def constant(summary: Summary, name: str, model: str = "") -> Summary:
    """The summary, one arm of it giving one answer."""
    arms = tuple(
        arm.model_copy(update={"constant": "win"}) if arm.arm == name and model in arm.row.model else arm
        for arm in summary.arms
    )
    return summary.model_copy(update={"arms": arms})


SUPPORTED = {"verdict": "supported", "supported": True, "reason": None, "p_holm": 0.012}
NOT_SHOWN = {"verdict": "not_shown", "supported": False, "reason": "no gain over shuffled gestures"}
LEAKED = {"verdict": "not_claimed", "supported": False, "reason": "leaked: 12 of 24 pairs (known)"}
DOUBTED = {"verdict": "supported_among_answered", "supported": False, "reason": "the sign changes"}


@pytest.fixture(scope="module")
def plain(made_run: MakeRun) -> Summary:
    return summarise([made_run(1)])


@pytest.fixture(scope="module")
def three(made_run: MakeRun) -> Summary:
    return summarise([made_run(n, model=f"fake/{n}", id=str(n)) for n in range(3)])


def test_one_model_says_what_changed_by_how_much_and_whether_it_is_shown(plain: Summary) -> None:
    (verdict,) = verdicts(judged(plain, NOT_SHOWN))
    assert verdict.scenario == "emotion"
    told = {
        (e.metric, e.baseline): (change(e.difference, e.metric), span(e.interval, e.metric))
        for e in plain.effects
        if e.primary
    }
    (up, ends), (odds, around) = told["accuracy", "text"], told["log_odds", "text"]
    (up_2, ends_2), (odds_2, around_2) = told["accuracy", "text+shuffled"], told["log_odds", "text+shuffled"]
    assert verdict.lines == (
        f"Accuracy {up} points {ends} over text, {up_2} {ends_2} over shuffled.",
        f"Log-odds {odds} {around} over text, {odds_2} {around_2} over shuffled.",
        "Not shown: no gain over shuffled gestures.",
    )
    assert (up, up_2, verdict.supported) == ("+25.0", "+25.0", False)


def test_of_reasons_that_differ_that_of_the_nearest_claim_is_told(plain: Summary) -> None:
    other = NOT_SHOWN | {"reason": "not distinguished from chance over the text alone (p .3)"}
    (verdict,) = verdicts(judged(plain, NOT_SHOWN | {"p_holm": 0.2}, other | {"p_holm": 0.9}))
    assert verdict.lines[-1] == "Not shown by accuracy: no gain over shuffled gestures; nor by log-odds."
    (verdict,) = verdicts(judged(plain, other | {"p_holm": None}, NOT_SHOWN | {"p_holm": 0.2}))
    assert verdict.lines[-1] == "Not shown by log-odds: no gain over shuffled gestures; nor by accuracy."


def test_support_names_its_metric_and_holm(plain: Summary) -> None:
    (both,) = verdicts(judged(plain, SUPPORTED))
    assert both.lines[-1] == "Supported: the gestures' content helps (Holm p .012, .012)."
    assert both.supported
    (one,) = verdicts(judged(plain, NOT_SHOWN, SUPPORTED))
    assert one.lines[-1] == (
        "Supported by log-odds: the gestures' content helps (Holm p .012). "
        "Not shown by accuracy: no gain over shuffled gestures."
    )
    assert one.supported


@pytest.mark.parametrize("change", [DOUBTED, LEAKED, NOT_SHOWN])
def test_nothing_less_is_supported(plain: Summary, change: dict[str, Any]) -> None:
    summary = judged(plain, change)
    (verdict,) = verdicts(summary)
    assert not verdict.supported
    assert change["reason"].rstrip(".") in verdict.lines[-1]
    assert "**" not in render(summary, "md")
    assert r"\textbf" not in render(summary, "tex")
    assert "<strong>" not in render(summary, "html")


def test_a_model_that_gives_one_answer_is_sent_away(plain: Summary) -> None:
    (verdict,) = verdicts(judged(constant(plain, "text+mg"), NOT_SHOWN))
    assert verdict.lines[-1].endswith("In text+mg the model always answers 'win': use another model.")
    (verdict,) = verdicts(judged(constant(plain, "text"), NOT_SHOWN))
    assert verdict.lines[-1].endswith("In text the model always answers 'win'.")


def test_what_the_reason_says_is_not_said_twice(plain: Summary) -> None:
    reason = {"verdict": "not_claimed", "reason": "constant answer: text+mg always says 'win'"}
    (verdict,) = verdicts(judged(constant(plain, "text+mg"), {**NOT_SHOWN, **reason}))
    assert verdict.lines[-1].endswith("constant answer: text+mg always says 'win'. Use another model.")
    assert verdict.lines[-1].count("always") == 1


def test_several_models_are_summed_up(three: Summary) -> None:
    changes = [SUPPORTED, SUPPORTED, NOT_SHOWN, NOT_SHOWN, LEAKED, LEAKED]
    (verdict,) = verdicts(judged(constant(three, "text+mg", "fake/2"), *changes))
    assert verdict.lines[0] == "That the gestures' content helps is shown for 1 of 3 models: fake/0."
    found = [e for e in three.effects if e.metric == "accuracy" and e.primary and e.baseline == "text"]
    over = sorted(100 * (effect.difference or 0) for effect in found)
    assert verdict.lines[1].startswith(f"Accuracy: {over[0]:+.1f} to {over[-1]:+.1f} points over text, ")
    assert verdict.lines[2] == (
        "1 not shown: no gain over shuffled gestures; 1 not claimed: leaked. "
        "Always the same answer: fake/2; use another model."
    )
    assert verdict.supported


def test_two_ways_of_asking_one_model_are_rows(made_run: MakeRun) -> None:
    runs = [made_run(n, id=str(n), reasoning_effort=effort) for n, effort in enumerate(("low", "high"))]
    (verdict,) = verdicts(judged(summarise(runs), SUPPORTED, SUPPORTED, NOT_SHOWN))
    assert verdict.lines[0].startswith("That the gestures' content helps is shown for 1 of 2 rows")
    assert "effort low" in verdict.lines[0]


def test_without_targets_or_controls_nothing_is_claimed_and_why(made_run: MakeRun) -> None:
    run = made_run(2)
    blind = [r.model_copy(update={"target": None, "correct": None}) for r in run.records]
    (verdict,) = verdicts(summarise([RunRecords(run.manifest, blind)]))
    assert verdict.lines == ("Nothing can be claimed: there are no known targets, or no answers.",)
    bare = [r for r in run.records if r.arm in ("text", "text+mg")]
    (verdict,) = verdicts(summarise([RunRecords(run.manifest, bare)]))
    assert verdict.lines[-1] == "Nothing is claimed: text+shuffled was not asked."


def test_made_up_items_are_said_in_the_heading(made_run: MakeRun) -> None:
    summary = summarise([made_run(1, made_up=True)])
    assert [verdict.items for verdict in verdicts(summary)] == ["made-up items"]
    assert [verdict.items for verdict in verdicts(summarise([made_run(1)]))] == [""]
    for form in ("md", "html", "tex"):
        assert "Verdict: emotion (made-up items)" in render(summary, form, brief=True)


def test_between_runs_the_difference_that_was_asked_for_is_told(made_run: MakeRun) -> None:
    first, second = made_run(1), made_run(2, model="fake/two", id="b")
    effects = effects_between([first], [second])
    summary = summarise([first])
    summary = summary.model_copy(update={"effects": (*summary.effects, *effects)})
    (verdict,) = verdicts(summary)
    assert len(verdict.lines) == 3
    assert verdict.lines[1].startswith("Accuracy in text+mg, fake/one − fake/two: ")
    assert "### Exploratory differences" in render(summary, "md", brief=True)


def test_at_most_three_sentences_lines(summary: Summary) -> None:
    for verdict in verdicts(summary):
        assert 1 <= len(verdict.lines) <= 3
        assert all(line.endswith((".", "?")) and "\n" not in line for line in verdict.lines)


def test_claims_of_before_are_supported_or_not_shown(plain: Summary) -> None:
    old = plain.claims[0].model_copy(update={"supported": True, "verdict": "not_shown"})
    assert verdict_of(old) == "supported"
    assert verdict_of(old.model_copy(update={"supported": False})) == "not_shown"
