"""No two rows have one name, and the wordings of one question are one claim."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mgllm.analysis import RunRecords, effects_between, summarise
from mgllm.analysis.statistics.rows import averaged, named_grids
from mgllm.records import Summary

MakeRun = Callable[..., RunRecords]


def cell(run: RunRecords, **fields: Any) -> RunRecords:
    """The run as one cell of a sweep."""
    key = "-".join(map(str, fields.values()))
    records = [record.model_copy(update={**fields, "cell": key}) for record in run.records]
    return RunRecords(run.manifest, records)


def both(first: RunRecords, second: RunRecords) -> RunRecords:
    """One run with the records of two cells."""
    return RunRecords(first.manifest, [*first.records, *second.records])


def keys(summary: Summary) -> list[tuple[object, ...]]:
    return [(arm.row, arm.arm) for arm in summary.arms]


@pytest.mark.parametrize(
    ("field", "values", "words"),
    [
        ("order", ("ab", "ba"), "order ba"),
        ("style", ("timeline", "summary"), "style summary"),
        ("shots", (0, 4), "4 shots"),
        ("masked", (False, True), "masked"),
    ],
)
def test_cells_of_a_run_are_rows_of_their_own(
    made_run: MakeRun, field: str, values: tuple[Any, Any], words: str
) -> None:
    run = made_run(1, sizes=(2,) * 12)
    summary = summarise([both(*(cell(run, **{field: value}) for value in values))])
    assert len(set(keys(summary))) == len(summary.arms) == 12
    assert any(words in arm.row.words for arm in summary.arms)
    assert {claim.family for claim in summary.claims} == {4}


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"seed": 3}, ("seed 0", "seed 3")),
        ({"temperature": 0.7}, ("temperature 0", "temperature 0.7")),
        ({"items_name": "b.jsonl"}, ("items items.jsonl", "items b.jsonl")),
        ({"items_sha256": "f00dfeed"}, ("item set 0", "item set f00dfe")),
        ({"limit": 12, "seed": 1}, ("limit none, seed 0", "limit 12, seed 1")),
        ({"epochs": 2}, ("epochs 1", "epochs 2")),
        ({}, ("run 1", "run 2")),
    ],
    ids=str,
)
def test_runs_of_one_model_are_told_apart_by_what_differs(
    made_run: MakeRun, change: dict[str, Any], names: tuple[str, str]
) -> None:
    first = made_run(1, sizes=(2,) * 12)
    second = made_run(2, sizes=(2,) * 12, id="second")
    scenario = second.manifest.scenarios[0]
    of_scenario = {name: value for name, value in change.items() if name.startswith("items")}
    of_run = {name: value for name, value in change.items() if name not in of_scenario}
    told = {**of_run, "scenarios": (scenario.model_copy(update=of_scenario),)}
    second = RunRecords(second.manifest.model_copy(update=told), second.records)
    summary = summarise([first, second])
    assert tuple(dict.fromkeys(arm.row.run for arm in summary.arms)) == names
    assert len(set(keys(summary))) == len(summary.arms)


def test_what_an_effort_or_a_form_parts_needs_no_further_name(made_run: MakeRun) -> None:
    first, second = made_run(1), made_run(1, id="second", reasoning_effort="low")
    assert {arm.row.run for arm in summarise([first, second]).arms} == {None}


def worded(made_run: MakeRun, count: int, *, one_run: bool) -> list[RunRecords]:
    names = [None, "b", "c", "d", "e", "f"][:count]
    runs = [made_run(7 + n, sizes=(2,) * 15, effect=2.0 - n, id=f"r{n}") for n in range(count)]
    if one_run:
        cells = [cell(run, wording=name) for run, name in zip(runs, names, strict=True)]
        return [RunRecords(runs[0].manifest, [r for each in cells for r in each.records])]
    found = []
    for run, name in zip(runs, names, strict=True):
        (scenario,) = run.manifest.scenarios
        scenario = scenario.model_copy(update={"paraphrase": name})
        found.append(RunRecords(run.manifest.model_copy(update={"scenarios": (scenario,)}), run.records))
    return found


@pytest.mark.parametrize("one_run", [False, True])
def test_wordings_of_a_question_are_averaged_inside_the_item(made_run: MakeRun, *, one_run: bool) -> None:
    runs = worded(made_run, 3, one_run=one_run)
    summary = summarise(runs)
    assert len(summary.claims) == 2  # accuracy and log-odds, once
    assert {claim.row.wordings for claim in summary.claims} == {3}
    primary = [e for e in summary.effects if e.primary]
    assert {e.row.wordings for e in primary} == {3}
    over_text = next(e for e in primary if (e.metric, e.baseline) == ("accuracy", "text"))
    right: dict[tuple[str, str], list[bool]] = {}
    for run in runs:
        for record in run.records:
            right.setdefault((record.item, record.arm), []).append(bool(record.correct))
    items = sorted({item for item, _ in right})
    gain = [np.mean(right[item, "text+mg"]) - np.mean(right[item, "text"]) for item in items]
    assert over_text.pairs == len(items)
    assert over_text.difference == pytest.approx(float(np.mean(gain)))
    (note,) = [line for line in summary.notes if "accuracy: by wording" in line and "− text," in line]
    by_wording = {
        e.row.wording or "the first": e.difference or 0.0
        for e in summary.effects
        if (e.metric, e.arm, e.baseline) == ("accuracy", "text+mg", "text") and e.row.wordings is None
    }
    assert len(by_wording) == 3
    assert f"({min(by_wording, key=by_wording.__getitem__)}) to" in note
    assert note.endswith("the interval is about these 3 wordings only")


def test_one_wording_is_a_plain_row(made_run: MakeRun) -> None:
    summary = summarise(worded(made_run, 1, one_run=False))
    assert {claim.row.wordings for claim in summary.claims} == {None}


def test_wordings_over_other_items_are_not_averaged(made_run: MakeRun) -> None:
    first, second = worded(made_run, 2, one_run=False)
    turned = {"win": "lose", "lose": "win"}
    moved = [r.model_copy(update={"target": turned[r.target or ""]}) for r in second.records]
    grids = named_grids([first, RunRecords(second.manifest, moved)])
    assert averaged(grids) is None
    assert all(grid.claims for grid in grids)


def test_the_same_cells_of_two_runs_are_subtracted(made_run: MakeRun) -> None:
    first = both(*(cell(made_run(1), wording=name) for name in ("a", "b")))
    second = made_run(2, id="second")
    second = both(*(cell(second, wording=name) for name in ("a", "b")))
    found = effects_between([first], [second])
    accuracy = [e for e in found if (e.metric, e.arm) == ("accuracy", "text")]
    assert sorted(e.row.wording or "" for e in accuracy) == ["a", "b"]
    assert not any("differ" in flag for e in accuracy for flag in e.flags)
