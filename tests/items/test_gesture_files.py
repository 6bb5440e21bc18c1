"""`*.mg.json`: what is written is read back, hostile ids make harmless names, bad files are named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from mgllm.errors import InputError
from mgllm.files.json_files import MAX_BYTES
from mgllm.items.gesture_files import (
    SUFFIX,
    check_gesture_file,
    file_stem,
    gesture_text,
    read_gesture_file,
    transcript_of,
)
from mgllm.records import Gesture, GestureFile

FILE = GestureFile(
    item="clip ünï #1",
    source="recognized",
    exposure="held_out",
    vocabulary="imigue",
    duration=12.5,
    checkpoint="ab" * 32,
    gestures=(
        Gesture(label="folding arms", start=0.1, end=0.30000000000000004, confidence=0.5),
        Gesture(label="</cue> \"quoted\" 'x' 😀", start=2),
        Gesture(label="head up"),
    ),
)


def test_a_transcript_is_written_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / f"x{SUFFIX}"
    path.write_text(gesture_text(FILE), encoding="utf-8")
    assert read_gesture_file(path) == FILE
    content = json.loads(path.read_text(encoding="utf-8"))
    assert list(content)[:2] == ["schema", "item"]
    assert content["gestures"][2] == {"label": "head up"}
    path.write_text("\ufeff" + gesture_text(FILE), encoding="utf-8")
    assert read_gesture_file(path) == FILE


def test_the_transcript_is_all_of_the_file_but_the_item() -> None:
    transcript = transcript_of(FILE)
    assert transcript.gestures == FILE.gestures
    assert (transcript.source, transcript.exposure, transcript.duration) == ("recognized", "held_out", 12.5)
    assert not hasattr(transcript, "item")


@pytest.mark.parametrize(
    ("item", "label"), [("a\u2028b", "x"), ("a", "two\nlines"), ("a", "\ue001"), ("a\x1b[2J", "x")]
)
def test_characters_that_items_may_not_hold_are_refused(item: str, label: str) -> None:
    file = GestureFile(item=item, gestures=(Gesture(label=label),))
    with pytest.raises(InputError, match=r"^here .*has the character U\+") as caught:
        check_gesture_file(file, "here")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "ends inside a JSON value"),
        ("[]", "must be an object"),
        ('{"item": "a", "gestures": [{"label": ""}]}', "gestures.0.label"),
        ('{"item": "a", "gestures": [{"label": "x", "start": 2, "end": 1}]}', "before its start"),
        ('{"item": "a", "labels": []}', "labels: unknown field"),
        ('{"gestures": []}', "item: is missing"),
        ('{"schema": "mgllm.gestures/2", "item": "a"}', "schema"),
        ('{"item": "a", "gestures": [{"label": "x", "start": NaN}]}', "NaN is not a JSON number"),
    ],
)
def test_what_is_no_transcript_is_refused_by_name(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / f"x{SUFFIX}"
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        read_gesture_file(path)
    assert said in str(caught.value)
    assert str(caught.value).startswith(str(path))


def test_files_that_are_missing_or_too_big_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_gesture_file(tmp_path / "none")
    (tmp_path / "big").write_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(InputError, match="more than 5,000,000 bytes"):
        read_gesture_file(tmp_path / "big")
    many = (Gesture(label="x" * 200),) * 30_000
    with pytest.raises(InputError, match="would be larger than 5,000,000 bytes"):
        gesture_text(GestureFile(item="a", gestures=many))


@pytest.mark.parametrize("item", ["clip_017", "Ünï çödé", "observation #2", "a.b-c", "名前", "0001"])
def test_a_plain_id_is_its_own_file_name(item: str) -> None:
    assert file_stem(item) == item


@pytest.mark.parametrize(
    "item",
    [
        "../../etc/passwd",
        "a/b",
        "a\\b",
        ".hidden",
        "-o",
        "CON:",
        "a\x00b",
        "...",
        "x" * 200,
        "名" * 200,
        "a.",
    ],
)
def test_a_hostile_id_becomes_a_harmless_file_name(item: str, tmp_path: Path) -> None:
    stem = file_stem(item)
    assert stem != item
    assert not stem.startswith((".", "-"))
    path = tmp_path / f"{stem}{SUFFIX}"
    path.write_text("x")
    assert path.resolve().parent == tmp_path.resolve()
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@given(st.text("aB/.:-\\ é\x00", min_size=1, max_size=8), st.text("aB/.:-\\ é\x00", min_size=1, max_size=8))
def test_different_ids_have_different_file_names(one: str, other: str) -> None:
    assert (file_stem(one) == file_stem(other)) == (one == other)


def test_notes_and_unseen_seconds_are_written_only_if_there_are_any(tmp_path: Path) -> None:
    plain = gesture_text(FILE)
    assert "notes" not in plain
    assert "unseen" not in plain
    noted = FILE.model_copy(update={"notes": ("the person is upside down",), "unseen": ((0.5, 2.0),)})
    path = tmp_path / f"x{SUFFIX}"
    path.write_text(gesture_text(noted), encoding="utf-8")
    content = json.loads(path.read_text(encoding="utf-8"))
    assert (content["notes"], content["unseen"]) == (["the person is upside down"], [[0.5, 2.0]])
    assert read_gesture_file(path) == noted
    assert transcript_of(noted).unseen == ((0.5, 2.0),)


def test_unseen_seconds_are_pairs_of_times(tmp_path: Path) -> None:
    path = tmp_path / f"x{SUFFIX}"
    for bad in ([[1]], [[-1, 2]], [["a", "b"]]):
        path.write_text(json.dumps({"schema": "mgllm.gestures/1", "item": "a", "unseen": bad}))
        with pytest.raises(InputError, match="unseen"):
            read_gesture_file(path)
