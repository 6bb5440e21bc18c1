"""Single recordings: what they are called, the recogniser that reads them, and whom it may have seen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from mgllm.cues.label_names import best_vocabulary
from mgllm.errors import InputError, one_line
from mgllm.files.json_files import to_model
from mgllm.items.gesture_files import check_gesture_file, file_stem
from mgllm.media.mapping import check_mappable
from mgllm.recognizer.network.checkpoint import CheckpointConfig, Seen, weights_sha256
from mgllm.recognizer.network.network import Recognizer
from mgllm.recognizer.network.opening import called, named_recognizer
from mgllm.recognizer.network.shipped import SHIPPED
from mgllm.recognizer.timelines.timeline import TimelineOptions, timeline
from mgllm.records import Exposure, Frozen, Gesture, GestureFile
from mgllm.skeleton.skeleton_file import SUFFIX as SKELETON
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


class NamedInput(Frozen):
    """A file to be transcribed."""

    path: Path
    """Where it lies."""
    item: str
    """The transcript's item."""
    spoken: str
    """What messages call it."""

    @property
    def is_skeleton(self) -> bool:
        """Whether it holds joints instead of pictures."""
        return self.path.name.endswith(SKELETON)

    @property
    def stem(self) -> str:
        """What the names of its files begin with."""
        return file_stem(self.item)


def name_inputs(paths: Sequence[Path], *, anonymous: bool) -> tuple[NamedInput, ...]:
    """Inputs by their files' stems, or as clip-0001 and so on in their order.

    Raises:
        InputError: a folder is among several inputs, two inputs have one stem, or a name cannot be an item's.
    """
    for path in paths:
        if path.is_dir():
            raise InputError(
                f"{path} is a folder: name one skeleton data set, or videos and *{SKELETON} files, "
                "such as FOLDER/*.mp4"
            )
    if anonymous:
        return tuple(
            NamedInput(path=path, item=f"clip-{number:04d}", spoken=f"input {number}")
            for number, path in enumerate(paths, 1)
        )
    named: dict[str, NamedInput] = {}
    for path in paths:
        one = NamedInput(path=path, item=_stem(path), spoken=one_line(str(path)))
        check_gesture_file(to_model(GestureFile, _empty(one.item), one.spoken), one.spoken)
        same = named.setdefault(one.stem.casefold(), one)
        if same is not one:
            raise InputError(f"{same.path} and {path} would both be called '{one.item}'; rename one of them")
    return tuple(named.values())


def _empty(item: str) -> dict[str, object]:
    return {"schema": "mgllm.gestures/1", "item": item}


def _stem(path: Path) -> str:
    name = path.name
    return name.removesuffix(SKELETON) if name.endswith(SKELETON) else path.stem
