"""`mgllm transcribe --annotated`, as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mgllm.cli import main
from mgllm.commands.import_ import import_dataset
from mgllm.items.gesture_files import read_gesture_file


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """Two samples of SMG, one without gestures."""
    source = tmp_path / "s"
    source.mkdir()
    for number, labels in ((1, "13,1,28\n17,29,30\n"), (2, "")):
        values = np.random.default_rng(number).normal(size=(56, 275)).round(3)
        name = f"Sample{number:04d}"
        np.savetxt(source / f"{name}_skeleton.csv", values, "%.3f", ",")
        (source / f"{name}_finelabels.csv").write_text(labels)
        (source / f"{name}_data.csv").write_text("56,28,4000\n")
    import_dataset("smg", source, tmp_path / "clips")
    return tmp_path / "clips"


def mgllm(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main(list(map(str, words)))
    out, err = capsys.readouterr()
    return int(caught.value.code or 0), out, err


def test_labels_become_files_and_a_recording_without_gestures_an_empty_one(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "annotated"
    code, text, notes = mgllm(capsys, "transcribe", clips, "--annotated", "-o", out)
    assert (code, text) == (0, "2 transcripts, 1 of them without gestures, 1 gestures, annotated\n")
    assert "note: 1 labels are movement that goes with speech and are left out" in notes
    assert sorted(p.name for p in out.iterdir()) == [
        "SOURCE.md",
        "Sample0001.mg.json",
        "Sample0002.mg.json",
    ]
    one, empty = (read_gesture_file(out / f"Sample000{n}.mg.json") for n in (1, 2))
    assert [(g.label, g.start, g.end) for g in one.gestures] == [("playing or adjusting hair", 0.0, 1.0)]
    assert (one.duration, empty.duration, empty.gestures) == (2.0, 2.0, ())
    assert "1 recordings have none" in (out / "SOURCE.md").read_text()
    code, _, error = mgllm(capsys, "transcribe", clips, "--annotated", "-o", out)
    assert code == 2
    assert "SOURCE.md exists already and is not overwritten" in error


def test_json_says_what_was_left_out(clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, text, _ = mgllm(capsys, "transcribe", clips, "--annotated", "-o", tmp_path / "a", "--json")
    made = json.loads(text)
    assert (made["transcripts"], made["empty"], made["left_out"]) == (2, 1, 1)
    assert made["labels"] == {"playing or adjusting hair": 1}


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--annotated", "--cross-fit", "2"], "--cross-fit has no effect on --annotated"),
        (["--annotated", "--set", "x=1"], "--set has no effect on --annotated"),
        (["--annotated", "--fps", "28"], "leave --fps out"),
        (["--fps", "28"], "--fps is for --annotated; without it a recogniser looks for gestures"),
    ],
)
def test_options_that_would_have_no_effect_are_refused(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], error: str
) -> None:
    code, _, said = mgllm(capsys, "transcribe", clips, "-o", tmp_path / "a", *words)
    assert code == 2
    assert error in said
    assert len(said.splitlines()) == 1
