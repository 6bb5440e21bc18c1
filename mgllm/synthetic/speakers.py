"""Seated speakers between gestures: where hands rest, where the body is, how it sways."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mgllm.synthetic.contact_table import CHANNELS, rest_rows
from mgllm.synthetic.contacts import LEFT, RIGHT, Contacts, Pace, draw_contacts
from mgllm.synthetic.definitions import load_definitions
from mgllm.synthetic.geometry import Numbers, Reals

TURNED = ("tilt", "turn", "shift", "head_turn", "head_tilt")
"""Channels that change their sign in a mirror."""
TWINS = {"raise_own": "raise_other", "raise_other": "raise_own"}
"""Channels that change places in a mirror."""


@dataclass(frozen=True, eq=False)
class Speakers:
    """N speakers as they are: right is right."""

    right: Contacts
    """Where the right hand rests."""
    left: Contacts
    """Where the left hand rests."""
    base: Reals
    """[channels, N]: degrees, shift in metres."""
    sway: Reals
    """[3, 2, channels, N]: size, hertz and phase of two rhythms."""

    def take(self, index: Numbers) -> Speakers:
        """The speakers of these numbers."""
        return Speakers(
            self.right.take(index), self.left.take(index), self.base[..., index], self.sway[..., index]
        )


def draw_speakers(number: int, random: np.random.Generator) -> Speakers:
    """Draw N speakers."""
    spec = load_definitions().speaker
    right, left = draw_rests(number, random)
    base = np.stack([random.uniform(*spec.base[name], number) for name in CHANNELS])
    sway = np.zeros((3, 2, len(CHANNELS), number))
    for place, name in enumerate(CHANNELS):
        sway[0, :, place] = random.uniform(*spec.sway[name].size, (2, number))
        sway[1, :, place] = random.uniform(*spec.sway[name].hertz, (2, number))
        sway[2, :, place] = random.uniform(0, 2 * np.pi, (2, number))
    return Speakers(right, left, base.astype(np.float32), sway.astype(np.float32))


def draw_rests(number: int, random: np.random.Generator) -> tuple[Contacts, Contacts]:
    """Where right and left hands rest."""
    rows = rest_rows()
    pairs = np.array([[rows[place] for place in pair] for pair in load_definitions().speaker.rests])
    chosen = pairs[random.integers(len(pairs), size=number)]
    chosen = np.where(random.random((number, 1)) < 0.5, chosen, chosen[:, ::-1])
    one = np.ones(number, np.float32)
    pace = Pace(one, one, random)
    return draw_contacts(chosen[:, 0], RIGHT, pace), draw_contacts(chosen[:, 1], LEFT, pace)


def body_angles(speakers: Speakers, left_N: NDArray[np.bool_], frames_N: Numbers, time_F: Reals) -> Reals:
    """[channels, F]: base and sway; where the left hand leads, in the mirror."""
    base, sway = (in_mirror(part, left_N) for part in (speakers.base, speakers.sway))
    angles: Reals = np.repeat(base, frames_N, axis=-1)
    for rhythm in (0, 1):
        size, hertz, phase = (np.repeat(part[rhythm], frames_N, axis=-1) for part in sway)
        angles += size * np.sin(np.float32(2 * np.pi) * hertz * time_F + phase)
    return angles


def in_mirror(values: Reals, left_N: NDArray[np.bool_]) -> Reals:
    """Channels as they look in a mirror, for the clips where the left hand leads.

    Args:
        values: [channels, N], or [3, 2, channels, N] of sway, whose size alone changes its sign.
        left_N: the left hand leads.
    """
    order = [CHANNELS.index(TWINS.get(name, name)) for name in CHANNELS]
    sign = np.array([-1 if name in TURNED else 1 for name in CHANNELS], np.float32)[:, None]
    turned = values[..., order, :].copy()
    if values.ndim == 2:
        turned *= sign
    else:
        turned[0] *= sign
    return np.where(left_N, turned, values)
