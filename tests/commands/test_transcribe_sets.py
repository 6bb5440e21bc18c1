"""Skeletons into transcripts: by a checkpoint, whose people are marked, and by strangers alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgllm.commands._options import parse_options
from mgllm.commands.transcribe_sets import TranscribeOptions, transcribe
from mgllm.cues.vocabularies import Vocabulary
from mgllm.errors import InputError
from mgllm.items.gesture_files import read_gesture_file
from mgllm.recognizer.network.checkpoint import read_config
from mgllm.recognizer.network.network import classify, load_recognizer
from mgllm.recognizer.network.reading import ClipReader
from mgllm.skeleton import Clip, open_dataset, write_dataset

Make = Callable[..., TranscribeOptions]


@pytest.fixture
def crossed(tiny: list[str]) -> Make:
    """Two folds, two epochs of the tiny network in each."""

    def make(**said: Any) -> TranscribeOptions:
        sets = [f"fit.pretraining.{word}" for word in tiny]
        fast = ["fit.pretraining.epochs=2", "fit.finetuning.epochs=2", "fit.finetuning.batch=6"]
        return parse_options(TranscribeOptions, {"cross_fit": 2, **said}, [*sets, *fast])

    return make


@pytest.fixture
def trimmed(toy_set: Path, tmp_path: Path) -> Path:
    """The toy clips as gestures of one recording a person, ten frames apart."""
    toy = open_dataset(toy_set)
    clips = []
    for number, row in enumerate(toy.clips):
        first = 30 * (number % 6)
        more = {"recording": f"r{row.subject}", "first": str(first), "last": str(first + row.length - 1)}
        clips.append(Clip(row.id, row.subject, toy.clip(number), row.label, 25.0, more))
    meta = toy.meta.model_copy(update={"splits": {}})
    return write_dataset(tmp_path / "trimmed", meta, clips).dataset.path


def test_each_clip_is_a_recording_and_people_seen_are_marked(
    toy_set: Path, toy_classifier: Path, tmp_path: Path
) -> None:
    sets = ["timeline.background=0.2", "timeline.windows.seconds=0.3", "timeline.decoding.min_frames=2"]
    options = parse_options(TranscribeOptions, {"checkpoint": toy_classifier}, sets)
    made = transcribe(toy_set, tmp_path / "out", options, display="none")
    assert (made.transcripts, made.source) == (24, "recognized")
    assert made.exposures == {"in_sample": 18, "held_out": 6}
    files = {path.name: read_gesture_file(path) for path in (tmp_path / "out").glob("*.mg.json")}
    assert len(files) == 24
    dataset = open_dataset(toy_set)
    weights = hashlib.sha256((toy_classifier / "model.safetensors").read_bytes()).hexdigest()
    for row in dataset.clips:
        file = files[f"{row.id}.mg.json"]
        assert file.item == row.id
        assert file.exposure == ("held_out" if row.subject == "4" else "in_sample")
        assert (file.duration, file.checkpoint) == (row.length / 25, weights)
        assert {gesture.label for gesture in file.gestures} <= set(dataset.meta.classes)
        assert all(0 <= gesture.start < gesture.end <= row.length / 25 for gesture in file.gestures)  # type: ignore[operator]  # always timed
    assert sum(len(file.gestures) for file in files.values()) == made.gestures > 0


def test_trimmed_clips_are_named_and_keep_their_times(
    trimmed: Path, toy_classifier: Path, tmp_path: Path
) -> None:
    options = TranscribeOptions(checkpoint=toy_classifier)
    made = transcribe(trimmed, tmp_path / "out", options, display="none")
    assert (made.transcripts, made.gestures) == (4, 24)
    network, config = load_recognizer(toy_classifier)
    dataset = open_dataset(trimmed)
    p_NK = classify(network, ClipReader(dataset, config.preprocessing), range(24))
    for subject in range(4):
        file = read_gesture_file(tmp_path / "out" / f"r{subject + 1}.mg.json")
        for place, gesture in enumerate(file.gestures):
            number = 6 * subject + place
            row = dataset.clips[number]
            assert gesture.label == config.classes[int(p_NK[number].argmax())]
            assert gesture.start == pytest.approx(30 * place / 25)
            assert gesture.end == pytest.approx((30 * place + row.length) / 25)
            assert gesture.confidence == pytest.approx(float(p_NK[number].max()), abs=1e-6)


def test_cross_fitting_reads_everyone_by_strangers(trimmed: Path, crossed: Make, tmp_path: Path) -> None:
    out = tmp_path / "out"
    made = transcribe(trimmed, out, crossed(), display="none")
    assert (made.source, made.transcripts, made.exposures) == ("out_of_fold", 4, {"held_out": 4})
    assert made.checkpoints == tuple(str(out / "checkpoints" / f"fold-{n}") for n in (1, 2))
    dataset = open_dataset(trimmed)
    by_hash = {
        hashlib.sha256((Path(path) / "model.safetensors").read_bytes()).hexdigest(): read_config(Path(path))
        for path in made.checkpoints
    }
    assert len(by_hash) == 2
    for subject in "1234":
        file = read_gesture_file(out / f"r{subject}.mg.json")
        assert (file.source, file.exposure, len(file.gestures)) == ("out_of_fold", "held_out", 6)
        config = by_hash[str(file.checkpoint)]
        assert config.exposure(dataset, [subject]) == ()
        assert {seen.labelled for seen in config.subjects_seen} == {True, False}
        assert all(len(seen.subjects) == 2 for seen in config.subjects_seen)


def test_what_is_there_is_not_written_over(trimmed: Path, toy_classifier: Path, tmp_path: Path) -> None:
    options = TranscribeOptions(checkpoint=toy_classifier)
    transcribe(trimmed, tmp_path / "out", options, display="none")
    with pytest.raises(InputError, match="exists already and is not overwritten"):
        transcribe(trimmed, tmp_path / "out", options, display="none")


def test_one_way_to_a_recogniser(toy_set: Path, tmp_path: Path) -> None:
    both = TranscribeOptions(checkpoint=Path("c"), cross_fit=2)
    with pytest.raises(InputError, match="--checkpoint and --cross-fit exclude each other; give one"):
        transcribe(toy_set, tmp_path / "out", both, display="none")


def test_the_recogniser_that_ships_reads_its_own_joints_alone(toy_set: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the bundled recogniser was made for a layout of 22 joints"):
        transcribe(toy_set, tmp_path / "out", TranscribeOptions(), display="none")


def test_what_cannot_be_used(
    toy_set: Path, toy_checkpoint: Path, toy_classifier: Path, rewrite: Callable[..., Path], tmp_path: Path
) -> None:
    def refusal(path: Path, **said: Any) -> str:
        with pytest.raises(InputError) as caught:
            transcribe(path, tmp_path / "out", TranscribeOptions(**said), display="none")
        return str(caught.value)

    assert "has no classes" in refusal(toy_set, checkpoint=toy_checkpoint)
    assert "needs the columns recording, first and last" in refusal(
        toy_set, checkpoint=toy_classifier, clips="trimmed"
    )
    assert "is not a checkpoint" in refusal(toy_set, checkpoint=toy_set)
    bare = rewrite("bare", classes=(), label=lambda *_: None)
    assert "has nothing to learn" in refusal(bare, cross_fit=2)
    assert "9 folds by subject cannot be made from 4 values" in refusal(toy_set, cross_fit=9)
    assert not list(tmp_path.rglob("*.mg.json"))


def test_some_clips_alone_are_read(
    toy_set: Path, toy_classifier: Path, trimmed: Path, tmp_path: Path
) -> None:
    some = TranscribeOptions(checkpoint=toy_classifier, on="subject=4")
    made = transcribe(toy_set, tmp_path / "out", some, display="none")
    assert (made.transcripts, made.exposures) == (6, {"held_out": 6})
    assert {path.name[0] for path in (tmp_path / "out").iterdir()} == {"4"}
    assert transcribe(trimmed, tmp_path / "cut", some, display="none").transcripts == 1
    with pytest.raises(InputError, match="subject"):
        transcribe(toy_set, tmp_path / "no", some.model_copy(update={"on": "subject=9"}), display="none")


def test_seconds_without_a_person_are_said(
    toy_set: Path, toy_classifier: Path, rewrite: Callable[..., Path], tmp_path: Path
) -> None:
    toy = open_dataset(toy_set)
    joints = np.concatenate([toy.clip(n) for n in range(6)])  # more than two seconds
    empty = np.full((20, *joints.shape[1:]), np.nan, np.float32)
    long = Clip("long", "9", np.concatenate([joints, empty, joints]), None, 25.0, {"camera": "0"})
    dataset = write_dataset(
        tmp_path / "long", toy.meta.model_copy(update={"splits": {}, "classes": ()}), [long]
    ).dataset
    sets = ["timeline.background=0.01", "timeline.decoding.min_frames=2"]
    options = parse_options(TranscribeOptions, {"checkpoint": toy_classifier}, sets)
    made = transcribe(dataset.path, tmp_path / "out", options, display="none")
    start, end = len(joints) / 25, (len(joints) + 20) / 25
    assert made.unseen_seconds == pytest.approx(0.8)
    said = f"nobody is seen for 0.8 s ({start:.1f}–{end:.1f} s): no gesture is named there"
    assert made.notes == (f"long: {said}",)
    file = read_gesture_file(tmp_path / "out" / "long.mg.json")
    assert file.notes == (said,)
    assert len(file.unseen) == 1
    assert file.unseen[0] == pytest.approx((start, end))
    times = [(one.start or 0.0, one.end or 0.0) for one in file.gestures]
    assert any(to <= start + 1e-6 for _, to in times)
    assert any(at >= end - 1e-6 for at, _ in times)
    assert all(to <= start + 1e-6 or at >= end - 1e-6 for at, to in times)


def test_turned_pictures_have_no_gestures(
    toy_set: Path, toy_classifier: Path, rewrite: Callable[..., Path], tmp_path: Path
) -> None:
    """In the toy set y goes up. In metres that is right, in pixels everybody is upside down."""
    sets = ["timeline.background=0.01", "timeline.decoding.min_frames=2"]
    options = parse_options(TranscribeOptions, {"checkpoint": toy_classifier}, sets)
    upright = transcribe(toy_set, tmp_path / "upright", options, display="none")
    assert (upright.gestures > 0, upright.notes) == (True, ())
    made = transcribe(rewrite("turned", units="pixels"), tmp_path / "out", options, display="none")
    assert (made.transcripts, made.gestures, len(made.notes)) == (24, 0, 24)
    assert all("the person is upside down, so no gesture is named" in note for note in made.notes)


def labels(folder: Path) -> set[str]:
    """All that transcripts in a folder say."""
    return {one.label for path in folder.iterdir() for one in read_gesture_file(path).gestures}


def test_a_trimmed_clip_is_not_named_by_what_it_cannot_show(
    toy_classifier: Path, trimmed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A vocabulary in which what the recogniser finds needs a head, and clips without one."""
    dataset = open_dataset(trimmed)
    head = dataset.meta.layout.index("head")
    clips = []
    for number, row in enumerate(dataset.clips):
        joints = dataset.clip(number).copy()
        joints[:, head] = np.nan
        clips.append(Clip(row.id, row.subject, joints, row.label, row.fps, row.more))
    headless = write_dataset(tmp_path / "headless", dataset.meta, clips).dataset
    options = TranscribeOptions(checkpoint=toy_classifier)
    before = transcribe(headless.path, tmp_path / "before", options, display="none")
    named = {
        one.label for path in (tmp_path / "before").iterdir() for one in read_gesture_file(path).gestures
    }
    about = dict.fromkeys(("name", "noun", "source", "heading", "definition", "nothing"), "imigue")
    known = [{"label": label} for label in headless.meta.classes]
    needs = [{"parts": ["head"], "words": sorted(named)}]
    mine = Vocabulary.model_validate(
        {**about, "classes": known, "parts": {"head": [["head"]]}, "needs": needs}
    )
    monkeypatch.setattr("mgllm.transcription.clip_sets.load_vocabulary", lambda name: mine)
    after = transcribe(headless.path, tmp_path / "after", options, display="none")
    assert before.gestures == 24
    assert after.gestures == (0 if len(named) == 3 else 24)
    labels = {
        one.label for path in (tmp_path / "after").iterdir() for one in read_gesture_file(path).gestures
    }
    assert not labels & named
