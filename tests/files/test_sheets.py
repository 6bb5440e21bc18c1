"""Spreadsheets as programs save them: one sheet, several, formulas, errors, and files that are none."""

from __future__ import annotations

import sys
import zipfile
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


def changed(path: Path, part: str, old: str, new: str) -> Path:
    """A copy of a spreadsheet with something else in one of its parts."""
    target = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            text = before.read(name).decode()
            assert name != part or old in text
            after.writestr(name, text.replace(old, new) if name == part else text)
    return target


def test_what_a_sheet_says_about_its_size_is_not_believed(tmp_path: Path) -> None:
    sheet = "xl/worksheets/sheet1.xml"
    path = made(tmp_path / "a.xlsx", s=[["id"], ["a"]])
    large = changed(path, sheet, 'ref="A1:A2"', 'ref="A1:XFD1048576"')
    assert list(read_sheet(large, "a.xlsx")) == [(1, ["id"]), (2, ["a"])]
    far = changed(path, sheet, '<row r="2"', '<row r="99999999999"')
    assert refusal(far) == "a.xlsx sheet 's' has more than 1,048,576 rows; save it as csv"


def test_a_part_that_would_fill_the_memory_is_not_read(tmp_path: Path) -> None:
    path = made(tmp_path / "a.xlsx", s=[["id"]])
    large = changed(path, "xl/styles.xml", "</styleSheet>", " " * 11_000_000 + "</styleSheet>")
    assert "has a part 'xl/styles.xml' of 11," in refusal(large)


def test_a_spreadsheet_that_unpacks_to_too_much_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(tmp_path / "a.xlsx", s=[["id"]])
    assert list(read_sheet(path, "a.xlsx")) == [(1, ["id"])]
    monkeypatch.setattr("mgllm.files.sheets.MOST_BYTES", 1000)
    assert refusal(path) == "a.xlsx unpacks to more than 1,000 bytes; divide it"


def test_cells_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path / "a.xlsx", s=[["id", "age"], ["a", 1]])
    monkeypatch.setattr("mgllm.files.sheets.MOST_CELLS", 3)
    assert refusal(path) == "a.xlsx sheet 's' has more than 3 cells; save it as csv"
