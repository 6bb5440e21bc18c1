"""What happens in each of many clips, and when.

It is a gesture by its definition and sometimes a hand that goes with speech. A movement goes out
smoothly, is held and comes back smoothly; or it comes in pulses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mgllm.synthetic.clip_columns import Columns
from mgllm.synthetic.contacts import CHANNELS, LEFT, NONE, RIGHT, Contacts, Pace, draw_contacts, way_table
from mgllm.synthetic.geometry import Numbers, Reals

SEEN_AT = 0.1893
"""Share of its duration in which a minimum-jerk movement makes 5 % of its way. After that share the
movement counts as seen, and annotation begins and ends there."""
EITHER_WAY = ("tilt", "turn", "shift")
"""Moves whose sign is drawn."""
MEAN_SECONDS = 2.67
"""Mean duration of a movement, so that clips last 2.5 s: iMiGUE's mean (Liu et al., CVPR 2021)."""
SHORTEST, LONGEST = 0.8, 8.0
SHAPE = 4.0
"""Shape of the gamma distribution of durations: our choice."""
ONSET = (0.35, 0.8)
"""Seconds of a movement out or back at pace 1: our choice."""
MOST_ONSET = 0.38
"""Largest share of the whole duration for the movement out, and for the movement back."""
SLOW_RETURN = (1.5, 3.0)
"""Seconds of the movement back if the way back is not part of the gesture."""
RAISED = ("raise_own", "raise_other")
FOLLOWS = {"raise_own": (-2, 9), "raise_other": (-2, 9), "lean": (-2, 4), "tilt": (-3, 3), "turn": (-4, 4)}
"""Degrees by which a shoulder rises with its hand, and the trunk moves with any: our choice. A
trunk that moves with a hand is not a gesture."""
SPEAKS_ALONG = 0.35
"""Share of clips in which free hands may go with speech: our choice."""
EACH_HAND = 0.75
"""In such a clip, the probability for each free hand."""
SPEECH = (1.2, 4.0)
"""Seconds of a hand that goes with speech, beside a gesture: our choice."""


@dataclass(frozen=True, eq=False)
class Timing(Columns):
    """When N movements go out, are held and come back; seconds, [N] each."""

    begin: Reals
    """Start of the movement out."""
    onset: Reals
    """Duration of the movement out."""
    hold: Reals
    """Time between the movements out and back."""
    offset: Reals
    """Duration of the movement back."""

    @property
    def end(self) -> Reals:
        """End of the movement back."""
        return self.begin + self.onset + self.hold + self.offset

    @property
    def seen_from(self) -> Reals:
        """The first moment at which a person would see it."""
        return self.begin + np.float32(SEEN_AT) * self.onset

    @property
    def seen_to(self) -> Reals:
        """The last moment at which a person would see it."""
        return self.end - np.float32(SEEN_AT) * self.offset


def way(share: Reals) -> Reals:
    """Position 0..1 of a minimum-jerk movement at a share of its duration (Flash & Hogan, 1985)."""
    t = np.clip(share, 0, 1)
    come: Reals = t * t * t * (10 + t * (6 * t - 15))
    return come


def envelope(time_F: Reals, timing: Timing) -> Reals:
    """0 before and after, 1 while held, minimum jerk between; `timing` by frame."""
    out = way((time_F - timing.begin) / timing.onset)
    back = way((time_F - timing.begin - timing.onset - timing.hold) / timing.offset)
    return out - back


def pulses(time_F: Reals, timing: Timing, hertz_F: Reals) -> Reals:
    """Complete pulses 0..1 from begin to end, at a rate close to `hertz`; if `hertz` is 0, the
    envelope."""
    whole = timing.end - timing.begin
    count = np.maximum(np.rint(whole * hertz_F), 1)
    share = np.clip((time_F - timing.begin) / whole, 0, 1) * count % 1
    rise = way(np.where(share < 0.5, 2 * share, 2 - 2 * share))
    return np.where(hertz_F > 0, rise, envelope(time_F, timing)).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Acts:
    """What happens in N clips."""

    own: Contacts
    """Contacts of the leading hand."""
    other: Contacts
    """Contacts of the other hand."""
    own_timing: Timing
    """When the leading hand moves."""
    other_timing: Timing
    """When the other hand moves."""
    timing: Timing
    """When the gesture happens."""
    moves: Reals
    """[channels, N]: moves of trunk, shoulders and head; degrees, shift and rise in metres."""
    hertz: Reals
    """[N]: rate of repeated moves; 0: they are held."""
    stays: NDArray[np.bool_]
    """[N]: whether the way back is not part of the gesture."""
    along: NDArray[np.bool_]
    """[2, N]: whether the leading or the other hand goes with speech beside the gesture."""

    @property
    def seen(self) -> tuple[Reals, Reals]:
        """[N] each: first and last second at which a person would see the gesture."""
        last = self.timing.begin + self.timing.onset + self.timing.hold
        return self.timing.seen_from, np.where(self.stays, last, self.timing.seen_to)

    def take(self, index: Numbers) -> Acts:
        """The acts of these clips."""
        return Acts(
            own=self.own.take(index),
            other=self.other.take(index),
            own_timing=self.own_timing.take(index),
            other_timing=self.other_timing.take(index),
            timing=self.timing.take(index),
            moves=self.moves[:, index],
            hertz=self.hertz[index],
            stays=self.stays[index],
            along=self.along[:, index],
        )


def draw_acts(labels: Sequence[str | None], pace: Pace, room: float) -> Acts:
    """Draw what happens from second 0 on.

    Args:
        labels: the class of each clip; None: only rest.
        pace: size, speed and random numbers.
        room: seconds before and after the gesture in which a hand may go with speech.
    """
    table = way_table()
    way_N = _ways(labels, pace.random)
    stays = table.stays[way_N]
    timing = draw_timing(pace, stays)
    wanted = np.stack([table.own[way_N], table.other[way_N]])
    along = _along(wanted, table.quiet[way_N], pace.random)
    wanted = np.where(along, pace.random.choice(table.speech, wanted.shape), wanted)
    beside = [_beside(timing, room, pace.random).where(hand, timing) for hand in along]
    hertz = table.pulses[way_N, 0] + np.ptp(table.pulses[way_N], axis=1) * pace.random.random(len(labels))
    return Acts(
        own=draw_contacts(wanted[0], RIGHT, pace),
        other=draw_contacts(wanted[1], LEFT, pace),
        own_timing=beside[0],
        other_timing=beside[1],
        timing=timing,
        moves=_moves(table.moves[way_N], pace) + _following(wanted, pace.random),
        hertz=(hertz * pace.speed).astype(np.float32),
        stays=stays,
        along=along,
    )


def draw_timing(pace: Pace, stays: NDArray[np.bool_]) -> Timing:
    """Durations of N gestures that begin at second 0."""
    random, n = pace.random, len(stays)
    whole = np.clip(random.gamma(SHAPE, MEAN_SECONDS / SHAPE, n), SHORTEST, LONGEST)
    out, back = (np.minimum(random.uniform(*ONSET, n) / pace.speed, MOST_ONSET * whole) for _ in range(2))
    hold = whole - out - back
    back = np.where(stays, random.uniform(*SLOW_RETURN, n), back)
    return Timing(*(part.astype(np.float32) for part in (np.zeros(n), out, hold, back)))


def starting_at(acts: Acts, begin_N: Reals) -> Acts:
    """The same acts, later."""
    own, other, both = (
        replace(timing, begin=timing.begin + begin_N)
        for timing in (acts.own_timing, acts.other_timing, acts.timing)
    )
    return replace(acts, own_timing=own, other_timing=other, timing=both)


def _ways(labels: Sequence[str | None], random: np.random.Generator) -> Numbers:
    """[N]: a way for each clip's class; for None the last row of the table."""
    table = way_table()
    nothing = len(table.own) - 1
    first = np.array([nothing if label is None else table.first[label] for label in labels])
    count = np.array([1 if label is None else table.count[label] for label in labels])
    chosen: Numbers = first + random.integers(count)
    return chosen


def _along(wanted_2N: Numbers, quiet_N: NDArray[np.bool_], random: np.random.Generator) -> NDArray[np.bool_]:
    """[2, N]: which free hands go with speech; none does where both rest, since a trunk that moves
    with a hand follows it."""
    some = (random.random(len(quiet_N)) < SPEAKS_ALONG) & ~quiet_N & (wanted_2N != NONE).any(axis=0)
    free: NDArray[np.bool_] = (wanted_2N == NONE) & some & (random.random(wanted_2N.shape) < EACH_HAND)
    return free


def _beside(timing: Timing, room: float, random: np.random.Generator) -> Timing:
    """Another movement at any time in the gesture and in the room around it."""
    first, last = timing.begin - room, timing.end + room
    whole = np.minimum(random.uniform(*SPEECH, len(first)), last - first)
    begin = first + random.random(len(first)) * (last - first - whole)
    out, back = (np.minimum(random.uniform(*ONSET, len(first)), MOST_ONSET * whole) for _ in range(2))
    return Timing(*(part.astype(np.float32) for part in (begin, out, whole - out - back, back)))


def _following(wanted_2N: Numbers, random: np.random.Generator) -> Reals:
    """[channels, N]: how trunk and shoulders follow hands that go somewhere."""
    busy_2N, n = wanted_2N != NONE, wanted_2N.shape[1]
    moves = np.zeros((len(CHANNELS), n), np.float32)
    for name, pair in FOLLOWS.items():
        hands = busy_2N[0] | busy_2N[1]
        if name in RAISED:
            hands = busy_2N[RAISED.index(name)]
        moves[CHANNELS.index(name)] = np.where(hands, random.uniform(*pair, n), 0)
    return moves


def _moves(ranges: NDArray[np.float64], pace: Pace) -> Reals:
    """[channels, N]: size of each clip's moves, from ranges [N, channels, 2]."""
    share = pace.random.random(ranges.shape[:2])
    size = (ranges[..., 0] + (ranges[..., 1] - ranges[..., 0]) * share) * pace.amplitude[:, None]
    sign = np.where(pace.random.random(len(ranges)) < 0.5, -1, 1)
    size[:, [CHANNELS.index(name) for name in EITHER_WAY]] *= sign[:, None]
    return np.ascontiguousarray(size.T, dtype=np.float32)
