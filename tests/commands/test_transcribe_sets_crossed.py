"""Out of fold: learned there, read here, by nobody who has seen the person; and gone on with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgllm.commands._options import parse_options
from mgllm.commands.transcribe_sets import TranscribeOptions, transcribe
from mgllm.errors import InputError
from mgllm.items.gesture_files import read_gesture_file
from mgllm.recognizer.network.checkpoint import read_config
from mgllm.recognizer.training import training_state
from mgllm.skeleton import Clip, open_dataset, write_dataset
from mgllm.transcription import cross_fitting
from mgllm.transcription.cross_fitting import FitOptions

Make = Callable[..., TranscribeOptions]


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def crossed(tiny: list[str]) -> Make:
    """Two folds, two epochs of the tiny network in each."""

    def make(**said: Any) -> TranscribeOptions:
        sets = [f"fit.pretraining.{word}" for word in tiny]
        fast = ["fit.pretraining.epochs=2", "fit.finetuning.epochs=2", "fit.finetuning.batch=6"]
        few = ["timeline.background=0.2", "timeline.windows.seconds=0.3", "timeline.decoding.min_frames=2"]
        return parse_options(TranscribeOptions, {"cross_fit": 2, **said}, [*sets, *fast, *few])

    return make


@pytest.fixture
def recordings(toy_set: Path, tmp_path: Path) -> Path:
    """A recording of each person of the toy set, who have other spellings here, and one of 7."""
    toy = open_dataset(toy_set)
    clips = []
    for who in "12347":
        own = [toy.clip(n) for n, row in enumerate(toy.clips) if row.subject == (who if who != "7" else "1")]
        clips.append(Clip(f"r{who}", f"000{who}", np.concatenate(own), None, 25.0))
    meta = toy.meta.model_copy(update={"splits": {}, "classes": (), "name": "toy recordings"})
    return write_dataset(tmp_path / "recordings", meta, clips).dataset.path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def test_clips_are_learned_from_and_recordings_read(
    toy_set: Path, recordings: Path, crossed: Make, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    made = transcribe(recordings, out, crossed(learn_from=toy_set), display="none")
    assert (made.source, made.transcripts, made.exposures) == ("out_of_fold", 5, {"held_out": 5})
    assert made.without_labels == ("7",)
    assert len(made.checkpoints) == 3
    folds = json.loads((out / "folds.json").read_text())["folds"]
    assert sorted(who for fold in folds for who in fold["subjects"]) == ["1", "2", "3", "4", "7"]
    configs = [read_config(Path(path)) for path in made.checkpoints]
    data = open_dataset(recordings)
    for fold, config in zip(folds, configs, strict=True):
        others = {"1", "2", "3", "4"} - set(fold["subjects"])
        assert all(others == {str(int(who)) for who in seen.subjects} for seen in config.subjects_seen)
        for who in fold["subjects"]:
            file = read_gesture_file(out / f"r{who}.mg.json")
            assert (file.source, file.exposure) == ("out_of_fold", "held_out")
            assert file.duration == pytest.approx(data.clips["12347".index(who)].length / 25)
        assert {seen.subjects for seen in config.exposure(data, [f"000{who}" for who in others])} == {
            tuple(sorted(f"000{who}" for who in others))
        }


def test_a_folds_file_is_used_again(toy_set: Path, recordings: Path, crossed: Make, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text('{"folds": [["1"], {"subjects": ["2", 3, "4"]}, ["99"]]}')
    options = crossed(learn_from=toy_set, cross_fit=None, folds=tmp_path / "mine.json", on="subject=2")
    made = transcribe(recordings, tmp_path / "out", options, display="none")
    assert (made.transcripts, len(made.checkpoints), made.nowhere) == (1, 1, ("99",))
    seen = read_config(Path(made.checkpoints[0])).subjects_seen
    assert all({str(int(who)) for who in one.subjects} == {"1"} for one in seen)


def test_what_was_killed_goes_on_to_the_same_bytes(
    toy_set: Path, recordings: Path, crossed: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the third epoch of the second fold: one of fine-tuning is left."""
    options, out = crossed(learn_from=toy_set), tmp_path / "out"
    whole = transcribe(recordings, tmp_path / "whole", options, display="none")
    real, saved = training_state.save_state, list[Path]()

    def save_then_die(training: Any, clips: str, folder: Path) -> None:
        real(training, clips, folder)
        saved.append(folder)
        if len(saved) == 7:
            raise Killed

    monkeypatch.setattr(cross_fitting, "save_state", save_then_die)
    with pytest.raises(Killed):
        transcribe(recordings, out, options, display="none")
    there = len(list(out.glob("*.mg.json")))
    with pytest.raises(InputError, match=r"folds\.json exists already"):
        transcribe(recordings, out, options, display="none")
    other = options.model_copy(update={"resume": True, "seed": 5})
    with pytest.raises(InputError, match="seed was 0 and is now 5; resume with the same"):
        transcribe(recordings, out, other, display="none")
    made = transcribe(recordings, out, options.model_copy(update={"resume": True}), display="none")
    assert len(saved) == 3 * 4  # none of the seven epochs is trained again
    assert (made.kept, there > 0) == (there, True)
    assert contents(out) == contents(tmp_path / "whole")
    assert made.model_copy(update={"kept": 0, "out": whole.out, "checkpoints": whole.checkpoints}) == whole


def test_a_foreign_transcript_is_not_taken_for_ones_own(
    toy_set: Path, toy_classifier: Path, tmp_path: Path
) -> None:
    options = TranscribeOptions(checkpoint=toy_classifier, on="subject=4", resume=True)
    out = tmp_path / "out"
    first = transcribe(toy_set, out, options, display="none")
    before = contents(out)
    next(out.iterdir()).unlink()
    second = transcribe(toy_set, out, options, display="none")
    assert (first.kept, second.kept, contents(out)) == (0, 5, before)
    one = next(out.iterdir())
    one.write_text(one.read_text().replace('"recognized"', '"annotated"'))
    with pytest.raises(InputError, match="another recogniser made it; choose another -o"):
        transcribe(toy_set, out, options, display="none")


def test_a_recording_among_clips_is_read_as_a_recording_and_not_learned_from(
    toy_set: Path, crossed: Make, tmp_path: Path
) -> None:
    toy = open_dataset(toy_set)

    def places(name: str, first: int, last: int, known: str = "yes") -> dict[str, str]:
        return {
            "recording": name,
            "first": str(first),
            "last": str(last),
            "recording_frames": "250",
            "annotated": known,
        }

    clips = []
    for number, row in enumerate(toy.clips):
        first = 30 * (number % 6)
        more = places(f"r{row.subject}", first, first + row.length - 1)
        clips.append(Clip(row.id, row.subject, toy.clip(number), row.label, 25.0, more))
    long = np.concatenate([toy.clip(n) for n in range(6)])
    clips += [
        Clip("long", "1", long, None, 25.0, places("long", 0, len(long) - 1, "no")),
        Clip("none", "2", long, None, 25.0, places("none", 0, len(long) - 1)),
    ]
    mixed = write_dataset(tmp_path / "mixed", toy.meta.model_copy(update={"splits": {}}), clips).dataset
    made = transcribe(mixed.path, tmp_path / "out", crossed(), display="none")
    assert (made.transcripts, made.exposures) == (6, {"held_out": 6})
    files = {path.name[0:-8]: read_gesture_file(path) for path in (tmp_path / "out").glob("*.mg.json")}
    assert [files[name].duration for name in ("r1", "none", "long")] == [10, 10, len(long) / 25]
    assert (files["none"].gestures, files["none"].notes) == ((), ())
    assert [len(files[f"r{who}"].gestures) for who in "1234"] == [6] * 4
    assert "no label says where its gestures are" in files["long"].notes[0]
    for path in made.checkpoints:
        assert all(seen.clips == 12 for seen in read_config(Path(path)).subjects_seen)


def test_what_cannot_be_crossed(toy_set: Path, recordings: Path, crossed: Make, tmp_path: Path) -> None:
    def refusal(**said: Any) -> str:
        options = crossed(**said)
        with pytest.raises(InputError) as caught:
            transcribe(recordings, tmp_path / "out", options, display="none")
        return str(caught.value)

    assert "say in how many folds" in refusal(learn_from=toy_set, cross_fit=None)
    assert "folds are made of people; leave --by out" in refusal(learn_from=toy_set, by="label")
    assert "--checkpoint and --folds exclude each other" in refusal(
        cross_fit=None, folds=toy_set, checkpoint=toy_set
    )
    toy = open_dataset(toy_set)
    clips = [Clip(row.id, f"x{row.subject}", toy.clip(n), row.label, 25.0) for n, row in enumerate(toy.clips)]
    meta = toy.meta.model_copy(update={"splits": {}})
    others = write_dataset(tmp_path / "others", meta, clips).dataset.path
    assert "has labels in" in refusal(learn_from=others)
    metres = write_dataset(tmp_path / "feet", meta.model_copy(update={"units": "feet"}), clips).dataset.path
    assert "other joints, dimensions or units" in refusal(learn_from=metres)
    assert not (tmp_path / "out").exists()


def test_steps_are_those_of_both_trainings(toy_set: Path) -> None:
    options = FitOptions.model_validate(
        {"pretraining": {"epochs": 3, "batch": 4}, "finetuning": {"epochs": 2, "batch": 4}}
    )
    assert options.steps(open_dataset(toy_set), np.arange(9)) == 3 * 2 + 2 * 3
