"""What importers of pose programs share: one person of each recording, in a layout, by joint name.

None of the files says frames a second or who is seen, so both are asked for. The first recording
decides the layout unless `--layout` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mgllm.datasets.base import ChoosingImporter, ImportedSkeletons
from mgllm.datasets.skeletons._frames import recording_names
from mgllm.datasets.skeletons._joining import dense
from mgllm.datasets.skeletons._people import Key, read_people
from mgllm.datasets.skeletons._people_seen import Detections, Person, find_person
from mgllm.datasets.skeletons._picture import Picture
from mgllm.errors import InputError, some
from mgllm.files.tables import Row
from mgllm.skeleton import Clip, DatasetMeta, Layout
from mgllm.skeleton.layouts import FINGERS, LAYOUTS, layout_of, load_layout

BETWEEN = {"neck": ("left_shoulder", "right_shoulder"), "mid_hip": ("left_hip", "right_hip")}
"""Joints that lie between two others, for programs that have none."""
_HANDS = frozenset(f"{side}_{finger}" for side in ("left", "right") for finger in FINGERS)


class Found(NamedTuple):
    """A recording, before it is read."""

    name: str
    """Unique among the recordings; the clip's id."""
    files: tuple[Path, ...]
    """One file, or one for each frame."""

    @property
    def where(self) -> str:
        """What errors call it."""
        one = self.files[0]
        return str(one if len(self.files) == 1 else one.parent / self.name)


def json_files(source: Path) -> list[Path]:
    """A file itself, or all JSON files below a folder."""
    if source.is_file():
        return [source]
    return sorted(path for path in source.rglob("*") if path.suffix.lower() == ".json" and path.is_file())


def json_recordings(source: Path, usual: str) -> tuple[list[Found], list[str]]:
    """A recording for each JSON file of a folder, or one file.

    Args:
        source: file or folder.
        usual: the stem that the program gives every file: then the folder is the name.

    Raises:
        InputError: there are none.
    """
    files = json_files(source)
    if not files:
        raise InputError(f"{source} has no .json files")
    names = recording_names([(path.parent, "" if path.stem == usual else path.stem) for path in files])
    return [Found(name, (path,)) for name, path in zip(names, files, strict=True)], []


class PoseImporter(ChoosingImporter):
    """Base of importers of pose programs; they find recordings and read them."""

    title: str
    citation: str
    program: ClassVar[str]
    """The program, in messages."""
    terms = "Those of the recordings."
    caution = (
        "Detections of a program: who is seen and how surely differs from frame to frame. y goes down, as "
        "in pictures; left is the person's own left unless the video was mirrored."
    )
    heeds: ClassVar[frozenset[str]] = frozenset(
        {"fps", "subject", "subjects", "picture", "layout", "person", "group"}
    )

    def find(self, source: Path) -> tuple[list[Found], list[str]]:
        """The recordings of a file or folder, and what to note.

        Raises:
            InputError: there are none.
        """
        raise NotImplementedError

    def detect(self, found: Found) -> Detections:
        """Who is seen in a recording.

        Raises:
            InputError: a file is not of the form.
        """
        raise NotImplementedError

    def read(self, source: Path) -> ImportedSkeletons:
        """Read all recordings of a folder, or one.

        Raises:
            InputError: there are none, or something must be asked; `clips` raises it for all
                recordings but the first.
        """
        found, notes = self.find(source)
        if self.choices.fps is None:
            raise InputError(f"{source}: files of {self.program} do not say frames per second; give --fps")
        people = read_people(source, self.choices, ("file",), ("label", "person"))
        if lost := [one.name for one in found if people is not None and (one.name,) not in people]:
            raise InputError(f"the csv of subjects does not name {len(lost)} recordings: {some(lost)}")
        first = self.detect(found[0])
        layout = self._layout(first, found[0].where)
        labels = {row.cells.get("label", "") for row in (people or {}).values()}
        meta = DatasetMeta(
            name=self.choices.group or source.resolve().stem,
            layout=layout,
            dims=2,
            units="pixels",
            classes=tuple(sorted(labels - {""})),
            source=self.citation,
            licence=self.terms,
        )
        notes += _layout_notes(first, layout)
        if people is None and self.choices.subject is None:
            notes.append(
                "nothing names the people: each recording counts as a person; --subject or --subjects"
            )
        work = _Work(self, layout, people)
        known = people is not None or self.choices.subject is not None
        return ImportedSkeletons(meta, work.clips(found, first), tuple(notes), known, work.notes)

    def _layout(self, seen: Detections, where: str) -> Layout:
        """The layout asked for; or one of which the recording has all joints; or its own joints.

        Raises:
            InputError: no joint is known, or the layout asked for has few of them.
        """
        has = _with_between({*seen.joints} - {""})
        if self.choices.layout is not None:
            layout = load_layout(self.choices.layout)
            absent = [name for name in layout.joints if name not in has]
            if 2 * len(absent) > len(layout.joints):
                raise InputError(
                    f"--layout {self.choices.layout}: {where} has {len(layout.joints) - len(absent)} of its "
                    f"{len(layout.joints)} joints; missing: {some(absent)}"
                )
            return layout
        given = {*seen.joints}
        hands = {*_seen_joints(seen)} & _HANDS
        for name in (*(["imigue22"] if hands else []), "body25", "coco17"):
            layout = load_layout(name)
            if {*layout.joints} <= (has if hands else given):
                return layout
        known = [name for name in seen.joints if name]
        if not known:
            raise InputError(f"{where}: none of its {len(seen.joints)} key points is a joint that is known")
        return layout_of(known)


class _Work:
    """Recordings on their way into clips, and what is noted on the way."""

    def __init__(self, importer: PoseImporter, layout: Layout, people: Mapping[Key, Row] | None) -> None:
        self._importer, self._layout, self._people = importer, layout, people
        self._picture = Picture(importer.choices.picture)
        self._counts: dict[str, dict[str, int]] = {}
        self._persons: dict[str, Person] = {}

    def clips(self, found: Sequence[Found], first: Detections) -> Iterator[Clip]:
        """A clip for each recording."""
        for number, one in enumerate(found):
            seen = self._importer.detect(one) if number else first
            self._check(seen, one.where)
            row = (self._people or {}).get((one.name,))
            asked = (row.cells.get("person") if row else None) or self._importer.choices.person
            person = find_person(self._picture.in_pixels(seen, one.where), asked, one.where)
            self._persons[one.name] = person
            for what, count in seen.counts.items():
                self._counts.setdefault(what, {})[one.name] = count
            yield Clip(
                id=one.name,
                subject=self._importer.choices.subject or (row.cells["subject"] if row else one.name),
                joints=joints_in(self._layout, seen.joints, dense(person.body, seen.frames)),
                label=(row.cells.get("label") if row else None) or None,
                fps=self._importer.choices.fps,
                more={"people": str(person.people), "person": person.body.name},
            )

    def _check(self, seen: Detections, where: str) -> None:
        """Refuse hands that would be lost since the first recording has none.

        Raises:
            InputError: there are some.
        """
        hands = {*_seen_joints(seen)} & _HANDS
        if hands and not _HANDS & {*self._layout.joints} and self._importer.choices.layout is None:
            raise InputError(
                f"{where} has hands, and the first recording has none; give --layout imigue22 to keep them, "
                "or --layout body25 or coco17 to leave them out"
            )

    def notes(self) -> Iterator[str]:
        """Lines about all recordings, with their numbers."""
        for what, counts in self._counts.items():
            yield f"{sum(counts.values())} {what}, in {len(counts)} recordings: {some([*counts])}"
        several = [name for name, one in self._persons.items() if one.people > 1]
        if several:
            yield f"{len(several)} recordings show several people, of whom one is kept: {some(several)}"
        if rest := {name: one.left_out for name, one in self._persons.items() if one.left_out}:
            count = sum(rest.values())
            names = some([*rest])
            yield f"{count} bodies that are hardly seen are left out, in {len(rest)} recordings: {names}"
        if joined := [name for name, one in self._persons.items() if one.body.parts > 1]:
            yield (
                f"{len(joined)} recordings have bodies that never stand together and are taken as one "
                f"person: {some(joined)}"
            )
        yield from self._picture.notes()


def joints_in(layout: Layout, names: Sequence[str], x_TVC: NDArray[np.floating]) -> NDArray[np.float32]:
    """[T, V, 3] in the order of a layout, by name; NaN and score 0 = missing.

    Neck and middle of the hips lie between two joints where the program has none.
    """
    x_TLC = np.full((len(x_TVC), len(layout.joints), 3), np.nan, np.float32)
    for place, joint in enumerate(layout.joints):
        if joint in names:
            x_TLC[:, place] = x_TVC[:, names.index(joint)]
        elif joint in BETWEEN and set(BETWEEN[joint]) <= set(names):
            pair = x_TVC[:, [names.index(one) for one in BETWEEN[joint]]]
            x_TLC[:, place] = pair.mean(axis=1)
            x_TLC[:, place, 2] = pair[..., 2].min(axis=1)
    missing = ~np.isfinite(x_TLC).all(axis=-1)
    x_TLC[missing] = np.nan, np.nan, 0
    return x_TLC


def _with_between(has: set[str]) -> set[str]:
    return has | {joint for joint, pair in BETWEEN.items() if set(pair) <= has}


def _seen_joints(seen: Detections) -> Iterator[str]:
    """Joints that are seen in any frame."""
    there_V = np.asarray(np.isfinite(seen.x_NVC).all(axis=-1).any(axis=0))
    return (name for name, there in zip(seen.joints, there_V, strict=True) if name and there)


def _layout_notes(seen: Detections, layout: Layout) -> Iterator[str]:
    """What of the key points is kept, made or missing."""
    kept = [name for name in layout.joints if name in seen.joints]
    made = [
        name for name in layout.joints if name not in seen.joints and name in _with_between({*seen.joints})
    ]
    absent = [name for name in layout.joints if name not in (*kept, *made)]
    left = len(seen.joints) - len(kept)
    yield f"{len(kept)} of {len(seen.joints)} key points are joints of the layout" + (
        f"; {left} are left out" if left else ""
    )
    if layout not in LAYOUTS.values():
        yield (
            f"they are {', '.join(layout.joints)}; --layout imigue22 makes what the bundled recogniser "
            "reads, with the other joints missing"
        )
    if made:
        yield f"made from the joints around them: {', '.join(made)}"
    if absent:
        yield f"joints that the files do not have are missing: {', '.join(absent)}"
