"""Item tables as people's programs save them: spreadsheets, semicolons, and other encodings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mgllm.errors import InputError
from mgllm.items.loading import load_items


def refusal(source: Path | str) -> str:
    with pytest.raises(InputError) as caught:
        load_items(source)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def sheets(path: Path, **given: list[list[Any]]) -> Path:
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed: pip install '.[xlsx]'")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in given.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


ROWS: list[list[Any]] = [
    ["id", "subject", "speech", "target", "age"],
    [1, "ann", "It was late.", "win", 27],
    ["007", 2, 42, None, None],
]


def test_a_spreadsheet_is_read_with_its_numbers(tmp_path: Path) -> None:
    one, two = load_items(sheets(tmp_path / "items.xlsx", Sheet1=ROWS, Sheet2=[]))
    assert (one.id, one.subject, one.speech[0].text, one.target) == ("1", "ann", "It was late.", "win")
    assert one.covariates == {"age": 27}
    assert (two.id, two.subject, two.speech[0].text, two.target) == ("007", "2", "42", None)
    assert two.covariates == {}


def test_of_several_sheets_one_is_named(tmp_path: Path) -> None:
    path = sheets(tmp_path / "items.xlsx", items=ROWS, others=[["x"]])
    assert "has 2 sheets: 'items', 'others'; name one, as '" in refusal(path)
    assert len(load_items(f"{path}#items")) == 2
    assert "Did you mean 'items'?" in refusal(f"{path}#itmes")
    assert "no.xlsx does not exist" in refusal(f"{tmp_path / 'no.xlsx'}#items")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["id", "subjct"], ["a", "b"]], "has no column 'subject'. Did you mean 'subjct'?"),
        ([["id", "subject"], ["a", "b", "c"]], "row 1 has 3 cells, the header 2"),
        ([["id", "subject"], ["a"]], "row 1 subject: is missing"),
        ([["id", "subject", "id"], ["a", "b", "c"]], "two columns are called 'id'"),
        ([["id", "subject"], [], ["a", "b"], ["a", "c"]], "row 3 id: 'a' is already the id of"),
        ([["id", "subject"]], "has no items"),
    ],
)
def test_what_is_wrong_is_one_line_with_its_row(tmp_path: Path, rows: list[list[Any]], said: str) -> None:
    assert said in refusal(sheets(tmp_path / "items.xlsx", Sheet1=rows))


@pytest.mark.parametrize("ending", [".xls", ".ods"])
def test_other_spreadsheets_are_named_as_such(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"items{ending}"
    path.write_bytes(b"\xd0\xcf\x11\xe0")
    assert "is a spreadsheet of another kind; save it as .xlsx, or as csv in UTF-8" in refusal(path)


def test_semicolons_with_commas_inside(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text("id;subject;speech;score\n1;ann;No, never.;1,5\n", encoding="utf-8-sig")
    (item,) = load_items(path)
    assert (item.speech[0].text, item.covariates) == ("No, never.", {"score": "1,5"})


TABLE = "id,subject,speech\n1,ann,Grüße, äh\n".replace("Grüße, äh", "Grüße äh")


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("cp1252", "it looks like Windows-1252 ("),
        ("utf-16", "is UTF-16 text; save the file as UTF-8"),
        ("utf-16-le", "is UTF-16 text without a byte order mark (little-endian); save it as UTF-8"),
        ("utf-16-be", "is UTF-16 text without a byte order mark (big-endian); save it as UTF-8"),
    ],
)
def test_other_encodings_are_named(tmp_path: Path, encoding: str, said: str) -> None:
    path = tmp_path / "items.csv"
    for table in (TABLE, TABLE.replace("speech", "speech,target").replace("äh", "äh,win")):
        path.write_bytes(table.encode(encoding))
        assert said in refusal(path)
