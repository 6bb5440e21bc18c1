"""The arms `text+shuffled` and `mg+shuffled`: an item gets a donor's cue block, by a permutation of
the set.

Priorities, the highest first. What cannot be met is given up from the lowest up, and counted:

1. no item is its own donor;
2. the donor is another subject;
3. donors' targets are independent of the items' own: each cell of the table target × donor's target
   is within 1 of n_a·n_b/n;
4. the donor shows other gestures, or some of them more or less often;
5. the numbers of gestures differ least; then the durations, in steps of a factor 1.25; then by
chance.

The target of an item's donor is drawn by seed, in the numbers of the table, so it depends on
nothing else about the item. The numbers are rounded by chance, up or down so often that their mean
over seeds is that of independence. 1 to 3 are met as well as possible, 4 as well as in the best of
up to 64 draws, 5 as well as the drawn targets allow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from mgllm.arms.base import DESIGN_RULES, FIRST_RULES, Case, arm
from mgllm.arms.donor_targets import (
    dominant_subject,
    draw_table,
    draw_targets,
    nearest_possible_targets,
    nearest_table,
    table_within_one,
)
from mgllm.arms.donors import (
    TOLERANCE,
    Donors,
    Floats,
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
from mgllm.seeds import stream


@arm("mg+shuffled", speech=False, needs="donor", may_coincide=True, role="alone_shuffled", place=52)
@arm("text+shuffled", speech=True, needs="donor", may_coincide=True, role="shuffled", place=50)
def _shuffled(case: Case, level: None) -> Cues:
    return donated(case, "donor")


def assign_donors(
    shown: Sequence[Shown], seed: int, epoch: int, shuffle: int, rules: str = DESIGN_RULES
) -> Donors:
    """The donors of all items for one epoch and shuffle; the order of `shown` does not matter.

    Raises:
        InputError: two items share an id.
    """
    items = in_order(shown)
    n, numbers = len(items), as_numbers(items, rules)
    rng = stream(seed, "shuffling", epoch, shuffle)
    donor_N = _best_of_draws(numbers, rng, rules) if n > 1 else np.arange(n)
    cells_off = int((_excess(numbers, donor_N) > 0).sum())
    return Donors(
        donor={items[i].item: items[j].item for i, j in enumerate(donor_N)},
        stats=stats_of(numbers, donor_N, epoch, shuffle, cells_off),
    )


def _best_of_draws(numbers: ItemNumbers, rng: np.random.Generator, rules: str) -> Ints:
    """Draw donor targets and solve; draw again as long as fewer items might get their own
    gestures."""
    n = len(numbers.cues)
    unavoidable = max(0, 2 * int(np.bincount(numbers.cues).max()) - n)
    best, best_rank = np.arange(n), (np.inf, np.inf)
    for table_CC in _tables(numbers, rng, rules):
        wanted_N = draw_targets(numbers.targets, table_CC, rng)
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


def _tables(numbers: ItemNumbers, rng: np.random.Generator, rules: str) -> Iterator[Ints]:
    """How many items of each target get donors of each target, draw by draw.

    Half of the draws keep the first table: only its mean over seeds is right, and that of a table
    chosen by its result would not be. The other draws may change it: sometimes only another table
    keeps an item from getting its own gestures.
    """
    draws = min(64, max(2, 4000 // len(numbers.cues)))
    if rules == FIRST_RULES:
        for attempt in range(draws):
            make = nearest_table if attempt % 2 == 0 else table_within_one
            yield make(numbers.expected, rng)
        return
    first_CC = draw_table(numbers.expected, rng)
    for attempt in range(draws):
        yield first_CC if attempt < draws / 2 else table_within_one(numbers.expected, rng)


def _solve(numbers: ItemNumbers, wanted_N: Ints, rng: np.random.Generator) -> Ints:
    """The best permutation for the wanted donor targets; each priority outweighs all lower ones
    together."""
    from scipy.optimize import linear_sum_assignment

    n, weigh = len(wanted_N), weights(numbers)
    cost_NN = rng.random((n, n))
    cost_NN /= n
    dominant = dominant_subject(numbers.subjects)
    for i in range(n):
        add_distance(cost_NN[i], numbers, i, weigh)
        cost_NN[i] += weigh.above * (numbers.targets != wanted_N[i])
        cost_NN[i, _ruled_out(numbers.subjects, dominant, i)] = np.inf
    donor_N: Ints = linear_sum_assignment(cost_NN)[1]
    return donor_N


def _ruled_out(subject_N: Ints, dominant: int | None, item: int) -> NDArray[np.bool_]:
    """The donors that the first two priorities forbid for an item."""
    if dominant is None:
        forbidden_N: NDArray[np.bool_] = subject_N == subject_N[item]
    else:
        forbidden_N = (subject_N != dominant) & (subject_N[item] != dominant)
    forbidden_N[item] = True
    return forbidden_N


def _excess(numbers: ItemNumbers, donor_N: Ints) -> Floats:
    """By how much each cell is further than 1 from independence, [C, C]."""
    table_CC = np.zeros_like(numbers.expected)
    np.add.at(table_CC, (numbers.targets, numbers.targets[donor_N]), 1)
    return np.maximum(np.abs(table_CC - numbers.expected) - 1 - TOLERANCE, 0)
