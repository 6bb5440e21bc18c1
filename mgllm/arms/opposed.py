"""The arm `text+opposed`: an item gets the cue block of a donor with another target.

Priorities, the highest first. What cannot be met is given up from the lowest up, and counted; the
first always holds:

1. the donor has another target;
2. the donor is another subject;
3. the donor shows other gestures, or some of them more or less often;
4. the numbers of gestures differ least; then the durations, in steps of a factor 1.25; then by
chance.

Among the items of one target each donor is used once if there are enough. If one target is rarer
than the others, its items are used as often as needed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mgllm.arms.base import Case, arm
from mgllm.arms.donors import (
    Donors,
    Ints,
    ItemNumbers,
    Shown,
    add_distance,
    as_numbers,
    donated,
    in_order,
    stats_of,
    weights,
)
from mgllm.cues.block import Cues
from mgllm.errors import InputError
from mgllm.seeds import stream

ROUNDS = 4
"""How often a donor's allowed number of items is doubled so that no item gets its own subject."""


@arm("text+opposed", speech=True, needs="opponent", may_coincide=True, place=55)
def _opposed(case: Case, level: None) -> Cues:
    return donated(case, "opponent")


def assign_opponents(shown: Sequence[Shown], seed: int, epoch: int, shuffle: int) -> Donors:
    """The donors of all items for one epoch and shuffle; the order of `shown` does not matter.

    Raises:
        InputError: two items share an id, one has no target, or all have the same target.
    """
    items = in_order(shown)
    _refuse_one_target(items)
    numbers = as_numbers(items)
    rng = stream(seed, "opposing", epoch, shuffle)
    donor_N = np.empty(len(items), dtype=np.int64)
    for target in range(len(numbers.expected)):
        own_M = np.flatnonzero(numbers.targets == target)
        donor_N[own_M] = _donors_of(numbers, own_M, np.flatnonzero(numbers.targets != target), rng)
    return Donors(
        donor={items[i].item: items[j].item for i, j in enumerate(donor_N)},
        stats=stats_of(numbers, donor_N, epoch, shuffle, cells_off=0),
    )


def _refuse_one_target(items: Sequence[Shown]) -> None:
    without = [one.item for one in items if one.target is None]
    if without:
        raise InputError(
            f"arm text+opposed shows gestures of items with another target, but {len(without)} of "
            f"{len(items)} items have no target (first: {without[0]}); give them one, or leave the arm out"
        )
    targets = {one.target for one in items}
    if len(targets) < 2:
        raise InputError(
            "arm text+opposed shows gestures of items with another target, but all items have the same "
            f"({', '.join(map(str, targets))}); leave the arm out"
        )


def _donors_of(numbers: ItemNumbers, own_M: Ints, other_K: Ints, rng: np.random.Generator) -> Ints:
    """The donors, among `other_K`, of the items `own_M`."""
    subject_N = numbers.subjects
    alone = set(subject_N[other_K]) if len(set(subject_N[other_K])) == 1 else set()
    unavoidable = sum(subject in alone for subject in subject_N[own_M])
    copies = -(-len(own_M) // len(other_K))
    for _ in range(ROUNDS):
        given_M = _solve(numbers, own_M, other_K, copies, rng)
        if (subject_N[given_M] == subject_N[own_M]).sum() <= unavoidable:
            break
        copies *= 2
    return given_M


def _solve(numbers: ItemNumbers, own_M: Ints, other_K: Ints, copies: int, rng: np.random.Generator) -> Ints:
    """The best donors if each may be used `copies` times; each further use costs as one gesture
    more."""
    from scipy.optimize import linear_sum_assignment

    weigh = weights(numbers)
    slot_L = np.tile(other_K, copies)
    served_L = np.repeat(np.arange(copies), len(other_K)) * weigh.gesture
    cost_ML = rng.random((len(own_M), len(slot_L))) / len(numbers.counts)
    for row, item in enumerate(own_M):
        distance_N = np.zeros(len(numbers.counts))
        add_distance(distance_N, numbers, int(item), weigh)
        distance_N += weigh.above * (numbers.subjects == numbers.subjects[item])
        cost_ML[row] += distance_N[slot_L] + served_L
    given_M: Ints = slot_L[linear_sum_assignment(cost_ML)[1]]
    return given_M
