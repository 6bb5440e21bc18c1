"""How the learning rate runs over a training, and what follows from the size of a set."""

from __future__ import annotations

import math


def cosine(step: int, steps: int, warmup: float = 0.05) -> float:
    """Factor on the learning rate at a step: up in a line, down in half a cosine (Loshchilov, Hutter, 2017).

    Args:
        step: from 0.
        steps: in all.
        warmup: share of the steps on the way up.
    """
    rise = max(1, round(warmup * steps))
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise)))


def momentum_for(steps: int) -> float:
    """Momentum of the key network that lets it forget its beginning ten times over in a training.

    .999 over 900 steps keeps 41 % of the start; 1 − 10 / steps keeps e⁻¹⁰ of it. Our reading.
    """
    return min(0.999, max(0.9, 1 - 10 / max(1, steps)))


def queue_for(clips: int, batch: int) -> int:
    """Keys to keep for a set: as many as it has clips, as each is there once then; at most 16,384.

    Public code keeps 32,768 keys whatever the set, so that small sets meet each clip many times over.
    """
    return min(16384, max(batch, clips))


def steps_per_epoch(clips: int, batch: int) -> int:
    """Whole batches of an epoch; one at least."""
    return max(1, clips // batch)
