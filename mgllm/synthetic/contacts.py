"""What hands do at places, drawn for many clips at once.

All contacts and ways of the definitions are in tables, so that draws for many clips are look-ups.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from mgllm.synthetic.clip_columns import Columns, draw
from mgllm.synthetic.definitions import (
    ILLUSTRATIVE,
    Channel,
    Contact,
    GestureSpec,
    OtherSpec,
    Part,
    Place,
    Rub,
    Way,
    load_definitions,
)
from mgllm.synthetic.geometry import Numbers, Reals

PARTS: tuple[str, ...] = get_args(Part)
BY = ("tips", "palm", "knuckles")
CHANNELS: tuple[Channel, ...] = get_args(Channel)
STILL = Rub(metres=(0, 0), hertz=(1, 1))
FIDGET = Rub(metres=(0.0005, 0.003), hertz=(0.2, 1.0), loose=True)
"""Small movements of resting hands: our choice."""
NONE = -1
Reals64 = NDArray[np.float64]
RIGHT, LEFT = -1, 1
VECTORS = ("at", "beside", "inward", "palm", "fingers", "elbow", "round", "stroke", "cross_stroke")
"""Fields whose x changes its sign when left and right are exchanged."""
SIZE_ACROSS = {"given": 0.3, "any": 0.6, "loose": 1.0}
"""Largest second stroke, as a share of the first: with a given direction, with any, or of a loose
hand."""
LOOSE_RATIO = (0.45, 1.0)
"""Pace of a loose hand's second stroke, as a share of the first's."""


@dataclass(frozen=True, eq=False)
class WayTable:
    """All ways of all classes, K rows; in the last one nothing happens."""

    first: Mapping[str, int]
    """Row of a class's first way."""
    count: Mapping[str, int]
    """Number of its ways."""
    own: Numbers
    """[K]: contact of the leading hand, or NONE."""
    other: Numbers
    """[K]: contact of the other hand, or NONE."""
    moves: Reals64
    """[K, channels, 2]: ranges of moves; degrees, shift and rise in metres."""
    pulses: Reals64
    """[K, 2]: hertz."""
    stays: NDArray[np.bool_]
    """[K]: whether the way back is not part of the gesture."""
    quiet: NDArray[np.bool_]
    """[K]: whether free hands never go with speech beside it."""
    speech: Numbers
    """Contacts of hands that go with speech."""


@cache
def contact_rows() -> Mapping[str, Reals64]:
    """Numbers of all contacts by name, [M, …]; directions as in the YAML: to the own side, up,
    forward."""
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
    rows = [(spec, way) for spec in definitions.specs.values() for way in spec.ways]
    own = [add(way.own, spec.rub or STILL) for spec, way in rows]
    other = [add(*_of_other(spec, way)) for spec, way in rows]
    resting = {place for pair in definitions.speaker.rests for place in pair}
    rests = {place: add(_resting(place), FIDGET) for place in sorted(resting)}
    return _Built(contacts, _ways(definitions.specs, own, other), rests)


def _of_other(spec: GestureSpec, way: Way) -> tuple[Contact | None, Rub]:
    """What the other hand does: it rubs if it does the same, or if the hands are loose."""
    rub = spec.rub or STILL
    if way.both:
        return way.own, rub
    return way.other, rub if rub.loose else STILL


def _ways(specs: Mapping[str, GestureSpec], own: list[int], other: list[int]) -> WayTable:
    rows = [(label, spec, way) for label, spec in specs.items() for way in spec.ways]
    labels = [label for label, _, _ in rows]
    moves = np.zeros((len(rows) + 1, len(CHANNELS), 2))
    for number, (_, _, way) in enumerate(rows):
        for channel, pair in way.moves.items():
            moves[number, CHANNELS.index(channel)] = pair
    speech = [own[n] for n, label in enumerate(labels) if label == ILLUSTRATIVE]
    return WayTable(
        first={label: labels.index(label) for label in specs},
        count={label: labels.count(label) for label in specs},
        own=np.array([*own, NONE]),
        other=np.array([*other, NONE]),
        moves=moves,
        pulses=np.array([*(way.pulses for _, _, way in rows), (0.0, 0.0)]),
        stays=np.array([*(spec.stays for _, spec, _ in rows), False]),
        quiet=np.array(
            [*(label == ILLUSTRATIVE or isinstance(spec, OtherSpec) for label, spec, _ in rows), True]
        ),
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


@dataclass(frozen=True, eq=False)
class Contacts(Columns):
    """What one hand of each of N clips does; directions x (left), y, z."""

    used: NDArray[np.bool_]
    """[N]: whether the hand does anything."""
    part: Numbers
    """[N]: number in PARTS of the part with the place."""
    by: Numbers
    """[N]: number in BY of the touching part of the hand."""
    at: Reals
    """[3, N]: the place, in the part's units."""
    beside: Reals
    """[3, N]: distance from the place in the part's directions, metres."""
    inward: Reals
    """[3, N]: where the palm faces, in the part's directions; 0 if `palm` says it."""
    palm: Reals
    """[3, N]: where the palm faces, in the chest's directions, or 0."""
    fingers: Reals
    """[3, N]: where the fingers point, in the chest's directions."""
    elbow: Reals
    """[3, N]: on which side the elbow is, in the chest's directions."""
    round: Reals
    """[3, N]: the curve of the way to the place, in the chest's directions, metres."""
    curl: Reals
    """[N]: bend of the fingers, radians."""
    stroke: Reals
    """[3, N]: half of a stroke, in the part's directions, metres."""
    cross_stroke: Reals
    """[3, N]: half of a stroke at right angles to it."""
    hertz: Reals
    """[2, N]: rates of the two strokes."""
    phase: Reals
    """[2, N]: phases of the two strokes, radians."""

    def mirrored(self) -> Contacts:
        """The same contacts of the other hand."""
        flip = np.array([-1, 1, 1], np.float32)[:, None]
        return replace(self, **{name: getattr(self, name) * flip for name in VECTORS})


@dataclass(frozen=True, eq=False)
class Pace:
    """How large and quick N clips are, and their random numbers."""

    amplitude: Reals
    """[N]: factor on the size of movements."""
    speed: Reals
    """[N]: factor on their pace."""
    random: np.random.Generator
    """Random numbers for all other draws."""


def draw_pace(unseen_N: NDArray[np.bool_], random: np.random.Generator) -> Pace:
    """Size and speed of N clips, from the seen or the unseen ranges."""
    return Pace(draw("amplitude", unseen_N, random), draw("speed", unseen_N, random), random)


def draw_contacts(wanted_N: Numbers, side: int, pace: Pace) -> Contacts:
    """Draw one hand's contact for each of N clips.

    Args:
        wanted_N: rows of the contact table; −1: the hand does nothing.
        side: RIGHT or LEFT.
        pace: size, speed and random numbers.
    """
    rows = contact_rows()
    row = {name: values[np.maximum(wanted_N, 0)] for name, values in rows.items()}
    random, n = pace.random, len(wanted_N)
    stroke, cross_stroke = _strokes(row, pace)
    loose = row["loose"] > 0
    hertz = _between(row["hertz"], random) * pace.speed
    ratio = np.where(loose, random.uniform(*LOOSE_RATIO, n), 1.0)
    first, second = random.uniform(0, 2 * np.pi, (2, n))
    lag = np.where(loose, second, np.pi / 2)
    mirror = np.array([side, 1, 1])[:, None]
    vectors = {name: row[name].T * mirror for name in ("at", "inward", "palm", "fingers", "elbow", "round")}
    vectors |= {"stroke": stroke.T * mirror, "cross_stroke": cross_stroke.T * mirror}
    vectors["beside"] = random.standard_normal((3, n)) * row["scatter"]
    return Contacts(
        used=wanted_N >= 0,
        part=row["part"].astype(np.int64),
        by=row["by"].astype(np.int64),
        curl=_between(row["curl"], random).astype(np.float32),
        hertz=np.stack([hertz, hertz * ratio]).astype(np.float32),
        phase=np.stack([first, first + lag]).astype(np.float32),
        **{name: value.astype(np.float32) for name, value in vectors.items()},
    )


def _strokes(row: dict[str, NDArray[np.float64]], pace: Pace) -> tuple[NDArray[np.float64], ...]:
    """Two strokes at right angles, [N, 3]: along the given direction, or along any."""
    random = pace.random
    size = (_between(row["metres"], random) * pace.amplitude)[:, None]
    any_way = random.standard_normal((len(size), 3))
    given = (row["along"] != 0).any(axis=1, keepdims=True)
    along = np.where(given, row["along"], any_way)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.cross(along, random.standard_normal((len(size), 3)))
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    loose = row["loose"][:, None] > 0
    most = np.where(given, SIZE_ACROSS["given"], np.where(loose, SIZE_ACROSS["loose"], SIZE_ACROSS["any"]))
    return along * size, across * size * random.random((len(size), 1)) * most


def _between(pairs: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """One number from each of N ranges [N, 2]."""
    drawn: NDArray[np.float64] = pairs[:, 0] + (pairs[:, 1] - pairs[:, 0]) * random.random(len(pairs))
    return drawn
