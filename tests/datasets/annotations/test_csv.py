"""Plain tables: separators, decimals, missing times, and every broken row named by its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.datasets.annotations.csv import Csv
from mgllm.datasets.base import ImportChoices, ImportedTranscripts
from mgllm.errors import InputError
from mgllm.exports.base import ExportChoices
from mgllm.exports.csv import Csv as CsvExport
from mgllm.records import Gesture, GestureFile


def read(folder: Path, text: str | bytes, name: str = "talk.csv") -> ImportedTranscripts:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return Csv().read(folder / name)


@pytest.mark.parametrize(
    "text",
    [
        "label,start,end,confidence\nhead up,2,3,0.5\nFolding Arms,1.5,2.25,\n",
        "\ufeffLabel, Start, End, Confidence\r\nhead up,2,3,.5\r\n\r\n Folding  Arms ,1.5,2.25,NA\r\n,,,\r\n",
        "confidence;end;start;label\n0,5;3;2;head up\n;2,25;1,5;folding arms\n",
        'label\tstart\tend\tconfidence\n"head up"\t2\t3\t0.5\nfolding_arms\t1.5\t2.25\tnan\n',
    ],
)
def test_tables_as_programs_and_spreadsheets_write_them(tmp_path: Path, text: str) -> None:
    imported = read(tmp_path, text)
    assert imported.transcripts[0].item == "talk"
    assert imported.transcripts[0].gestures == (
        Gesture(label="folding arms", start=1.5, end=2.25),
        Gesture(label="head up", start=2, end=3, confidence=0.5),
    )
    assert imported.warnings == ()


def test_frames_are_read_with_a_rate_and_doubtful_seconds_are_noted(tmp_path: Path) -> None:
    imported = read(tmp_path, table := "label,start,end\nhead up,50,74\nfolding arms,100,124\n")
    assert imported.transcripts[0].gestures[0] == Gesture(label="head up", start=50, end=74)
    assert imported.warnings == (
        "1 tables have whole numbers alone, read as seconds; if they are frames, give --fps N: talk",
    )
    assert read(tmp_path, table.replace("50", "50.5")).warnings == ()
    assert read(tmp_path, "label,start,end\nhead up,5,7\n").warnings == ()
    (tmp_path / "talk.csv").write_text(table)
    counted = Csv(ImportChoices(fps=25)).read(tmp_path / "talk.csv")
    assert [(one.start, one.end) for one in counted.transcripts[0].gestures] == [(2, 3), (4, 5)]
    assert counted.warnings == ()


def test_a_gesture_without_times_is_present(tmp_path: Path) -> None:
    imported = read(tmp_path, "label,start,end\nhead up,,\nfolding arms,3,\n")
    assert imported.transcripts[0].gestures == (
        Gesture(label="head up"),
        Gesture(label="folding arms", start=3),
    )
    assert imported.warnings == ("1 annotations have no start: they count as present, without a time: talk",)


def test_a_table_without_rows_says_that_nothing_was_seen(tmp_path: Path) -> None:
    assert read(tmp_path, "label,start,end\n").transcripts[0].gestures == ()


def test_other_columns_are_told(tmp_path: Path) -> None:
    imported = read(tmp_path, "label,start,end,coder,note\nhead up,1,2,me,x\n")
    assert imported.warnings == ("1 tables have other columns, which are left out (coder, note): talk",)


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    text = 'label,start,end\n"a ""b"", c\nd",1,2\n\'=1+1,1,2\n<b>&amp;\u2028x,1,2\n'
    imported = read(tmp_path, text)
    assert [one.label for one in imported.transcripts[0].gestures] == [
        'a "b", c d',
        "=1+1",
        "<b>&amp;\u2028x",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("head up,1,2\n", "talk.csv:1 has no column 'label'; the first line must be label,start,end"),
        ("label,start\nhead up,1\n", "talk.csv:1 has no column 'end'"),
        ("label,start,end\n\nhead up,1,2,3\n", "talk.csv:3 has 4 cells, the header has 3"),
        ("label,start,end\nhead up,one,2\n", "talk.csv:2 start: must be a number, 0 or more (given 'one')"),
        ("label,start,end\nhead up,-1,2\n", "talk.csv:2 start: must be a number, 0 or more"),
        ("label,start,end\nhead up,1,1e999\n", "talk.csv:2 end: must be a number"),
        ("label,start,end\nhead up,2,1.5\n", "talk.csv:2 end: 1.5 s is before the start at 2 s"),
        ("label,start,end\n,1,2\n", "talk.csv:2 label: must be 1 to 200 characters"),
        (f"label,start,end\n{'x' * 201},1,2\n", "talk.csv:2 label: must be 1 to 200 characters"),
        (
            "label,start,end,confidence\nhead up,1,2,82\n",
            "talk.csv:2 confidence: must be from 0 to 1 (given 82)",
        ),
        ("label,start,end,end\nhead up,1,2,2\n", "talk.csv:1 has the column 'end' twice"),
        ('label,start,end\n"head up,1,2\n', "is not csv"),
        (
            "label,start,end\nd\xe9j\xe0,1,2\n".encode("latin-1"),
            "is not UTF-8 text (byte 18 is 0xe9); it looks like Windows-1252",
        ),
        ("label,start,end\n".encode("utf-16"), "is UTF-16 text; save the file as UTF-8"),
        (b"label,start,end\nx\x00,1,2\n", "contains NUL bytes"),
        (b"", "talk.csv is empty"),
        (b"\xef\xbb\xbf", "has no column 'label'"),
    ],
)
def test_a_broken_table_is_named_in_one_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_folder_of_tables_and_names_that_are_no_ids(tmp_path: Path) -> None:
    for name in ("a.csv", "b.tsv"):
        (tmp_path / name).write_text(
            "label,start,end\nhead up,1,2\n".replace(",", "\t" if name[0] == "b" else ",")
        )
    assert [one.item for one in Csv().read(tmp_path).transcripts] == ["a", "b"]
    (tmp_path / f"{'x' * 201}.csv").write_text("label,start,end\n")
    with pytest.raises(InputError, match="its name cannot be an item's id; rename it"):
        Csv().read(tmp_path)


def test_groups_come_back_as_groups(tmp_path: Path) -> None:
    gestures = (
        Gesture(label="hand at head", start=1, end=2, level="group"),
        Gesture(label="head up", start=3, end=4),
    )
    made = CsvExport(ExportChoices()).write(GestureFile(item="talk", gestures=gestures))
    imported = read(tmp_path, made.text)
    assert set(imported.transcripts[0].gestures) == set(gestures)
    assert imported.warnings == ()
