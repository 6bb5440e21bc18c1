"""`mgllm transcribe`: of skeleton data sets, by a checkpoint or by cross-fitting."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mgllm.errors import InputError
from mgllm.files.writing import refuse_existing, replace_texts, write_texts
from mgllm.items.folds import FOLDS
from mgllm.items.gesture_files import (
    SUFFIX,
    check_gesture_file,
    file_stem,
    gesture_text,
    read_gesture_file,
)
from mgllm.progress import Display, Progress
from mgllm.recognizer.network.network import called
from mgllm.recognizer.timelines.timeline import TimelineOptions
from mgllm.records import CueSource, Exposure, Frozen, GestureFile, GestureLevel
from mgllm.skeleton import SkeletonDataset, check_dataset, open_dataset
from mgllm.skeleton.selection import select
from mgllm.transcription.clip_sets import Reading, is_trimmed, reading_of, recordings_among
from mgllm.transcription.cross_fitting import CrossFit, FitOptions, check_fit, cross_fitted
from mgllm.transcription.folding import SUBJECT, changed, given_folds, make_folds
from mgllm.transcription.naming import check_answer, levels_of
from mgllm.transcription.quality import unseen_seconds

UNLABELLED = ("no label says where its gestures are: they were looked for in the complete recording",)
"""Note of a recording among trimmed clips."""


class TranscribeOptions(Frozen):
    """How transcripts are made."""

    checkpoint: Path | None = None
    """`--checkpoint`: a recogniser with classes; None: the one that comes with mgllm."""
    cross_fit: int | None = Field(default=None, ge=2)
    """`--cross-fit`: train so many recognisers, each without some of the people whom it reads."""
    learn_from: Path | None = None
    """`--learn-from`: the data set that cross-fitting learns from; None: the one that is read."""
    folds: Path | None = None
    """`--folds`: a file that says who is in which fold of cross-fitting."""
    resume: bool = False
    """`--resume`: go on with what was interrupted."""
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
    kept: int = 0
    """Transcripts that were there before `--resume`."""
    without_labels: tuple[str, ...] = ()
    """People without labels: a recogniser of all others reads them."""
    nowhere: tuple[str, ...] = ()
    """People of `--folds` whom the data sets do not have."""
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
    crosses = _crosses(options)
    dataset = open_dataset(path)
    check_dataset(dataset)
    trimmed = is_trimmed(dataset, options.clips)
    read = np.arange(len(dataset)) if options.on is None else np.asarray(select(dataset, options.on))
    names = dataset.column("recording" if trimmed else "id")
    items = dict.fromkeys(names[number] for number in read)
    if not options.resume:
        refuse_existing(out, [FOLDS] * crosses + sorted({f"{file_stem(item)}{SUFFIX}" for item in items}))
    source: CueSource = "out_of_fold" if crosses else "recognized"
    work = _Work(out, options, source, trimmed)
    crossed = _crossed(dataset, options) if crosses else None
    if crossed is not None:
        _write_folds(crossed.fit, out, options)
    alone = "none" if crosses else display  # it shows its own
    made: list[GestureFile] = []
    kept, checkpoints = 0, []
    with Progress(alone, "transcribe", len(items)) as steps:
        for reading in _readings(dataset, read, work, crossed, display):
            checkpoints.append(str(reading.folder))
            before = _before(reading, names, work) if options.resume else {}
            kept += len(before)
            made += before.values()
            if before:
                steps.start_at(len(made))
            for file in _read(reading, before, work):
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
        checkpoints=tuple(checkpoints) if crosses else (),
        kept=kept,
        without_labels=crossed.without_labels if crossed else (),
        nowhere=crossed.nowhere if crossed else (),
        notes=tuple(f"{file.item}: {note}" for file in made for note in file.notes),
        unseen_seconds=round(sum(unseen_seconds(file.unseen) for file in made), 3),
    )


class _Work(NamedTuple):
    """What all readings share."""

    out: Path
    options: TranscribeOptions
    source: CueSource
    trimmed: bool


class _Crossed(NamedTuple):
    """Cross-fitting, and whom it has no labels or no clips of."""

    fit: CrossFit
    without_labels: tuple[str, ...]
    nowhere: tuple[str, ...]


def _crosses(options: TranscribeOptions) -> bool:
    """Whether recognisers are trained.

    Raises:
        InputError: options contradict each other.
    """
    crosses = options.cross_fit is not None or options.folds is not None
    if options.checkpoint is not None and crosses:
        flag = "--cross-fit" if options.folds is None else "--folds"
        raise InputError(f"--checkpoint and {flag} exclude each other; give one of them")
    if options.learn_from is not None and not crosses:
        raise InputError("--learn-from is for cross-fitting; say in how many folds, such as --cross-fit 5")
    if options.by != SUBJECT and (options.learn_from or options.folds):
        flag = "--learn-from" if options.learn_from else "--folds"
        raise InputError(f"--by {options.by}: with {flag} folds are made of people; leave --by out")
    return crosses


def _crossed(dataset: SkeletonDataset, options: TranscribeOptions) -> _Crossed:
    """Folds of the people of both data sets."""
    learn = dataset
    if options.learn_from is not None:
        learn = open_dataset(options.learn_from)
        check_dataset(learn)
    check_fit(learn, dataset)
    nowhere: tuple[str, ...] = ()
    if options.folds is None:
        folds = make_folds(learn, dataset, options.cross_fit or 0, options.by, options.seed)
    else:
        folds, nowhere = given_folds(options.folds, learn, dataset, options.cross_fit)
    without = tuple(value for fold in folds if fold.unlabelled for value in fold.values)
    return _Crossed(CrossFit(learn, dataset, options.by, folds, options.fit), without, nowhere)


def _write_folds(fit: CrossFit, out: Path, options: TranscribeOptions) -> None:
    """Write `folds.json`, or see that an unfinished work is the same.

    Raises:
        InputError: it is another work.
    """
    read = {"clips": options.clips, "timeline": options.timeline.model_dump(mode="json")}
    content: dict[str, Any] = json.loads(json.dumps(fit.content(options.seed, read)))
    place = out / FOLDS
    if options.resume and place.is_file():
        try:
            before = json.loads(place.read_bytes())
            other = changed(before, content)
        except (OSError, ValueError, AttributeError) as error:
            raise InputError(f"{place} is damaged: {error}; start again in another folder") from None
        if other is not None:
            raise InputError(f"{place}: {other}; resume with the same data and options, or choose another -o")
        return
    if (out / "checkpoints").exists():
        raise InputError(f"{out / 'checkpoints'} exists already, but no {FOLDS}; choose another -o DIR")
    replace_texts(out, {FOLDS: json.dumps(content, ensure_ascii=False, indent=1) + "\n"})


def _before(reading: Reading, names: tuple[str, ...], work: _Work) -> dict[str, GestureFile]:
    """Transcripts of these recordings that are there already, by item.

    Raises:
        InputError: one is by another recogniser.
    """
    found = {}
    for item in dict.fromkeys(names[number] for number in reading.numbers):
        place = work.out / f"{file_stem(item)}{SUFFIX}"
        if not place.exists():
            continue
        file = read_gesture_file(place)
        if (file.item, file.source, file.checkpoint) != (item, work.source, reading.sha256):
            raise InputError(f"{place} is not of this work: another recogniser made it; choose another -o")
        found[item] = file
    return found


def _read(reading: Reading, before: dict[str, GestureFile], work: _Work) -> Iterator[GestureFile]:
    """Transcripts that are missing. Trimmed clips are all read again, because clips of a batch
    decide the last digits of each other's numbers."""
    options, numbers = work.options.timeline, reading.numbers
    whole = numbers
    if work.trimmed:
        whole = np.intersect1d(numbers, recordings_among(reading.dataset, unlabelled=True))
    ids = reading.dataset.column("id")
    reading.numbers = np.array([n for n in whole if ids[n] not in before], np.int64)
    for file in reading.recordings(options, work.source):
        yield file.model_copy(update={"notes": (*UNLABELLED, *file.notes)}) if work.trimmed else file
    reading.numbers = np.setdiff1d(numbers, whole)
    asked = {reading.dataset.clips[n].more["recording"] for n in reading.numbers}
    if asked - before.keys():
        yield from (f for f in reading.trimmed(options, work.source) if f.item not in before)


def _readings(
    dataset: SkeletonDataset,
    read: NDArray[np.int64],
    work: _Work,
    crossed: _Crossed | None,
    display: Display,
) -> Iterator[Reading]:
    """The checkpoint over the clips, or one recogniser for each part of the people."""
    options, trimmed = work.options, work.trimmed
    if crossed is None:
        reading = reading_of(options.checkpoint, dataset)
        name = called(options.checkpoint)
        check_answer(options.timeline, reading.config.classes, name, trimmed=trimmed)
        reading.numbers = read
        yield reading
        return
    learn = crossed.fit.learn
    check_answer(options.timeline, learn.meta.classes, str(learn.path), trimmed=trimmed)
    yield from cross_fitted(crossed.fit, read, work.out / "checkpoints", display)
