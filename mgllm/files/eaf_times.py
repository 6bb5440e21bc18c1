"""When the annotations of an ELAN file happen: their own times, or those that ELAN shows for them.

Annotations on a tier that divides another one often have no times of their own. ELAN then divides
the time evenly, between the nearest times on the tier (time subdivision) or among all parts of the
annotation above (symbolic subdivision). So is done here.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mgllm.files.eaf_files import Annotation, EafDocument, Tier

DEEPEST = 100
"""Tiers below each other: far more than people make, and an end for those that go round."""


class Span(NamedTuple):
    """When an annotation happens."""

    start: float | None
    """Seconds; None if it is not known."""
    end: float | None
    """Seconds; None if it is not known."""
    divided: bool = False
    """Whether a time is not written in the file, but comes from an even division."""

    def part(self, place: int, parts: int) -> Span:
        """The part at a place, from 0, of several of the same length."""
        if parts == 1 or self.start is None or self.end is None:
            return self
        length = (self.end - self.start) / parts
        start, end = self.start + place * length, self.start + (place + 1) * length
        return Span(round(start, 6), round(end, 6), divided=True)


def spans(document: EafDocument) -> dict[str, Span]:
    """Start and end by annotation.

    Raises:
        ValueError: an id appears twice, or an annotation refers to a part that is missing.
    """
    by_id = _by_id(document.tiers)
    between = _between(document.tiers, document.times)
    parts = {name: place for tier in document.tiers for name, place in _parts(tier).items()}
    known: dict[str, Span] = {}
    for one in by_id.values():
        path = _path(one, by_id, known)
        for below in reversed(path):
            if below.slots is not None:
                known[below.id] = _own(below.slots, document.times, between)
            else:
                known[below.id] = known[below.parent or ""].part(*parts[below.id])
    return known


def _by_id(tiers: Iterable[Tier]) -> dict[str, Annotation]:
    by_id: dict[str, Annotation] = {}
    for tier in tiers:
        for one in tier.annotations:
            if by_id.setdefault(one.id, one) is not one:
                raise ValueError(f"the annotation id '{one.id:.40}' appears twice")
    return by_id


def _path(one: Annotation, by_id: Mapping[str, Annotation], known: Mapping[str, Span]) -> list[Annotation]:
    """The annotation and those that it hangs on, up to one with time slots or known times."""
    path, seen = [one], {one.id}
    while path[-1].slots is None:
        last = path[-1]
        above = by_id.get(last.parent or "")
        if above is None or above.id in seen:
            raise ValueError(f"annotation '{last.id:.40}' refers to '{last.parent:.40}', which has no times")
        if above.id in known:
            break
        seen.add(above.id)
        path.append(above)
    return path


def _own(
    slots: tuple[str, str], times: Mapping[str, float | None], between: Mapping[str, float | None]
) -> Span:
    start, end = (between.get(slot, times[slot]) for slot in slots)
    return Span(start, end, divided=any(slot in between for slot in slots))


def _parts(tier: Tier) -> dict[str, tuple[int, int]]:
    """Place and number of the parts that an annotation is divided into, by the part."""
    groups: dict[str, list[Annotation]] = {}
    for one in tier.annotations:
        if one.parent is not None:
            groups.setdefault(one.parent, []).append(one)
    return {
        one.id: (place, len(group)) for group in groups.values() for place, one in enumerate(_ordered(group))
    }


def _ordered(group: Sequence[Annotation]) -> Sequence[Annotation]:
    """The parts in the order that they name; in the file's where they name none."""
    ids = {one.id for one in group}
    after = {one.previous: one for one in group if one.previous in ids}
    ordered = []
    for one in group:
        following: Annotation | None = one if one.previous not in ids else None
        while following is not None:
            ordered.append(following)
            following = after.get(following.id)
    return ordered if len(ordered) == len(group) else group


def _between(tiers: Sequence[Tier], times: Mapping[str, float | None]) -> Mapping[str, float | None]:
    """Times of slots that have none: even steps from one known time of a tier to the next."""
    between: dict[str, float | None] = {}
    known = ChainMap(between, dict(times))
    order = {slot: place for place, slot in enumerate(times)}
    for tier in _parents_first(tiers):
        aligned = [(one.id, one.slots) for one in tier.annotations if one.slots is not None]
        for name, slots in aligned:
            if lost := [slot for slot in slots if slot not in order]:
                raise ValueError(
                    f"annotation '{name:.40}' names the time slot '{lost[0]:.40}', which is missing"
                )
        row = sorted((slots for _, slots in aligned), key=lambda slots: (order[slots[0]], order[slots[1]]))
        for chain in _chains(row, known):
            between.update(chain)
    return between


def _parents_first(tiers: Sequence[Tier]) -> list[Tier]:
    above = {tier.name: tier.parent for tier in tiers}

    def depth(name: str) -> int:
        steps = 0
        while (name := above.get(name, "")) and steps < DEEPEST:
            steps += 1
        return steps

    return sorted(tiers, key=lambda tier: depth(tier.name))


def _chains(
    row: Iterable[tuple[str, str]], times: Mapping[str, float | None]
) -> Iterable[Mapping[str, float]]:
    """Times of the slots without one, by each row of annotations that lies between two known
    times."""
    chain: list[list[str]] = []
    for first, last in row:
        if chain and first in chain[-1]:
            pass
        elif chain and times[first] is None and times[chain[-1][0]] is None:
            chain[-1].append(first)  # the same moment, with two slots
        else:
            chain = [[first]]
        if last not in chain[-1]:
            chain.append([last])
        if times[last] is not None:
            yield _even(chain, times[chain[0][0]], times[last])
            chain = [[last]]


def _even(chain: Sequence[Sequence[str]], start: float | None, end: float | None) -> Mapping[str, float]:
    if start is None or end is None or end < start:
        return {}
    step = (end - start) / max(len(chain) - 1, 1)
    return {
        slot: round(start + place * step, 6) for place, slots in enumerate(chain[1:-1], 1) for slot in slots
    }
