"""Who sees which item in which arm: a Latin square over raters, balanced within every target."""

from __future__ import annotations

from collections.abc import Sequence

from mgllm.records import Item
from mgllm.seeds import number

Seat = tuple[str, int]
"""An item's id, and the index of the arm that it is seen in."""


def seats(items: Sequence[Item], arms: int, raters: int, seed: int) -> tuple[tuple[Seat, ...], ...]:
    """For each rater, items with the index of the arm they are seen in, in the order they are seen.

    Items stand in a row, targets together, by seed inside each; rater r sees the item at place j in arm
    (j + r) mod `arms`. So nobody sees an item twice, everybody sees every item, a rater's arms differ by at
    most one item within each target, and every item has at least ⌊raters / arms⌋ raters in each arm.

    Args:
        items: what is shown.
        arms: how many there are.
        raters: how many people are asked.
        seed: decides the row and each rater's own order.
    """
    row = sorted(items, key=lambda item: (item.target or "", number(seed, "rating row", item.id), item.id))
    seen = []
    for rater in range(raters):
        here = [(item.id, (place + rater) % arms) for place, item in enumerate(row)]
        here.sort(key=lambda seat: (number(seed, "rating order", rater, seat[0]), seat[0]))
        seen.append(tuple(here))
    return tuple(seen)
