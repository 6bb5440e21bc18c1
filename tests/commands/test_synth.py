"""`mgllm synth`: what is written, what is refused, and that the same seed gives the same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mgllm.commands.synth import SynthOptions, synthesize
from mgllm.errors import InputError
from mgllm.items.gesture_files import read_gesture_file
from mgllm.skeleton import check_dataset, open_dataset
from mgllm.skeleton.selection import named_split, shared_people
from mgllm.synthetic import clip_classes, draw_preview, hidden_classes, preview
from mgllm.synthetic.definitions import ILLUSTRATIVE
from mgllm.synthetic.detector import RATES


def options(**more: object) -> SynthOptions:
    return SynthOptions.model_validate({"clips": 320, "recordings": 2, "minutes": 0.5, "seed": 4, **more})


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(InputError) as caught:
        call()
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synth")
    synthesize(folder, options())
    return folder


def test_clips_are_a_skeleton_data_set(out: Path) -> None:
    dataset = open_dataset(out / "clips")
    assert check_dataset(dataset) == ()
    assert len(dataset) == 320
    assert dataset.meta.classes == clip_classes()
    assert dataset.joints.shape[1:] == (22, 3)
    assert {float(fps) for fps in dataset.column("fps")} == set(RATES)
    assert {"folding arms", "at rest", "waving"} <= set(dataset.column("does"))
    assert "no person moved" in dataset.meta.source
    assert all(name in (out / "clips" / "SOURCE.md").read_text() for name in hidden_classes())


@pytest.mark.parametrize("name", ["unseen-ranges", "unseen-bodies"])
def test_splits_share_no_body(out: Path, name: str) -> None:
    dataset = open_dataset(out / "clips")
    split = named_split(dataset, name)
    assert shared_people(dataset, split) == []
    assert len(split.train) > len(split.test) > 0


def test_recordings_lie_beside_their_truth(out: Path) -> None:
    dataset = open_dataset(out / "recordings")
    assert [row.length for row in dataset.clips] == [int(30 * float(fps)) for fps in dataset.column("fps")]
    assert dataset.meta.classes == ()
    for row in dataset.clips:
        truth = read_gesture_file(out / "recordings" / f"{row.id}.mg.json")
        assert truth.item == row.id
        assert (truth.source, truth.vocabulary, truth.duration) == ("annotated", "imigue", 30.0)
        assert truth.gestures
        assert ILLUSTRATIVE not in {gesture.label for gesture in truth.gestures}
        assert max(gesture.end or 0 for gesture in truth.gestures) <= 30


def test_the_same_seed_gives_the_same_bytes(out: Path, tmp_path: Path) -> None:
    synthesize(tmp_path, options())
    files = sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file())
    assert len(files) == 10
    for file in files:
        assert (tmp_path / file).read_bytes() == (out / file).read_bytes(), file


def test_illustrative_movement_is_told_if_asked_for(tmp_path: Path) -> None:
    synthesize(tmp_path, options(clips=0, recordings=1, minutes=1, illustrative=True))
    truth = read_gesture_file(tmp_path / "recordings" / "r00000.mg.json")
    assert ILLUSTRATIVE in {gesture.label for gesture in truth.gestures}
    starts = [gesture.start for gesture in truth.gestures]
    assert starts == sorted(starts, key=lambda start: start or 0)
    assert not (tmp_path / "clips").exists()


def test_a_few_clips_are_a_data_set_too(tmp_path: Path) -> None:
    report = synthesize(tmp_path, options(clips=3, recordings=0))
    assert len(open_dataset(tmp_path / "clips")) == 3
    assert any("classes have no clips" in note for note in report.notes)


def test_without_noise_every_joint_is_there(tmp_path: Path) -> None:
    synthesize(tmp_path, options(clips=60, recordings=0, noise=0))
    dataset = open_dataset(tmp_path / "clips")
    lost = [np.isnan(dataset.clip(n)[..., 0]).any() for n in range(60)]
    behind = [row.label in ("putting arms behind body", "scratching back") for row in dataset.clips]
    assert not any(gone and not hidden for gone, hidden in zip(lost, behind, strict=True))


def test_nothing_is_written_over(out: Path) -> None:
    before = (out / "clips" / "joints.npy").read_bytes()
    assert "clips exists already and is not overwritten" in refusal(lambda: synthesize(out, options()))
    assert (out / "clips" / "joints.npy").read_bytes() == before


def test_nothing_to_make_is_said(tmp_path: Path) -> None:
    assert "give --clips N" in refusal(lambda: synthesize(tmp_path, options(clips=0, recordings=0)))


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, *_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    assert "No space left" in refusal(lambda: synthesize(tmp_path / "x", options(clips=3)))
    assert not (tmp_path / "x").exists()


def test_a_preview_is_an_animated_gif(tmp_path: Path) -> None:
    path = tmp_path / "new" / "p.gif"
    draw_preview("head up", path, seed=2, noise=1.0)  # short clips
    content = path.read_bytes()
    assert content.startswith(b"GIF89a")
    assert content.count(b"\x21\xf9\x04") > 5  # a graphic control block a frame


def test_what_is_no_gesture_has_a_preview_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []
    monkeypatch.setattr(preview, "_animate", lambda label, clips, path: shown.append((label, len(clips))))
    for label in ("at rest", "hand held in the air", "counting on fingers"):  # the last one is rare
        draw_preview(label, tmp_path / "p.gif")
    assert shown == [("at rest", 3), ("hand held in the air", 3), ("counting on fingers", 3)]


@pytest.mark.parametrize(
    ("label", "file", "words"),
    [
        ("hand held in air", "p.gif", "Did you mean 'hand held in the air'?"),
        ("background", "p.gif", "unknown class 'background'"),
        ("pressing lips", "p.gif", "'pressing lips' has no preview: the joints of imigue22"),
        ("foldingarms", "p.gif", "Did you mean 'folding arms'?"),
        ("folding arms", "p.mp4", "give a file name that ends in .gif"),
    ],
)
def test_a_preview_that_cannot_be_is_refused(tmp_path: Path, label: str, file: str, words: str) -> None:
    assert words in refusal(lambda: draw_preview(label, tmp_path / file))


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mgllm", "synth", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))


def test_the_command_writes_and_reports(tmp_path: Path) -> None:
    done = run("-o", str(tmp_path), "--clips", "60", "--seed", "2", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["clips"], report["bodies"], report["classes"]) == (60, 2, 31)
    assert report["hidden"] == list(hidden_classes())
    again = run("-o", str(tmp_path), "--clips", "60")
    assert again.returncode == 2
    assert again.stderr.startswith("mgllm: ")
    assert len(again.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "words", [["--clips", "5"], ["-o", "x", "--clips", "-1"], ["-o", "x", "--clips", "1", "--noise", "-2"]]
)
def test_wrong_words_are_one_line(tmp_path: Path, words: list[str]) -> None:
    words = [str(tmp_path / word) if word == "x" else word for word in words]
    done = run(*words)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
