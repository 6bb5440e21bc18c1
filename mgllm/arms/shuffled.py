"""Whose cue block an item is shown in the arm `text+shuffled`: one permutation of the whole item set.

Priorities, highest first; what cannot be met is relaxed from the lowest up and counted:

1. no item is its own donor;
2. the donor is another subject;
3. donors' targets are independent of the items' own: each cell of the table target × donor's target is
   within 1 of n_a·n_b/n;
4. the donor shows another sequence of gestures;
5. the numbers of gestures differ least; then the durations, in steps of a factor 1.25; then by chance.

Which donor target an item gets is drawn by seed, in numbers that the table allows, so the donor's target
depends on nothing else about the item. 1 to 3 are met as well as can be, 4 as well as in the best of up to
64 draws, 5 as well as the donor targets drawn allow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mgllm.arms.base import Case, arm
from mgllm.arms.donor_targets import dominant_subject, draw_targets, nearest_possible_targets
from mgllm.cues.block import Cues, item_duration
from mgllm.errors import InputError
from mgllm.records import Frozen, GestureTranscript, ShuffleStats
from mgllm.seeds import stream

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FACTOR = 1.25  # durations within this factor count as equal, so that shuffles really differ
FARTHEST = 9  # steps of FACTOR; also where a duration is unknown
MOST = 99  # differences in number of gestures above this count as this: keeps all weights exact in float64
TOLERANCE = 1e-9


@arm("text+shuffled", speech=True, needs="donor", may_coincide=True, role="shuffled", place=50)
def _shuffled(case: Case, level: None) -> Cues:
    return case.tell(donated(case))


class Shown(Frozen):
    """What the assignment needs to know of an item."""

    item: str
    """Its id."""
    subject: str
    """The person."""
    target: str | None
    """Id of the true label, if known."""
    gestures: tuple[str, ...]
    """Labels told, in order."""
    duration: float | None
    """Length of the recording in seconds, if known."""


class Donors(Frozen):
    """An assignment and how it came out."""

    donor: Mapping[str, str]
    """Item id → id of the item whose gestures it is shown."""
    stats: ShuffleStats
    """Counts of what could not be met."""


class _Set(NamedTuple):
    """The item set as numbers, in the order of ids; N items, C targets (unknown is one of them)."""

    subjects: Ints
    """[N] codes."""
    targets: Ints
    """[N] codes."""
    cues: Ints
    """[N] codes of whole sequences of gestures."""
    counts: Ints
    """[N] gestures."""
    log_durations: Floats
    """[N] NaN where unknown."""
    expected: Floats
    """[C, C] n_a·n_b/n."""
    known: NDArray[np.bool_]
    """[C] whether the target is known."""


def assign_donors(shown: Sequence[Shown], seed: int, epoch: int, shuffle: int) -> Donors:
    """The donors of all items for one epoch and shuffle; the order of `shown` does not matter.

    Raises:
        InputError: two items share an id.
    """
    items = sorted(shown, key=lambda one: one.item)
    ids = [one.item for one in items]
    twice = [item for item, times in Counter(ids).items() if times > 1]
    if twice:
        raise InputError(f"item id '{twice[0]}' occurs twice; give each item its own id")
    n = len(items)
    numbers = _numbers(items)
    donor_N = _best_of_draws(numbers, stream(seed, "shuffling", epoch, shuffle)) if n > 1 else np.arange(n)
    donor = {ids[i]: ids[j] for i, j in enumerate(donor_N)}
    return Donors(donor=donor, stats=_stats(numbers, donor_N, epoch, shuffle))


def donated(case: Case) -> GestureTranscript:
    """The gestures of the item's donor, their times scaled to the item."""
    ground = case.ground
    assert ground.source is not None  # an arm that needs a donor has one
    giver = ground.items[ground.donors[case.epoch, case.shuffle][case.item.id]]
    own, others = (item_duration(who, ground.source) for who in (case.item, giver))
    return scale_times(giver.gestures[ground.source], own, others)


def scale_times(transcript: GestureTranscript, own: float | None, donors: float | None) -> GestureTranscript:
    """A donor's transcript with its times scaled to the item's duration, none beyond its end.

    `own` and `donors` are the durations of the item and the donor in seconds; where either is unknown the
    transcript stays as it is.
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


def _numbers(items: Sequence[Shown]) -> _Set:
    target_N = _codes(one.target for one in items)
    size_C = np.bincount(target_N).astype(np.float64)
    targets = dict.fromkeys(one.target for one in items)
    return _Set(
        subjects=_codes(one.subject for one in items),
        targets=target_N,
        cues=_codes(one.gestures for one in items),
        counts=np.array([len(one.gestures) for one in items], dtype=np.int64),
        log_durations=np.array([np.log(one.duration) if one.duration else np.nan for one in items]),
        expected=np.outer(size_C, size_C) / max(len(items), 1),
        known=np.array([target is not None for target in targets], dtype=np.bool_),
    )


def _codes(values: Iterable[Hashable]) -> Ints:
    """The number of each value, counted by first occurrence."""
    number: dict[Hashable, int] = {}
    return np.array([number.setdefault(value, len(number)) for value in values], dtype=np.int64)


def _best_of_draws(numbers: _Set, rng: np.random.Generator) -> Ints:
    """Draw donor targets and solve; draw again while that may spare an item its own sequence of gestures."""
    n = len(numbers.cues)
    unavoidable = max(0, 2 * int(np.bincount(numbers.cues).max()) - n)
    best, best_rank = np.arange(n), (np.inf, np.inf)
    for attempt in range(min(64, max(2, 4000 // n))):
        wanted_N = draw_targets(numbers.targets, numbers.expected, rng, nearest=attempt % 2 == 0)
        donor_N = _solve(numbers, wanted_N, rng)
        if (numbers.targets[donor_N] != wanted_N).any():
            wanted_N = nearest_possible_targets(
                numbers.subjects, numbers.targets, numbers.expected, wanted_N, rng
            )
            donor_N = _solve(numbers, wanted_N, rng)
        same_cues = int((numbers.cues[donor_N] == numbers.cues).sum())
        rank = (round(float(_excess(numbers, donor_N).sum()), 6), same_cues)
        if rank < best_rank:
            best, best_rank = donor_N, rank
        if same_cues <= unavoidable:
            break
    return best


def _solve(numbers: _Set, wanted_N: Ints, rng: np.random.Generator) -> Ints:
    """The best permutation for the wanted donor targets: each priority outweighs all below it together."""
    from scipy.optimize import linear_sum_assignment

    n = len(wanted_N)
    most = min(MOST, int(np.ptp(numbers.counts)))
    by_count = float(FARTHEST * n + 1)
    by_cue = by_count * (most * n + 1)
    by_target = by_cue * (n + 1)
    cost_NN = rng.random((n, n))
    cost_NN /= n
    dominant = dominant_subject(numbers.subjects)
    for i in range(n):
        cost_NN[i] += _duration_steps(numbers.log_durations, i)
        cost_NN[i] += by_count * np.minimum(np.abs(numbers.counts - numbers.counts[i]), most)
        cost_NN[i] += by_cue * (numbers.cues == numbers.cues[i])
        cost_NN[i] += by_target * (numbers.targets != wanted_N[i])
        cost_NN[i, _ruled_out(numbers.subjects, dominant, i)] = np.inf
    donor_N: Ints = linear_sum_assignment(cost_NN)[1]
    return donor_N


def _ruled_out(subject_N: Ints, dominant: int | None, item: int) -> NDArray[np.bool_]:
    """Which donors the first two priorities forbid an item."""
    if dominant is None:
        forbidden_N: NDArray[np.bool_] = subject_N == subject_N[item]
    else:
        forbidden_N = (subject_N != dominant) & (subject_N[item] != dominant)
    forbidden_N[item] = True
    return forbidden_N


def _duration_steps(log_duration_N: Floats, item: int) -> Floats:
    """How many factors FACTOR each duration is from the item's, rounded down."""
    steps_N = np.floor(np.abs(log_duration_N - log_duration_N[item]) / np.log(FACTOR) + TOLERANCE)
    steps_N[np.isnan(steps_N)] = FARTHEST
    capped_N: Floats = np.minimum(steps_N, FARTHEST)
    return capped_N


def _excess(numbers: _Set, donor_N: Ints) -> Floats:
    """By how much each cell is further than 1 from independence, [C, C]."""
    table_CC = np.zeros_like(numbers.expected)
    np.add.at(table_CC, (numbers.targets, numbers.targets[donor_N]), 1)
    return np.maximum(np.abs(table_CC - numbers.expected) - 1 - TOLERANCE, 0)


def _stats(numbers: _Set, donor_N: Ints, epoch: int, shuffle: int) -> ShuffleStats:
    n = len(donor_N)
    target_N, known_N = numbers.targets, numbers.known[numbers.targets]
    expected_C = np.diag(numbers.expected)
    difference_N = np.abs(numbers.counts - numbers.counts[donor_N])
    return ShuffleStats(
        epoch=epoch,
        shuffle=shuffle,
        items=n,
        same_item=int((donor_N == np.arange(n)).sum()),
        same_subject=int((numbers.subjects == numbers.subjects[donor_N]).sum()),
        same_target=int(((target_N == target_N[donor_N]) & known_N).sum()),
        same_target_expected=float(expected_C[numbers.known].sum()),
        target_cells_off=int((_excess(numbers, donor_N) > 0).sum()),
        same_cues=int((numbers.cues == numbers.cues[donor_N]).sum()),
        mean_count_difference=float(difference_N.mean()) if n else 0.0,
    )
