"""From clips of a data set to transcripts: a recogniser, and the clips that it reads.

Either one recogniser reads all clips. Or K recognisers are trained from the start, each on all
people but one part of them, and each reads the people of that part: it has seen none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mgllm.cues.label_names import best_vocabulary, groups_of
from mgllm.cues.vocabularies import load_vocabulary
from mgllm.errors import InputError
from mgllm.progress import Display, Progress
from mgllm.recognizer.evaluation.protocols import labelled
from mgllm.recognizer.network.checkpoint import (
    CheckpointConfig,
    model_card,
    seen_of,
    versions,
    weights_sha256,
    write_checkpoint,
)
from mgllm.recognizer.network.network import BACKGROUND_NAME, Recognizer, called, classify, named_recognizer
from mgllm.recognizer.network.reading import ClipReader, check_layout
from mgllm.recognizer.timelines.evidence import evidence
from mgllm.recognizer.timelines.timeline import UNKNOWN_FPS, TimelineOptions, timeline
from mgllm.recognizer.training.pretraining import Pretraining, PretrainOptions
from mgllm.recognizer.training.processes import Processes
from mgllm.recognizer.training.supervised import SupervisedOptions, train_supervised
from mgllm.records import CueSource, Frozen, Gesture, GestureFile
from mgllm.skeleton import SkeletonDataset
from mgllm.skeleton.selection import Split
from mgllm.transcription.naming import name_clip
from mgllm.transcription.quality import quality_of

PIXELS = "pixels"
"""Units of data sets whose y goes down, as in pictures; of others it is not known."""


def is_trimmed(dataset: SkeletonDataset, clips: Literal["auto", "recordings", "trimmed"]) -> bool:
    """Whether each clip is one gesture of a longer recording.

    Raises:
        InputError: the data set does not have the columns that trimmed clips need.
    """
    columns = {"recording", "first", "last"} <= set(dataset.columns)
    if clips == "trimmed" and not columns:
        raise InputError(f"{dataset.path}: --clips trimmed needs the columns recording, first and last")
    trimmed = columns and clips != "recordings"
    nowhere = next((row.id for row in dataset.clips if trimmed and not row.more["recording"]), None)
    if nowhere is not None:
        raise InputError(f"{dataset.path}: clip '{nowhere}' names no recording; use --clips recordings")
    return trimmed


class Reading:
    """A recogniser and the clips that it reads."""

    def __init__(
        self,
        dataset: SkeletonDataset,
        numbers: NDArray[np.int64],
        network: Recognizer,
        config: CheckpointConfig,
        folder: Path,
    ) -> None:
        self.dataset, self.numbers, self.network, self.config = dataset, numbers, network, config
        self.folder = folder

    @cached_property
    def sha256(self) -> str:
        """Hash of the weights."""
        return weights_sha256(self.folder)

    @cached_property
    def vocabulary(self) -> str:
        """The gesture vocabulary that knows most of the classes."""
        return best_vocabulary(self.config.classes).vocabulary

    @cached_property
    def groups(self) -> Mapping[str, str]:
        """The group of each class that has one."""
        return groups_of(self.config.classes)

    def recordings(self, options: TimelineOptions, source: CueSource) -> Iterator[GestureFile]:
        """Transcripts of clips that are recordings: which gestures are seen, and when."""
        fit = (self.config.layout, self.config.dims, self.config.preprocessing)
        for number in self.numbers:
            row = self.dataset.clips[int(number)]
            fps, joints_TVC = row.fps or UNKNOWN_FPS, self.dataset.clip(int(number))
            is_picture = self.dataset.meta.units == PIXELS
            quality = quality_of(joints_TVC, fit[:2], fps, is_picture=is_picture)
            gestures: tuple[Gesture, ...] = ()
            if not quality.turned:
                gestures = timeline(self.network, joints_TVC, fps, fit, options, self.groups)
            file = self._file(row.id, row.subject, row.length / fps, gestures, source)
            yield file.model_copy(update={"notes": quality.notes, "unseen": quality.unseen})

    def trimmed(self, options: TimelineOptions, source: CueSource) -> Iterator[GestureFile]:
        """Transcripts of clips with one gesture each: the recogniser names it, the annotation has
        its time. A class that no frame of the clip can show is not named."""
        if not len(self.numbers):
            return
        reader = ClipReader(self.dataset, self.config.preprocessing)
        p_NK = classify(self.network, reader, self.numbers).double().numpy()
        said: dict[tuple[str, str], list[Gesture]] = {}
        for number, p_K in zip(self.numbers, p_NK, strict=True):
            row = self.dataset.clips[int(number)]
            fps = row.fps or UNKNOWN_FPS
            shown_K = np.where(self._shown(int(number), fps), p_K, 0)
            gestures = said.setdefault((row.more["recording"], row.subject), [])
            if not shown_K.any():
                continue
            named = name_clip(shown_K, self.config.classes, self.groups, options)
            if named is None:
                continue
            start, end = float(row.more["first"]) / fps, (float(row.more["last"]) + 1) / fps
            gestures.append(Gesture(start=start, end=end, **named._asdict()))
        for (recording, subject), gestures in said.items():
            in_order = tuple(sorted(gestures, key=lambda one: one.start or 0.0))
            yield self._file(recording, subject, None, in_order, source)

    def _shown(self, number: int, fps: float) -> NDArray[np.bool_]:
        """[K]: whether any frame of a clip can show a class."""
        skeleton, vocabulary = (self.config.layout, self.config.dims), load_vocabulary(self.vocabulary)
        joints_TVC = self.dataset.clip(number)
        shown_K = evidence(joints_TVC, skeleton, self.config.classes, vocabulary, fps).any(axis=0)
        return shown_K | np.array([name == BACKGROUND_NAME for name in self.config.classes])

    def _file(
        self, item: str, subject: str, seconds: float | None, gestures: tuple[Gesture, ...], source: CueSource
    ) -> GestureFile:
        return GestureFile(
            item=item,
            source=source,
            exposure="in_sample" if self.config.exposure(self.dataset, [subject]) else "held_out",
            vocabulary=self.vocabulary,
            checkpoint=self.sha256,
            duration=seconds,
            gestures=gestures,
        )


def reading_of(checkpoint: Path | None, dataset: SkeletonDataset) -> Reading:
    """All clips, read by a checkpoint or by the bundled recogniser.

    Raises:
        InputError: the checkpoint cannot be used, has no classes, or was made for another layout.
    """
    folder, network, config = named_recognizer(checkpoint)
    check_layout(config.layout, dataset, called(checkpoint))
    return Reading(dataset, np.arange(len(dataset)), network, config, folder)


def cross_fitted(
    dataset: SkeletonDataset, splits: Sequence[Split], options: FitOptions, folder: Path, display: Display
) -> Iterator[Reading]:
    """For each split a recogniser that has learned from its training side and reads its test side.

    Raises:
        InputError: no clip to learn from has a label.
        TrainingStopped: a training failed.
    """
    total = sum(options.steps(split, dataset.labels) for split in splits)
    with Progress(display, "cross-fit", total) as steps:
        for place, split in enumerate(splits, 1):
            yield _fitted(dataset, split, options, folder / f"fold-{place}", steps)


def _fitted(
    dataset: SkeletonDataset, split: Split, options: FitOptions, folder: Path, steps: Progress
) -> Reading:
    network, config = fit(dataset, split, options, lambda loss: steps.step(f"{split.name}, loss {loss:.2f}"))
    note = f"{split.name}: made by cross-fitting; it reads only people whom it has not seen"
    write_checkpoint(folder, config, network.state_dict(), model_card(config, (note,)))
    return Reading(dataset, split.test, network, config, folder)


class FitOptions(Frozen):
    """How a recogniser is trained from the start: first without labels, then with them."""

    pretraining: PretrainOptions = Field(default_factory=PretrainOptions)
    """Without labels."""
    finetuning: SupervisedOptions = Field(default_factory=SupervisedOptions)
    """With labels."""

    def steps(self, split: Split, labels: NDArray[np.int64]) -> int:
        """Progress of both trainings."""
        known = int((labels[split.train] >= 0).sum())
        return self.pretraining.steps(len(split.train)) + self.finetuning.steps(known)


def fit(
    dataset: SkeletonDataset, split: Split, options: FitOptions, on_step: Callable[[float], None]
) -> tuple[Recognizer, CheckpointConfig]:
    """Train a recogniser on the split's training side; its config lists all people there.

    Args:
        dataset: with classes.
        split: only `train` is used.
        options: of both trainings.
        on_step: called with the loss after each step.

    Raises:
        InputError: no clip there has a label.
        TrainingStopped: a training failed.
    """
    known = labelled(dataset, split.train)
    if not len(known):
        raise InputError(f"{dataset.path} {split.name}: none of the clips to learn from has a label")
    reader = ClipReader(dataset, options.pretraining.preprocessing)
    training = Pretraining(reader, split.train, options.pretraining, Processes())
    while not training.finished:
        training.epoch(on_step)
    network = Recognizer(training.model.query, dataset.meta.classes).to(training.device)
    train_supervised(network, reader, known, options.finetuning, on_step=on_step)
    config = CheckpointConfig(
        kind="finetuned",
        encoder=training.options.encoder,
        layout=dataset.meta.layout,
        dims=dataset.meta.dims,
        classes=dataset.meta.classes,
        preprocessing=training.options.preprocessing,
        subjects_seen=(seen_of(dataset, split.train, labelled=False), seen_of(dataset, known, labelled=True)),
        training=options.model_dump(mode="json"),
        versions=versions(),
    )
    return network.eval(), config
