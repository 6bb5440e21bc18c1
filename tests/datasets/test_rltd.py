"""The Real-life Trial set: a tiny made-up copy in its layout, and the real one where it is at hand."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import pytest

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.datasets.base import ImportedItems, datasets
from mgllm.errors import InputError

CODES = [c.code or "" for c in load_vocabulary("rltd").classes]
CLIPS = [
    ("trial_lie_001", "deceptive", "1", "F", {"Smile", "gazeDown"}),
    ("trial_lie_002", "deceptive", "12", "M", set[str]()),
    ("trial_truth_001", "truthful", "1", "F", set(CODES)),
]


def make_copy(folder: Path, *, people: bool = True, suffix: str = ".mp4") -> Path:
    """A made-up copy; returns the annotation file."""
    header = ["id", *CODES, "class", *(["subject", "sex"] if people else [])]
    rows = [
        [clip + suffix, *("01"[code in shown] for code in CODES), target, *([subject, sex] if people else [])]
        for clip, target, subject, sex, shown in CLIPS
    ]
    annotation = folder / "Annotation" / "All_Gestures_Deceptive and Truthful.csv"
    annotation.parent.mkdir(parents=True)
    write_rows(annotation, [header, *rows])
    for clip, target, *_ in CLIPS:
        path = folder / "Transcription" / target.capitalize() / f"{clip}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"  Words of {clip}, um,\r\nand more.\n", encoding="utf-8")
    return annotation


def write_rows(path: Path, rows: Iterable[list[str]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def read_rows(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file))


def read(folder: Path) -> ImportedItems:
    imported = datasets.get("rltd")().read(folder)
    assert isinstance(imported, ImportedItems)
    return imported


def refusal(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        read(folder)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


@pytest.mark.parametrize("suffix", [".mp4", ""])
def test_a_clip_becomes_a_restricted_item_with_displays_without_times(tmp_path: Path, suffix: str) -> None:
    make_copy(tmp_path, suffix=suffix)
    first, second, third = read(tmp_path).items
    assert (first.id, first.subject, first.subject_known) == ("trial_lie_001", "s01", True)
    assert (first.target, dict(first.covariates), first.terms) == ("deceptive", {"sex": "F"}, "restricted")
    assert first.speech[0].text == "Words of trial_lie_001, um, and more."
    displays = first.gestures["annotated"]
    assert [g.label for g in displays.gestures] == ["smiling", "gaze down"]
    assert all(g.start is g.end is g.confidence is None for g in displays.gestures)
    assert (displays.vocabulary, displays.source) == ("rltd", "annotated")
    assert second.gestures["annotated"].gestures == ()
    assert (second.subject, third.target) == ("s12", "truthful")
    labels = [c.label for c in load_vocabulary("rltd").classes]
    assert [g.label for g in third.gestures["annotated"].gestures] == labels


def test_a_copy_without_people_counts_recordings_and_says_so(tmp_path: Path) -> None:
    make_copy(tmp_path, people=False)
    imported = read(tmp_path)
    assert [item.subject for item in imported.items] == [clip for clip, *_ in CLIPS]
    assert not any(item.subject_known or item.covariates for item in imported.items)
    assert any("clustered by recording" in line for line in imported.warnings)


def test_a_whole_copy_gives_no_warning(tmp_path: Path) -> None:
    make_copy(tmp_path)
    assert read(tmp_path).warnings == ()


def test_old_encodings_extra_columns_and_extra_transcripts_are_counted(tmp_path: Path) -> None:
    annotation = make_copy(tmp_path)
    write_rows(annotation, [[*row, "age" if n == 0 else "40"] for n, row in enumerate(read_rows(annotation))])
    folder = tmp_path / "Transcription" / "Truthful"
    (folder / "trial_truth_001.txt").write_bytes("It\u2019s so.".encode("cp1252"))
    (folder / "trial_truth_077.txt").write_text("x")
    (folder / "._trial_truth_001.txt").write_bytes(b"\0\0")
    imported = read(tmp_path)
    assert imported.items[2].speech[0].text == "It\u2019s so."
    columns, transcripts, recoded = imported.warnings
    assert columns == "1 columns of All_Gestures_Deceptive and Truthful.csv are unknown and left out: age"
    assert transcripts.startswith("1 transcripts have no row")
    assert transcripts.endswith("left out: trial_truth_077")
    assert recoded == "1 transcripts are not UTF-8 and were read as cp1252: trial_truth_001"


@pytest.mark.parametrize(
    ("line", "column", "value", "words"),
    [
        (0, "Smile", "Smlie", "csv:1: 1 columns are missing: Smile; did you mean 'Smlie'?"),
        (0, "subject", "sex", "csv:1 has the column 'sex' twice"),
        (2, "Smile", "2", "csv:3 Smile: must be 0 or 1 (given '2')"),
        (2, "Smile", "", "csv:3 Smile: must be 0 or 1 (given '')"),
        (1, "class", "lie", "csv:2 class: must be one of deceptive, truthful (given 'lie')"),
        (1, "sex", "X", "csv:2 sex: must be one of F, M (given 'X')"),
        (1, "subject", "", "csv:2 subject: is empty"),
        (2, "id", "trial_lie_001", "csv:3 id: 'trial_lie_001' is on line 2 already"),
        (2, "id", "../x", "csv:3 id: must be the name of a clip"),
        (2, "id", "trial_lie_009.mp4", "1 of 3 clips have no transcript: trial_lie_009"),
        (2, "class", "truthful", "1 of 3 clips have no transcript: trial_lie_002"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, line: int, column: str, value: str, words: str) -> None:
    annotation = make_copy(tmp_path)
    rows = read_rows(annotation)
    rows[line][rows[0].index(column)] = value
    write_rows(annotation, rows)
    assert words in refusal(tmp_path)


def test_rows_of_another_length_are_refused(tmp_path: Path) -> None:
    annotation = make_copy(tmp_path)
    rows = read_rows(annotation)
    write_rows(annotation, [*rows[:2], rows[2][:-1]])
    assert f"csv:3 has {len(CODES) + 3} cells, the header has {len(CODES) + 4}" in refusal(tmp_path)


def test_files_that_are_not_there_or_empty_are_named(tmp_path: Path) -> None:
    assert "has no folder 'Annotation'" in refusal(tmp_path)
    annotation = make_copy(tmp_path)
    transcript = tmp_path / "Transcription" / "Deceptive" / "trial_lie_002.txt"
    transcript.write_text(" \n")
    assert refusal(tmp_path) == f"{transcript} is empty; every clip of the release has words"
    transcript.write_bytes(b"a\0b")
    assert "NUL bytes" in refusal(tmp_path)
    write_rows(annotation, read_rows(annotation)[:1])
    assert refusal(tmp_path) == f"{annotation} has no clips"
    annotation.write_text("")
    assert f"{len(CODES) + 2} columns are missing: id, " in refusal(tmp_path)
    (annotation.parent / "b.csv").write_text("")
    assert "must contain one csv file, but contains 2" in refusal(tmp_path)


def test_the_real_set(rltd_folder: Path) -> None:
    imported = read(rltd_folder)
    targets = [item.target for item in imported.items]
    assert (len(targets), targets.count("deceptive"), targets.count("truthful")) == (121, 61, 60)
    assert len({item.subject for item in imported.items}) == 56
    assert len(CODES) == 39
    displays = [len(item.gestures["annotated"].gestures) for item in imported.items]
    assert (sum(displays), min(displays) >= 8, max(displays) <= 9) == (1035, True, True)
    assert {item.covariates["sex"] for item in imported.items} == {"F", "M"}
    assert imported.warnings == ()


@pytest.fixture
def rltd_folder(request: pytest.FixtureRequest) -> Path:
    import os

    root = Path(os.environ.get("MGLLM_TEST_DATA", request.config.rootpath.parent / "shared" / "data"))
    if not (root / "rltd" / "Annotation").is_dir():
        pytest.skip(f"the Real-life Trial set is not in {root}; MGLLM_TEST_DATA names another folder")
    return root / "rltd"
