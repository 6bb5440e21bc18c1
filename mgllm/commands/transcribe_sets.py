"""`mgllm transcribe`: of skeleton data sets, by a checkpoint or by cross-fitting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from mgllm.errors import InputError
from mgllm.files.writing import refuse_existing, write_texts
from mgllm.items.gesture_files import SUFFIX, check_gesture_file, file_stem, gesture_text
from mgllm.progress import Display, Progress
from mgllm.recognizer.network.network import called
from mgllm.recognizer.timelines.timeline import TimelineOptions
from mgllm.records import CueSource, Exposure, Frozen, GestureFile, GestureLevel
from mgllm.skeleton import SkeletonDataset, check_dataset, open_dataset
from mgllm.skeleton.selection import folds, select
from mgllm.transcription.clip_sets import FitOptions, Reading, cross_fitted, is_trimmed, reading_of
from mgllm.transcription.naming import check_answer, levels_of
from mgllm.transcription.quality import unseen_seconds


class TranscribeOptions(Frozen):
    """How transcripts are made."""

    checkpoint: Path | None = None
    """`--checkpoint`: a recogniser with classes; None: the one that comes with mgllm."""
    cross_fit: int | None = Field(default=None, ge=2)
    """`--cross-fit`: train so many recognisers on the set, each without some of its people."""
    by: str = "subject"
    """`--by`: the column whose values are not divided between parts."""
    on: str | None = None
    """`--on`: the clips that are read, as column=values; None: all."""
    clips: Literal["auto", "recordings", "trimmed"] = "auto"
    """`--clips`: each clip is a recording, or one gesture of a recording (columns recording, first,
    last); auto: trimmed if there are such columns."""
    timeline: TimelineOptions = Field(default_factory=TimelineOptions)
    """Of recordings."""
    fit: FitOptions = Field(default_factory=FitOptions)
    """Of cross-fitting."""
    seed: int = 0
    """`--seed`: of the parts."""


class Transcribed(Frozen):
    """What was written."""

    out: Path
    """The folder."""
    transcripts: int
    """Files."""
    gestures: int
    """In all of them."""
    levels: dict[GestureLevel, int]
    """Gestures by level: `word`, or `group` where only their group is known."""
    source: CueSource
    """recognized or out_of_fold."""
    exposures: dict[Exposure, int]
    """Transcripts by exposure."""
    checkpoints: tuple[str, ...] = ()
    """Those that cross-fitting made."""
    notes: tuple[str, ...] = ()
    """Notes of all transcripts, a line each that begins with the item."""
    unseen_seconds: float = 0.0
    """Seconds of all transcripts in which nobody is seen."""


def transcribe(
    path: Path, out: Path, options: TranscribeOptions, *, display: Display = "auto"
) -> Transcribed:
    """Write a `*.mg.json` for each recording of a skeleton data set.

    Raises:
        InputError: data set or checkpoint cannot be used, or a file already exists.
        TrainingStopped: a training of cross-fitting failed.
    """
    if options.checkpoint is not None and options.cross_fit is not None:
        raise InputError("--checkpoint and --cross-fit exclude each other; give one of them")
    dataset = open_dataset(path)
    check_dataset(dataset)
    trimmed = is_trimmed(dataset, options.clips)
    read = np.arange(len(dataset)) if options.on is None else np.asarray(select(dataset, options.on))
    names = dataset.column("recording" if trimmed else "id")
    items = [names[number] for number in read]
    refuse_existing(out, sorted({f"{file_stem(item)}{SUFFIX}" for item in items}))
    source: CueSource = "recognized" if options.cross_fit is None else "out_of_fold"
    made: list[GestureFile] = []
    checkpoints: list[str] = []
    alone = "none" if options.cross_fit is not None else display  # it shows its own
    with Progress(alone, "transcribe", len(set(items))) as steps:
        for reading in _readings(dataset, options, out, display, trimmed=trimmed):
            checkpoints += [str(reading.folder)] if options.cross_fit is not None else []
            reading.numbers = np.intersect1d(reading.numbers, read)
            read_all = reading.trimmed if trimmed else reading.recordings
            for file in read_all(options.timeline, source):
                name = f"{file_stem(file.item)}{SUFFIX}"
                write_texts(out, {name: gesture_text(check_gesture_file(file, name))})
                made.append(file)
                steps.step(file.item)
    return Transcribed(
        out=out,
        transcripts=len(made),
        gestures=sum(len(file.gestures) for file in made),
        levels=levels_of(made),
        source=source,
        exposures=Counter(file.exposure for file in made),
        checkpoints=tuple(checkpoints),
        notes=tuple(f"{file.item}: {note}" for file in made for note in file.notes),
        unseen_seconds=round(sum(unseen_seconds(file.unseen) for file in made), 3),
    )


def _readings(
    dataset: SkeletonDataset, options: TranscribeOptions, out: Path, display: Display, *, trimmed: bool
) -> Iterator[Reading]:
    """The checkpoint over all clips, or one recogniser for each part of the people."""
    if options.cross_fit is None:
        reading = reading_of(options.checkpoint, dataset)
        name = called(options.checkpoint)
        check_answer(options.timeline, reading.config.classes, name, trimmed=trimmed)
        yield reading
        return
    if not dataset.meta.classes:
        raise InputError(f"{dataset.path} has no classes, so --cross-fit has nothing to learn")
    check_answer(options.timeline, dataset.meta.classes, str(dataset.path), trimmed=trimmed)
    splits = folds(dataset, options.cross_fit, by=options.by, seed=options.seed)
    yield from cross_fitted(dataset, splits, options.fit, out / "checkpoints", display)
