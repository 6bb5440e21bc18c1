"""From clips of a data set to transcripts: a recogniser, and the clips that it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mgllm.cues.label_names import best_vocabulary, groups_of
from mgllm.cues.vocabularies import load_vocabulary
from mgllm.errors import InputError
from mgllm.recognizer.network.checkpoint import CheckpointConfig, weights_sha256
from mgllm.recognizer.network.network import BACKGROUND_NAME, Recognizer, called, classify, named_recognizer
from mgllm.recognizer.network.reading import ClipReader, check_layout
from mgllm.recognizer.timelines.evidence import evidence
from mgllm.recognizer.timelines.timeline import UNKNOWN_FPS, TimelineOptions, timeline
from mgllm.records import CueSource, Gesture, GestureFile
from mgllm.skeleton import SkeletonDataset
from mgllm.skeleton.dataset import ClipRow
from mgllm.skeleton.selection import MOST_DIGITS
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
    if clips == "auto" and not columns and "recording" in dataset.columns:
        raise InputError(
            f"{dataset.path}: its clips are parts of recordings, but no columns first and last say which, so "
            "no transcript of a recording can be made; --clips recordings reads each for itself"
        )
    if clips == "trimmed" and not columns:
        raise InputError(f"{dataset.path}: --clips trimmed needs the columns recording, first and last")
    trimmed = columns and clips != "recordings"
    nowhere = next((row.id for row in dataset.clips if trimmed and not row.more["recording"]), None)
    if nowhere is not None:
        raise InputError(f"{dataset.path}: clip '{nowhere}' names no recording; use --clips recordings")
    return trimmed


def recordings_among(dataset: SkeletonDataset, *, unlabelled: bool = False) -> NDArray[np.int64]:
    """Numbers of the rows that are complete recordings among trimmed clips, and so have the
    recording's name: they have no gestures, or nobody has labelled them.

    Args:
        dataset: of trimmed clips.
        unlabelled: only those that nobody has labelled (column `annotated` is not `yes`).
    """
    whole = [
        n
        for n, row in enumerate(dataset.clips)
        if row.more.get("recording") == row.id and not (unlabelled and row.more.get("annotated") == "yes")
    ]
    return np.array(whole, np.int64)


def recording_seconds(row: ClipRow, fps: float | None = None) -> float | None:
    """Length of the recording that a trimmed clip is from; None if the data set does not say it."""
    stated, rate = row.more.get("recording_frames", ""), row.fps or fps
    frames = int(stated) if stated.isdecimal() and len(stated) <= MOST_DIGITS else 0
    return frames / rate if frames and rate else None


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
        its time. A class that no frame of the clip can show is not named. A recording that was
        annotated and has no gestures gets an empty transcript."""
        said: dict[tuple[str, str], list[Gesture]] = {}
        seconds: dict[str, float | None] = {}
        whole = np.intersect1d(self.numbers, recordings_among(self.dataset))
        for number in self.numbers:
            row = self.dataset.clips[int(number)]
            seconds[row.more["recording"]] = recording_seconds(row, UNKNOWN_FPS)
            if number in whole:
                said[row.id, row.subject] = []
        self._name(np.setdiff1d(self.numbers, whole), options, said)
        for (recording, subject), gestures in said.items():
            in_order = tuple(sorted(gestures, key=lambda one: one.start or 0.0))
            yield self._file(recording, subject, seconds[recording], in_order, source)

    def _name(
        self,
        numbers: NDArray[np.int64],
        options: TimelineOptions,
        said: dict[tuple[str, str], list[Gesture]],
    ) -> None:
        """Add the gestures of clips to those of their recordings."""
        if not len(numbers):
            return
        reader = ClipReader(self.dataset, self.config.preprocessing)
        p_NK = classify(self.network, reader, numbers).double().numpy()
        for number, p_K in zip(numbers, p_NK, strict=True):
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
