"""The tables of a sweep: the range, the variance, each cell."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mgllm.analysis import RunRecords, render, summarise
from mgllm.analysis.tables.sweep_tables import sweep_tables
from mgllm.records import Cell, RowName, Sweep, SweptContrast, VarianceSplit, cell_id

MakeRun = Callable[..., RunRecords]
ROW = RowName(scenario="emotion", model="m", form="chat", reasoning="direct", score="logprob", wordings=5)
CONTRAST = SweptContrast(
    row=ROW, metric="accuracy", arm="text+mg", baseline="text", difference=0.05, interval=(0.01, 0.09),
    worst=-0.02, worst_cell="c", best=0.12, best_cell="first", above=4, cells=5, wordings=5,
    other_wordings=(-0.03, 0.13), df=6.0,
)  # fmt: skip
SPLIT = VarianceSplit(
    row=ROW, metric="accuracy", arm="text+mg", baseline="text", n=500,
    parts={"item": 0.03, "wording": 0.0, "resample": 0.01}, negative=("wording",),
)  # fmt: skip


def test_worst_and_best_cell_stand_in_the_table_by_name() -> None:
    (table,) = sweep_tables([Sweep(row=ROW, contrasts=(CONTRAST,))])
    assert table.rows == (
        (
            "text+mg − text",
            "accuracy",
            "+5.0 [1.0, 9.0]",
            "[−3.0, 13.0]",
            "−2.0 (c)",
            "+12.0 (first)",
            "4 of 5",
        ),
    )
    assert "5 wordings" in table.remarks[0]
    assert any("drawn at random" in line for line in table.remarks)


def test_few_wordings_have_a_reason_and_no_column() -> None:
    few = CONTRAST.model_copy(update={"other_wordings": None, "why_not": "3 of the 5 wordings that it needs"})
    (table,) = sweep_tables([Sweep(row=ROW, contrasts=(few,))])
    assert "[95 %, other wordings]" not in table.header
    assert "No interval for other wordings: 3 of the 5 wordings that it needs." in table.remarks


def test_parts_of_variance_are_shown_as_deviation_and_share() -> None:
    (table,) = sweep_tables([Sweep(row=ROW, variance=(SPLIT,))])
    assert table.header == ("of", "metric", "item", "wording", "resample")
    assert table.rows == (("text+mg − text", "accuracy", "17.3 (75)", "0.0 (0)", "10.0 (25)"),)
    assert table.remarks[-1] == "1 of 3 part is negative by the method of moments and shown as 0."


def swept(run: RunRecords) -> RunRecords:
    cells = tuple(Cell(id=cell_id(name), wording=name) for name in ("first", "b"))
    records = [r.model_copy(update={"cell": c.id, "wording": c.wording}) for c in cells for r in run.records]
    scenario = run.manifest.scenarios[0].model_copy(update={"cells": cells})
    return RunRecords(run.manifest.model_copy(update={"scenarios": (scenario,)}), records)


@pytest.mark.parametrize("form", ["md", "tex", "html"])
def test_the_tables_are_in_every_format(made_run: MakeRun, form: str) -> None:
    summary = summarise([swept(made_run(1, sizes=(2,) * 12))])
    text = render(summary, form)
    for title in ("over the cells of the sweep", "Where the variance is", "Each cell of the sweep"):
        assert title in " ".join(text.split())
    assert "2 wordings" in text


def test_a_short_table_has_the_range_and_neither_variance_nor_cells(made_run: MakeRun) -> None:
    run = made_run(1, sizes=(2,) * 12)
    short = render(summarise([swept(run)]), "md", brief=True)
    assert "over the cells of the sweep" in short
    assert "Where the variance is" not in short
    assert "Each cell" not in short
    assert "sweep" not in render(summarise([run]), "md", brief=True)


def test_labels_of_the_three_tables_differ(made_run: MakeRun) -> None:
    text = render(summarise([swept(made_run(1, sizes=(2,) * 12))]), "tex")
    labels = [part.split("}")[0] for part in text.split("\\label{")[1:]]
    assert len(labels) == len(set(labels))


def test_the_table_can_be_asked_for(made_run: MakeRun) -> None:
    text = render(summarise([swept(made_run(1, sizes=(2,) * 12))]), "md", tables=["sweep"])
    assert text.count("\n### ") == 3
