"""Every number printed in md, tex, csv and json is found again by plain loops over the records."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from io import StringIO
from typing import Any

import pytest

from mgllm.analysis import RunRecords, render, summarise
from mgllm.records import Summary
from tests.analysis import by_hand_claims
from tests.analysis.by_hand_tables import ROUGH, Counted, named, tables
from tests.analysis.conftest import make_run
from tests.analysis.made import CASES, made
from tests.analysis.tables.printed import differs
from tests.analysis.tables.readers import latex_tables, markdown_tables, markdown_titled

MakeRun = Callable[..., RunRecords]
NAMED_BY = {
    "Claim": 2,
    "The two primary": 2,
    "Checks": 2,
    "Primary contrasts if": 2,
    "Exploratory": 2,
    "Position bias": 2,
}
"""Columns that name a row; one elsewhere."""
OF_WORDS = {"reason", "cues"}
"""Columns of words."""
BY_ROUND = {"acc.minusprior", "acc.pertoken"}
"""Tested where all arms are (statistics/test_by_hand.py)."""
TALKED = re.compile(r"[+−]?\d*\.\d+")


@cache
def counted(case: str) -> Counted:
    return Counted(made(make_run, case))


@cache
def summed(case: str) -> Summary:
    return summarise([counted(case).run])


@pytest.mark.parametrize("case", CASES)
def test_every_cell_of_markdown_is_counted(case: str) -> None:
    expected, seen = tables(counted(case)), set[str]()
    for title, (header, *rows) in markdown_titled(render(summed(case), "md")):
        kind = next(kind for kind in expected if title.startswith(kind))
        names = NAMED_BY.get(kind, 1)
        wanted = {named(row): cells for row, cells in expected[kind].items()}
        seen.add(kind)
        for row in rows:
            cells = {named([column])[0]: cell for column, cell in wanted[row[:names]].items()}
            for column, cell in zip(header[names:], row[names:], strict=True):
                if column in OF_WORDS or column in BY_ROUND or cell == "–":
                    continue
                template, numbers = cells[column]
                why = differs(cell, template, *numbers)
                assert why is None, f"{title}, {' '.join(row[:names])}, {column}: {why}"
        assert {row[:names] for row in rows} == {*wanted}, title
    assert seen >= {"What was answered", "How good", "The two primary", "Checks", "Exploratory", "Claim"}


@pytest.mark.parametrize("case", CASES)
def test_latex_has_the_cells_of_markdown(case: str) -> None:
    said = markdown_tables(render(summed(case), "md"))
    assert latex_tables(render(summed(case), "tex")) == said


@pytest.mark.parametrize("case", CASES)
def test_sentences_name_no_other_numbers(case: str) -> None:
    """Every number with decimals outside the tables stands in a table, or is a count of people."""
    text = render(summed(case), "md").replace("\n  ", " ")
    inside = {
        number
        for _, grid in markdown_titled(text)
        for row in grid
        for cell in row
        for number in TALKED.findall(cell)
    }
    people = {f"{each['effective_subjects']:.1f}" for each in counted(case).effects.values()}
    outside = "\n".join(line for line in text.splitlines() if not line.startswith(("|", "#")))
    constants = {"2.80", "3.15", ".15"}
    strange = {number for number in TALKED.findall(outside) if number not in inside | people | constants}
    assert {number for number in strange if not _told_of(number, counted(case))} == set()


def _told_of(number: str, run: Counted) -> bool:
    """A p of a contrast in words, a share in percent, or effective people of a label or an arm."""
    value = float(number.replace("−", "-"))
    known: list[float] = []
    for each in run.effects.values():
        known += [each["p"] or 0.0, 100 * each["lacking"], 100 * (each["apart"] or 0.0)]
        known += [100 * (each[side] or 0.0) for side in ("arm_censored", "baseline_censored")]
        known += [float(found) for flag in each["flags"] for found in TALKED.findall(flag)]
        known += [100 * end for end in each["bounds"] or ()] + [
            100 * (each["strict"] or 0.0),
            each["worst"] or 0.0,
        ]
    known += [claim.holm or 0.0 for claim in by_hand_claims.claims(run.effects)]
    people: list[float] = []
    for arm in run.arms:
        sizes: dict[str, int] = {}
        for item, subject in {(r.item, r.subject) for r in run.said(arm) if r.target is not None}:
            sizes[subject] = sizes.get(subject, 0) + bool(item)
        people.append(sum(sizes.values()) ** 2 / sum(n * n for n in sizes.values()) if sizes else 0.0)
    rough = 0.02 if run.rough else 0.0006
    return any(abs(value - each) < rough for each in known) or any(
        abs(value - each) <= 0.0501 for each in [*known, *people]
    )


SELDOM = {"leaked": 0, "exposure_unknown": 0, "sign_flip_exact": True}
"""Columns that say nothing where this is so."""
CSV_ROUGH = {"interval_low", "interval_high"}


@pytest.mark.parametrize("case", CASES)
def test_every_number_of_csv_is_counted(case: str) -> None:
    run, seen = counted(case), 0
    for line in csv.DictReader(StringIO(render(summed(case), "csv"))):
        if line["table"] != "effects":
            continue
        seen += 1
        each = run.effects[line["arm"], line["baseline"], line["metric"]]
        expected = _flat(each) | {"q": run.q.get((line["arm"], line["baseline"], line["metric"]))}
        for name, value in expected.items():
            _same(line.get(name, ""), value, name, each, run)
    assert seen == len(run.effects)


def _flat(each: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in each.items():
        if name in {"interval", "by_subject_interval", "bca_interval", "bounds"}:
            low, high = value or (None, None)
            found |= {f"{name}_low": low, f"{name}_high": high}
        elif name != "flags":
            found[name] = value
    return found


def _same(cell: str, value: Any, name: str, each: Mapping[str, Any], run: Counted) -> None:
    if cell == "" and value == SELDOM.get(name):
        return
    if value is None or isinstance(value, bool | str):
        assert cell == ("" if value is None else str(value)), name
        return
    ends = each["bca_interval"] if name.startswith("bca") else each["interval"]
    drawn = each["rule"] == "bootstrap_t"
    within = 0.0
    if name.startswith("bca") or (name in CSV_ROUGH and drawn):
        within = 2 * ROUGH * (ends[1] - ends[0])
    elif (name == "p" and drawn) or (name == "q" and run.rough):
        within = 0.004 + 0.15 * value
    elif name == "sign_flip_p" and each["subjects"] > 20:
        within = 0.02
    assert float(cell) == pytest.approx(value, rel=1e-6, abs=max(within, 1e-9)), name


@pytest.mark.parametrize("case", CASES)
def test_json_is_the_summary_that_is_counted(case: str) -> None:
    """Of whose every field statistics/test_by_hand.py says that it is what the records give."""
    content = json.loads(render(summed(case), "json"))
    assert Summary.model_validate(content) == summed(case)
    by_name = {(e["arm"], e["baseline"], e["metric"]): e for e in content["effects"]}
    assert {name: e["pairs"] for name, e in by_name.items()} == {
        name: each["pairs"] for name, each in counted(case).effects.items()
    }
