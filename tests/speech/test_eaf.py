"""Speech on tiers of ELAN files: turns with the speaker that the tier names; the user says which."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.datasets.base import ImportChoices, ImportedItems, datasets
from mgllm.errors import InputError
from mgllm.items.joining_speech import join_speech
from mgllm.records import Item
from mgllm.speech.base import SpeechChoices

EAF = """<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="" DATE="" FORMAT="3.0" VERSION="3.0"><HEADER TIME_UNITS="milliseconds"/>
<TIME_ORDER><TIME_SLOT TIME_SLOT_ID="a" TIME_VALUE="0"/><TIME_SLOT TIME_SLOT_ID="b" TIME_VALUE="900"/>
<TIME_SLOT TIME_SLOT_ID="c"/><TIME_SLOT TIME_SLOT_ID="d" TIME_VALUE="2900"/></TIME_ORDER>
<TIER TIER_ID="Host" LINGUISTIC_TYPE_REF="x"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1"
TIME_SLOT_REF1="a" TIME_SLOT_REF2="b"><ANNOTATION_VALUE>Well?</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION>
</ANNOTATION></TIER>
<TIER TIER_ID="said@Ann" LINGUISTIC_TYPE_REF="x"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a2"
TIME_SLOT_REF1="b" TIME_SLOT_REF2="c"><ANNOTATION_VALUE>Jo &amp;
grüezi.</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION><ANNOTATION><ALIGNABLE_ANNOTATION
ANNOTATION_ID="a3" TIME_SLOT_REF1="c" TIME_SLOT_REF2="d"><ANNOTATION_VALUE>No.</ANNOTATION_VALUE>
</ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
</ANNOTATION_DOCUMENT>"""
ITEM = Item(id="talk", subject="s")


def read(folder: Path, *tiers: str) -> Item:
    (folder / "talk.eaf").write_text(EAF, encoding="utf-8")
    return join_speech([ITEM], folder, SpeechChoices(tier=tiers)).items[0]


def test_tiers_become_turns_with_speakers_and_even_times(tmp_path: Path) -> None:
    item = read(tmp_path, "host", "said")
    assert [(turn.speaker, turn.text, turn.start, turn.end) for turn in item.speech] == [
        ("Host", "Well?", 0.0, 0.9),
        ("Ann", "Jo & grüezi.", 0.9, 1.9),
        ("Ann", "No.", 1.9, 2.9),
    ]


def test_the_tier_is_asked_for_by_name(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"tiers Host \(1 annotations\), said@Ann \(2 annotations\); name .* --tier"
    ):
        read(tmp_path)
    with pytest.raises(InputError, match=r"unknown tier 'hots'\. Did you mean 'Host'\?"):
        read(tmp_path, "hots")


def test_other_files_of_the_recording_go_first(tmp_path: Path) -> None:
    (tmp_path / "talk.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nHello.\n")
    assert [turn.text for turn in read(tmp_path).speech] == ["Hello."]


def test_a_file_in_utf16_is_read(tmp_path: Path) -> None:
    (tmp_path / "talk.eaf").write_text(EAF.replace("UTF-8", "UTF-16"), encoding="utf-16")
    said = join_speech([ITEM], tmp_path, SpeechChoices(tier=("said",)))
    assert said.items[0].speech[0].text == "Jo & grüezi."
    assert any(note.startswith("2 turns have no times of their own") for note in said.notes)


def test_it_is_imported_as_items(tmp_path: Path) -> None:
    (tmp_path / "TALK.EAF").write_text(EAF, encoding="utf-8")
    imported = datasets.get("eaf-speech")(ImportChoices(tier=("said",))).read(tmp_path)
    assert isinstance(imported, ImportedItems)
    assert [(item.id, len(item.speech)) for item in imported.items] == [("TALK", 2)]
