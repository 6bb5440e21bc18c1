"""Whether transcripts, items and folds are those of a made-up corpus."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Iterator
from pathlib import Path

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.items.gesture_files import SUFFIX, read_gesture_file
from mgllm.items.loading import load_items
from mgllm.records import GestureFile
from mgllm.synthetic.corpora import Truth
from mgllm.synthetic.corpora.truth import TrueVideo
from mgllm.testing.corpus_data import differences, same_person

NEAR = 1.01
"""Frames by which a time may differ: an end is the last frame's beginning or its end."""


def check_transcripts(folder: Path, truth: Truth) -> Iterator[str]:
    """What is wrong with the transcripts of a folder."""
    files = [read_gesture_file(path) for path in sorted(folder.glob(f"*{SUFFIX}"))]
    for source in sorted({one.source for one in files}):
        there = [one for one in files if one.source == source]
        wanted = [name for name, one in truth.videos.items() if source != "annotated" or one.labelled]
        if source != "recognized":
            names: Counter[Hashable] = Counter(one.item for one in there)
            yield from differences(Counter(wanted), names, f"{source} transcripts")
    for file in files:
        if (video := truth.videos.get(file.item)) is None:
            continue
        if file.source == "out_of_fold" and file.exposure != "held_out":
            yield f"{file.item}: out_of_fold, but the person's exposure is {file.exposure}"
        if truth.fps and (file.duration is None or abs(file.duration * truth.fps - video.frames) > NEAR):
            yield f"{file.item} has the duration {file.duration}; it must be {video.frames / truth.fps:g}"
        if file.source == "annotated" and truth.fps:
            yield from _annotated(file, video, truth, truth.fps)


def check_items(path: Path, truth: Truth) -> Iterator[str]:
    """What is wrong with items that have the corpus's speech."""
    items = {one.id: one for one in load_items(path)}
    yield from differences(Counter(list(truth.videos)), Counter(list(items)), "items")
    for name, item in items.items():
        if (video := truth.videos.get(name)) is None:
            continue
        if item.target != video.target:
            yield f"{name} has the target {item.target!r}; it must have {video.target!r}"
        if item.subject_known and not same_person(item.subject, video.subject):
            yield f"{name} is of person '{item.subject}'; it must be '{video.subject}'"
        if video.sex is not None and item.covariates.get("sex") != video.sex:
            yield f"{name} has the sex {item.covariates.get('sex')!r}; it must have {video.sex!r}"
        if video.turns and not item.speech:
            yield f"{name} has no speech"


def check_folds(path: Path, truth: Truth) -> Iterator[str]:
    """Whether each person is in one fold and nobody is left out.

    `folds` is a list of folds; each is a list of people, or has one under `subjects`.
    """
    try:
        folds = json.loads(path.read_text(encoding="utf-8"))["folds"]
        people = [[str(who) for who in (one["subjects"] if isinstance(one, dict) else one)] for one in folds]
    except (OSError, ValueError, KeyError, TypeError) as error:
        yield f"cannot be read as folds of people: {type(error).__name__} {error}"
        return
    seen: Counter[Hashable] = Counter(
        str(int(who)) if who.isdecimal() else who for fold in people for who in fold
    )
    yield from differences(Counter(list(truth.people)), seen, "people in folds")


def _annotated(file: GestureFile, video: TrueVideo, truth: Truth, fps: float) -> Iterator[str]:
    """Whether micro-gestures have their names and times; movement that goes with speech may be left
    out."""
    left_out = {one.label for one in load_vocabulary(truth.corpus).classes if one.group is None}
    wanted = [one for one in video.clips if one.label not in left_out]
    found = sorted(
        (one for one in file.gestures if one.label not in left_out),
        key=lambda one: (one.start or 0.0, one.end or 0.0, one.label),
    )
    if [one.label for one in wanted] != [one.label for one in found]:
        yield f"{file.item} has {len(found)} gestures; it must have {len(wanted)}, or other names"
        return
    for one, clip in zip(found, wanted, strict=True):
        apart = (
            abs((one.start or 0.0) * fps - clip.first),
            abs((one.end or 0.0) * fps - clip.last - 1),
        )
        if max(apart) > NEAR:
            yield f"{file.item}: {clip.label} is at {one.start} s; it must be at {clip.first / fps:g} s"
