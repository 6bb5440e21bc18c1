"""`mgllm transcribe`: skeleton data sets into gesture transcripts, by a checkpoint or by cross-fitting."""

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
from mgllm.recognizer.evaluation.cross_fit import FitOptions, fit
from mgllm.recognizer.network.card import model_card
from mgllm.recognizer.network.checkpoint import write_checkpoint
from mgllm.recognizer.network.opening import called, named_recognizer
from mgllm.recognizer.network.reading import check_layout
from mgllm.recognizer.timelines.timeline import TimelineOptions
from mgllm.records import CueSource, Exposure, Frozen, GestureFile
from mgllm.skeleton import SkeletonDataset, check_dataset, open_dataset
from mgllm.skeleton.selection import Split, folds, select
from mgllm.transcription.recordings import SetReader


class TranscribeOptions(Frozen):
    """How transcripts are made."""

    checkpoint: Path | None = None
    """`--checkpoint`: a recogniser with classes; none, and no cross-fitting: the one that ships."""
    cross_fit: int | None = Field(default=None, ge=2)
    """`--cross-fit`: train so many recognisers on the data set itself, each without a part of its people."""
    by: str = "subject"
    """`--by`: column that the parts keep together."""
    on: str | None = None
    """`--on`: the clips that are read, as column=values; none: all."""
    clips: Literal["auto", "recordings", "trimmed"] = "auto"
    """`--clips`: each clip is a recording, or holds one gesture of one (columns recording, first, last);
    auto: trimmed where there are such columns."""
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
    source: CueSource
    """recognized or out_of_fold."""
    exposures: dict[Exposure, int]
    """Transcripts by exposure."""
    checkpoints: tuple[str, ...] = ()
    """Those that cross-fitting made."""


def transcribe(
    path: Path, out: Path, options: TranscribeOptions, *, display: Display = "auto"
) -> Transcribed:
    """Write a `*.mg.json` for each recording of a skeleton data set.

    Raises:
        InputError: data set or checkpoint cannot be used, or a file is there already.
        TrainingStopped: a training of cross-fitting went astray.
    """
    if options.checkpoint is not None and options.cross_fit is not None:
        raise InputError("--checkpoint and --cross-fit name two recognisers; give one")
    dataset = open_dataset(path)
    check_dataset(dataset)
    trimmed = _is_trimmed(dataset, options)
    read = np.arange(len(dataset)) if options.on is None else np.asarray(select(dataset, options.on))
    names = dataset.column("recording" if trimmed else "id")
    items = [names[number] for number in read]
    refuse_existing(out, sorted({f"{file_stem(item)}{SUFFIX}" for item in items}))
    source: CueSource = "recognized" if options.cross_fit is None else "out_of_fold"
    made: list[GestureFile] = []
    checkpoints: list[str] = []
    alone = "none" if options.cross_fit is not None else display  # cross-fitting shows its own progress
    with Progress(alone, "transcribe", len(set(items))) as steps:
        for reading in _recognisers(dataset, options, out, display):
            checkpoints += [str(reading.folder)] if options.cross_fit is not None else []
            reading.numbers = np.intersect1d(reading.numbers, read)
            files = reading.trimmed(source) if trimmed else reading.recordings(options.timeline, source)
            for file in files:
                name = f"{file_stem(file.item)}{SUFFIX}"
                write_texts(out, {name: gesture_text(check_gesture_file(file, name))})
                made.append(file)
                steps.step(file.item)
    return Transcribed(
        out=out,
        transcripts=len(made),
        gestures=sum(len(file.gestures) for file in made),
        source=source,
        exposures=dict(Counter(file.exposure for file in made)),
        checkpoints=tuple(checkpoints),
    )


def _is_trimmed(dataset: SkeletonDataset, options: TranscribeOptions) -> bool:
    """Whether clips hold one gesture each of longer recordings."""
    columns = {"recording", "first", "last"} <= set(dataset.columns)
    if options.clips == "trimmed" and not columns:
        raise InputError(f"{dataset.path}: --clips trimmed needs columns recording, first, last")
    trimmed = columns and options.clips != "recordings"
    nowhere = next((row.id for row in dataset.clips if trimmed and not row.more["recording"]), None)
    if nowhere is not None:
        raise InputError(f"{dataset.path}: clip '{nowhere}' names no recording; say --clips recordings")
    return trimmed


def _recognisers(
    dataset: SkeletonDataset, options: TranscribeOptions, out: Path, display: Display
) -> Iterator[SetReader]:
    """The checkpoint over all clips, or one recogniser for each part of the people."""
    if options.cross_fit is None:
        folder, network, config = named_recognizer(options.checkpoint)
        check_layout(config.layout, dataset, called(options.checkpoint))
        yield SetReader(dataset, np.arange(len(dataset)), network, config, folder)
        return
    if not dataset.meta.classes:
        raise InputError(f"{dataset.path} has no classes: cross-fitting has nothing to learn")
    splits = folds(dataset, options.cross_fit, by=options.by, seed=options.seed)
    total = sum(options.fit.steps(split, dataset.labels) for split in splits)
    with Progress(display, "cross-fit", total) as steps:
        for place, split in enumerate(splits, 1):
            yield _fitted(dataset, split, options.fit, out / "checkpoints" / f"fold-{place}", steps)


def _fitted(
    dataset: SkeletonDataset, split: Split, options: FitOptions, folder: Path, steps: Progress
) -> SetReader:
    network, config = fit(dataset, split, options, lambda loss: steps.step(f"{split.name}, loss {loss:.2f}"))
    note = f"{split.name}: made by cross-fitting; reads only people whom it has not seen"
    write_checkpoint(folder, config, network.state_dict(), model_card(config, (note,)))
    return SetReader(dataset, split.test, network, config, folder)
