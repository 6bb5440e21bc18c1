"""A data set's own labels as transcripts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from mgllm.errors import InputError
from mgllm.skeleton import Clip, DatasetMeta, SkeletonDataset, open_dataset, write_dataset
from mgllm.skeleton.layouts import load_layout
from mgllm.transcription.annotated import annotated_transcripts

SPEECH = "illustrative body language"
Row = tuple[str, str | None, int, int, str]
ROWS: Sequence[Row] = [
    ("a_1", "folding arms", 50, 74, "yes"),
    ("a_0", "head up", 0, 24, "yes"),
    ("a_2", SPEECH, 25, 30, "yes"),
    ("b", None, 0, 99, "yes"),
    ("c", None, 0, 99, "no"),
]


def made(
    path: Path, rows: Sequence[Row] = ROWS, fps: float | None = 25.0, name: str = "toy"
) -> SkeletonDataset:
    """Trimmed clips of recordings of 100 frames; the recording is the first letter of the name."""
    layout = load_layout("coco17")
    classes = tuple(dict.fromkeys(label for _, label, *_ in rows if label))
    meta = DatasetMeta(name=name, layout=layout, dims=2, units="pixels", classes=classes)
    clips = [
        Clip(
            id=clip,
            subject=clip[0],
            joints=np.ones((last - first + 1, len(layout.joints), 2), np.float32),
            label=label,
            fps=fps,
            more={
                "recording": clip[0],
                "first": str(first),
                "last": str(last),
                "recording_frames": "100",
                "annotated": known,
            },
        )
        for clip, label, first, last, known in rows
    ]
    return write_dataset(path, meta, clips).dataset


def test_gestures_have_their_times_and_recordings_their_length(tmp_path: Path) -> None:
    found = annotated_transcripts(made(tmp_path / "d"))
    one, empty = found.files
    assert (one.item, one.source, one.duration, one.vocabulary) == ("a", "annotated", 4.0, "imigue")
    assert [(g.label, g.start, g.end) for g in one.gestures] == [("head up", 0, 1), ("folding arms", 2, 3)]
    assert (empty.item, empty.duration, empty.gestures) == ("b", 4.0, ())
    assert found.left_out == 1
    assert found.notes == (
        "1 recordings have no labels and get no transcript: c",
        "1 labels are movement that goes with speech and are left out; --illustrative keeps them: a",
    )
    kept = annotated_transcripts(made(tmp_path / "e"), illustrative=True)
    assert (len(kept.files[0].gestures), kept.left_out) == (3, 0)


def test_frames_without_a_clock_ask_for_one_and_a_known_clock_refuses_another(tmp_path: Path) -> None:
    unknown = made(tmp_path / "d", fps=None)
    with pytest.raises(InputError, match="give the rate of the recordings with --fps N"):
        annotated_transcripts(unknown)
    one = annotated_transcripts(unknown, 50).files[0]
    assert (one.duration, one.gestures[1].start) == (2.0, 1.0)
    with pytest.raises(InputError, match="leave --fps out"):
        annotated_transcripts(made(tmp_path / "e"), 50)


def test_clips_that_are_recordings_have_one_gesture(tmp_path: Path) -> None:
    layout = load_layout("coco17")
    meta = DatasetMeta(name="toy", layout=layout, dims=2, units="pixels", classes=("head up",))
    joints = np.ones((50, len(layout.joints), 2), np.float32)
    labels = {"x": "head up", "y": None}
    clips = [Clip(id=name, subject="p", joints=joints, label=label, fps=25) for name, label in labels.items()]
    found = annotated_transcripts(write_dataset(tmp_path / "d", meta, clips).dataset)
    assert [(one.item, one.duration, one.gestures[0].end) for one in found.files] == [("x", 2.0, 2.0)]
    assert found.notes == ("1 recordings have no labels and get no transcript: y",)


def test_sets_that_do_not_say_what_happens_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no classes, so nobody has labelled it"):
        annotated_transcripts(made(tmp_path / "a", [("c", None, 0, 99, "no")]))
    with pytest.raises(InputError, match="has windows, several for one gesture"):
        annotated_transcripts(made(tmp_path / "b", name="windows of toy"))
    path = made(tmp_path / "c").path / "clips.csv"
    path.write_text(path.read_text().replace(",50,74,", ",x,74,"))
    with pytest.raises(InputError, match="first and last must be numbers"):
        annotated_transcripts(open_dataset(path.parent))
