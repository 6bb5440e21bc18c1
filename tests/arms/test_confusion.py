"""Confusion files: what they say, and one line for each that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from mgllm.arms.confusion import load_confusion
from mgllm.errors import InputError

GOOD = "true,frown,smile,missed\nfrown,8,1,1\n\n smile ,,3,1\n(none),0.3,0.1,\n"


def test_rows_are_normalised_and_false_alarms_are_not(tmp_path: Path) -> None:
    path = tmp_path / "confusion.csv"
    path.write_text(GOOD, encoding="utf-8-sig")
    confusion = load_confusion(path)
    assert confusion.rows == {
        "frown": {"frown": 0.8, "smile": 0.1, "missed": 0.1},
        "smile": {"frown": 0.0, "smile": 0.75, "missed": 0.25},
    }
    assert confusion.false_alarms == {"frown": 0.3, "smile": 0.1}


def test_misses_and_false_alarms_may_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "confusion.csv"
    path.write_text('true,"deep breath, sigh",smile\n"deep breath, sigh",1,1\n')
    confusion = load_confusion(path)
    assert confusion.rows == {"deep breath, sigh": {"deep breath, sigh": 0.5, "smile": 0.5}}
    assert confusion.false_alarms == {}


def test_whose_a_row_is_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "confusion.csv"
    lines = GOOD.splitlines()
    marks = [",rows_from", ",tested", "", ",all classes", ","]
    path.write_text("\n".join(line + mark for line, mark in zip(lines, marks, strict=True)))
    marked = load_confusion(path)
    path.write_text(GOOD)
    assert marked == load_confusion(path)
    path.write_text("true,a,rows_from\na,1\n")
    with pytest.raises(InputError, match="2 cells, the header 3"):
        load_confusion(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "c.csv:1 is not a header"),
        ("true\n", "c.csv:1 is not a header"),
        ("true,a,\na,1,1\n", "c.csv:1 is not a header"),
        ("true,a,(none)\na,1,1\n", "c.csv:1 is not a header"),
        ("true,a,a\na,1,1\n", "c.csv:1 column 'a' appears twice"),
        ("true,a,b\n", "has no row with a true label"),
        ("true,a,b\n(none),1,1\n", "has no row with a true label"),
        ("true,a,b\na,1,1\na,1,1\n", "c.csv:3 row 'a' appears twice"),
        ("true,a,b\na,1\n", "c.csv:2 has 2 cells, the header 3"),
        ("true,a,b\na,1,1,1\n", "c.csv:2 has 4 cells, the header 3"),
        ("true,a,b\n,1,1\n", "c.csv:2 has no true label"),
        ("true,a,b\n\na,1,x\n", "c.csv:3 column 'b' has 'x'"),
        ("true,a,b\na,1,-1\n", "c.csv:2 column 'b' has '-1'"),
        ("true,a,b\na,nan,1\n", "c.csv:2 column 'a' has 'nan'"),
        ("true,a,b\na,inf,1\n", "c.csv:2 column 'a' has 'inf'"),
        ("true,a,b\na,0,\n", "c.csv:2 sums to 0"),
        ("true,a,missed\na,1,0\n(none),1,1\n", "row '(none)' has a number under 'missed'"),
        ('true,a,b\na,"1,1\n', "is not valid CSV"),
        ("true,a\na," + "1" * 1_000_000, "larger than 1,000,000 bytes"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "c.csv"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        load_confusion(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_text_file(tmp_path: Path) -> None:
    (tmp_path / "binary.csv").write_bytes(b"\xff\x00\xfe")
    for name, message in [("binary.csv", "UTF-8"), ("absent.csv", "does not exist"), (".", "cannot be read")]:
        with pytest.raises(InputError, match=message):
            load_confusion(tmp_path / name)


@given(st.text(alphabet=st.sampled_from('ab,"\n\r\0 1.-e(none)'), max_size=60))
def test_any_text_is_read_or_refused_in_one_line(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_text(text, newline="")
    try:
        confusion = load_confusion(path)
    except InputError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017  # either outcome is fine, silence is not
    else:
        assert all(sum(row.values()) == pytest.approx(1) for row in confusion.rows.values())
