"""From gesture transcripts and captions of six clips to a table and prompts, by the commands of the docs.

Items, speech and gestures are made up (examples/clips); the clips themselves are not needed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mgllm.cli import main
from mgllm.cues.vocabularies import load_vocabulary
from mgllm.items.gesture_files import gesture_text
from mgllm.items.loading import load_items
from mgllm.records import Gesture, GestureFile

CLIPS = Path(__file__).parents[2] / "examples" / "clips"
SEEN = {
    "book": (("touching or scratching neck", 0.4, 1.1), ("folding arms", 1.5, 3.0)),
    "brother": (("touching ears", 0.2, 0.9),),
    "help": (("moving torso", 0.1, 1.2), ("rubbing eyes", 1.3, 1.8)),
    "no": (("head up", 0.5, 1.0),),
    "sister": (("touching hat", 0.3, 1.2), ("crossing fingers", 1.4, 2.5)),
    "sorry": (("covering face", 0.6, 2.0),),
}
LENGTHS = {"book": 3.67, "brother": 2.2, "help": 1.93, "no": 2.2, "sister": 2.93, "sorry": 2.47}
ARMS = ("--arms", "text,text+mg,text+shuffled")
Do = Callable[..., str]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """What a recogniser that knew none of the people would leave of the clips."""
    folder = tmp_path / "out"
    folder.mkdir()
    for name, seen in SEEN.items():
        gestures = tuple(Gesture(label=what, start=at, end=to, confidence=0.8) for what, at, to in seen)
        about: dict[str, Any] = {"item": name, "source": "recognized", "exposure": "held_out"}
        file = GestureFile(**about, duration=LENGTHS[name], gestures=gestures)
        (folder / f"{name}.mg.json").write_text(gesture_text(file))
    return folder


@pytest.fixture
def do(shelve: Any, capsys: pytest.CaptureFixture[str]) -> Do:
    """Run a command that must come to a good end; what it prints."""
    shelve()

    def run(*words: str | Path) -> str:
        with pytest.raises(SystemExit) as caught:
            main([str(word) for word in words])
        told = capsys.readouterr()
        assert caught.value.code == 0, told.err
        return told.out

    return run


@pytest.fixture
def joined(do: Do, out: Path, tmp_path: Path) -> Path:
    """The items with gestures and speech."""
    folders = ("--gestures", out, "--speech", CLIPS / "speech")
    told = do("items", "join", CLIPS / "items.jsonl", *folders, "-o", tmp_path / "J.jsonl")
    assert told == "6 items of 6 subjects: 6 gesture transcripts and 6 speech transcripts joined\n"
    return tmp_path / "J.jsonl"


def test_items_and_speech_are_made_up_and_say_so() -> None:
    items = load_items(CLIPS / "items.jsonl")
    assert [item.id for item in items] == list(SEEN)
    assert len({item.subject for item in items}) == 6
    assert sorted(item.target or "" for item in items) == ["lose"] * 3 + ["win"] * 3
    assert all(item.covariates == {"made_up": True} and "made up" in (item.notes or "") for item in items)
    assert "synthetic" in (CLIPS / "README.md").read_text()
    assert set(LENGTHS) == {path.stem for path in (CLIPS / "speech").iterdir()} == set(SEEN)
    known = {one.label for one in load_vocabulary("imigue").classes}
    assert {label for seen in SEEN.values() for label, _, _ in seen} <= known


def test_speech_and_gestures_stand_within_the_clip(joined: Path) -> None:
    for item in load_items(joined):
        length = LENGTHS[item.id]
        assert item.speech
        assert all(turn.end is not None and turn.end <= length for turn in item.speech)
        gestures = item.gestures["recognized"].gestures
        assert all(gesture.end is not None and gesture.end <= length for gesture in gestures)


def test_the_row_of_the_gestures_says_recognized_and_held_out(
    do: Do, joined: Path, out: Path, tmp_path: Path
) -> None:
    where = ("--items", joined, "--gestures", out, *ARMS, "--results", tmp_path / "results")
    do("run", "emotion", *where, "--model", "scripted/x", "--display", "none")
    table = next((tmp_path / "results").glob("*/table.md")).read_text(encoding="utf-8")
    rows = [line for line in table.split("### What was answered")[1].splitlines() if "text+mg " in line]
    assert rows[0].split("|")[2:4] == ["   6 ", "        6 "]
    assert any("| recognized, held_out |" in line for line in rows)
    assert "made-up items" in table
    summary = json.loads(next((tmp_path / "results").glob("*/summary.json")).read_text())
    exposures = {arm["arm"]: arm["exposures"] for arm in summary["arms"]}
    assert exposures["text+mg"] == {"held_out": 6}
    assert exposures["text"] == {}


def test_the_prompts_differ_in_the_clips_own_gestures_and_times(do: Do, joined: Path, out: Path) -> None:
    told = do("render", "emotion", "--items", joined, "--gestures", out, *ARMS, "--item", "book", "--diff")
    baseline, own, shuffled = (part.partition("\n")[2] for part in told.split("\n=== ")[1:])
    assert "Speaker: I brought a book to read.\nSpeaker: I did not open it.\n" in baseline
    assert "touching" not in baseline
    told_own = ["+ 0:00.4–0:01.1 touching or scratching neck", "+ 0:01.5–0:03.0 folding arms"]
    assert own.rstrip().splitlines()[-2:] == told_own
    assert not set(told_own) & set(shuffled.splitlines())
    assert all(line.startswith("+ ") for line in own.rstrip().splitlines())
