"""Spreadsheets as programs save them: one sheet, several, formulas, errors, and files that are none."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mgllm.errors import InputError
from mgllm.files.sheets import read_sheet


def made(path: Path, **sheets: list[list[Any]]) -> Path:
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed: pip install '.[xlsx]'")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def refusal(path: Path, wanted: str | None = None) -> str:
    with pytest.raises(InputError) as caught:
        list(read_sheet(path, "a.xlsx", wanted))
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_rows_without_their_empty_ends(tmp_path: Path) -> None:
    day = datetime(2024, 1, 5)
    rows: list[list[Any]] = [["id", "age", None], [], ["007", 27, ""], ["b", 1.5, day, True]]
    path = made(tmp_path / "a.xlsx", Sheet1=rows, Sheet2=[])
    assert list(read_sheet(path, "a.xlsx")) == [
        (1, ["id", "age"]),
        (3, ["007", 27]),
        (4, ["b", 1.5, day, True]),
    ]


def test_several_sheets_are_asked_about(tmp_path: Path) -> None:
    path = made(tmp_path / "a.xlsx", people=[["id"], ["a"]], notes=[["mine"]])
    assert refusal(path) == "a.xlsx has 2 sheets: 'people', 'notes'; name one, as 'a.xlsx#people'"
    assert list(read_sheet(path, "a.xlsx", "notes")) == [(1, ["mine"])]
    assert "unknown sheet 'note'. Did you mean 'notes'?" in refusal(path, "note")


def test_formulas_without_values_and_errors_are_named(tmp_path: Path) -> None:
    assert "a.xlsx cell B1 has a formula without a value" in refusal(
        made(tmp_path / "a.xlsx", s=[["id", "=1+1"]])
    )
    assert "a.xlsx cell A1 has the error #N/A" in refusal(made(tmp_path / "b.xlsx", s=[["#N/A"]]))


def test_what_is_no_spreadsheet_is_one_line(tmp_path: Path) -> None:
    path = made(tmp_path / "a.xlsx", s=[["id"]])
    path.write_bytes(b"id,subject\n")
    assert "a.xlsx is not an xlsx file" in refusal(path)
    other = made(tmp_path / "b.xlsx", s=[["id"]])
    import zipfile

    with zipfile.ZipFile(other, "w") as parts:
        parts.writestr("word/document.xml", "<x/>")
    assert "a.xlsx cannot be read as xlsx" in refusal(other)


def test_without_the_library_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assert refusal(tmp_path / "a.xlsx") == (
        "a.xlsx is a spreadsheet and needs openpyxl: in the clone, pip install '.[xlsx]'; or save the "
        "table as csv in UTF-8"
    )
