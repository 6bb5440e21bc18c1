"""`--gestures DIR`: which transcript joins which item, and what is said of the rest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mgllm.errors import InputError
from mgllm.items.joining import join_gestures
from mgllm.records import Gesture, GestureTranscript, Item

ITEMS = (
    Item(id="a", subject="s", gestures={"annotated": GestureTranscript(gestures=(Gesture(label="nod"),))}),
    Item(id="b", subject="t"),
    Item(id="c", subject="t"),
)


def write(folder: Path, name: str, **content: object) -> Path:
    path = folder / f"{name}.mg.json"
    path.write_text(json.dumps({"schema": "mgllm.gestures/1", **content}), encoding="utf-8-sig")
    return path


def refusal(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        join_gestures(ITEMS, folder)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_a_file_joins_the_item_it_names_whatever_the_file_is_called(tmp_path: Path) -> None:
    shrug = {"label": "shrug", "start": 1, "end": 2, "confidence": 0.5}
    write(tmp_path, "x", item="b", source="recognized", exposure="held_out", duration=9, gestures=[shrug])
    write(tmp_path, "y", item="a", source="out_of_fold")
    (tmp_path / "._x.mg.json").write_bytes(b"\0")
    (tmp_path / "notes.json").write_text("no transcript")
    report = join_gestures(ITEMS, tmp_path)
    a, b, c = report.items
    assert b.gestures["recognized"] == GestureTranscript(
        source="recognized",
        exposure="held_out",
        duration=9,
        gestures=(Gesture(label="shrug", start=1, end=2, confidence=0.5),),
    )
    assert type(b.gestures["recognized"]) is GestureTranscript
    assert dict(a.gestures) == {
        "annotated": ITEMS[0].gestures["annotated"],
        "out_of_fold": GestureTranscript(source="out_of_fold"),
    }
    assert c == ITEMS[2]
    assert report.joined == 2
    assert {what: names for what, names in report.odd.items() if names} == {
        "items have no gesture file": ("c",)
    }
    assert report.notes == ("1 items have no gesture file: c",)
    assert dict(ITEMS[1].gestures) == {}


def test_gestures_of_the_same_source_are_replaced_and_strangers_named(tmp_path: Path) -> None:
    write(tmp_path, "1", item="a", source="annotated", vocabulary="smg")
    write(tmp_path, "2", item="a", source="recognized")
    write(tmp_path, "3", item="z")
    report = join_gestures(ITEMS[:1], tmp_path)
    assert report.items[0].gestures["annotated"] == GestureTranscript(vocabulary="smg")
    assert report.joined == 2
    assert report.notes == (
        "1 gesture files name an item that is not in the set and are left out: 3.mg.json",
        "1 items had gestures of the same source, which are replaced: a",
    )


def test_a_whole_join_has_nothing_to_note(tmp_path: Path) -> None:
    write(tmp_path, "1", item="b")
    assert join_gestures(ITEMS[1:2], tmp_path).notes == ()


def test_none_matched_is_an_error_with_a_guess(tmp_path: Path) -> None:
    write(tmp_path, "x", item="trial_1")
    with pytest.raises(
        InputError, match=r"none of its 1 \*.mg.json files names an item .* Did you mean 'trial_01'\?"
    ):
        join_gestures([Item(id="trial_01", subject="s")], tmp_path)
    assert "Items are a, b, c" in refusal(tmp_path)


def test_folders_without_transcripts_are_refused(tmp_path: Path) -> None:
    assert "has no *.mg.json files" in refusal(tmp_path)
    assert "is not a folder" in refusal(tmp_path / "none")


def test_two_files_of_one_item_and_source_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "1", item="b")
    path = write(tmp_path, "2", item="b")
    assert refusal(tmp_path).startswith(f"{path} has annotated gestures of item 'b', and so has 1.mg.json")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "ends inside a JSON value"),
        ("", "ends inside a JSON value"),
        ("[]", "has no gesturefile: it must be an object"),
        ("{}", "item: is missing"),
        (
            '{"item":"b","schema":"mgllm.gestures/2"}',
            "schema: must be 'mgllm.gestures/1' (given 'mgllm.gestures/2')",
        ),
        ('{"item":"b","labels":[]}', "labels: unknown field."),
        (
            '{"item":"b","gestures":[{"label":"x","start":-1}]}',
            "gestures.0.start: must be 0 or more",
        ),
        ('{"item":"b","gestures":[{"label":"\\ue002"}]}', "has the character U+E002"),
    ],
)
def test_a_file_that_is_no_transcript_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "x.mg.json"
    path.write_text(text)
    assert refusal(tmp_path).startswith(str(path))
    assert words in refusal(tmp_path)


def test_huge_and_unreadable_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.mg.json"
    path.mkdir()
    assert refusal(tmp_path).startswith(f"{path} cannot be read: ")
    path.rmdir()
    path.write_bytes(b" " * 5_000_001)
    assert "has more than 5,000,000 bytes" in refusal(tmp_path)


def test_notes_and_unseen_seconds_come_with_the_transcript(tmp_path: Path) -> None:
    write(tmp_path, "x", item="b", source="recognized", notes=["look"], unseen=[[1, 2.5]])
    write(tmp_path, "y", item="c", source="recognized")
    _, b, c = join_gestures(ITEMS, tmp_path).items
    assert (b.gestures["recognized"].notes, b.gestures["recognized"].unseen) == (("look",), ((1.0, 2.5),))
    assert "unseen" not in c.model_dump_json()
    assert "unseen" in b.model_dump_json()
