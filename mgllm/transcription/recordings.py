"""Recognisers that read recordings, single ones or those of a data set, and whom they may have seen."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mgllm.cues.label_names import best_vocabulary
from mgllm.errors import InputError
from mgllm.media.mapping import check_mappable
from mgllm.recognizer.network.checkpoint import CheckpointConfig, Seen, weights_sha256
from mgllm.recognizer.network.network import Recognizer, classify
from mgllm.recognizer.network.opening import called, named_recognizer
from mgllm.recognizer.network.reading import ClipReader
from mgllm.recognizer.network.shipped import SHIPPED
from mgllm.recognizer.timelines.timeline import BACKGROUND_NAME, UNKNOWN_FPS, TimelineOptions, timeline
from mgllm.records import CueSource, Exposure, Gesture, GestureFile
from mgllm.skeleton import SkeletonDataset
from mgllm.skeleton.skeleton_file import Recording
from mgllm.synthetic.definitions import MADE_UP


class RecordingReader:
    """A network with classes; made by `open_reader`."""

    def __init__(
        self, folder: Path, network: Recognizer, config: CheckpointConfig, options: TimelineOptions
    ) -> None:
        self._folder, self._network, self._options = folder, network, options
        self.config = config

    @property
    def name(self) -> str:
        """What messages call it."""
        return called(None if self._folder == SHIPPED else self._folder)

    def check_video(self) -> None:
        """See that it can read what a video gives.

        Raises:
            InputError: it was made for other joints, or for three coordinates.
        """
        check_mappable(self.config.layout, self.name)

    def transcript(self, recording: Recording, item: str, subject: str | None) -> GestureFile:
        """What it sees; times count from the recording's beginning, not from its first frame."""
        about, fit = recording.about, (self.config.layout, self.config.dims, self.config.preprocessing)
        seen = timeline(self._network, recording.joints, about.fps, fit, self._options)
        return GestureFile(
            item=item,
            source="recognized",
            exposure=exposure_of(self.config, item, subject),
            vocabulary=best_vocabulary(self.config.classes).vocabulary,
            checkpoint=self._sha256,
            duration=recording.end,
            gestures=tuple(_later(gesture, about.begins) for gesture in seen),
        )

    @cached_property
    def _sha256(self) -> str:
        return weights_sha256(self._folder)


def open_reader(checkpoint: Path | None, options: TimelineOptions) -> RecordingReader:
    """The recogniser that is to be used: a checkpoint's, or the one that ships.

    Raises:
        InputError: it cannot be used, has no classes, or reads three coordinates.
    """
    folder, network, config = named_recognizer(checkpoint)
    if config.dims != 2:
        raise InputError(f"{checkpoint} was made for {config.dims} coordinates of a joint; recordings have 2")
    return RecordingReader(folder, network, config, options)


def exposure_of(config: CheckpointConfig, item: str, subject: str | None) -> Exposure:
    """Whether a recogniser has seen the person of a recording that is of no data set.

    A recogniser that has learned from made-up people alone has seen nobody. One that has seen real people
    may have seen this one, as long as nobody says who it is; a name that it has seen is the same person.
    """
    real = [seen for seen in config.subjects_seen if not _made_up(seen)]
    if not real:
        return "held_out"
    if any((subject or item) in seen.subjects for seen in real):
        return "in_sample"
    return "unknown" if subject is None else "held_out"


def _made_up(seen: Seen) -> bool:
    """Whether no person was behind any of the clips."""
    return all(name.startswith(MADE_UP) for name in seen.made_of or (seen.dataset,))


def _later(gesture: Gesture, seconds: float) -> Gesture:
    start, end = (None if time is None else time + seconds for time in (gesture.start, gesture.end))
    return gesture.model_copy(update={"start": start, "end": end})


class SetReader:
    """A recogniser and the clips that it is to read."""

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

    def recordings(self, options: TimelineOptions, source: CueSource) -> Iterator[GestureFile]:
        """Clips that are recordings: what is seen in them, and when."""
        fit = (self.config.layout, self.config.dims, self.config.preprocessing)
        for number in self.numbers:
            row = self.dataset.clips[int(number)]
            fps = row.fps or UNKNOWN_FPS
            gestures = timeline(self.network, self.dataset.clip(int(number)), fps, fit, options)
            yield self._file(row.id, row.subject, row.length / fps, gestures, source)

    def trimmed(self, source: CueSource) -> Iterator[GestureFile]:
        """Clips that hold one gesture each: the recogniser names it, the annotation says when it was."""
        if not len(self.numbers):
            return
        reader = ClipReader(self.dataset, self.config.preprocessing)
        p_NK = classify(self.network, reader, self.numbers).double().numpy()
        said: dict[tuple[str, str], list[Gesture]] = {}
        for number, p_K in zip(self.numbers, p_NK, strict=True):
            row = self.dataset.clips[int(number)]
            label, fps = self.config.classes[int(p_K.argmax())], row.fps or UNKNOWN_FPS
            gestures = said.setdefault((row.more["recording"], row.subject), [])
            if label == BACKGROUND_NAME:
                continue
            start, end = float(row.more["first"]) / fps, (float(row.more["last"]) + 1) / fps
            gestures.append(Gesture(label=label, start=start, end=end, confidence=float(p_K.max())))
        for (recording, subject), gestures in said.items():
            in_order = tuple(sorted(gestures, key=lambda one: one.start or 0.0))
            yield self._file(recording, subject, None, in_order, source)

    def _file(
        self,
        item: str,
        subject: str,
        seconds: float | None,
        gestures: tuple[Gesture, ...],
        source: CueSource,
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
