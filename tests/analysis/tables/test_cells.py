"""Every format says the same numbers: each is read back by a small parser, cell by cell."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import pytest

from mgllm.analysis import RunRecords, effects_between, lay_out, render, summarise
from mgllm.analysis.tables.sections import Layout
from mgllm.records import Summary
from tests.analysis.tables.readers import READERS, Grid, bare

MakeRun = Callable[..., RunRecords]


def wanted(summary: Summary, **layout: Any) -> list[Grid]:
    """The cells before any format, without spaces and line breaks."""
    report = lay_out(summary, Layout(**layout))
    tables = [*report.head, *(table for section in report.sections for table in section.tables)]
    return [bare([table.header, *table.rows]) for table in tables]


@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize(
    "layout", [{}, {"brief": True}, {"shape": "wide"}, {"shape": "long"}, {"ids": True}], ids=str
)
def test_formats_for_people_hold_the_same_cells(summary: Summary, form: str, layout: Any) -> None:
    found = READERS[form](render(summary, form, **layout))
    assert found == wanted(summary, **layout)
    assert found


def shown(text: str, factor: float = 1.0) -> float | None:
    """The first number of a cell; null for an empty one."""
    number = re.match(r"[+−]?\d*\.?\d+", text)
    return float(number[0].replace("−", "-")) / factor if number else None


def halves(text: str, factor: float) -> tuple[float, float] | None:
    """The interval of a cell: "+4.2 [1.3, 9.7]"."""
    both = re.search(r"\[(.+), (.+)\]", text)
    if both is None:
        return None
    low, high = (float(end.replace("−", "-")) / factor for end in both.groups())
    return low, high


FACTORS = {"accuracy": 100, "balanced accuracy": 100, "macro-F1": 100, "calibration error": 100}
NAMED = {
    "balanced accuracy": "balanced_accuracy",
    "macro-F1": "macro_f1",
    "AUC": "auc",
    "log-odds": "log_odds",
    "Brier score": "brier",
    "calibration error": "calibration_error",
}


def rows_under(summary: Summary, title: str, **layout: Any) -> list[dict[str, str]]:
    """The rows of all tables of this title, by column."""
    return [
        dict(zip(table.header, row, strict=True))
        for section in lay_out(summary, Layout(**layout)).sections
        for table in section.tables
        if table.title.startswith(title)
        for row in table.rows
    ]


def close(found: float | None, value: float | None, digits: float) -> bool:
    """Whether a printed number is the value, rounded."""
    if found is None or value is None:
        return found is value
    return math.isclose(found, value, abs_tol=digits)


def test_the_tables_of_effects_are_the_effects(summary: Summary) -> None:
    for title, primary in (("The two primary", True), ("Exploratory", False)):
        rows = rows_under(summary, title)
        effects = [e for e in summary.effects if e.primary == primary]
        assert len(rows) == len(effects)
        by_name = {(row["contrast"], row["metric"], n): row for n, row in enumerate(rows)}
        left = dict(by_name)
        for effect in effects:
            (key,) = [
                key
                for key, row in left.items()
                if key[:2] == (f"{effect.arm} − {effect.baseline}", _name(effect.metric))
                and row["pairs"] == str(effect.pairs)
                and close(shown(row["difference [95 %]"], _factor(key[1])), effect.difference, 0.0051)
                and close(shown(row["arm"], _factor(key[1])), effect.arm_value, 0.0051)
            ][:1]
            row, factor = left.pop(key), _factor(key[1])
            assert close(shown(row["baseline"], factor), effect.baseline_value, 0.0051)
            interval = halves(row["difference [95 %]"], factor)
            assert (interval is None) == (effect.interval is None)
            if interval is not None:
                assert interval == pytest.approx(effect.interval, abs=0.0051)
            cell, value = (row.get("p", ""), effect.p) if primary else (row.get("q", ""), effect.q)
            assert (cell == "") == (value is None)
            assert cell in {"", "<.001"} or close(shown(cell), value, 0.00051)


def _name(metric: str) -> str:
    return {known: name for name, known in NAMED.items()}.get(metric, metric)


def _factor(name: str) -> float:
    return FACTORS.get(name, 1)


def test_the_checks_are_the_effects_checks(summary: Summary) -> None:
    rows = rows_under(summary, "Checks")
    effects = [effect for effect in summary.effects if effect.primary]
    for row, effect in zip(rows, effects, strict=True):
        factor = _factor(row["metric"])
        assert row["contrast"] == f"{effect.arm} − {effect.baseline}"
        assert close(shown(row.get("detectable", ""), factor), effect.detectable, 0.0051)
        assert (row.get("sign-flip p", "") == "") == (effect.sign_flip_p is None)
        bca = halves(row.get("BCa [95 %]", ""), factor)
        assert (bca is None) == (effect.bca_interval is None)
        # One digit fewer than other intervals: the last one would be the seed's.
        assert bca is None or bca == pytest.approx(effect.bca_interval, abs=0.0051 if factor > 1 else 0.051)
        table = row["ignores subjects: b:c, McNemar p"]
        assert table.startswith(f"{effect.b}:{effect.c}, ") if effect.metric == "accuracy" else table == ""


def test_missing_answers_are_told_where_there_are_any(summary: Summary) -> None:
    rows = [row for row in rows_under(summary, "Primary contrasts if") if row["metric"] == "accuracy"]
    told = [e for e in summary.effects if e.primary and e.metric == "accuracy"]
    by_row = {effect.row for effect in summary.effects if effect.primary and effect.missing}
    told = [effect for effect in told if effect.row in by_row]
    assert len(rows) == len(told)
    for row, effect in zip(rows, told, strict=True):
        low, high = row["bounds"].split(" … ")
        assert int(row["missing pairs"]) == effect.missing
        assert close(shown(row["strict"], 100), effect.strict, 0.00051)
        assert effect.bounds == pytest.approx((shown(low, 100), shown(high, 100)), abs=0.00051)
        assert row["sign changes"] == ("yes" if effect.sign_changes else "no")


def test_the_tables_of_arms_are_the_arms(summary: Summary) -> None:
    outcomes = rows_under(summary, "What was answered")
    for row, arm in zip(outcomes, summary.arms, strict=True):
        assert row["arm"] == arm.arm
        for name in ("n", "subjects", "answered", "unparsed", "refused", "failed"):
            assert row[name] == str(getattr(arm, name))
        shares = [part.rsplit(" ", 1) for part in row["answer shares %"].split(", ") if part]
        assert {label: round(100 * share) for label, share in arm.answer_shares.items()} == pytest.approx(
            {label: int(share) for label, share in shares}, abs=1
        )
    scored = [arm for arm in summary.arms if arm.arm != "none"]
    columns = {"accuracy [95 %]": ("accuracy", 100), "balanced": ("balanced_accuracy", 100),
               "macro-F1": ("macro_f1", 100), "AUC": ("auc", 1), "log-odds": ("log_odds", 1),
               "Brier": ("brier", 1), "ECE %": ("calibration_error", 100),
               "acc. minus prior": ("corrected_accuracy", 100),
               "acc. per token": ("mean_token_accuracy", 100)}  # fmt: skip
    for row, arm in zip(rows_under(summary, "How good"), scored, strict=True):
        for column, (field, factor) in columns.items():
            assert close(shown(row.get(column, ""), factor), getattr(arm, field), 0.0051), column
        interval = halves(row["accuracy [95 %]"], 100)
        assert (interval is None) == (arm.accuracy_interval is None)
        assert interval is None or interval == pytest.approx(arm.accuracy_interval, abs=0.00051)


def test_the_wide_shape_has_each_difference_in_its_metrics_column(summary: Summary) -> None:
    for section in lay_out(summary, Layout(shape="wide")).sections:
        (table,) = [table for table in section.tables if table.title.startswith("Differences")]
        rows = {row[0]: dict(zip(table.header, row, strict=True)) for row in table.rows}
        for effect in (each for each in summary.effects if each.row.words == section.heading):
            cell = rows[f"{effect.arm} − {effect.baseline}"].get(_name(effect.metric), "")
            assert close(shown(cell, _factor(_name(effect.metric))), effect.difference, 0.0051), cell


def test_gestures_and_places_are_told_in_every_format(summary: Summary) -> None:
    (row,) = rows_under(summary, "What each gesture adds")
    assert (row["gesture"], row["items"], row["shown alone [95 %]"] != "") == ("head | nod", "9", True)
    assert row["gained : lost"] == "3 : 1"
    places = rows_under(summary, "Position bias")
    first = next(bias for bias in summary.bias if bias.arm == places[0]["arm"])
    assert close(shown(places[0]["answers there % [95 %]"], 100), first.positions[0].value, 0.00051)


@pytest.mark.parametrize("form", READERS)
def test_differences_between_runs_are_told_too(made_run: MakeRun, form: str) -> None:
    first, second = made_run(1), made_run(2, model="fake/two", id="b")
    effects = effects_between([first], [second])
    between = summarise([first, second]).model_copy(update={"effects": effects, "claims": ()})
    found = READERS[form](render(between, form))
    assert found == wanted(between)
    contrasts = {row[0] for table in found for row in table[1:] if table[0][:2] == ("contrast", "metric")}
    assert contrasts == {"text", "mg", "text+mg", "text+shuffled", "text+filler"}
