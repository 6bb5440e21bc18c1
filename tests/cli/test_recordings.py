"""From annotated recordings to windows, a recogniser, timelines and their scores, as a user types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mgllm.cli import main

Command = Callable[..., tuple[object, str, str]]


@pytest.fixture
def mgllm(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command: exit code, stdout, stderr."""

    def run(*words: str | Path) -> tuple[object, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main([*map(str, words)])
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return caught.value.code, told.out, told.err

    return run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made")
    with pytest.raises(SystemExit):
        main(
            [
                "synth",
                "-o",
                str(out / "m"),
                "--clips",
                "120",
                "--recordings",
                "4",
                "--minutes",
                "1",
                "--illustrative",
            ]
        )
    return out / "m"


def test_a_user_of_annotated_recordings(mgllm: Command, made: Path, tmp_path: Path, tiny: list[str]) -> None:
    windows, found = tmp_path / "w", tmp_path / "found"
    code, out, err = mgllm(
        "recognizer", "windows", made / "recordings", "-o", windows, "--with", made / "clips"
    )
    assert code == 0
    assert "windows of 4 recordings, 23 classes" in out
    assert "120 clips beside them" in out
    assert str(windows) in err
    flags = [word for value in tiny for word in ("--set", value)]
    quick = ["--epochs", "1", "--set", "judged_after=9999", "--display", "none"]
    assert mgllm("recognizer", "pretrain", windows, "-o", tmp_path / "p", *flags, *quick)[0] == 0
    who = [
        "--train-on",
        "part=train",
        "--calibrate-on",
        "part=validation",
        "--epochs",
        "1",
        "--display",
        "none",
    ]
    code, out, _ = mgllm("recognizer", "finetune", tmp_path / "p", windows, "-o", tmp_path / "f", *who)
    assert code == 0
    assert "logits divided by" in out
    reading = [
        "--checkpoint",
        tmp_path / "f",
        "--set",
        "timeline.decoding.min_confidence=0",
        "--on",
        "part=test",
    ]
    code, out, _ = mgllm("transcribe", made / "recordings", "-o", found, *reading, "--display", "none")
    assert code == 0
    assert out.startswith("1 transcripts")
    code, out, err = mgllm("recognizer", "score", found, "--truth", made / "recordings", "--json")
    scores = json.loads(out)
    assert set(scores["f1"]) == {"0.1", "0.3", "0.5"}
    assert (scores["recordings"], len(scores["unmatched"])) == (1, 3)
    code, out, err = mgllm("recognizer", "score", found, "--truth", made / "recordings")
    assert code == 0
    assert "F1 at an overlap (IoU) of 0.3" in out
    assert "3 recordings are in one folder only" in err


def test_people_seen_are_marked_in_scores(mgllm: Command, made: Path, tmp_path: Path) -> None:
    """The recogniser was tuned on windows of these very recordings."""
    windows = tmp_path / "w"
    mgllm("recognizer", "windows", made / "recordings", "-o", windows)
    learning = ["--epochs", "1", "--display", "none", "--linear"]
    assert mgllm("recognizer", "finetune", "random", windows, "-o", tmp_path / "f", *learning)[0] == 0
    reading = ["--checkpoint", tmp_path / "f", "--display", "none", "--set", "timeline.windows.hop=1"]
    code, out, _ = mgllm("transcribe", made / "recordings", "-o", tmp_path / "found", *reading)
    assert (code, "4 in_sample" in out) == (0, True)
    _, _, err = mgllm("recognizer", "score", tmp_path / "found", "--truth", made / "recordings")
    assert "4 recordings are in_sample" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["windows", "nowhere"], "nowhere"),
        (["windows", "RECORDINGS", "--gestures", "nowhere"], "is not a folder"),
        (["windows", "RECORDINGS", "--with", "RECORDINGS"], "has no classes"),
        (["windows", "CLIPS"], "has no"),
        (["windows", "RECORDINGS", "--set", "seconds=[3,1]"], "shortest window"),
        (["windows", "RECORDINGS", "--set", "loud=1"], "no such option"),
        (["rebuild", "--clips", "3"], "--clips"),
        (["rebuild", "--joints", "nose,tail"], "tail"),
        (["rebuild", "--set", "pretraining.speed=3"], "no such option"),
    ],
)
def test_wrong_words_are_one_line(
    mgllm: Command, made: Path, tmp_path: Path, words: list[str], said: str
) -> None:
    places = {"RECORDINGS": str(made / "recordings"), "CLIPS": str(made / "clips")}
    typed = [places.get(word, word) for word in words]
    code, out, err = mgllm("recognizer", *typed, "-o", tmp_path / "out")
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_scores_of_nothing_are_refused(mgllm: Command, made: Path, tmp_path: Path) -> None:
    code, _, err = mgllm("recognizer", "score", tmp_path, "--truth", made / "recordings")
    assert code == 2
    assert "has no *.mg.json" in err
