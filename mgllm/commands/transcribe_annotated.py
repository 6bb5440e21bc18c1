"""`mgllm transcribe --annotated`: what people have labelled, as a transcript for each recording."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from pydantic import Field

from mgllm.errors import one_line
from mgllm.files.writing import refuse_existing, write_texts
from mgllm.items.gesture_files import SUFFIX, check_gesture_file, file_stem, gesture_text
from mgllm.records import Frozen
from mgllm.skeleton import open_dataset
from mgllm.transcription.annotated import annotated_transcripts

SOURCE = "SOURCE.md"


class AnnotatedOptions(Frozen):
    """How labels become transcripts."""

    fps: float | None = Field(default=None, gt=0)
    """`--fps`: frames a second, where the data set does not say it."""
    illustrative: bool = False
    """`--illustrative`: keep movement that goes with speech."""


class Annotated(Frozen):
    """What was written."""

    out: Path
    """The folder."""
    transcripts: int
    """Files."""
    empty: int
    """Files without gestures: somebody looked, and there are none."""
    gestures: int
    """In all of them."""
    labels: dict[str, int]
    """Gestures by label."""
    left_out: int
    """Labels that are not micro-gestures."""
    vocabulary: str
    """Of the labels."""
    notes: tuple[str, ...] = ()
    """What was left out, a line each."""


def transcribe_annotated(path: Path, out: Path, options: AnnotatedOptions) -> Annotated:
    """Write the labels of a skeleton data set as annotated `*.mg.json`, and `SOURCE.md`.

    Raises:
        InputError: the set cannot be used, or a file already exists.
    """
    dataset = open_dataset(path)
    found = annotated_transcripts(dataset, options.fps, illustrative=options.illustrative)
    texts = {
        f"{file_stem(file.item)}{SUFFIX}": gesture_text(check_gesture_file(file, f"recording '{file.item}'"))
        for file in found.files
    }
    refuse_existing(out, (SOURCE, *texts))
    labels = Counter(gesture.label for file in found.files for gesture in file.gestures)
    made = Annotated(
        out=out,
        transcripts=len(found.files),
        empty=sum(not file.gestures for file in found.files),
        gestures=labels.total(),
        labels=dict(sorted(labels.items())),
        left_out=found.left_out,
        vocabulary=found.files[0].vocabulary,
        notes=tuple(map(one_line, found.notes)),
    )
    meta = dataset.meta
    page = [
        f"# Annotated gestures of {meta.name}",
        f"{made.transcripts} recordings, {made.gestures} gestures; {made.empty} recordings have none. "
        f"Made by `mgllm transcribe --annotated` from a data set's own labels, vocabulary "
        f"`{made.vocabulary}`.",
        *([f"**Terms.** {meta.licence}"] if meta.licence else []),
        *([f"**Source.** {meta.source}"] if meta.source else []),
        *(["**Noted.**"] if made.notes else []),
        *(f"* {line}" for line in made.notes),
    ]
    write_texts(out, {SOURCE: "\n\n".join(map(one_line, page)) + "\n", **texts})
    return made
