"""Label files of iMiGUE and the MiGA challenge: `gestureID,start,end` in each row, in frames.

Ids are 1..31, and 99 for illustrative body language, which is not a micro-gesture. Our reading:
frames count from 0 and the end is included, as in the importer of the skeletons. So a gesture lasts
from start/fps to (end + 1)/fps.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.datasets.annotations._annotations import Mark, Recording, Track, annotation_files, item_of
from mgllm.datasets.annotations._transcribing import transcribe
from mgllm.datasets.base import AnnotationImporter, ImportedTranscripts, dataset
from mgllm.errors import InputError
from mgllm.files.tables import read_intervals

ILLUSTRATIVE = 99
"""Id in the files of class 32, illustrative body language."""
HEADER = ("gestureID", "start", "end")
SUFFIX = "_label"
"""What the release puts after a recording's name."""
SKELETONS = "_light_hand.csv"
"""What it puts after the name of the recording's skeletons."""


@dataset("miga")
class Miga(AnnotationImporter):
    """Importer of MiGA's label files."""

    title = "Labels in the form of the MiGA challenge (iMiGUE)"
    terms = "iMiGUE's own labels: by application to the authors only. Otherwise the terms of the recordings."
    citation = (
        "Liu, X., Shi, H., Chen, H., Yu, Z., Li, X., & Zhao, G. (2021). iMiGUE: An identity-free "
        "video dataset for micro-gesture understanding and emotion analysis. CVPR 2021."
    )
    caution = (
        "Our reading: frames count from 0 and the end is included. Illustrative body language (id 99) "
        "is not a micro-gesture and is left out unless you ask for it."
    )
    heeds: ClassVar[frozenset[str]] = frozenset({"fps", "illustrative", "vocabulary", "map"})

    def read(self, source: Path) -> ImportedTranscripts:
        """Read a file, or all `*_label.csv`, else all `*.csv`, of a folder.

        The item is the file's name, without `_label`.

        Raises:
            InputError: a file is not of that form, or the frame rate was not given.
        """
        paths = annotation_files(source, (f"*{SUFFIX}.csv", "*.csv"))
        if self.choices.fps is None:
            raise InputError(
                f"{source} has times in frames; give the frame rate with --fps N (iMiGUE has 25)"
            )
        return transcribe([self._recording(path, self.choices.fps) for path in paths], self.choices)

    def _recording(self, path: Path, fps: float) -> Recording:
        names = {int(one.code or 0): one.label for one in load_vocabulary("imigue").classes}
        names[ILLUSTRATIVE] = names.pop(32)
        marks, left_out = [], 0
        for line, (number, start, end) in enumerate(read_intervals(path, HEADER), 1):
            if number not in names:
                raise InputError(f"{path} row {line}: gestureID must be 1 to 31, or 99 (given {number})")
            if number == ILLUSTRATIVE and not self.choices.illustrative:
                left_out += 1
                continue
            marks.append(Mark(label=names[number], start=start / fps, end=(end + 1) / fps))
        what = "gestures are illustrative body language (id 99) and are left out; --illustrative keeps them"
        return Recording(
            where=str(path),
            item=item_of(path, SUFFIX),
            tracks={"labels": Track(marks=tuple(marks), odd={what: left_out} if left_out else {})},
            kind="table",
            vocabulary="imigue",
            duration=_seconds(path, fps),
        )


def _seconds(path: Path, fps: float) -> float | None:
    """Length of the recording, if its skeletons are beside the labels: a line for each frame."""
    beside = path.with_name(f"{item_of(path, SUFFIX)}{SKELETONS}")
    if not beside.is_file():
        return None
    try:
        with beside.open("rb") as file:
            frames = sum(bool(line.strip()) for line in file)
    except OSError as error:
        raise InputError(f"{beside} cannot be read: {error.strerror or error}") from None
    return frames / fps if frames else None
