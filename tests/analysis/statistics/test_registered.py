"""Registered hypotheses: tested as they were written down, with Holm, equivalence and deviations."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from io import StringIO
from typing import Any

import pytest

from mgllm.analysis import RunRecords, render, summarise
from mgllm.analysis.statistics.gates import margined, with_margin
from mgllm.analysis.statistics.jackknife import t_tail
from mgllm.analysis.statistics.registered import NOT_REGISTERED
from mgllm.records import Effect, Registered, RegisteredTest, Registration, Summary

GAIN = {"arm": "text+mg", "over": "text", "metric": "log_odds"}
SAME = {"arm": "text+shuffled", "over": "text", "metric": "log_odds", "expect": "equal", "margin": 0.8}


@pytest.fixture
def planned(made_run: Callable[..., RunRecords]) -> Callable[..., RunRecords]:
    """A run of thirty people in which text+mg gains a nat, with these hypotheses."""

    def make(*hypotheses: Mapping[str, Any], plan: Mapping[str, Any] = {}, **changes: Any) -> RunRecords:
        said = {"title": "Gestures help", "hypotheses": hypotheses, "plan": plan}
        run = made_run(3, sizes=(3,) * 30, **changes)
        registered = Registered(sha256="0" * 64, file="p.yaml", content=Registration.model_validate(said))
        return RunRecords(run.manifest.model_copy(update={"preregistration": registered}), run.records)

    return make


def found_in(run: RunRecords) -> tuple[RegisteredTest, ...]:
    return summarise([run]).registered


def effect_of(summary: Summary, said: Mapping[str, Any]) -> Effect:
    wanted = (said["arm"], said["over"], said.get("metric", "accuracy"))
    return next(e for e in summary.effects if (e.arm, e.baseline, e.metric) == wanted)


def test_a_gain_is_tested_with_the_tables_own_p(planned: Callable[..., RunRecords]) -> None:
    summary = summarise([planned(GAIN)])
    (test,), effect = summary.registered, effect_of(summary, GAIN)
    assert (test.difference, test.interval, test.p, test.p_holm) == (
        *(effect.difference, effect.interval, effect.p, effect.p),
    )
    assert test.result == "confirmed"
    assert effect.margin is None


def test_the_wrong_sign_confirms_nothing(planned: Callable[..., RunRecords]) -> None:
    (test,) = found_in(planned(GAIN | {"expect": "loss"}))
    assert (test.p, test.result) == (1.0, "not_confirmed")
    (test,) = found_in(planned({"arm": "text+mg", "over": "text", "metric": "brier"}))
    assert (test.difference or 0) < 0  # lower is better, so this is a gain
    assert test.result == "confirmed"


def test_holm_counts_all_that_were_tested(planned: Callable[..., RunRecords]) -> None:
    one, other = GAIN, {"arm": "mg", "over": "text", "metric": "log_odds"}
    tests = found_in(planned(one, other, {"arm": "text+late", "over": "text"}))
    low, high = sorted(test.p or 0 for test in tests[:2])
    assert sorted(test.p_holm or 0 for test in tests[:2]) == pytest.approx([2 * low, max(2 * low, high)])
    assert (tests[2].p_holm, tests[2].result) == (None, "not_tested")
    assert tests[2].words == "not tested: there is no such difference in this run"
    assert tests[2].deviations == ("arm text+late was not asked",)


def test_with_a_margin_equivalence_is_tested_and_its_90_percent_shown(
    planned: Callable[..., RunRecords],
) -> None:
    summary = summarise([planned(SAME, GAIN | {"margin": 0.8})])
    same, more = summary.registered
    for test, result in ((same, "confirmed"), (more, "confirmed")):
        effect = effect_of(summary, test.hypothesis.model_dump())
        assert effect.margin == 0.8
        assert effect.se is not None
        assert effect.df is not None
        low, high = test.equivalence_interval or (0, 0)
        assert t_tail(((effect.difference or 0) - low) / effect.se, effect.df) == pytest.approx(0.05)
        assert (high + low) / 2 == pytest.approx(effect.difference)
        inside = low > -0.8 and high < 0.8
        assert inside == ((test.equivalence_p or 0) <= 0.05)
        assert test.result == result
    assert same.p == same.equivalence_p  # what was expected is that they are equal
    assert "equivalent within ±0.80 nats" in same.words
    assert "not shown to be equivalent within ±0.80 nats" in more.words
    text = " ".join(render(summary, "md", brief=True).split())
    assert "### Registered hypotheses" in text
    assert "90 %" in text


def test_margins_are_in_the_unit_of_tables(planned: Callable[..., RunRecords]) -> None:
    summary = summarise([planned({"arm": "text+mg", "over": "text", "margin": 5})])
    assert effect_of(summary, {"arm": "text+mg", "over": "text"}).margin == 0.05
    other = with_margin(summary, 0.2)
    assert effect_of(other, {"arm": "text+mg", "over": "text"}).margin == 0.05  # a registered margin stays
    assert effect_of(other, {"arm": "mg", "over": "text"}).margin == 0.2


def test_all_other_differences_and_claims_are_marked(planned: Callable[..., RunRecords]) -> None:
    summary = summarise([planned(GAIN)])
    marked = [effect for effect in summary.effects if NOT_REGISTERED in effect.flags]
    assert len(marked) == len(summary.effects) - 1
    assert all(NOT_REGISTERED in claim.flags for claim in summary.claims)
    assert "Not preregistered:" in render(summary, "md")


def test_leaked_gestures_test_nothing(planned: Callable[..., RunRecords]) -> None:
    run = planned(GAIN, cue_source="recognized")
    leaked = [
        r.model_copy(update={"cue_source": "recognized", "exposure": "in_sample"})
        if r.arm == "text+mg"
        else r
        for r in run.records
    ]
    (test,) = found_in(RunRecords(run.manifest, leaked))
    assert (test.result, test.p) == ("not_tested", None)
    assert "leaked, or of unknown exposure: 90 of 90 pairs" in test.words


def test_what_is_not_as_registered_is_named(planned: Callable[..., RunRecords]) -> None:
    plan = {"model": "fake/two", "seed": 1, "epochs": 2, "items": 91, "people": 40, "form": "chat"}
    fine = {"model": "fake/one", "seed": 0, "items": 90, "items_sha256": "0"}
    (test,) = found_in(planned(GAIN, plan=plan))
    assert test.deviations == (
        "model: fake/two was registered, the run has fake/one",
        "seed: 1 was registered, the run has 0",
        "epochs: 2 was registered, the run has 1",
        "form: chat was registered, the run has cloze",
        "items: 91 were registered, the run has 90",
        "people: 40 were registered, the run has 12",
    )
    assert found_in(planned(GAIN, plan=fine))[0].deviations == ()


def test_a_stopped_run_deviates(planned: Callable[..., RunRecords]) -> None:
    run = planned(GAIN)
    part = RunRecords(run.manifest, run.records[: len(run.records) // 2])
    (test,) = found_in(part)
    assert any(words.startswith("stopped: asked text+mg 45 of 90") for words in test.deviations)


def test_a_hypothesis_of_another_scenario_is_not_tested_here(planned: Callable[..., RunRecords]) -> None:
    assert found_in(planned(GAIN | {"scenario": "interview"}, GAIN | {"scenario": "emotion"})) == found_in(
        planned(GAIN | {"scenario": "emotion"})
    )


def test_programs_get_a_line_for_each(planned: Callable[..., RunRecords]) -> None:
    summary = summarise([planned(GAIN, SAME)])
    lines = list(csv.DictReader(StringIO(render(summary, "csv", tables=["registered"]))))
    assert [(line["arm"], line["baseline"], line["expect"]) for line in lines] == [
        ("text+mg", "text", "gain"),
        ("text+shuffled", "text", "equal"),
    ]
    assert (
        float(lines[1]["equivalence_interval_low"]) == (summary.registered[1].equivalence_interval or [0])[0]
    )


def test_without_an_interval_there_is_no_90_percent_interval(planned: Callable[..., RunRecords]) -> None:
    effect = effect_of(summarise([planned(GAIN)]), GAIN)
    bare = margined(effect.model_copy(update={"interval": None, "se": None}), 1.0)
    assert (bare.equivalence_p, bare.equivalence_interval) == (None, None)
