"""The ablation as Markdown and LaTeX: means and ranges of the rows, and what others have published."""

from __future__ import annotations

import re

import pytest

from mgllm.recognizer.evaluation.ablation_run import Schedule
from mgllm.recognizer.evaluation.ablation_table import (
    PUBLISHED,
    Ablation,
    AblationRow,
    Published,
    SeedScores,
    latex_table,
    markdown_table,
    notes,
)
from mgllm.recognizer.metrics import Scores

SCHEDULE = Schedule(
    budget_minutes=3, rows=3, seeds=2, splits=1, trainings=4, epochs=7, steps=91, seconds_per_epoch=0.125
)


def scored(*top1: float) -> SeedScores:
    """With half as much for each class, and a quarter as F1."""
    return SeedScores(top1=top1, mean_class=tuple(x / 2 for x in top1), macro_f1=tuple(x / 4 for x in top1))


ROWS = (
    AblationRow(part="", name="default", linear=scored(0.5, 0.75), knn=scored(0.25, 0.25)),
    AblationRow(part="", name="random weights", linear=scored(0.5), knn=scored(0.125)),
    AblationRow(part="fusions", name="fusion sum", linear=scored(1.0, 0.0), knn=scored(0.5, 0.5)),
)


def made(*rows: AblationRow, **changes: object) -> Ablation:
    known = {"dataset": "toy", "split": "people", "schedule": SCHEDULE, "minutes": 2.5, "n": 6}
    return Ablation.model_validate({**known, "rows": rows or ROWS, **changes})


def test_scores_of_a_seed_are_added_at_the_end() -> None:
    scores = Scores(top1=0.5, top5=0.9, mean_class=0.4, macro_f1=0.3, ece=None, n=9, classes=3)
    found = scored(1.0).add(scores)
    assert found == SeedScores(top1=(1.0, 0.5), mean_class=(0.5, 0.4), macro_f1=(0.25, 0.3))


def test_markdown_word_by_word() -> None:
    assert markdown_table(made()).splitlines()[:6] == [
        "| changed | linear top-1 | mean class | macro-F1 | 1-NN top-1 | mean class | macro-F1 | seeds |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        "| default | 62.5 (50.0–75.0) | 31.2 (25.0–37.5) | 15.6 (12.5–18.8) "
        "| 25.0 (25.0–25.0) | 12.5 (12.5–12.5) | 6.2 (6.2–6.2) | 2 |",
        "| random weights | 50.0 | 25.0 | 12.5 | 12.5 | 6.2 | 3.1 | 1 |",
        "| *fusions* | | | | | | | |",
        "| fusion sum | 50.0 (0.0–100.0) | 25.0 (0.0–50.0) | 12.5 (0.0–25.0) "
        "| 50.0 (50.0–50.0) | 25.0 (25.0–25.0) | 12.5 (12.5–12.5) | 2 |",
    ]


def test_latex_word_by_word() -> None:
    lines = latex_table(made()).splitlines()
    assert lines[:5] == [
        r"\begin{tabular}{lrrrrrrr}",
        r"\toprule",
        r"changed & linear top-1 & mean class & macro-F1 & 1-NN top-1 & mean class & macro-F1 & seeds \\",
        r"\midrule",
        r"default & 62.5 (50.0--75.0) & 31.2 (25.0--37.5) & 15.6 (12.5--18.8) "
        r"& 25.0 (25.0--25.0) & 12.5 (12.5--12.5) & 6.2 (6.2--6.2) & 2 \\",
    ]
    assert lines[6] == r"\addlinespace \multicolumn{8}{l}{\emph{fusions}} \\"
    assert lines[8:10] == [r"\bottomrule", r"\end{tabular}"]
    assert all(line.startswith("% ") for line in lines[10:])


def test_the_notes_say_what_was_spent_and_who_was_tested() -> None:
    said = " ".join(notes(made(unfinished=("fusion sum",), dropped=("only a+b", "st-gcn + gru, concat"))))
    for words in (
        "toy, people, 6 test clips",
        "4 trainings (3 rows, 2 seeds, 1 splits) of 7 epochs of 0.12 s in 3 minutes; took 2.5 minutes",
        "Fewer seeds than planned: fusion sum.",
        "Left out, because the budget is too small for them: only a+b; st-gcn + gru, concat.",
    ):
        assert words in said
    plain = " ".join(notes(made()))
    for words in ("Left out", "Fewer seeds", "more than the budget", "steps"):
        assert words not in plain


@pytest.mark.parametrize(
    ("minutes", "said"), [(3.29, ""), (3.4, "That is 0.4 minutes more than the budget.")]
)
def test_a_budget_that_was_not_kept_is_said(minutes: float, said: str) -> None:
    found = [line for line in notes(made(minutes=minutes)) if "more than the budget" in line]
    assert "".join(found) == said


def test_trainings_too_short_to_learn_are_said() -> None:
    short = made(schedule=SCHEDULE.model_copy(update={"steps": 26}))
    assert "Each training has only 26 steps; with fewer than 90 hardly anything is learned." in notes(short)


@pytest.mark.parametrize("name", ["a|b", "50 % & more_$#{}", "back\\slash", "~^"])
def test_names_cannot_break_a_table(name: str) -> None:
    found = made(AblationRow(part="", name=name, linear=scored(1.0), knn=scored(1.0)))
    row = markdown_table(found).splitlines()[2]
    assert row.count("|") == 9
    tex = next(line for line in latex_table(found).splitlines() if "100.0" in line)
    assert len(re.findall(r"(?<!\\)&", tex)) == 7
    assert not re.search(r"(?<!\\)[%$#_^~]", tex)


def test_a_data_sets_name_cannot_leave_the_comment() -> None:
    found = made(dataset="toy\n\\input{/etc/passwd}\r\\end")
    tail = latex_table(found).split(r"\end{tabular}")[1]
    assert all(line.startswith("% ") for line in tail.splitlines() if line)
    assert "\n\\input" not in markdown_table(found)


def test_published_numbers_are_marked_and_apart() -> None:
    alone, beside = made(), made(published=PUBLISHED["iMiGUE"])
    plain, text = markdown_table(alone), markdown_table(beside)
    assert text.startswith(plain.rstrip())
    assert "†" not in plain
    more = text[len(plain) :].strip().splitlines()
    assert more[0] == "| published by others † | top-1 | top-5 | learned from |"
    assert more[2] == "| † ST-GCN | 46.97 | 84.09 | labels |"
    assert all(line.startswith("| †") for line in more[2:13])
    assert "nothing is computed with them" in more[-1]
    tex = latex_table(beside)
    assert tex.count(r"\begin{tabular}") == tex.count(r"\end{tabular}") == 2
    assert r"$\dagger$ P\&C & 31.67 & 64.93 & no labels \\" in tex
    assert "†" not in tex.replace("% †", "")


def test_published_numbers_are_in_no_computation() -> None:
    wrong = (Published(name="x", top1=1e9, learned="labels"),)
    one, other = made(), made(published=wrong)
    assert one.rows == other.rows
    assert notes(one) == notes(other)
    assert not {row.name for row in other.rows} & {row.name for row in wrong}


def test_published_numbers_are_of_data_sets_that_importers_write() -> None:
    from mgllm.datasets.base import datasets

    assert {name.lower() for name in PUBLISHED} <= set(datasets.names())
    for rows in PUBLISHED.values():
        assert len({row.name for row in rows}) == len(rows)
        assert all(0 < row.top1 < 100 and (row.top5 is None or row.top1 < row.top5 < 100) for row in rows)
