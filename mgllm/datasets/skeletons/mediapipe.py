"""Landmark arrays of MediaPipe, as tutorials on sign language save them, in iMiGUE's 22 joints.

`SIGN/SEQUENCE/FRAME.npy` or `SIGN/SEQUENCE.npy`; which vectors are read stands in
`_landmark_arrays.py`. The files say neither the picture's size, nor frames a second, nor who is
seen: `--picture`, `--fps`, `--subject` or a `subjects.csv` (`sign,sequence,subject`). `--places`
adds where the hand is (`_places.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mgllm.datasets.base import ChoosingImporter, ImportedSkeletons, dataset
from mgllm.datasets.skeletons._landmark_arrays import (
    Marks,
    Recorded,
    find_sequences,
    read_marks,
    wrist_distances,
)
from mgllm.datasets.skeletons._people import Key, read_people
from mgllm.datasets.skeletons._picture import picture_size
from mgllm.datasets.skeletons._places import PLACE_COLUMNS, PlaceRule, measured, read_places
from mgllm.errors import InputError, some
from mgllm.files.tables import Row
from mgllm.skeleton import Clip, DatasetMeta
from mgllm.skeleton.landmarks import landmark_joints
from mgllm.skeleton.layouts import load_layout

PICTURE, FPS = (640, 480), 15.0
"""Of the webcams of the tutorial: OpenCV's usual picture; with MediaPipe beside it a laptop records
10 to 20 frames a second."""
VOTERS = 30
"""Sequences that decide which hand comes first: our choice."""
AWAY = 0.5
"""Shoulder widths: a hand's wrist is the body's wrist. Farther in the median, the parts of the
vectors stand in another order. Measured on six public sets: .05 to .1."""
LAYOUT = load_layout("imigue22")


@dataclass(frozen=True)
class _How:
    """What holds for all sequences."""

    size: tuple[int, int]
    fps: float
    swap: bool
    group: str
    places: Mapping[str, PlaceRule] | None


@dataset("mediapipe")
class Mediapipe(ChoosingImporter):
    """Importer of arrays of 1662, 258 and some other numbers a frame."""

    title = "MediaPipe landmarks of signs"
    terms = "Those of the repository that the arrays come from; cite its notice. They are data about people."
    citation = "The repository that the arrays come from, and its commit."
    caution = (
        "Signs are deliberate: where the hand is can be learned from them, not whether something is a "
        "micro-gesture. Left is the person's own left if the picture was not mirrored."
    )
    heeds: ClassVar[frozenset[str]] = frozenset({"fps", "subject", "subjects", "picture", "places", "group"})

    def read(self, source: Path) -> ImportedSkeletons:
        """Read all sequences of a folder.

        Raises:
            InputError: there are none, or an array or a csv file is not of the documented form;
                `clips` may raise it later.
        """
        found, notes = find_sequences(source)
        people = read_people(source, self.choices, ("sign", "sequence"))
        _check_people(found, people)
        places = (
            read_places(self.choices.places, {one.sign for one in found}) if self.choices.places else None
        )
        how = _How(
            size=picture_size(self.choices.picture) if self.choices.picture else PICTURE,
            fps=self.choices.fps or FPS,
            swap=_hands_crossed(source, found),
            group=self.choices.group or source.resolve().name,
            places=places,
        )
        meta = DatasetMeta(
            name=how.group,
            layout=LAYOUT,
            dims=2,
            units="pixels",
            classes=tuple(sorted({one.sign for one in found})),
            source=self.citation,
            licence=self.terms,
        )
        everyone = self.choices.subject or source.resolve().name
        notes += self._notes(how, people is not None, everyone)
        return ImportedSkeletons(meta, _clips(found, people, everyone, how), tuple(notes))

    def _notes(self, how: _How, named: bool, everyone: str) -> Iterator[str]:
        if self.choices.picture is None:
            yield "the picture is taken as 640x480; --picture WIDTHxHEIGHT says another"
        if self.choices.fps is None:
            yield f"{FPS:g} frames per second are assumed; --fps says another"
        if not named and self.choices.subject is None:
            yield f"all sequences count as one person, '{everyone}'; --subject or subjects.csv says another"
        if how.swap:
            yield "the first hand lies at the right wrist: it is taken as the right one"


def _check_people(found: Sequence[Recorded], people: Mapping[Key, Row] | None) -> None:
    lost = [f"{one.sign}/{one.name}" for one in found if people is not None and _key(one) not in people]
    if lost:
        raise InputError(f"the csv of subjects does not name {len(lost)} sequences: {some(lost)}")


def _key(one: Recorded) -> Key:
    return (one.sign, one.name)


def _hands_crossed(source: Path, found: Sequence[Recorded]) -> bool:
    """Whether the right hand stands before the left one in the vectors; distance decides.

    Raises:
        InputError: the hands are at neither wrist.
    """
    chosen = [found[n] for n in np.linspace(0, len(found) - 1, min(VOTERS, len(found))).astype(int)]
    marks = [read_marks(one)[0] for one in chosen]
    straight, crossed = (_median([wrist_distances(one, swap) for one in marks]) for swap in (False, True))
    if min(straight, crossed) > AWAY:
        raise InputError(
            f"{source}: hands are {straight:.2f} shoulder widths away from the body's wrists; the vectors "
            "must hold body, face, left hand, right hand in this order"
        )
    return crossed < straight


def _median(distances: Sequence[NDArray[np.float64]]) -> float:
    """0 where no hand is seen: nothing speaks against the order."""
    all_ = np.concatenate(distances)
    seen = all_[~np.isnan(all_)]
    return float(np.median(seen)) if len(seen) else 0.0


def _clips(
    found: Sequence[Recorded], people: Mapping[Key, Row] | None, everyone: str, how: _How
) -> Iterator[Clip]:
    for one in found:
        marks = _in_pixels(read_marks(one)[0], how)
        subject = people[_key(one)].cells["subject"] if people is not None else everyone
        more = {"sign": one.sign, "sequence": one.name, "group": how.group}
        if how.places is not None:
            rule = how.places.get(one.sign)
            more |= measured(marks, rule) if rule else dict.fromkeys(PLACE_COLUMNS, "")
        yield Clip(
            id=f"{subject}_{one.sign}_{one.name}",
            subject=subject,
            joints=landmark_joints(marks.body, marks.hands, LAYOUT),
            label=one.sign,
            fps=how.fps,
            more=more,
        )


def _in_pixels(marks: Marks, how: _How) -> Marks:
    body, hands = marks.body.copy(), marks.hands * how.size
    body[..., :2] *= how.size
    return Marks(body, hands[:, ::-1] if how.swap else hands)
