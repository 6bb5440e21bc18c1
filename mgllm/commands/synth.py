"""`mgllm synth`: made-up clips and recordings as skeleton data sets, with their truth."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from mgllm.errors import InputError
from mgllm.experiment.versions import __version__
from mgllm.files.writing import write_folder
from mgllm.items.gesture_files import SUFFIX, file_stem, gesture_text
from mgllm.records import Frozen, Gesture, GestureFile
from mgllm.skeleton import Clip, DatasetMeta, SkeletonDataset, SplitRule, write_dataset
from mgllm.skeleton.layouts import load_layout
from mgllm.synthetic import (
    LAYOUT,
    VOCABULARY,
    Difficulty,
    Recording,
    clip_classes,
    hidden_classes,
    make_clips,
    make_recording,
)
from mgllm.synthetic.definitions import MADE_UP

CLIPS, RECORDINGS = "clips", "recordings"
SPLITS = {
    "unseen-ranges": SplitRule(train={"part": ("train",)}, test={"part": ("test",)}),
    "unseen-bodies": SplitRule(train={"part": ("train",)}, test={"part": ("validation",)}),
}
CAUTION = (
    "Made up by a program from definitions: no person moved, and nothing was learned from a person's data. "
    "Numbers from it show how a recogniser does on this program's movements, not on people's."
)
LICENCE = "Made by mgllm (Apache-2.0), from nobody's data."


class SynthOptions(Frozen):
    """Options of `mgllm synth`."""

    clips: int = Field(default=0, ge=0, le=10_000_000)
    """`--clips`: trimmed clips, one gesture each."""
    recordings: int = Field(default=0, ge=0, le=100_000)
    """`--recordings`: untrimmed ones."""
    minutes: float = Field(default=5.0, ge=0.1, le=120)
    """`--minutes`: length of a recording."""
    seed: int = Field(default=0, ge=0)
    """`--seed`: decides everything."""
    noise: float = Field(default=1.0, ge=0, le=10)
    """`--noise`: factor on the detector's errors: jitter, lost hands, swapped sides; 0: none."""
    illustrative: bool = False
    """`--illustrative`: the truth also says when hands move with the speech."""


class SynthReport(Frozen):
    """What was written."""

    folders: tuple[str, ...]
    """Skeleton data sets."""
    clips: int
    """Trimmed clips."""
    bodies: int
    """People in them."""
    classes: int
    """Classes in them."""
    recordings: int
    """Untrimmed recordings."""
    gestures: int
    """Gestures in their truth."""
    frames: int
    """In all."""
    hidden: tuple[str, ...]
    """Classes of the vocabulary that the layout cannot show, so that none is made."""
    notes: tuple[str, ...]
    """What was left out."""
    caution: str = CAUTION
    """What everyone who reads the numbers must know."""


def synthesize(out: Path, options: SynthOptions) -> SynthReport:
    """Write `clips/` and `recordings/` into a folder, each completely or not at all.

    Raises:
        InputError: nothing is asked for, a folder already exists, or it cannot be written.
    """
    wanted = [
        name for name, number in ((CLIPS, options.clips), (RECORDINGS, options.recordings)) if number > 0
    ]
    if not wanted:
        raise InputError("nothing to make; give --clips N, --recordings N or --preview CLASS FILE.gif")
    for folder in (out / name for name in wanted):
        if folder.exists():
            raise InputError(f"{folder} exists already and is not overwritten; choose another -o")
    difficulty = Difficulty().times(options.noise)
    made: dict[str, _Made] = {}
    with write_folder(out, wanted) as drafts:
        for name in wanted:
            write = _write_clips if name == CLIPS else _write_recordings
            made[name] = write(drafts / name, options, difficulty)
    return _report(out, made)


class _Made(Frozen):
    items: int
    subjects: int
    classes: int
    frames: int
    gestures: int
    notes: tuple[str, ...]


def _write_clips(folder: Path, options: SynthOptions, difficulty: Difficulty) -> _Made:
    clips = make_clips(options.seed, options.clips, difficulty)
    written = write_dataset(folder, _meta("trimmed clips", options, clip_classes()), clips, lenient=True)
    _write_page(folder, options)
    return _made(written.dataset, 0, written.left_out)


def _write_recordings(folder: Path, options: SynthOptions, difficulty: Difficulty) -> _Made:
    truth: list[GestureFile] = []

    def clips() -> Iterator[Clip]:
        for number in range(options.recordings):
            recording = make_recording(options.seed, number, options.minutes * 60, difficulty)
            truth.append(_truth(recording, options))
            yield recording.clip

    written = write_dataset(folder, _meta("recordings", options, ()), clips(), lenient=True)
    for file in truth:
        path = folder / f"{file_stem(file.item)}{SUFFIX}"
        path.write_text(gesture_text(file), encoding="utf-8", newline="\n")
    _write_page(folder, options)
    return _made(written.dataset, sum(len(file.gestures) for file in truth), written.left_out)


def _truth(recording: Recording, options: SynthOptions) -> GestureFile:
    gestures: tuple[Gesture, ...] = recording.gestures
    if options.illustrative:
        both = (*gestures, *recording.illustrative)
        gestures = tuple(sorted(both, key=lambda gesture: gesture.start or 0.0))
    seconds = round(len(recording.clip.joints) / (recording.clip.fps or 1.0), 3)
    return GestureFile(
        item=recording.clip.id, source="annotated", vocabulary=VOCABULARY, duration=seconds, gestures=gestures
    )


def _meta(what: str, options: SynthOptions, classes: tuple[str, ...]) -> DatasetMeta:
    return DatasetMeta(
        name=f"{MADE_UP}, {what}, seed {options.seed}",
        layout=load_layout(LAYOUT),
        dims=2,
        units="pixels",
        classes=classes,
        splits=SPLITS,
        source=f"{CAUTION} mgllm {__version__}, {_said(options)}.",
        licence=LICENCE,
    )


def _said(options: SynthOptions) -> str:
    minutes = f" --minutes {options.minutes:g}" if options.recordings else ""
    numbers = f"--clips {options.clips} --recordings {options.recordings}{minutes}"
    return f"`mgllm synth {numbers} --seed {options.seed} --noise {options.noise:g}`"


def _write_page(folder: Path, options: SynthOptions) -> None:
    page = [
        "# Synthetic micro-gestures",
        f"Made by mgllm {__version__}, {_said(options)}. Read `docs/synthetic.md`.",
        f"**Caution.** {CAUTION}",
        f"**Terms.** {LICENCE}",
        f"Classes that the layout cannot show, so that none is made: {', '.join(hidden_classes())}.",
    ]
    (folder / "SOURCE.md").write_text("\n\n".join(page) + "\n", encoding="utf-8", newline="\n")


def _made(dataset: SkeletonDataset, gestures: int, notes: tuple[str, ...]) -> _Made:
    return _Made(
        items=len(dataset),
        subjects=len({row.subject for row in dataset.clips}),
        classes=len(dataset.meta.classes),
        frames=sum(row.length for row in dataset.clips),
        gestures=gestures,
        notes=notes,
    )


def _report(out: Path, made: dict[str, _Made]) -> SynthReport:
    empty = _Made(items=0, subjects=0, classes=0, frames=0, gestures=0, notes=())
    clips, recordings = made.get(CLIPS, empty), made.get(RECORDINGS, empty)
    return SynthReport(
        folders=tuple(str(out / name) for name in made),
        clips=clips.items,
        bodies=clips.subjects,
        classes=clips.classes,
        recordings=recordings.items,
        gestures=recordings.gestures,
        frames=clips.frames + recordings.frames,
        hidden=hidden_classes(),
        notes=tuple(f"{name}: {note}" for name, one in made.items() for note in one.notes),
    )
