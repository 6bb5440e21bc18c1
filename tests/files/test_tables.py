"""Tables: what is read, what is refused and in which words, and what is written."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from mgllm.errors import InputError
from mgllm.files.tables import (
    MAX_CELL,
    Row,
    csv_rows,
    csv_text,
    named_cells,
    number_blocks,
    read_csv,
    read_intervals,
    read_numbers,
    read_rows,
    refuse_twice,
)

P = Path("p.csv")
NEEDED = ("label", "start")


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write(content: str | bytes) -> Path:
        path = tmp_path / "t.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(InputError) as caught:
        act()
    return str(caught.value)


def test_rows_carry_the_number_of_their_last_line() -> None:
    text = 'a,b\n\n"one\ntwo", x \n,\n'
    assert list(csv_rows(StringIO(text, newline=""), P)) == [
        (1, ["a", "b"]),
        (2, []),
        (4, ["one\ntwo", " x "]),
        (5, ["", ""]),
    ]


def test_lines_may_come_without_their_ends_and_with_another_separator() -> None:
    assert list(csv_rows(["a;b,c", "1;2"], P, separator=";")) == [(1, ["a", "b,c"]), (2, ["1", "2"])]


@pytest.mark.parametrize(
    ("text", "line"), [('a\n"b"c\n', 2), ('a\n\n"never closed\n', 3), ("a\n" + "x" * (MAX_CELL + 1), 2)]
)
def test_what_is_no_csv_is_refused_with_its_line(text: str, line: int) -> None:
    def read(words: str) -> str:
        return refusal(lambda: list(csv_rows(StringIO(text, newline=""), P, refusal=words)))

    assert refusal(lambda: list(csv_rows(StringIO(text), P))).startswith(f"p.csv:{line} is not csv: ")
    assert read(":{line} is not valid CSV").startswith(f"p.csv:{line} is not valid CSV: ")
    assert read(" cannot be read as csv").startswith("p.csv cannot be read as csv: ")


def test_a_place_may_take_quotes_as_they_come_and_still_refuses_endless_cells() -> None:
    assert list(csv_rows(['"b"c', '"open'], P, strict=False)) == [(1, ["bc"]), (2, ["open"])]
    assert "p.csv:1 is not csv: " in refusal(lambda: list(csv_rows(["x" * (MAX_CELL + 1)], P, strict=False)))


def test_a_cell_may_hold_an_hour_of_speech() -> None:
    long = "word " * 200_000
    assert list(csv_rows([f'a,"{long}"'], P)) == [(1, ["a", long])]


def test_a_name_with_braces_is_no_pattern() -> None:
    odd = Path("{line}{0}.csv")
    assert refusal(lambda: list(csv_rows(['"b"c'], odd))).startswith("{line}{0}.csv:1 is not csv: ")


def test_a_file_is_read_row_by_row(file: Callable[[str | bytes], Path], tmp_path: Path) -> None:
    path = file(b"\xef\xbb\xbfa,b\r\n1,\xc3\xbc\r\n")
    assert list(read_csv(path)) == [(1, ["a", "b"]), (2, ["1", "ü"])]
    path = file("ok\n" + '"b"c\n')
    rows = read_csv(path)
    assert next(rows) == (1, ["ok"])
    assert refusal(lambda: next(rows)).startswith(f"{path} cannot be read as csv: ")
    assert list(read_csv(path, strict=False)) == [(1, ["ok"]), (2, ["bc"])]
    assert "is not UTF-8 text (byte 1 is 0xff)" in refusal(lambda: list(read_csv(file(b"\xff,\n"))))
    assert "cannot be read: No such file" in refusal(lambda: list(read_csv(tmp_path / "none")))


@given(st.lists(st.lists(st.text(st.characters(exclude_characters="\r\0")), min_size=1, max_size=4)))
def test_what_is_written_is_read_back_strictly(rows: list[list[str]]) -> None:
    text = csv_text(rows)
    assert [cells for _, cells in csv_rows(StringIO(text, newline=""), P)] == rows
    slow = StringIO()
    for row in rows:
        csv.writer(slow, lineterminator="\n").writerow(row)
    assert text == slow.getvalue()


def test_cells_have_the_names_of_their_columns() -> None:
    assert named_cells("p:2", ["a", "b"], ["1", "2"]) == {"a": "1", "b": "2"}
    assert refusal(lambda: named_cells("p:2", ["a", "b"], ["1"])) == "p:2 has 1 cells, the header has 2"
    said = refusal(lambda: named_cells("p:2", ["a"], ["1", "2"]))
    assert said == "p:2 has 2 cells, the header has 1"


def test_a_column_may_stand_once() -> None:
    refuse_twice(P, ["a", "b"])
    twice = ["b", "x", "a", "b", "a", "x"]
    assert refusal(lambda: refuse_twice(P, twice)) == "p.csv:1 has the column 'a' twice"
    assert refusal(lambda: refuse_twice(P, twice, ("c", "b"))) == "p.csv:1 has the column 'b' twice"
    refuse_twice(P, twice, ("c",))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_tables_of_spreadsheets_are_read_with_their_own_separator(
    file: Callable[[str | bytes], Path], separator: str
) -> None:
    lines = ["\ufeffStart| LABEL |more", "1.5| nod |", " | | ", "", "|bow|x"]
    path = file("\r\n".join(lines).replace("|", separator))
    header, rows = read_rows(path, NEEDED, "hint")
    assert header == ["start", "label", "more"]
    assert [(row.where, dict(row.cells)) for row in rows] == [
        (f"{path}:2", {"start": "1.5", "label": "nod", "more": ""}),
        (f"{path}:5", {"start": "", "label": "bow", "more": "x"}),
    ]
    assert [row.number("start") for row in rows] == [1.5, None]
    assert all(row.comma is (separator == ";") for row in rows)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("label\nnod\n", ":1 has no column 'start'; the hint"),
        ("\nlabel,start\n", ":1 has no column 'label'; the hint"),
        ("label,start,START\n", ":1 has the column 'start' twice"),
        ("label,start\nnod\n", ":2 has 1 cells, the header has 2"),
        ("label,start\nnod,1,\n", ":2 has 3 cells, the header has 2"),
        ('label,start\n"nod"s,1\n', ":2 is not csv: "),
        (b"label,start\n\0,1\n", " contains NUL bytes, so it is not a text file; save it as UTF-8 text"),
        (
            b"label,start\n\xe9,1\n",
            " is not UTF-8 text (byte 13 is 0xe9); it looks like Windows-1252 ('é,1'): save it",
        ),
        (b"  \n", " is empty"),
    ],
)
def test_what_is_no_table_is_refused(
    file: Callable[[str | bytes], Path], text: str | bytes, words: str
) -> None:
    path = file(text)
    assert refusal(lambda: read_rows(path, NEEDED, "the hint")).startswith(f"{path}{words}")


@pytest.mark.parametrize("text", ["x", "-1", "inf", "1,5", "0x1"])
def test_a_number_is_zero_or_more(text: str) -> None:
    said = refusal(lambda: Row(where="p:2", cells={"start": text}).number("start"))
    assert said == f"p:2 start: must be a number, 0 or more (given '{text}')"


def test_numbers_may_be_absent_and_have_a_decimal_comma_beside_semicolons() -> None:
    row = Row(where="p:2", cells={"a": "NA", "b": "NaN", "c": "", "d": "1,5"}, comma=True)
    assert [row.number(name) for name in "abcd"] == [None, None, None, 1.5]
    assert row.number("no such column") is None


def test_plain_numbers_are_a_matrix(file: Callable[[str | bytes], Path]) -> None:
    path = file("x,1,nan\n\nx,,2\n")
    np.testing.assert_array_equal(read_numbers(path, 2, skip=1), [[1, math.nan], [math.nan, 2]])
    assert read_numbers(file(""), 3).shape == (0, 3)
    headed = file("Class, Start ,end\n1,2,3\n")
    assert read_intervals(headed, ("class", "start", "end")) == [(1, 2, 3)]
    assert ":1: could not convert string" in refusal(lambda: read_numbers(headed, 3))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1,2\n", ":1 has 2 columns, not 3"),
        ("1,2,3\n1,2,3,4\n", ":2 has 4 columns, not 3"),
        ("1,2,x\n", ":1: could not convert string to float: 'x'"),
        ("1,2,\n", ": each row must be three whole numbers: class id, start, end"),
        ("1,2,3.5\n", ": each row must be three whole numbers: class id, start, end"),
        ("1,2,3\n1,5,4\n", " row 2: impossible times: frames 5 to 4"),
        ("1,-1,4\n", " row 1: impossible times: frames -1 to 4"),
        (b"\xff", " is not UTF-8 text (byte 1 is 0xff); save it as UTF-8"),
    ],
)
def test_what_is_no_label_file_is_refused(
    file: Callable[[str | bytes], Path], text: str | bytes, words: str
) -> None:
    path = file(text)
    assert refusal(lambda: read_intervals(path)).startswith(f"{path}{words}")


def test_long_files_are_read_in_blocks_and_lines_keep_their_numbers(
    file: Callable[[str | bytes], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mgllm.files.tables.BLOCK", 2)
    path = file("a,1,2\n0,3,4\n\n0,5,\n0,7,8\n")
    assert [block.shape for block in number_blocks(path, 2, skip=1)] == [(2, 2), (1, 2), (1, 2)]
    np.testing.assert_array_equal(read_numbers(path, 2, skip=1), [[1, 2], [3, 4], [5, math.nan], [7, 8]])
    torn = file("0,1\n0,2\n0,3\n0,x\n")
    assert ":4: could not convert string" in refusal(lambda: read_numbers(torn, 2))
    assert ":3 has 3 columns, not 2" in refusal(lambda: read_numbers(file("0,1\n0,2\n0,3,4\n0,1,2\n"), 2))
