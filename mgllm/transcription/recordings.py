"""A recogniser that reads single recordings: which one it is, and whom it may have seen."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from mgllm.cues.label_names import best_vocabulary
from mgllm.errors import InputError
from mgllm.media.mapping import check_mappable
from mgllm.recognizer.network.checkpoint import CheckpointConfig, Seen, weights_sha256
from mgllm.recognizer.network.network import Recognizer
from mgllm.recognizer.network.opening import called, named_recognizer
from mgllm.recognizer.network.shipped import SHIPPED
from mgllm.recognizer.timelines.timeline import TimelineOptions, timeline
from mgllm.records import Exposure, Gesture, GestureFile
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
