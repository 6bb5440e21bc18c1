"""Transcripts of speech into items without a known person."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mgllm.commands.import_ import import_dataset
from mgllm.datasets.base import ImportedItems, datasets
from mgllm.datasets.speech_files import SpeechImporter
from mgllm.errors import InputError
from mgllm.items.loading import load_items
from mgllm.records import Item, Turn
from mgllm.speech.reading import speech_kinds

SRT = "1\n00:00:01,000 --> 00:00:02,000\nIt was.\n"
TIER = '"IntervalTier"\n"Ann"\n0\n2\n1\n1\n2\n"It was."\n'
GRID = f'File type = "ooTextFile"\n"TextGrid"\n0\n2\n<exists>\n1\n{TIER}'
FILES = {
    "srt": ("one.srt", SRT),
    "vtt": ("one.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>It was.\n"),
    "whisper": ("one.json", json.dumps({"segments": [{"start": 1, "end": 2, "text": " It was."}]})),
    "textgrid": ("one.TextGrid", GRID),
    "txt": ("one.txt", "It was.\n"),
}


def read(name: str, source: Path) -> ImportedItems:
    imported = datasets.get(name)().read(source)
    assert isinstance(imported, ImportedItems)
    return imported


def test_every_kind_of_transcript_has_an_importer() -> None:
    importers = {name: datasets.get(name)() for name in speech_kinds()}
    assert {name: one.kind for name, one in importers.items() if isinstance(one, SpeechImporter)} == {
        name: name for name in speech_kinds()
    }


NAMED = "1 names of speakers are kept in the items, but not shown to a model (in {}): Ann is Speaker 1"


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_an_item_of_an_unknown_person(name: str, tmp_path: Path) -> None:
    file, text = FILES[name]
    (tmp_path / file).write_text(text)
    (tmp_path / "other.xml").write_text("<x/>")
    speaker = "Ann" if name in ("vtt", "textgrid") else "Speaker"
    start, end = (None, None) if name == "txt" else (1.0, 2.0)
    alias = "Speaker 1" if speaker == "Ann" else None
    turn = Turn(speaker=speaker, alias=alias, text="It was.", start=start, end=end)
    item = Item(id="one", subject="one", subject_known=False, speech=(turn,))
    assert (
        read(name, tmp_path)
        == read(name, tmp_path / file)
        == ImportedItems(items=(item,), warnings=(NAMED.format(file),) if alias else ())
    )


@pytest.mark.parametrize("name", FILES)
def test_other_sources_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has no \*\.\w+ files"):
        read(name, tmp_path)
    (tmp_path / "one.xml").write_text("<x/>")
    with pytest.raises(InputError, match=r"one.xml is not a \*\.\w+ file"):
        read(name, tmp_path / "one.xml")


def test_recordings_without_words_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("")
    (tmp_path / "b.txt").write_text("Yes.")
    imported = read("txt", tmp_path)
    assert imported.items[0].speech == ()
    assert imported.warnings == ("1 of 2 recordings have no words: a",)


def test_one_bad_file_stops_the_import_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text(SRT)
    (tmp_path / "b.srt").write_text("It was.")
    with pytest.raises(InputError, match=r"b\.srt:1 comes before the first line of times"):
        import_dataset("srt", tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_two_files_of_one_recording_are_refused(tmp_path: Path) -> None:
    for name in ("a.srt", "a.SRT"):
        (tmp_path / name).write_text(SRT)
    with pytest.raises(InputError, match=r"and a\.SRT are of the same recording; keep one of them"):
        read("srt", tmp_path)


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    (tmp_path / f"{'x' * 201}.srt").write_text(SRT)
    with pytest.raises(InputError, match="id: "):
        read("srt", tmp_path)


def test_the_import_says_what_it_wrote(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text(SRT)
    report = import_dataset("srt", tmp_path, tmp_path / "out")
    assert (report.items, report.turns, report.subject_known, report.targets) == (1, 1, False, {})
    assert load_items(tmp_path / "out")[0].speech[0].text == "It was."
    page = (tmp_path / "out" / "SOURCE.md").read_text(encoding="utf-8")
    assert "1 items (without targets), 1 recordings (subjects are not known), 1 turns of speech" in page
