"""Cells that no spreadsheet runs, and that are read back as they were."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

import mgllm
from mgllm.files.formulas import FORMULA, guarded, unguarded

PACKAGE = Path(mgllm.__file__).parent
WRITE_CSV = {"csv_text", "csv.writer", "to_csv"}
GUARD = {"guarded", "safe"}
NEED_NONE = {
    "files/tables.py": "writes the rows that it is given",
    "recognizer/training/history.py": "its names and numbers are all ours",
}
"""Modules that write csv and guard no cell, and why."""


@pytest.mark.parametrize(
    "cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1", "'=1", "-", "- 1"]
)
def test_a_formula_is_quoted(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "head up", "-1.5", "+3", "-1e-3", "1=1"])
def test_words_and_numbers_stay(cell: str) -> None:
    assert guarded(cell) == cell


@given(st.text() | st.sampled_from(FORMULA).flatmap(lambda first: st.text().map(lambda rest: first + rest)))
def test_a_cell_is_read_as_it_was(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell


def named(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    parts = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    return names | {one.attr for one in parts} | {ast.unparse(one) for one in parts}


def test_every_module_that_writes_csv_quotes_formulas() -> None:
    """Those that only hand rows to a function that quotes them are covered by it."""
    own = {"analysis/tables/machines.py", "analysis/tables/flat.py", "analysis/tables/long.py"}
    writers = {
        path.relative_to(PACKAGE).as_posix(): bool(named(path) & GUARD)
        for path in PACKAGE.rglob("*.py")
        if named(path) & WRITE_CSV
    }
    assert {path for path, guards in writers.items() if not guards} - own == set(NEED_NONE)
    for path in own:
        assert "cells import" in (PACKAGE / path).read_text(encoding="utf-8")
