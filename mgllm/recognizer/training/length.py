"""How long a pre-training is, and what follows from that: learning rate, momentum, queue."""

from __future__ import annotations

import math

EPOCHS = 30
"""Times that each clip is seen, if the two bounds below allow it: with 390 steps on 431 clips of
UTD-MHAD the linear probe gained 3.5 points over random weights (three seeds), with 91 steps none
(one seed)."""
LEAST_STEPS = 90
"""A training of a hundred clips needs them: on one person's clips the gain was largest there. With
40 or 50 steps nothing was learned."""
MOST_STEPS = 400
"""About the longest training for which a gain was measured: 600 steps were as good on UTD-MHAD, and
on one person's clips 360 were worse than 90."""


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
    """Epochs of a training whose length is not given: `EPOCHS`, but with at least `LEAST_STEPS`
    steps and with no more than `MOST_STEPS` need; many for a few clips, one for many thousands."""
    steps = steps_per_epoch(clips, batch)
    wanted = min(MOST_STEPS, max(LEAST_STEPS, EPOCHS * steps))
    return math.ceil(wanted / steps)
