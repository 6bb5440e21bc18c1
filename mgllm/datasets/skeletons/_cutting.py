"""Clips of gestures out of complete recordings, by labels that count frames.

A label that runs past the recording's end is cut there; one that is past it completely is left out.
A recording in which nothing is labelled stays complete, under its own name: nobody has labelled it
(`annotated` is `no`), or it has no gestures (`yes`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mgllm.datasets.base import WholeRecordings
from mgllm.errors import InputError, some
from mgllm.skeleton import Clip, DatasetMeta
from mgllm.skeleton.reading import clip_problem

CUT_COLUMNS = ("recording", "first", "last", "recording_frames", "annotated")
"""Columns of clips: where they are from, first and last frame from 0, the recording's length, and
whether it has labels."""


class Label(NamedTuple):
    """A gesture, as a file labels it."""

    name: str
    """The class."""
    first: int
    """First frame, from 0."""
    last: int
    """Last frame, included."""


class Cutting(WholeRecordings):
    """Complete recordings, and the clips that their labels cut out of them."""

    def __init__(
        self, meta: DatasetMeta, recordings: Iterable[Clip], labels: Mapping[str, Sequence[Label] | None]
    ) -> None:
        """
        Args:
            meta: of the clips.
            recordings: without labels, read while they are used.
            labels: by recording; None: nobody has labelled it.
        """
        super().__init__(meta.model_copy(update={"classes": ()}), recordings)
        self._labels = labels
        self._shortened: list[str] = []
        self._beyond: list[str] = []
        self._unseen: list[str] = []

    def cut(self, whole: Clip) -> Iterator[Clip]:
        """The clips of a recording; itself if there are none."""
        frames, labels = len(whole.joints), self._labels[whole.id]
        there, seen = 0, 0
        for place, label in enumerate(labels or ()):
            name = f"{whole.id}_{place}"
            if label.first >= frames:
                self._beyond.append(name)
                continue
            if label.last >= frames:
                self._shortened.append(name)
            last = min(label.last, frames - 1)
            clip = _part(whole, Label(label.name, label.first, last), name)
            there, seen = there + 1, seen + (clip_problem(clip.joints, self.meta.dims) is None)
            yield clip
        if not seen:
            self._unseen += [whole.id] if there else []
            known = labels is not None and not there
            yield _part(whole, Label("", 0, frames - 1), whole.id, annotated=known)

    def notes(self) -> tuple[str, ...]:
        """What was cut, left out or kept without labels, a line each; known when all is read."""
        unlabelled = [name for name, labels in self._labels.items() if labels is None]
        empty = [name for name, labels in self._labels.items() if labels is not None and not labels]
        lines = [
            (unlabelled, "recordings have no labels and are kept complete, unlabelled"),
            (empty, "recordings have a file of labels without gestures and are kept complete"),
            (self._unseen, "recordings have labels and no usable clip; they are kept complete, unlabelled"),
            (self._shortened, "labels run past the end of their recording and are cut there"),
            (self._beyond, "labels are past the end of their recording and are left out"),
        ]
        return tuple(f"{len(names)} {what}: {some(names)}" for names, what in lines if names)


def refuse_twins(names: Iterable[str], source: object) -> None:
    """Refuse two recordings of one name.

    Raises:
        InputError: there are two.
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InputError(f"{source} has the recording {name} twice; import one of the folders at a time")
        seen.add(name)


def _part(whole: Clip, label: Label, name: str, *, annotated: bool = True) -> Clip:
    places = (whole.id, label.first, label.last, len(whole.joints), "yes" if annotated else "no")
    return Clip(
        id=name,
        subject=whole.subject,
        joints=whole.joints[label.first : label.last + 1],
        label=label.name or None,
        fps=whole.fps,
        more=dict(zip(CUT_COLUMNS, map(str, places), strict=True)),
    )
