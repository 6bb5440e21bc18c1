"""Draws by seed: the items of `--limit`, the orders of labels and arms, and which rater sees
what."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import permutations
from math import factorial

import numpy as np

from mgllm.arms.base import DESIGN_RULES, FIRST_RULES
from mgllm.errors import InputError
from mgllm.records import Item
from mgllm.seeds import number, stream

ORDERS = 8
"""Orders of a round that are compared: all orders of two or three labels, else this many drawn
ones."""
Seat = tuple[str, int]
"""An item's id, and the index of the arm in which a rater sees it."""


def limited(items: Sequence[Item], limit: int, seed: int) -> tuple[Item, ...]:
    """A sample of `limit` items, in the order of `items`: the first `limit` of one seeded ranking.

    Targets take turns, so their counts differ by at most one as long as each has items. Within a
    target the next item is of the subject with the fewest items so far. Items without a target come
    last.

    Raises:
        InputError: `limit` is below 1.
    """
    if limit < 1:
        raise InputError(f"--limit {limit} would ask nothing; give 1 or more")
    chosen = {item.id for item, _ in zip(_ranking(items, seed), range(limit), strict=False)}
    return tuple(item for item in items if item.id in chosen)


def label_orders(
    items: Iterable[Item], labels: Sequence[str], seed: int, rules: str = DESIGN_RULES
) -> Mapping[str, tuple[str, ...]]:
    """By item id, the labels rotated so that within each target every rotation occurs equally
    often, ± 1.

    `items` is the complete item set. The same is true of every sample of `limited`: rotations take
    turns in the order in which `limited` takes the items of a target, so a limit never changes an
    item's order. Each round has its own order, the same for all targets: a model that answers by
    place alone is right as often as chance. Orders are drawn by seed, but a round avoids those that
    would show a person the same rotation again.
    """
    by_target: defaultdict[str | None, list[Item]] = defaultdict(list)
    if rules == FIRST_RULES:
        for item in sorted(items, key=lambda one: (number(seed, "label order", one.id), one.id)):
            by_target[item.target].append(item)
        rounds = [tuple(range(len(labels)))] * len(max(by_target.values(), key=len, default=()))
    else:
        for item in _ranking(items, seed):
            by_target[item.target].append(item)
        rounds = _rounds(list(by_target.values()), len(labels), seed)
    return {
        item.id: (*labels[first:], *labels[:first])
        for ranked in by_target.values()
        for item, first in zip(ranked, (first for one in rounds for first in one), strict=False)
    }


def _rounds(ranked: Sequence[Sequence[Item]], rotations: int, seed: int) -> list[tuple[int, ...]]:
    """The order of the rotations in each round: of several drawn orders, the one whose rotations
    the subjects have had least often."""
    seen: Counter[tuple[str, int]] = Counter()
    rounds = []
    for nth in range(0, max(map(len, ranked), default=0), max(rotations, 1)):
        rng = stream(seed, "label order", nth)
        orders = _orders(rotations, rng)
        subjects = [[item.subject for item in items[nth : nth + rotations]] for items in ranked]
        shown = [[pair for those in subjects for pair in zip(those, order, strict=False)] for order in orders]
        best = min(range(len(orders)), key=lambda k: sum(seen[pair] for pair in shown[k]))
        rounds.append(orders[best])
        seen.update(shown[best])
    return rounds


def _orders(rotations: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    if factorial(rotations) <= ORDERS:
        every = list(permutations(range(rotations)))
        return [every[k] for k in rng.permutation(len(every))]
    return [tuple(map(int, rng.permutation(rotations))) for _ in range(ORDERS)]


def arm_order(arms: Sequence[str], seed: int, item: str) -> tuple[str, ...]:
    """The order in which an item's arms are asked.

    Each arm has its own seeded rank, so leaving one out does not change the order of the others.
    """
    return tuple(sorted(arms, key=lambda arm: (number(seed, "arm order", item, arm), arm)))


def _ranking(items: Iterable[Item], seed: int) -> Iterator[Item]:
    waiting: dict[str | None, _Waiting] = {}
    for item in items:
        waiting.setdefault(item.target, _Waiting(seed)).add(item)
    unlabelled = [waiting.pop(None)] if None in waiting else []
    turns = [waiting[target] for target in sorted(waiting, key=lambda one: number(seed, "targets", str(one)))]
    taken: Counter[str] = Counter()
    for group in (turns, unlabelled):
        while any(group):
            for target in group:
                if target:
                    yield target.take(taken)


class _Waiting:
    """The items of one target that are not yet ranked, by subject."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.by_subject: defaultdict[str, list[Item]] = defaultdict(list)
        self.heap: list[tuple[int, int, str]] = []

    def __bool__(self) -> bool:
        return bool(self.by_subject)

    def add(self, item: Item) -> None:
        self.by_subject[item.subject].append(item)

    def take(self, taken: Counter[str]) -> Item:
        """The next item of the subject with the fewest items so far; counts it in `taken`."""
        if not self.heap:
            self._order()
        while True:
            times, place, subject = heappop(self.heap)
            if times == taken[subject]:
                break
            heappush(self.heap, (taken[subject], place, subject))
        item = self.by_subject[subject].pop()
        taken[subject] += 1
        if self.by_subject[subject]:
            heappush(self.heap, (taken[subject], place, subject))
        else:
            del self.by_subject[subject]
        return item

    def _order(self) -> None:
        for waiting in self.by_subject.values():
            waiting.sort(key=lambda item: (number(self.seed, "items", item.id), item.id))
        self.heap = [(0, number(self.seed, "subjects", subject), subject) for subject in self.by_subject]
        heapify(self.heap)


def seats(items: Sequence[Item], arms: int, raters: int, seed: int) -> tuple[tuple[Seat, ...], ...]:
    """For each rater, the items and the index of the arm of each, in the order of showing.

    Items are put in a row, target by target, in a seeded order within each; rater r sees the item
    at place j in arm (j + r) mod `arms`. So each rater sees each item once, a rater's arms differ
    by at most one item within each target, and each item has at least ⌊raters / arms⌋ raters in
    each arm.

    Args:
        items: what is shown.
        arms: their number.
        raters: number of people.
        seed: decides the row and each rater's own order.
    """
    row = sorted(items, key=lambda item: (item.target or "", number(seed, "rating row", item.id), item.id))
    seen = []
    for rater in range(raters):
        here = [(item.id, (place + rater) % arms) for place, item in enumerate(row)]
        here.sort(key=lambda seat: (number(seed, "rating order", rater, seat[0]), seat[0]))
        seen.append(tuple(here))
    return tuple(seen)
