"""How long a pre-training is, and what follows from that: learning rate, momentum, queue."""

from __future__ import annotations

import math

LEAST_STEPS = 90
"""Steps of a pre-training whose length is not given, rounded up to whole epochs; see
`docs/results/pretraining.md`."""


def cosine(step: int, steps: int, warmup: float = 0.05) -> float:
    """Factor on the learning rate: linear up, then half a cosine down (Loshchilov, Hutter, 2017).

    Args:
        step: from 0.
        steps: number of all steps.
        warmup: share of the steps in which the rate rises.
    """
    rise = max(1, round(warmup * steps))
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise)))


def momentum_for(steps: int) -> float:
    """Momentum with which the key network keeps almost nothing of its beginning.

    .999 over 900 steps keeps 41 % of the start; 1 − 10 / steps keeps e⁻¹⁰ of it. Our reading.
    """
    return min(0.999, max(0.9, 1 - 10 / max(1, steps)))


def queue_for(clips: int, batch: int) -> int:
    """Keys to keep for a data set: as many as it has clips, so that each is there once; at most
    16,384.

    Public code keeps 32,768 keys for any data set, so that a small set has each clip many times.
    """
    return min(16384, max(batch, clips))


def steps_per_epoch(clips: int, batch: int) -> int:
    """Full batches in an epoch; at least one."""
    return max(1, clips // batch)


def epochs_for(clips: int, batch: int) -> int:
    """Epochs that have `LEAST_STEPS` steps: many for a few clips, one for many thousands."""
    return math.ceil(LEAST_STEPS / steps_per_epoch(clips, batch))
