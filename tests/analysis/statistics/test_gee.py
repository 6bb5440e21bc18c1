"""The regression over models and scenarios against statsmodels' own formulas."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy import stats
from statsmodels.stats.multitest import multipletests

from mgllm.analysis import RunRecords, render, summarise
from mgllm.records import Gee

MakeRun = Callable[..., RunRecords]
ARMS = ["text", "mg", "text+mg", "text+shuffled", "text+filler"]


def fit(*runs: RunRecords) -> Gee:
    (gee,) = summarise(list(runs)).gee
    return gee


def rows(runs: list[RunRecords]) -> pd.DataFrame:
    """Correct answers, epochs averaged inside the item."""
    table = pd.DataFrame(
        [
            {"y": float(bool(r.correct)), "arm": r.arm, "m": r.model, "s": r.scenario, "who": r.subject}
            | {"item": r.item}
            for run in runs
            for r in run.records
            if r.outcome == "answered" and r.arm != "none"
        ]
    )
    mean = table.groupby(["arm", "m", "s", "who", "item"])["y"].mean()
    return mean.reset_index()


@pytest.mark.parametrize("factor", ["m", "s"])
def test_terms_are_those_of_statsmodels(made_run: MakeRun, factor: str) -> None:
    other = {"model": "fake/two"} if factor == "m" else {"name": "deception"}
    runs = [made_run(1, sizes=(2, 3) * 12, missing=0.1), made_run(2, sizes=(2, 3) * 12, id="two", **other)]
    if factor == "s":
        moved = [r.model_copy(update={"scenario": "deception"}) for r in runs[1].records]
        runs[1] = RunRecords(runs[1].manifest, moved)
    table = rows(runs)
    first = "fake/one" if factor == "m" else "emotion"
    formula = f"y ~ C(arm, Treatment('text')) * C({factor}, Treatment('{first}'))"
    model = smf.gee(
        formula, "who", table, family=sm.families.Binomial(), cov_struct=sm.cov_struct.Exchangeable()
    )
    fitted = model.fit(cov_type="bias_reduced", maxiter=100)
    gee = fit(*runs)
    sizes = table.groupby("who").size().to_numpy()
    effective = sizes.sum() ** 2 / (sizes**2).sum()
    assert gee.subjects == 24
    assert gee.rows == len(table)
    assert gee.effective_subjects == pytest.approx(effective)
    assert gee.correlation == pytest.approx(model.cov_struct.dep_params, abs=1e-4)
    for term in gee.terms:
        arm, _, place = term.term.partition(" × ")
        name = f"C(arm, Treatment('text'))[T.{arm}]"
        name += f":C({factor}, Treatment('{first}'))[T.{place}]" if place else ""
        assert term.interaction == bool(place)
        assert term.estimate == pytest.approx(fitted.params[name], abs=1e-4)
        assert term.se == pytest.approx(fitted.bse[name], rel=1e-3)
        t = stats.t(effective - 1)
        assert term.p == pytest.approx(2 * t.sf(abs(term.estimate) / term.se))
        half = t.ppf(0.975) * term.se
        assert term.interval == pytest.approx((term.estimate - half, term.estimate + half))
    assert [t.q for t in gee.terms] == pytest.approx(
        multipletests([t.p for t in gee.terms], method="fdr_bh")[1]
    )


def test_epochs_are_averaged_inside_the_item(made_run: MakeRun) -> None:
    runs = [made_run(n, sizes=(2,) * 20, epochs=3, model=f"fake/{n}", id=str(n), missing=0.1) for n in (1, 2)]
    gee = fit(*runs)
    assert gee.rows == len(rows(runs))
    assert len(gee.terms) == 8


def test_one_model_and_scenario_is_no_comparison(made_run: MakeRun) -> None:
    assert summarise([made_run(1, sizes=(2,) * 20)]).gee == ()


def test_few_subjects_are_not_fitted(made_run: MakeRun) -> None:
    runs = [made_run(1, sizes=(2,) * 19), made_run(2, sizes=(2,) * 19, model="fake/two", id="two")]
    gee = fit(*runs)
    assert gee.terms == ()
    assert gee.why_not == "19 subjects (19.0 effective); 20 are needed"
    assert "correct ~ arm × model is not fitted: 19 subjects" in render(summarise(runs), "md")


def test_separated_answers_are_named(made_run: MakeRun) -> None:
    one, two = made_run(1, sizes=(2,) * 20), made_run(2, sizes=(2,) * 20, model="fake/two", id="two")
    right = [
        r.model_copy(update={"answer": r.target, "correct": True}) if r.arm == "mg" else r
        for r in two.records
    ]
    gee = fit(one, RunRecords(two.manifest, right))
    assert gee.why_not == "answers are separated: mg of fake/two in emotion is always right"


def test_models_on_different_scenarios_cannot_be_told_apart(made_run: MakeRun) -> None:
    one = made_run(1, sizes=(2,) * 20)
    two = made_run(2, sizes=(2,) * 20, model="fake/two", id="two", name="deception")
    moved = [r.model_copy(update={"scenario": "deception"}) for r in two.records]
    gee = fit(one, RunRecords(two.manifest, moved))
    assert gee.why_not is not None
    assert "cannot be separated" in gee.why_not


def test_a_gain_of_one_model_alone_is_an_interaction(made_run: MakeRun) -> None:
    runs = [
        made_run(3, sizes=(5,) * 40, effect=0.2),
        made_run(4, sizes=(5,) * 40, effect=4.0, model="fake/two", id="two"),
    ]
    terms = {term.term: term for term in fit(*runs).terms}
    assert abs(terms["text+mg"].estimate) < 3 * terms["text+mg"].se
    assert terms["text+mg × fake/two"].p < 0.001
    text = render(summarise(runs), "md")
    assert "Models and scenarios together" in text
    assert "text+mg × fake/two" in text
    assert np.isfinite([term.se for term in terms.values()]).all()


def test_what_differs_beside_the_model_is_said(made_run: MakeRun) -> None:
    one = made_run(1, sizes=(2,) * 20)
    same = made_run(2, sizes=(2,) * 20, model="fake/two", id="two")
    other = made_run(
        2, sizes=(2,) * 20, model="fake/two", id="two", cue_source="recognized", items_sha256="1"
    )
    assert fit(one, same).flags == ()
    assert fit(one, other).flags == ("cue sources differ", "item sets differ")
    assert "Cue sources differ between the models" in render(summarise([one, other]), "md")
