"""Label files of iMiGUE and the MiGA challenge: rows `gestureID,start,end` in frames, without a
header.

Our reading, as in `mgllm import miga`, which reads these files: frames count from 0 and the end is
included.
"""

from __future__ import annotations

from collections import Counter

from mgllm.cues.label_names import translate
from mgllm.cues.vocabularies import load_vocabulary, vocabulary_names
from mgllm.errors import InputError
from mgllm.exports.base import ExportChoices, Exported, export
from mgllm.records import Gesture, GestureFile

VOCABULARY = "imigue"
ILLUSTRATIVE = ("32", "99")
"""The code of illustrative body language in the vocabulary, and in these files."""


@export("miga")
class Miga:
    """Exporter of MiGA's label files."""

    title = "MiGA label files"
    suffix = "_label.csv"
    heeds: frozenset[str] = frozenset({"fps"})

    def __init__(self, choices: ExportChoices) -> None:
        self.choices = choices

    def write(self, transcript: GestureFile) -> Exported:
        """A row for each gesture that is a class of iMiGUE and has a start.

        Raises:
            InputError: the frame rate was not given.
        """
        if self.choices.fps is None:
            raise InputError(
                "MiGA label files have times in frames; give the frame rate with --fps N (iMiGUE has 25)"
            )
        lost: Counter[str] = Counter()
        rows = [_row(one, transcript.vocabulary, self.choices.fps, lost) for one in transcript.gestures]
        lines = [",".join(map(str, row)) for row in sorted(filter(None, rows), key=lambda row: row[1:])]
        return Exported(text="".join(f"{line}\n" for line in lines), lost=lost)


def _row(gesture: Gesture, vocabulary: str, fps: float, lost: Counter[str]) -> tuple[int, int, int] | None:
    if gesture.level == "group":
        lost["gestures are known by their group alone, which has no number, and are left out"] += 1
        return None
    number = _number(gesture.label, vocabulary)
    if number is None:
        lost[f"gestures '{gesture.label:.60}' are not a class of iMiGUE and are left out"] += 1
        return None
    if gesture.start is None:
        lost["gestures have no start and are left out"] += 1
        return None
    first = round(gesture.start * fps)
    if gesture.end is None:
        lost["gestures have no end and are written as one frame"] += 1
        return number, first, first
    return number, first, max(first, round(gesture.end * fps) - 1)


def _number(label: str, vocabulary: str) -> int | None:
    """The id of a gesture, also if its own vocabulary has another name for it."""
    source = vocabulary if vocabulary in vocabulary_names() else VOCABULARY
    name = translate(label, source, VOCABULARY)
    code = next((one.code for one in load_vocabulary(VOCABULARY).classes if one.label == name), None)
    return None if code is None else int(dict([ILLUSTRATIVE]).get(code, code))
