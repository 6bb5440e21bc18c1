"""All contacts and ways of the definitions as tables, so that draws for many clips are look-ups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from mgllm.synthetic.definitions import (
    ILLUSTRATIVE,
    Channel,
    Contact,
    GestureSpec,
    Part,
    Place,
    Rub,
    Way,
    load_definitions,
)
from mgllm.synthetic.geometry import Numbers

PARTS: tuple[str, ...] = get_args(Part)
BY = ("tips", "palm", "knuckles")
CHANNELS: tuple[Channel, ...] = get_args(Channel)
STILL = Rub(metres=(0, 0), hertz=(1, 1))
FIDGET = Rub(metres=(0.0005, 0.003), hertz=(0.2, 1.0), loose=True)
"""Of resting hands: our choice."""
NONE = -1

Reals64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class WayTable:
    """All ways of all classes, K rows; the last one is to do nothing."""

    first: Mapping[str, int]
    """Row of a class's first way."""
    count: Mapping[str, int]
    """Number of its ways."""
    own: Numbers
    """[K]: contact of the leading hand, or NONE."""
    other: Numbers
    """[K]: contact of the other hand, or NONE."""
    moves: Reals64
    """[K, channels, 2]: ranges of moves; degrees, shift in metres."""
    pulses: Reals64
    """[K, 2]: hertz."""
    stays: NDArray[np.bool_]
    """[K]: the way back is no part of the gesture."""
    quiet: NDArray[np.bool_]
    """[K]: free hands never go with speech beside it."""
    speech: Numbers
    """Contacts of hands that go with speech."""


@cache
def contact_rows() -> Mapping[str, Reals64]:
    """Numbers of all contacts by name, [M, …]; directions as in the YAML: to the own side, up, forward."""
    places = load_definitions().places
    rows = [_row(places[contact.at], contact, rub) for contact, rub in _build().contacts]
    return {name: np.array([row[name] for row in rows], np.float64) for name in rows[0]}


@cache
def way_table() -> WayTable:
    """All ways of all classes."""
    return _build().ways


@cache
def rest_rows() -> Mapping[str, int]:
    """Contacts of resting hands by place."""
    return _build().rests


@dataclass(frozen=True, eq=False)
class _Built:
    contacts: list[tuple[Contact, Rub]]
    ways: WayTable
    rests: Mapping[str, int]


@cache
def _build() -> _Built:
    contacts: list[tuple[Contact, Rub]] = []

    def add(contact: Contact | None, rub: Rub) -> int:
        if contact is None:
            return NONE
        contacts.append((contact, rub))
        return len(contacts) - 1

    definitions = load_definitions()
    rows = [(spec, way) for spec in definitions.gestures.values() for way in spec.ways]
    own = [add(way.own, spec.rub or STILL) for spec, way in rows]
    other = [add(*_of_other(spec, way)) for spec, way in rows]
    resting = {place for pair in definitions.speaker.rests for place in pair}
    rests = {place: add(_resting(place), FIDGET) for place in sorted(resting)}
    return _Built(contacts, _ways(definitions.gestures, own, other), rests)


def _of_other(spec: GestureSpec, way: Way) -> tuple[Contact | None, Rub]:
    """What the other hand does: it rubs if it does the same, or if hands go their own ways."""
    rub = spec.rub or STILL
    if way.both:
        return way.own, rub
    return way.other, rub if rub.loose else STILL


def _ways(gestures: Mapping[str, GestureSpec], own: list[int], other: list[int]) -> WayTable:
    rows = [(label, spec, way) for label, spec in gestures.items() for way in spec.ways]
    labels = [label for label, _, _ in rows]
    moves = np.zeros((len(rows) + 1, len(CHANNELS), 2))
    for number, (_, _, way) in enumerate(rows):
        for channel, pair in way.moves.items():
            moves[number, CHANNELS.index(channel)] = pair
    speech = [own[n] for n, label in enumerate(labels) if label == ILLUSTRATIVE]
    return WayTable(
        first={label: labels.index(label) for label in gestures},
        count={label: labels.count(label) for label in gestures},
        own=np.array([*own, NONE]),
        other=np.array([*other, NONE]),
        moves=moves,
        pulses=np.array([*(way.pulses for _, _, way in rows), (0.0, 0.0)]),
        stays=np.array([*(spec.stays for _, spec, _ in rows), False]),
        quiet=np.array([*(label == ILLUSTRATIVE for label in labels), True]),
        speech=np.array([number for number in speech if number != NONE]),
    )


def _resting(place: str) -> Contact:
    return Contact(at=place, by="palm", curl=(0.15, 0.6), scatter=0.02)


def _row(place: Place, contact: Contact, rub: Rub) -> dict[str, object]:
    none = (0.0, 0.0, 0.0)
    return {
        "part": PARTS.index(place.part),
        "at": place.at,
        "inward": none if contact.palm else tuple(-x for x in place.out),
        "palm": contact.palm or none,
        "fingers": contact.fingers or place.fingers,
        "elbow": contact.elbow or place.elbow,
        "round": place.round,
        "by": BY.index(contact.by),
        "curl": contact.curl,
        "scatter": contact.scatter,
        "metres": rub.metres,
        "hertz": rub.hertz,
        "along": rub.along or none,
        "loose": rub.loose,
    }
