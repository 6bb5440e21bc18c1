"""`mgllm transcribe` of videos and skeleton files: transcript, ELAN file and picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from mgllm.disk import log_file
from mgllm.errors import InputError, one_line
from mgllm.exports.base import ExportChoices, exports
from mgllm.files.json_files import to_model
from mgllm.files.writing import refuse_existing, write_files
from mgllm.items.gesture_files import SUFFIX, check_gesture_file, file_stem, gesture_text
from mgllm.media.pose import Crop, parse_crop
from mgllm.media.video import holistic, pyav
from mgllm.progress import Display
from mgllm.recognizer.timelines.timeline import TimelineOptions
from mgllm.records import Exposure, Frozen, GestureFile, GestureLevel
from mgllm.skeleton.other_folders import instead_of_dataset
from mgllm.skeleton.skeleton_file import SUFFIX as SKELETON, Recording, skeleton_bytes
from mgllm.transcription.naming import LEVELS, levels_of
from mgllm.transcription.quality import unseen_seconds
from mgllm.transcription.recordings import (
    RecordingReader,
    Watched,
    open_reader,
    picture_bytes,
    read_skeleton,
    watch_video,
)

OVERLAY, ELAN = ".overlay.png", ".eaf"


class FileOptions(Frozen):
    """How videos and skeleton files are transcribed."""

    checkpoint: Path | None = None
    """`--checkpoint`: a recogniser with classes."""
    crop: str | None = None
    """`--crop X,Y,W,H`: the part of the picture that is read, in pixels or percent."""
    anonymous: bool = False
    """`--anonymous`: items are called clip-0001 …, and nothing written has file names or pixels."""
    subject: str | None = None
    """`--subject`: who is seen in all inputs; None: another person in each, named like the file."""
    timeline: TimelineOptions = Field(default_factory=TimelineOptions)
    """How gestures are found in time."""


class FileSummary(Frozen):
    """What was made of one input."""

    item: str
    """Its name in transcript and files."""
    files: tuple[str, ...]
    """Names of what was written."""
    seconds: float
    """Length of the recording."""
    gestures: int
    """In its transcript."""
    levels: dict[GestureLevel, int]
    """Gestures by level: `word`, or `group` where only their group is known."""
    exposure: Exposure
    """Whether the recogniser has learned from the person."""
    poses_kept: bool = False
    """Whether the poses are from an earlier run."""
    partial: str | None = None
    """Which part of the recording could not be read; None if all was read."""
    notes: tuple[str, ...] = ()
    """Notes of its transcript, a line each."""
    unseen_seconds: float = 0.0
    """Seconds of its transcript in which nobody is seen."""


class TranscribedFiles(Frozen):
    """What was written."""

    out: Path
    """The folder."""
    items: tuple[FileSummary, ...]
    """In the order of the inputs."""
    gestures: int
    """In all of them."""
    unseen_seconds: float
    """Seconds in all of them in which nobody is seen."""
    levels: dict[GestureLevel, int]
    """Gestures by level: `word`, or `group` where only their group is known."""
    exposures: dict[Exposure, int]
    """Transcripts by exposure."""
    problems: tuple[str, ...] = ()
    """Inputs that could not be used, a line each."""


def transcribe_files(
    paths: Sequence[Path], out: Path, options: FileOptions, *, display: Display = "auto"
) -> TranscribedFiles:
    """Write the files of each input as soon as they are ready; a bad one does not stop the others.

    Raises:
        InputError: the recogniser, the options or the folder cannot be used; or there is one input
            and it cannot.
    """
    inputs = _name_inputs(paths, anonymous=options.anonymous)
    crop = parse_crop(options.crop) if options.crop is not None else None
    if any(not one.is_skeleton for one in inputs):
        pyav()
        holistic()
    refuse_existing(out, [name for one in inputs for name in _names(one)])
    reader = open_reader(options.checkpoint, options.timeline)
    work = _Work(out, options, crop, reader, display)
    made, problems = [], []
    for one in inputs:
        try:
            made.append(_transcribe(one, work))
            log_file.note(f"{one.item}: {made[-1].seconds:.1f} s, {made[-1].gestures} gestures")
        except InputError as error:
            said = str(error).replace(str(one.path), one.spoken)
            log_file.note(said, warning=True)
            if len(inputs) == 1:
                raise InputError(said) from None
            problems.append(said)
    exposures: dict[Exposure, int] = {}
    for summary in made:
        exposures[summary.exposure] = exposures.get(summary.exposure, 0) + 1
    return TranscribedFiles(
        out=out,
        items=tuple(made),
        gestures=sum(summary.gestures for summary in made),
        unseen_seconds=round(sum(summary.unseen_seconds for summary in made), 3),
        levels={level: sum(one.levels[level] for one in made) for level in LEVELS},
        exposures=exposures,
        problems=tuple(problems),
    )


class _Work(NamedTuple):
    """What all inputs share."""

    out: Path
    options: FileOptions
    crop: Crop | None
    reader: RecordingReader
    display: Display


def _names(one: NamedInput) -> list[str]:
    """Names of the files of an input; a skeleton file is not written again."""
    endings = [SUFFIX, ELAN, OVERLAY] if one.is_skeleton else [SKELETON, SUFFIX, ELAN, OVERLAY]
    return [f"{one.stem}{ending}" for ending in endings]


def _transcribe(one: NamedInput, work: _Work) -> FileSummary:
    watched = _watched(one, work)
    file = work.reader.transcript(watched.recording, one.item, work.options.subject)
    check_gesture_file(file, one.spoken)
    contents = _contents(one, watched, file, work)
    write_files(work.out, contents)
    return FileSummary(
        item=one.item,
        files=tuple(contents),
        seconds=round(watched.recording.end, 3),
        gestures=len(file.gestures),
        levels=levels_of([file]),
        exposure=file.exposure,
        poses_kept=watched.found_before,
        partial=watched.recording.about.partial,
        notes=file.notes,
        unseen_seconds=unseen_seconds(file.unseen),
    )


def _watched(one: NamedInput, work: _Work) -> Watched:
    layout = work.reader.config.layout
    if not one.is_skeleton:
        work.reader.check_video()
        return watch_video(one.path, layout, work.crop, one.item, work.display)
    if work.crop is not None:
        raise InputError(f"{one.path} has joints, no pictures: --crop has no effect on it; leave it out")
    return read_skeleton(one.path, layout, work.reader.name)


def _contents(one: NamedInput, watched: Watched, file: GestureFile, work: _Work) -> dict[str, bytes]:
    """The files' bytes by name."""
    anonymous = work.options.anonymous
    recording = _nameless(watched.recording) if anonymous else watched.recording
    choices = ExportChoices(media=recording.about.source)
    pictures = None if anonymous or one.is_skeleton else one.path
    contents = {
        f"{one.stem}{SUFFIX}": gesture_text(file).encode(),
        f"{one.stem}{ELAN}": exports.get("eaf")(choices).write(file).text.encode(),
        f"{one.stem}{OVERLAY}": picture_bytes(recording, file, work.reader.config.layout, pictures),
    }
    if not one.is_skeleton:
        contents = {f"{one.stem}{SKELETON}": skeleton_bytes(recording), **contents}
    return contents


def _nameless(recording: Recording) -> Recording:
    about = recording.about.model_copy(update={"source": None, "source_sha256": None})
    return Recording(recording.joints, about)


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
        """Whether it has joints instead of pictures."""
        return self.path.name.endswith(SKELETON)

    @property
    def stem(self) -> str:
        """What the names of its files begin with."""
        return file_stem(self.item)


def _name_inputs(paths: Sequence[Path], *, anonymous: bool) -> tuple[NamedInput, ...]:
    """Inputs by their files' stems, or as clip-0001 and so on in their order.

    Raises:
        InputError: a folder is among several inputs, two inputs have one stem, or a name cannot be
            an item's.
    """
    for path in paths:
        if path.is_dir():
            raise InputError(
                instead_of_dataset(path)
                or f"{path} is a folder: give one skeleton data set, or videos and *{SKELETON} files, "
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
