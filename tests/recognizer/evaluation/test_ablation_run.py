"""The ablation as Markdown and LaTeX: means and ranges of the rows, and nothing of a stranger's making."""

from __future__ import annotations

import re

import pytest

from mgllm.recognizer.evaluation.ablation_run import (
    Ablation,
    AblationRow,
    Schedule,
    latex_table,
    markdown_table,
    notes,
)

SCHEDULE = Schedule(
    budget_minutes=3, rows=3, seeds=2, splits=1, trainings=4, epochs=7, seconds_per_epoch=0.125
)
ROWS = (
    AblationRow(part="", name="default", linear=(0.5, 0.75), knn=(0.25, 0.25)),
    AblationRow(part="", name="random weights", linear=(0.5,), knn=(0.125,)),
    AblationRow(part="fusions", name="fusion sum", linear=(1.0, 0.0), knn=(0.5, 0.5)),
)


def made(*rows: AblationRow, dataset: str = "toy", unfinished: tuple[str, ...] = ()) -> Ablation:
    return Ablation(
        dataset=dataset,
        split="people",
        schedule=SCHEDULE,
        minutes=2.5,
        n=6,
        rows=rows or ROWS,
        unfinished=unfinished,
    )


def test_markdown_word_by_word() -> None:
    assert markdown_table(made()).splitlines()[:6] == [
        "| changed | linear top-1 | 1-NN top-1 | seeds |",
        "| --- | --- | --- | --- |",
        "| default | 62.5 (50.0–75.0) | 25.0 (25.0–25.0) | 2 |",
        "| random weights | 50.0 | 12.5 | 1 |",
        "| *fusions* | | | |",
        "| fusion sum | 50.0 (0.0–100.0) | 50.0 (50.0–50.0) | 2 |",
    ]


def test_latex_word_by_word() -> None:
    lines = latex_table(made()).splitlines()
    assert lines[:10] == [
        r"\begin{tabular}{lrrr}",
        r"\toprule",
        r"changed & linear & 1-NN & seeds \\",
        r"\midrule",
        r"default & 62.5 (50.0--75.0) & 25.0 (25.0--25.0) & 2 \\",
        r"random weights & 50.0 & 12.5 & 1 \\",
        r"\addlinespace \multicolumn{4}{l}{\emph{fusions}} \\",
        r"fusion sum & 50.0 (0.0--100.0) & 50.0 (50.0--50.0) & 2 \\",
        r"\bottomrule",
        r"\end{tabular}",
    ]
    assert all(line.startswith("% ") for line in lines[10:])


def test_the_notes_say_what_was_spent_and_who_was_tested() -> None:
    said = " ".join(notes(made(unfinished=("fusion sum",))))
    for words in (
        "toy, people, 6 test clips",
        "4 trainings (3 rows, 2 seeds, 1 splits) of 7 epochs of 0.12 s in 3 minutes; took 2.5 minutes",
        "Fewer seeds than planned: fusion sum.",
    ):
        assert words in said
    assert "ran out" not in " ".join(notes(made()))


@pytest.mark.parametrize("name", ["a|b", "50 % & more_$#{}", "back\\slash", "~^"])
def test_names_cannot_break_a_table(name: str) -> None:
    found = made(AblationRow(part="", name=name, linear=(1.0,), knn=(1.0,)))
    row = markdown_table(found).splitlines()[2]
    assert row.count("|") == 5
    tex = next(line for line in latex_table(found).splitlines() if "100.0" in line)
    assert len(re.findall(r"(?<!\\)&", tex)) == 3
    assert not re.search(r"(?<!\\)[%$#_^~]", tex)


def test_a_data_sets_name_cannot_leave_the_comment() -> None:
    found = made(dataset="toy\n\\input{/etc/passwd}\r\\end")
    tail = latex_table(found).split(r"\end{tabular}")[1]
    assert all(line.startswith("% ") for line in tail.splitlines() if line)
    assert "\n\\input" not in markdown_table(found)
