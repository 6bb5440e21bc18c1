"""How donors are chosen: the item set as numbers, the cost of a donor for an item, statistics of a
choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mgllm.arms.base import DESIGN_RULES, FIRST_RULES, Case, Need
from mgllm.cues.block import Cues, item_duration
from mgllm.errors import InputError
from mgllm.records import Frozen, GestureTranscript, ShuffleStats

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FACTOR = 1.25
"""Durations within this factor count as equal, so that shuffles really differ."""
FARTHEST = 9
"""The largest distance of durations, in steps of FACTOR; also the distance if one is unknown."""
MOST = 99
"""A larger difference in number of gestures counts as this one: it keeps all weights exact in
float64."""
TOLERANCE = 1e-9
"""Numbers this close count as equal: rounding errors of float64 are far smaller."""


class Shown(Frozen):
    """What the assignment needs to know of an item."""

    item: str
    """Its id."""
    subject: str
    """The person."""
    target: str | None
    """Id of the true label, if known."""
    gestures: tuple[str, ...]
    """Labels of the gestures shown, in order."""
    duration: float | None
    """Length of the recording in seconds, if known."""


class Donors(Frozen):
    """Which donor each item has, and statistics of the choice."""

    donor: Mapping[str, str]
    """Item id → id of the item whose gestures it is shown."""
    stats: ShuffleStats
    """Counts of the conditions that could not be met."""


class ItemNumbers(NamedTuple):
    """The item set as numbers, in the order of ids; N items, C targets (unknown is one of them)."""

    subjects: Ints
    """[N] codes."""
    targets: Ints
    """[N] codes."""
    cues: Ints
    """[N] codes: equal if the same gestures are shown, each as often, in any order."""
    counts: Ints
    """[N] number of gestures."""
    log_durations: Floats
    """[N] NaN where unknown."""
    expected: Floats
    """[C, C] n_a·n_b/n."""
    known: NDArray[np.bool_]
    """[C] whether the target is known."""
    shown: tuple[Counter[str], ...]
    """[N] gestures by label."""


class Weights(NamedTuple):
    """The weight of each priority in a cost: more than all lower ones together, over all items."""

    gesture: float
    """Of one gesture more or less."""
    same_cues: float
    """Of showing the same gestures."""
    above: float
    """Of the next higher priority."""


def in_order(shown: Sequence[Shown]) -> list[Shown]:
    """The items by id.

    Raises:
        InputError: two items share an id.
    """
    items = sorted(shown, key=lambda one: one.item)
    twice = [item for item, times in Counter(one.item for one in items).items() if times > 1]
    if twice:
        raise InputError(f"item id '{twice[0]}' appears twice; give each item its own id")
    return items


def as_numbers(items: Sequence[Shown], rules: str = DESIGN_RULES) -> ItemNumbers:
    """The item set as numbers. By the first rules, the same gestures in another order were other
    cues."""
    target_N = _codes(one.target for one in items)
    size_C = np.bincount(target_N).astype(np.float64)
    targets = dict.fromkeys(one.target for one in items)
    shown = tuple(Counter(map(_read_alike, one.gestures)) for one in items)
    cues: Iterable[Hashable] = (frozenset(count.items()) for count in shown)
    return ItemNumbers(
        subjects=_codes(one.subject for one in items),
        targets=target_N,
        cues=_codes(one.gestures for one in items) if rules == FIRST_RULES else _codes(cues),
        counts=np.array([len(one.gestures) for one in items], dtype=np.int64),
        log_durations=np.array([np.log(one.duration) if one.duration else np.nan for one in items]),
        expected=np.outer(size_C, size_C) / max(len(items), 1),
        known=np.array([target is not None for target in targets], dtype=np.bool_),
        shown=shown,
    )


def _read_alike(label: str) -> str:
    """The label without case and extra spaces: labels that differ only in these mean the same."""
    return " ".join(label.casefold().split())


def _codes(values: Iterable[Hashable]) -> Ints:
    """A number for each value, in the order of first occurrence."""
    number: dict[Hashable, int] = {}
    return np.array([number.setdefault(value, len(number)) for value in values], dtype=np.int64)


def weights(numbers: ItemNumbers) -> Weights:
    """The weights for this item set; each must outweigh all lower ones over all its items."""
    n, most = len(numbers.counts), _most(numbers)
    by_count = float(FARTHEST * n + 1)
    by_cue = by_count * (most * n + 1)
    return Weights(by_count, by_cue, by_cue * (n + 1))


def add_distance(cost_N: Floats, numbers: ItemNumbers, item: int, weigh: Weights) -> None:
    """Add to an item's costs each donor's distance in duration and number, and the cost of equal
    cues."""
    cost_N += _duration_steps(numbers.log_durations, item)
    cost_N += weigh.gesture * np.minimum(np.abs(numbers.counts - numbers.counts[item]), _most(numbers))
    cost_N += weigh.same_cues * (numbers.cues == numbers.cues[item])


def _most(numbers: ItemNumbers) -> int:
    return min(MOST, int(np.ptp(numbers.counts)))


def _duration_steps(log_duration_N: Floats, item: int) -> Floats:
    """Distance of each duration from the item's in steps of FACTOR, rounded down."""
    steps_N = np.floor(np.abs(log_duration_N - log_duration_N[item]) / np.log(FACTOR) + TOLERANCE)
    steps_N[np.isnan(steps_N)] = FARTHEST
    capped_N: Floats = np.minimum(steps_N, FARTHEST)
    return capped_N


def stats_of(numbers: ItemNumbers, donor_N: Ints, epoch: int, shuffle: int, cells_off: int) -> ShuffleStats:
    """Statistics of a choice; `cells_off` is the number of target cells further than 1 from
    independence."""
    n = len(donor_N)
    target_N, known_N = numbers.targets, numbers.known[numbers.targets]
    difference_N = np.abs(numbers.counts - numbers.counts[donor_N])
    pairs = [(numbers.shown[i], numbers.shown[j]) for i, j in enumerate(donor_N)]
    again = [(own & given).total() / own.total() for own, given in pairs if own]
    alike = [(own & given).total() / (own | given).total() if own or given else 1.0 for own, given in pairs]
    return ShuffleStats(
        epoch=epoch,
        shuffle=shuffle,
        items=n,
        same_item=int((donor_N == np.arange(n)).sum()),
        same_subject=int((numbers.subjects == numbers.subjects[donor_N]).sum()),
        same_target=int(((target_N == target_N[donor_N]) & known_N).sum()),
        same_target_expected=float(np.diag(numbers.expected)[numbers.known].sum()),
        target_cells_off=cells_off,
        same_cues=int((numbers.cues == numbers.cues[donor_N]).sum()),
        told_again=float(np.mean(again)) if again else None,
        jaccard=float(np.mean(alike)) if alike else None,
        mean_count_difference=float(difference_N.mean()) if n else 0.0,
    )


def donated(case: Case, need: Need) -> Cues:
    """A cue block of the donor's gestures, with their times scaled to the item."""
    source, giver = case.ground.source, case.giver(need)
    assert source is not None  # an arm that needs a donor has one
    own, others = (item_duration(who, source) for who in (case.item, giver))
    return case.show(scale_times(giver.gestures[source], own, others), giver)


def scale_times(transcript: GestureTranscript, own: float | None, donors: float | None) -> GestureTranscript:
    """A donor's transcript with its times scaled to the item's duration, none after its end.

    `own` and `donors` are the durations of the item and the donor in seconds; if one is unknown,
    the transcript stays as it is.
    """
    if not own or not donors:
        return transcript
    gestures = tuple(
        gesture.model_copy(
            update={"start": _scaled(gesture.start, own, donors), "end": _scaled(gesture.end, own, donors)}
        )
        for gesture in transcript.gestures
    )
    return transcript.model_copy(update={"gestures": gestures, "duration": own})


def _scaled(seconds: float | None, own: float, donors: float) -> float | None:
    return None if seconds is None else min(seconds / donors, 1.0) * own
