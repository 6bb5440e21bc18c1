"""For machines: one table by name, keys that are unique, cells that no spreadsheet runs."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from io import StringIO

import pytest

from mgllm.analysis import Covariate, RunRecords, long_frame, render, summarise
from mgllm.analysis.tables.cells import csv_text, safe
from mgllm.analysis.tables.names import TABLES
from mgllm.analysis.tables.plain import plain_rows
from mgllm.errors import InputError
from mgllm.records import Reference, References, RowName, Summary

MakeRun = Callable[..., RunRecords]
OF_OPTIONS = ("gestures", "dose", "registered", "references", "probes", "sweep")
"""Tables that only runs with an option of their own have."""
KEY = ("about", *RowName.model_fields, "slice", "arm", "baseline", "metric")


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text, newline="")))


@pytest.fixture(scope="module")
def rich(made_run: MakeRun) -> Summary:
    """Two models, slices, missing answers: every table that needs no option of `run`."""
    runs = [made_run(n, sizes=(2,) * 45, missing=0.1, model=f"fake/{n}", id=str(n)) for n in (1, 2)]
    sexes = {("emotion", f"i{n:04d}"): "F" if n % 2 else "M" for n in range(90)}
    constant = Reference(kind="constant", name="constant", uar=0.5, accuracy=0.5, in_sample=0.5)
    facts = {"labels": ("win", "lose"), "majority": 0.5, "draws": 10, "folds": 5, "groups": 45}
    people = {"n": 90, "subjects": 45, "effective_subjects": 45.0, "largest_cluster": 2}
    made = References.model_validate({**facts, **people, "scenario": "emotion", "rows": (constant,)})
    return summarise(runs, Covariate("sex", sexes)).model_copy(update={"references": (made,)})


@pytest.mark.parametrize("name", [name for name in TABLES if name not in OF_OPTIONS])
def test_each_table_can_be_taken_in_every_format(rich: Summary, name: str) -> None:
    rows = plain_rows(rich, name)
    text = render(rich, "csv", tables=[name])
    assert len(read(text)) == len(rows) > 0
    assert "table" not in read(text)[0]
    assert list(json.loads(render(rich, "json", tables=[name]))) == [name]
    for form in ("md", "tex", "html"):
        text = render(rich, form, tables=[name])
        assert ("Verdict" in text) == (name == "verdict")
        assert "Not for use on people." in text
    others = [other for other in ("### Claim", "### What was answered", "### Checks") if other in
              render(rich, "md", tables=[name])]  # fmt: skip
    assert len(others) == (name in ("claims", "outcomes", "checks"))


def test_a_table_that_is_not_known_or_is_empty_is_one_line(rich: Summary) -> None:
    guess = r"--table: unknown table 'clams'\. Did you mean 'claims'\? Known: .*verdict"
    with pytest.raises(InputError, match=guess):
        render(rich, "md", tables=["clams"])
    for form in ("md", "csv", "json"):
        with pytest.raises(
            InputError,
            match="gestures: there is nothing to show: only runs made with `mgllm run --attribute` have it",
        ):
            render(rich, form, tables=["gestures"])
        with pytest.raises(
            InputError, match="--table slices: there is nothing to show: add --by with a covariate"
        ):
            render(rich.model_copy(update={"slices": ()}), form, tables=["slices"])


def test_several_tables_say_which_row_is_whose(rich: Summary) -> None:
    rows = read(render(rich, "csv", tables=["claims", "models", "claims"]))
    assert [row["table"] for row in rows] == ["claims"] * 4 + ["models"] * 10
    assert list(json.loads(render(rich, "json", tables=["claims", "models"]))) == ["claims", "models"]
    text = render(rich, "md", tables=["claims", "models"])
    assert text.index("by model and arm") < text.index("### Claim")


def test_plain_rows_are_unrounded(rich: Summary) -> None:
    rows = read(render(rich, "csv", tables=["checks"]))
    primary = [effect for effect in rich.effects if effect.primary]
    assert [float(row["detectable"]) for row in rows] == [effect.detectable for effect in primary]
    assert "p" not in rows[0]
    assert {"bca_interval_low", "scenario", "model"} <= set(rows[0])
    shares = read(render(rich, "csv", tables=["outcomes"]))
    wins = [arm.answer_shares["win"] for arm in rich.arms]
    assert [float(row["answer_shares_win"]) for row in shares] == wins
    assert "accuracy" not in shares[0]
    verdict = read(render(rich, "csv", tables=["verdict"]))
    assert [row["line"] for row in verdict] == [str(n + 1) for n in range(len(verdict))]


def test_keys_of_the_long_shape_are_unique_and_no_row_is_hidden(made_run: MakeRun) -> None:
    """Three runs of one model that differ in nothing but the run."""
    parts = [summarise([made_run(n, id=str(n))]) for n in range(3)]
    names = [{"run": f"run {n}", "wording": "b"} for n in range(3)]
    together = parts[0].model_copy(
        update={
            name: tuple(
                each.model_copy(update={"row": each.row.model_copy(update=names[n])})
                for n, part in enumerate(parts)
                for each in getattr(part, name)
            )
            for name in ("arms", "effects", "bias", "claims", "flips")
        }
    )
    rows = read(render(together, "csv", shape="long"))
    keys = {tuple(row.get(name, "") for name in KEY) for row in rows}
    assert len(keys) == len(rows) == 3 * len(read(render(parts[0], "csv", shape="long")))
    assert {row["run"] for row in rows} == {"run 0", "run 1", "run 2"}
    assert {row["wording"] for row in rows} == {"b"}
    flat = read(render(together, "csv"))
    assert len(flat) == 3 * len(read(render(parts[0], "csv")))
    for shape in ("tables", "wide", "long"):
        text = render(together, "md", shape=shape)
        assert all(f"run {n}" in text for n in range(3))


def test_wide_keeps_a_second_run_of_one_name(made_run: MakeRun) -> None:
    summary = summarise([made_run(1)])
    twice = summary.model_copy(update={"effects": (*summary.effects, *summary.effects)})
    one, two = (render(each, "md", shape="wide") for each in (summary, twice))
    assert two.count("| text+mg − text ") == 2 * one.count("| text+mg − text ")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_words_of_strangers_are_no_formulas(made_run: MakeRun, start: str) -> None:
    name = f"{start}HYPERLINK(1)"
    summary = summarise([made_run(1, model=name)])
    for shape in ("tables", "long"):
        assert {row["model"] for row in read(render(summary, "csv", shape=shape))} == {f"'{name}"}
    assert {row["model"] for row in read(render(summary, "csv", tables=["claims"]))} == {f"'{name}"}
    assert safe(name) == f"'{name}"


def test_numbers_keep_their_signs() -> None:
    assert [safe(value) for value in (-1.5, -3, True, "", "text+mg")] == [-1.5, -3, True, "", "text+mg"]
    assert safe(None) == ""
    assert csv_text(["=a", "b"], [[-0.25, "-x"], ["a\rb", "c\nd"]]) == '\'=a,b\n-0.25,\'-x\n"a\rb","c\nd"\n'


def test_a_frame_has_a_number_a_line(rich: Summary) -> None:
    table = long_frame(rich)
    rows = read(render(rich, "csv", shape="long"))
    assert list(table.columns) == list(rows[0])
    assert len(table) == len(rows)
    assert [str(kind) for kind in table[["value", "low", "high", "p", "q"]].dtypes] == ["float64"] * 5
    assert table["value"].tolist() == [float(row["value"]) for row in rows]
    assert [math.isnan(value) for value in table["low"]] == [row["low"] == "" for row in rows]
