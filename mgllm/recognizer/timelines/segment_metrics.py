"""How well a timeline of gestures fits the annotated one: matched one to one, never twice.

The metric of the challenges can count one found segment for several annotated ones. Here every
segment is matched at most once, and the largest possible number of matches is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mgllm.records import Exposure, Frozen

THRESHOLDS = (0.1, 0.3, 0.5)
"""Temporal intersections over union from which a match counts."""


class Segment(NamedTuple):
    """One gesture in time."""

    label: str
    start: float
    """Seconds."""
    end: float
    """Seconds, after the start."""


class Counts(NamedTuple):
    """Counts of one or many recordings; add them up before a share is computed."""

    right: int
    """Pairs of a found and an annotated segment."""
    found: int
    annotated: int

    def plus(self, other: Counts) -> Counts:
        """The sum of both."""
        return Counts(*(a + b for a, b in zip(self, other, strict=True)))

    @property
    def f1(self) -> float:
        """2 · right / (found + annotated); 1 if nothing was annotated and nothing was found."""
        total = self.found + self.annotated
        return 2 * self.right / total if total else 1.0


class SegmentScores(Frozen):
    """Scores of timelines, pooled over recordings."""

    f1: dict[str, float]
    """By threshold, such as "0.3"."""
    frame_accuracy: float = Field(ge=0, le=1)
    """Share of frames with the right class; background counts as one."""
    edit: float = Field(ge=0, le=1)
    """1 − Levenshtein distance of the label sequences over the longer one's length, mean over
    recordings."""
    recordings: int = Field(ge=1)
    """Number of recordings."""


def matched(annotated: Sequence[Segment], found: Sequence[Segment], threshold: float) -> Counts:
    """The largest number of pairs with the same label that reach the threshold, each segment
    once."""
    right = 0
    for label in {segment.label for segment in annotated}:
        fits = overlaps(
            [segment for segment in annotated if segment.label == label],
            [segment for segment in found if segment.label == label],
        )
        right += _pairs(fits >= max(threshold, 1e-9))
    return Counts(right, len(found), len(annotated))


def matched_with_groups(
    annotated: Sequence[Segment], found: Sequence[Segment], threshold: float, groups: Mapping[str, str]
) -> Counts:
    """The same if a found segment may also have the name of its pair's group.

    Args:
        annotated: segments with names of classes.
        found: segments with names of classes or groups.
        threshold: least intersection over union.
        groups: group by class.
    """
    right = 0
    of_group: dict[str, tuple[list[Segment], list[Segment]]] = {}
    for side, segments in enumerate((annotated, found)):
        for one in segments:
            of_group.setdefault(groups.get(one.label, one.label), ([], []))[side].append(one)
    for name, (true, said) in of_group.items():
        if not (true and said):
            continue
        alike = np.array([[b.label in (a.label, name) for b in said] for a in true], bool)
        right += _pairs(alike & (overlaps(true, said) >= max(threshold, 1e-9)))
    return Counts(right, len(found), len(annotated))


def pairs_of(
    annotated: Sequence[Segment], found: Sequence[Segment], threshold: float, groups: Mapping[str, str]
) -> list[tuple[int, int]]:
    """Places of annotated and found segments that belong together, whatever they are called.

    Each segment is used once. There are as many pairs with the same label as possible, then as many
    pairs as possible, then as many whose found label is the group of the annotated one; what is
    left to choose, the overlap decides.
    """
    from scipy.optimize import linear_sum_assignment

    if not (annotated and found):
        return []
    iou_AB = overlaps(annotated, found)
    fits_AB = iou_AB >= max(threshold, 1e-9)
    same_AB = np.array([[a.label == b.label for b in found] for a in annotated], float)
    group_AB = np.array([[groups.get(a.label) == b.label for b in found] for a in annotated], float)
    most = min(len(annotated), len(found)) + 1.0  # more than all pairs can add up to
    worth_AB = np.where(fits_AB, ((same_AB * most + 1) * most + group_AB) * most + iou_AB, 0)
    pairs = zip(*linear_sum_assignment(worth_AB, maximize=True), strict=True)
    return [(int(a), int(b)) for a, b in pairs if fits_AB[a, b]]


def _pairs(fits_AB: NDArray[np.bool_]) -> int:
    """The largest number of pairs of a row and a column, each used once."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import maximum_bipartite_matching

    if not fits_AB.any():
        return 0
    return int((maximum_bipartite_matching(csr_matrix(fits_AB)) >= 0).sum())


def overlaps(a: Sequence[Segment], b: Sequence[Segment]) -> NDArray[np.float64]:
    """Intersection over union in time, [A, B]."""
    if not (a and b):
        return np.zeros((len(a), len(b)))
    start_a, end_a = (np.array([getattr(one, name) for one in a])[:, None] for name in ("start", "end"))
    start_b, end_b = (np.array([getattr(one, name) for one in b])[None] for name in ("start", "end"))
    both = np.maximum(np.minimum(end_a, end_b) - np.maximum(start_a, start_b), 0)
    either = (end_a - start_a) + (end_b - start_b) - both
    return np.asarray(both / np.maximum(either, 1e-12))


def edit_score(annotated: Sequence[Segment], found: Sequence[Segment]) -> float:
    """Whether the same gestures come in the same order, at any times (Lea et al., CVPR 2017)."""
    a, b = [segment.label for segment in annotated], [segment.label for segment in found]
    if not (a or b):
        return 1.0
    row = list(range(len(b) + 1))
    for i, label in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (label != other))
    return 1 - row[-1] / max(len(a), len(b))


def frame_labels(segments: Sequence[Segment], times: NDArray[np.float64]) -> NDArray[np.object_]:
    """The label at each time; of overlapping segments the one that began last; "" is background."""
    labels = np.full(len(times), "", dtype=object)
    for segment in sorted(segments, key=lambda one: one.start):
        labels[(times >= segment.start) & (times < segment.end)] = segment.label
    return labels


def score_timelines(
    pairs: Sequence[tuple[Sequence[Segment], Sequence[Segment], float]], step: float = 0.04
) -> SegmentScores:
    """Score (annotated, found, seconds) of recordings, pooled.

    Args:
        pairs: one for each recording.
        step: seconds between the frames that are compared.
    """
    counts = {threshold: Counts(0, 0, 0) for threshold in THRESHOLDS}
    same = frames = 0
    edits = []
    for annotated, found, seconds in pairs:
        for threshold in THRESHOLDS:
            counts[threshold] = counts[threshold].plus(matched(annotated, found, threshold))
        times = np.arange(0, seconds, step)
        same += int((frame_labels(annotated, times) == frame_labels(found, times)).sum())
        frames += len(times)
        edits.append(edit_score(annotated, found))
    return SegmentScores(
        f1={f"{threshold:g}": count.f1 for threshold, count in counts.items()},
        frame_accuracy=same / max(frames, 1),
        edit=float(np.mean(edits)),
        recordings=len(pairs),
    )


class TimelineScores(SegmentScores):
    """Scores, and what they are about."""

    gestures: int
    """Annotated gestures."""
    found: int
    """Recognised gestures; groups are not counted, here and in all scores but `f1_with_groups`."""
    groups: int = 0
    """Answers that are only groups."""
    f1_with_groups: dict[str, float] = Field(default_factory=dict)
    """F1 by threshold if a group is right where the annotated gesture is one of its classes."""
    by_class: dict[str, float]
    """F1 at an intersection over union of 0.3, of each class that was annotated or found."""
    exposures: dict[Exposure, int]
    """Recordings by exposure: for people whom a recogniser has seen, scores say nothing."""
    unmatched: tuple[str, ...]
    """Recordings with only one of the two transcripts: not scored."""
    rows_from: dict[str, str] = Field(default_factory=dict)
    """By class, whose row `confusion.csv` has for it."""
    files: tuple[str, ...] = ()
    """Files that were written."""


def f1_by_class(pairs: list[tuple[list[Segment], list[Segment], float]]) -> dict[str, float]:
    """F1 at an intersection over union of 0.3, of each class that was annotated or found."""
    labels = sorted({one.label for a, b, _ in pairs for one in (*a, *b)})
    return {label: _of_class(pairs, label).f1["0.3"] for label in labels}


def _of_class(pairs: list[tuple[list[Segment], list[Segment], float]], label: str) -> SegmentScores:
    cut = [([x for x in a if x.label == label], [x for x in b if x.label == label], s) for a, b, s in pairs]
    return score_timelines(cut, step=1e9)
