"""The table on how right gestures must be: in md, csv and json, and short comparisons too."""

from __future__ import annotations

import csv
import json
from io import StringIO

import pytest

from mgllm.analysis import render, summarise
from mgllm.analysis.tables.dose_tables import nearest
from mgllm.records import Summary
from tests.analysis.dosed import REAL, dosed_run


@pytest.fixture(scope="module")
def summary() -> Summary:
    real = dosed_run(1, source="out_of_fold", exposure="held_out", f1=0.55, arms=REAL, id="b")
    return summarise([dosed_run(), real])


def test_readers_see_points_controls_and_what_is_needed(summary: Summary) -> None:
    text = render(summary, "md", brief=True)
    assert "### How right the gestures must be" in text
    assert "text+mg, out-of-fold" in text
    for dose in summary.doses:
        assert " ".join(dose.words[1:].split()) in " ".join(text.split())
    assert "crosses text at F1" in " ".join(text.split())


def test_programs_get_points_fit_and_needs(summary: Summary) -> None:
    lines = list(csv.DictReader(StringIO(render(summary, "csv", tables=["dose"]))))
    of = [line for line in lines if line["metric"] == "accuracy"]
    dose = next(dose for dose in summary.doses if dose.metric == "accuracy")
    assert [float(line["f1"]) for line in of if line["part"] == "curve"] == [p.f1 for p in dose.points]
    assert [float(line["value"]) for line in of if line["part"] == "fit"] == [one.value for one in dose.fit]
    assert [line["arm"] for line in of if line["part"] == "need"] == ["text", "text+shuffled"]
    assert [line["exposure"] for line in of if line["part"] == "recogniser"] == ["held_out"]
    assert {line["needed"] for line in of if line["part"] == "need"} == {str(dose.needed)}
    (found,) = json.loads(render(summary, "json", tables=["dose"])).values()
    assert len(found) == len(lines)


def test_the_fit_beside_a_point_is_the_nearest(summary: Summary) -> None:
    dose = summary.doses[0]
    assert nearest(dose, dose.points[2].f1) == min(
        dose.fit, key=lambda one: abs(one.f1 - (dose.points[2].f1 or 0))
    )
    assert nearest(dose, 1.5) is None
    assert nearest(dose, None) is None
