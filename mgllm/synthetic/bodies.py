"""Random upper bodies: lengths of their parts.

Ratios to stature: Drillis & Contini (1966), as printed in Winter, Biomechanics and Motor Control of Human
Movement, fig. 4.1: trunk, forearm. The others are where a detector puts its points, not where bones end: its
shoulders lie further in (.195) than their breadth from outside to outside (.259), its upper arms are shorter,
its hands longer. They were set so that the proportions that MediaPipe Holistic finds on six clips of people
(docs/synthetic.md) lie among those that are made.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mgllm.seeds import stream
from mgllm.synthetic.clip_columns import Columns
from mgllm.synthetic.geometry import Reals
from mgllm.synthetic.ranges import BODY, draw

PARTS = {"trunk": 0.288, "shoulder": 0.0975, "upper_arm": 0.172, "forearm": 0.146, "hand": 0.116}
PARTS |= {"neck": 0.084, "head": 0.038, "depth": 0.063}
SCALED_BY = {"trunk": "trunk", "shoulder": "shoulders", "depth": "shoulders", "neck": "trunk", "head": "head"}
"""The factor of each part; the parts of the arm go by `arms`."""


@dataclass(frozen=True, eq=False)
class Bodies(Columns):
    """N bodies; metres, [N] each."""

    trunk: Reals
    """Hips to the line of the shoulders, sitting straight."""
    shoulder: Reals
    """Middle of that line to a shoulder."""
    upper_arm: Reals
    """Shoulder to elbow."""
    forearm: Reals
    """Elbow to wrist."""
    hand: Reals
    """Wrist to the tip of the middle finger."""
    neck: Reals
    """Root of the neck to the point about which the head turns."""
    head: Reals
    """Half of the distance between the ears."""
    depth: Reals
    """Axis of the chest to its front."""


@dataclass(frozen=True, eq=False)
class DrawnBodies:
    """Bodies and what they were drawn from."""

    bodies: Bodies
    """Lengths."""
    drawn: dict[str, Reals]
    """[N] each: stature and factors by name."""


def draw_bodies(seed: int, numbers: range, unseen_N: NDArray[np.bool_], *, kind: str = "body") -> DrawnBodies:
    """The bodies of these numbers; each depends on seed, kind, number and side alone."""
    parts = [
        {name: draw(name, unseen_N[n : n + 1], random) for name in BODY}
        for n, random in enumerate(stream(seed, kind, number) for number in numbers)
    ]
    drawn = {name: np.concatenate([part[name] for part in parts]) for name in BODY}
    sizes = {
        part: (ratio * drawn["stature"] * drawn[SCALED_BY.get(part, "arms")]).astype(np.float32)
        for part, ratio in PARTS.items()
    }
    return DrawnBodies(Bodies(**sizes), drawn)
