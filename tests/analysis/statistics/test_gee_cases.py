"""The regression where its coefficients are known, and what enters it."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import fmean
from typing import Any

import pytest

from mgllm.analysis import RunRecords, lay_out, render, summarise
from mgllm.records import Gee, GeeTerm

MakeRun = Callable[..., RunRecords]
TOLD = ("mg", "text+mg", "text+shuffled", "text+filler")


def asked(make: MakeRun, seed: int, model: str, scenario: str = "emotion", **changes: Any) -> RunRecords:
    """A run of 24 people, three items each, all answered."""
    run = make(
        seed, **{"sizes": (3,) * 24, "model": model, "id": f"{model} {scenario}", "name": scenario, **changes}
    )
    return RunRecords(run.manifest, [r.model_copy(update={"scenario": scenario}) for r in run.records])


def fit(*runs: RunRecords) -> Gee:
    (found,) = summarise(runs).gee
    return found


def by_term(gee: Gee) -> dict[str, GeeTerm]:
    return {term.term: term for term in gee.terms}


def logit(run: RunRecords, arm: str) -> float:
    """Log-odds of a right answer."""
    right = fmean(bool(r.correct) for r in run.records if r.arm == arm)
    return math.log(right / (1 - right))


@pytest.mark.parametrize("seed", [1, 2])
def test_with_nothing_missing_the_terms_are_log_odds_ratios(made_run: MakeRun, seed: int) -> None:
    """Every person has every cell as often, so each cell is fitted by its own share of right answers."""
    one, two = asked(made_run, seed, "a"), asked(made_run, seed + 10, "b")
    gee = fit(one, two)
    assert (gee.formula, gee.reference) == ("correct ~ arm × model", "text · a · emotion")
    assert (gee.rows, gee.subjects, gee.effective_subjects) == (2 * 5 * 72, 24, 24.0)
    terms = by_term(gee)
    assert list(terms) == [*TOLD, *(f"{arm} × b" for arm in TOLD)]
    for arm in TOLD:
        gains = [logit(run, arm) - logit(run, "text") for run in (one, two)]
        assert terms[arm].estimate == pytest.approx(gains[0], abs=1e-4)
        assert terms[f"{arm} × b"].estimate == pytest.approx(gains[1] - gains[0], abs=1e-4)
        assert (terms[arm].interaction, terms[f"{arm} × b"].interaction) == (False, True)


def test_models_in_the_other_order_turn_the_interactions_round(made_run: MakeRun) -> None:
    one, two = asked(made_run, 3, "a"), asked(made_run, 13, "b")
    there, back = by_term(fit(one, two)), by_term(fit(two, one))
    for arm in TOLD:
        here, other = there[f"{arm} × b"], back[f"{arm} × a"]
        assert here.estimate == pytest.approx(-other.estimate, abs=1e-4)
        assert here.se == pytest.approx(other.se, rel=1e-3)
        assert here.interval == pytest.approx((-other.interval[1], -other.interval[0]), abs=1e-3)
        assert back[arm].estimate == pytest.approx(there[arm].estimate + here.estimate, abs=1e-3)


def test_two_models_on_two_scenarios_have_both_factors(made_run: MakeRun) -> None:
    runs = [
        asked(made_run, 4 + n, model, scenario)
        for n, (model, scenario) in enumerate((m, s) for m in "ab" for s in ("emotion", "deception"))
    ]
    gee = fit(*runs)
    assert gee.formula == "correct ~ arm × (model + scenario)"
    assert gee.reference == "text · a · emotion"
    names = [term.term for term in gee.terms]
    assert names == [*TOLD, *(f"{arm} × {place}" for arm in TOLD for place in ("b", "deception"))]
    assert gee.subjects == 24  # a name stands for one person in every scenario


def test_what_was_asked_otherwise_is_regressed_by_itself(made_run: MakeRun) -> None:
    runs = [asked(made_run, 8 + n, model) for n, model in enumerate("abcd")]
    chat = [
        RunRecords(run.manifest, [r.model_copy(update={"form": "chat"}) for r in run.records])
        for run in runs[2:]
    ]
    found = summarise([*runs[:2], *chat]).gee
    assert {gee.reference for gee in found} == {"text · a · emotion", "text · c · emotion"}
    assert [gee.rows for gee in found] == [2 * 5 * 72] * 2
    assert summarise([runs[0], chat[0]]).gee == ()


def test_only_arms_of_every_run_enter(made_run: MakeRun) -> None:
    one, two = asked(made_run, 5, "a"), asked(made_run, 15, "b")
    less = RunRecords(two.manifest, [r for r in two.records if r.arm not in {"mg", "text+filler"}])
    gee = fit(one, less)
    assert list(by_term(gee)) == ["text+mg", "text+shuffled", "text+mg × b", "text+shuffled × b"]
    assert gee.rows == 2 * 3 * 72
    lone = RunRecords(two.manifest, [r for r in two.records if r.arm == "text"])
    assert fit(one, lone).why_not == "models and scenarios have fewer than two arms in common"


def test_the_baseline_is_the_manifests(made_run: MakeRun) -> None:
    gee = fit(*(asked(made_run, 6 + n, model, baseline="mg") for n, model in enumerate("ab")))
    assert gee.reference == "mg · a · emotion"
    assert "text" in by_term(gee)
    assert "mg" not in by_term(gee)


def test_a_run_without_targets_is_no_part_of_it(made_run: MakeRun) -> None:
    one, two = asked(made_run, 7, "a"), asked(made_run, 17, "b")
    blind = [r.model_copy(update={"target": None, "correct": None}) for r in two.records]
    assert summarise([one, RunRecords(two.manifest, blind)]).gee == ()


def test_items_without_an_answer_are_no_rows(made_run: MakeRun) -> None:
    one, two = asked(made_run, 8, "a", missing=0.3), asked(made_run, 18, "b")
    said = sum(r.outcome == "answered" and r.arm != "none" for run in (one, two) for r in run.records)
    assert fit(one, two).rows == said


@pytest.mark.parametrize("answer", [True, False])
def test_a_cell_that_is_all_right_or_all_wrong_is_not_fitted(made_run: MakeRun, answer: bool) -> None:
    one, two = asked(made_run, 9, "a"), asked(made_run, 19, "b")
    wrong = {"win": "lose", "lose": "win"}
    same = [
        r.model_copy(update={"answer": r.target if answer else wrong[r.target or ""], "correct": answer})
        if r.arm == "text+mg"
        else r
        for r in one.records
    ]
    summary = summarise([RunRecords(one.manifest, same), two])
    word = "right" if answer else "wrong"
    why = f"answers are separated: text+mg of a in emotion is always {word}"
    assert (summary.gee[0].why_not, summary.gee[0].terms) == (why, ())
    assert f"the regression correct ~ arm × model is not fitted: {why}" in lay_out(summary).notes


def test_the_table_says_what_was_fitted(made_run: MakeRun) -> None:
    summary = summarise([asked(made_run, 10, "a"), asked(made_run, 20, "b")])
    text = " ".join(render(summary, "md").split())
    correlation = f"{summary.gee[0].correlation:.3f}".replace("-", "−")
    assert f"(working correlation {correlation}), bias-reduced covariance; 720 answers about 24 sub" in text
    assert "Reference: text · a · emotion. A line with × says how much larger" in text
    assert "Models and scenarios together" not in render(summary, "md", brief=True)
    assert "Models and scenarios together" not in render(summary, "md", shape="wide")
