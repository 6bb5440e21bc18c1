"""How a movement runs through time: smoothly up, held, smoothly down; or in pulses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mgllm.synthetic.clip_columns import Columns
from mgllm.synthetic.geometry import Reals

SEEN_AT = 0.1893
"""The share of its duration in which a minimum-jerk movement makes 5 % of its way: after that share it is
taken to be seen, and annotation begins and ends there."""


@dataclass(frozen=True, eq=False)
class Timing(Columns):
    """When N movements go out, stay and come back; seconds, [N] each."""

    begin: Reals
    """The movement out begins."""
    onset: Reals
    """Duration of the movement out."""
    hold: Reals
    """Time between the two."""
    offset: Reals
    """Duration of the movement back."""

    @property
    def end(self) -> Reals:
        """The movement back is over."""
        return self.begin + self.onset + self.hold + self.offset

    @property
    def seen_from(self) -> Reals:
        """The first moment at which a person would see it."""
        return self.begin + np.float32(SEEN_AT) * self.onset

    @property
    def seen_to(self) -> Reals:
        """The last such moment."""
        return self.end - np.float32(SEEN_AT) * self.offset


def way(share: Reals) -> Reals:
    """How far a minimum-jerk movement has come, 0..1, at a share of its duration (Flash & Hogan, 1985)."""
    t = np.clip(share, 0, 1)
    come: Reals = t * t * t * (10 + t * (6 * t - 15))
    return come


def envelope(time_F: Reals, timing: Timing) -> Reals:
    """0 before and after, 1 while held, minimum jerk between; `timing` by frame."""
    out = way((time_F - timing.begin) / timing.onset)
    back = way((time_F - timing.begin - timing.onset - timing.hold) / timing.offset)
    return out - back


def pulses(time_F: Reals, timing: Timing, hertz_F: Reals) -> Reals:
    """Whole pulses 0..1, as near `hertz` as fits, from begin to end; where `hertz` is 0, the envelope."""
    whole = timing.end - timing.begin
    count = np.maximum(np.rint(whole * hertz_F), 1)
    share = np.clip((time_F - timing.begin) / whole, 0, 1) * count % 1
    rise = way(np.where(share < 0.5, 2 * share, 2 - 2 * share))
    return np.where(hertz_F > 0, rise, envelope(time_F, timing)).astype(np.float32)
