"""A data set's own labels as annotated transcripts, a file for each recording.

In a set of trimmed clips each clip is a gesture of its recording, from its first to its last frame
(from 0, the last one included). In any other set each clip is a recording with one gesture.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mgllm.cues.label_names import best_vocabulary, known_label
from mgllm.cues.vocabularies import load_vocabulary
from mgllm.errors import InputError, some
from mgllm.recognizer.network.network import BACKGROUND_NAME
from mgllm.recognizer.timelines.cutting import WINDOWS_OF
from mgllm.records import Gesture, GestureFile
from mgllm.skeleton import SkeletonDataset
from mgllm.skeleton.dataset import ClipRow
from mgllm.transcription.clip_sets import is_trimmed, recording_seconds


class Transcripts(NamedTuple):
    """What a data set says of its recordings."""

    files: tuple[GestureFile, ...]
    """In the order of the data set."""
    left_out: int
    """Labels that are not micro-gestures."""
    notes: tuple[str, ...]
    """What was left out, a line each, with names."""


class _Names:
    """The classes in the words of the vocabulary that knows most of them."""

    def __init__(self, classes: Sequence[str]) -> None:
        self.vocabulary = best_vocabulary(classes).vocabulary
        self._known = {one: known_label(self.vocabulary, one) or one for one in classes}
        words = load_vocabulary(self.vocabulary)
        self._level = {one: words.level(known) for one, known in self._known.items()}
        speech = {one.label for one in words.classes if one.group is None}
        self.aside = frozenset(one for one, known in self._known.items() if known in speech)

    def gesture(self, label: str, start: float, end: float) -> Gesture:
        return Gesture(label=self._known[label], start=start, end=end, level=self._level[label])


def annotated_transcripts(
    dataset: SkeletonDataset, fps: float | None = None, *, illustrative: bool = False
) -> Transcripts:
    """The transcripts of all recordings that have labels; without gestures they are empty.

    Args:
        dataset: with labels.
        fps: frames a second, where the data set does not say it.
        illustrative: keep movement that goes with speech. It is not a micro-gesture.

    Raises:
        InputError: the set has no labels, or they have no times; or frames a second are missing, or
            given a second time.
    """
    _check(dataset, fps)
    trimmed = is_trimmed(dataset, "auto")
    names = _Names(dataset.meta.classes)
    rows: dict[str, list[ClipRow]] = {}
    for row in dataset.clips:
        rows.setdefault(row.more["recording"] if trimmed else row.id, []).append(row)
    left_out, unlabelled, endless = Counter[str](), list[str](), list[str]()
    files = []
    for item, own in rows.items():
        if not _is_labelled(own, trimmed=trimmed):
            unlabelled.append(item)
            continue
        shown = [row for row in own if row.label and row.label != BACKGROUND_NAME]
        kept = [row for row in shown if illustrative or row.label not in names.aside]
        left_out[item] += len(shown) - len(kept)
        seconds = recording_seconds(own[0], fps) if trimmed else own[0].length / _rate(own[0], fps)
        endless += [item] if seconds is None else []
        made = sorted((_gesture(row, names, fps, trimmed=trimmed) for row in kept), key=_place)
        files.append(
            GestureFile(
                item=item,
                source="annotated",
                vocabulary=names.vocabulary,
                duration=seconds,
                gestures=tuple(made),
            )
        )
    if not files:
        raise InputError(f"{dataset.path}: no recording has labels; give the clips that import wrote")
    return Transcripts(tuple(files), left_out.total(), _notes(unlabelled, +left_out, endless))


def _check(dataset: SkeletonDataset, fps: float | None) -> None:
    meta = dataset.meta
    if not meta.classes:
        what = "has no classes, so nobody has labelled it; give the data set of clips that import wrote"
        raise InputError(f"{dataset.path} {what}")
    if meta.name.startswith(WINDOWS_OF):
        what = "has windows, several for one gesture; give the annotated transcripts that they were cut with"
        raise InputError(f"{dataset.path} {what}")
    known = sum(row.fps is not None for row in dataset.clips)
    if fps is None and known < len(dataset):
        what = "counts frames and does not say how many there are a second"
        raise InputError(f"{dataset.path} {what}; give the rate of the recordings with --fps N")
    if fps is not None and known:
        what = f"says itself how many frames a second it has ({known} of {len(dataset)} clips)"
        raise InputError(f"--fps: {dataset.path} {what}; leave --fps out")


def _is_labelled(rows: Iterable[ClipRow], *, trimmed: bool) -> bool:
    """Whether somebody has said what is in a recording: it has a label, or none on purpose."""
    return any(row.label or (trimmed and row.more.get("annotated") == "yes") for row in rows)


def _rate(row: ClipRow, fps: float | None) -> float:
    return row.fps or fps or 1.0


def _gesture(row: ClipRow, names: _Names, fps: float | None, *, trimmed: bool) -> Gesture:
    first, last = (row.more["first"], row.more["last"]) if trimmed else (0, row.length - 1)
    try:
        start, end = float(first), float(last) + 1
    except ValueError:
        what = f"clip '{row.id}' has the frames '{first}' to '{last}'"
        raise InputError(f"{what}; first and last must be numbers") from None
    rate = _rate(row, fps)
    return names.gesture(row.label or "", start / rate, end / rate)


def _place(gesture: Gesture) -> tuple[float, float, str]:
    return gesture.start or 0.0, gesture.end or 0.0, gesture.label


def _notes(unlabelled: list[str], left_out: Counter[str], endless: list[str]) -> tuple[str, ...]:
    aside = "labels are movement that goes with speech and are left out; --illustrative keeps them"
    lines = [
        (unlabelled, f"{len(unlabelled)} recordings have no labels and get no transcript"),
        (list(left_out), f"{left_out.total()} {aside}"),
        (endless, f"{len(endless)} transcripts have no duration: the data set has no recording_frames"),
    ]
    return tuple(f"{what}: {some(names)}" for names, what in lines if names)
