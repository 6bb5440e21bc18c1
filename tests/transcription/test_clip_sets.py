"""Clips of a data set: which hold one gesture, who reads them, and what becomes of what is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mgllm.errors import InputError
from mgllm.recognizer.network.network import classify, load_recognizer
from mgllm.recognizer.network.reading import ClipReader
from mgllm.recognizer.timelines.timeline import TimelineOptions
from mgllm.skeleton import Clip, SkeletonDataset, open_dataset, write_dataset
from mgllm.transcription.clip_sets import is_trimmed, reading_of, recording_seconds, recordings_among


def with_columns(toy_set: Path, out: Path, *, nowhere: int | None = None) -> SkeletonDataset:
    """The toy clips as gestures of one recording a person, in the order of time from last to first."""
    toy = open_dataset(toy_set)
    clips = []
    for number, row in enumerate(toy.clips):
        first = 30 * (5 - number % 6)
        recording = "" if number == nowhere else f"r{row.subject}"
        more = {"recording": recording, "first": str(first), "last": str(first + row.length - 1)}
        clips.append(Clip(row.id, row.subject, toy.clip(number), row.label, 25.0, more))
    return write_dataset(out, toy.meta.model_copy(update={"splits": {}}), clips).dataset


def test_columns_tell_trimmed_clips_from_recordings(toy_set: Path, tmp_path: Path) -> None:
    plain, trimmed = open_dataset(toy_set), with_columns(toy_set, tmp_path / "trimmed")
    assert (is_trimmed(plain, "auto"), is_trimmed(plain, "recordings")) == (False, False)
    assert (is_trimmed(trimmed, "auto"), is_trimmed(trimmed, "trimmed")) == (True, True)
    assert not is_trimmed(trimmed, "recordings")
    with pytest.raises(InputError, match="--clips trimmed needs the columns recording, first and last"):
        is_trimmed(plain, "trimmed")


def test_clips_that_do_not_say_where_they_were_cut_are_no_recordings(toy_set: Path, tmp_path: Path) -> None:
    """As those of iMiGUE's starter kit."""
    toy = open_dataset(toy_set)
    clips = (
        Clip(r.id, r.subject, toy.clip(n), r.label, 25.0, {"recording": "1"}) for n, r in enumerate(toy.clips)
    )
    cut = write_dataset(tmp_path / "cut", toy.meta.model_copy(update={"splits": {}}), clips).dataset
    with pytest.raises(InputError, match="no columns first and last say which"):
        is_trimmed(cut, "auto")
    assert not is_trimmed(cut, "recordings")


def test_a_clip_of_no_recording_is_refused_unless_it_is_one(toy_set: Path, tmp_path: Path) -> None:
    dataset = with_columns(toy_set, tmp_path / "some", nowhere=3)
    with pytest.raises(InputError, match=f"clip '{dataset.clips[3].id}' names no recording"):
        is_trimmed(dataset, "auto")
    assert not is_trimmed(dataset, "recordings")


def test_trimmed_clips_are_gestures_in_the_order_of_time(
    toy_set: Path, toy_classifier: Path, tmp_path: Path
) -> None:
    dataset = with_columns(toy_set, tmp_path / "trimmed")
    files = list(reading_of(toy_classifier, dataset).trimmed(TimelineOptions(), "recognized"))
    assert [file.item for file in files] == ["r1", "r2", "r3", "r4"]
    network, config = load_recognizer(toy_classifier)
    p_NK = classify(network, ClipReader(dataset, config.preprocessing), np.arange(6)).double().numpy()
    wanted = [(config.classes[int(p_K.argmax())], 30 * (5 - n) / 25) for n, p_K in enumerate(p_NK)]
    assert [(one.label, one.start) for one in files[0].gestures] == wanted[::-1]
    assert [one.confidence for one in files[0].gestures] == pytest.approx(p_NK.max(1)[::-1])
    assert [file.exposure for file in files] == ["in_sample", "in_sample", "in_sample", "held_out"]


def test_no_clips_no_transcripts(toy_set: Path, toy_classifier: Path, tmp_path: Path) -> None:
    reading = reading_of(toy_classifier, with_columns(toy_set, tmp_path / "trimmed"))
    reading.numbers = np.array([], np.int64)
    assert list(reading.trimmed(TimelineOptions(), "recognized")) == []


def test_a_row_with_its_recordings_name_is_the_recording(toy_set: Path, tmp_path: Path) -> None:
    dataset = with_columns(toy_set, tmp_path / "trimmed")
    assert recordings_among(dataset).tolist() == []
    clips = [
        Clip(row.id, row.subject, dataset.clip(n), row.label, 25.0, row.more)
        for n, row in enumerate(dataset.clips)
    ]
    whole = Clip("r9", "9", dataset.clip(0), None, 25.0, {"recording": "r9", "first": "0", "last": "7"})
    more = write_dataset(tmp_path / "more", dataset.meta, [*clips[:3], whole, *clips[3:]]).dataset
    assert recordings_among(more).tolist() == recordings_among(more, unlabelled=True).tolist() == [3]
    assert recordings_among(open_dataset(toy_set)).tolist() == []


def test_a_length_of_thousands_of_digits_is_none(toy_set: Path) -> None:
    row = open_dataset(toy_set).clips[0]
    for stated, seconds in {"50": 2.0, "0": None, "": None, "x": None, "9" * 5000: None}.items():
        told = row.model_copy(update={"more": {"recording_frames": stated}})
        assert recording_seconds(told, 25.0) == seconds
