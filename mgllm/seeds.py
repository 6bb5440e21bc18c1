"""A seed decides everything random on our side: streams of random numbers by name.

Naming a stream (by purpose, item, epoch …) instead of drawing from one generator makes a draw
independent of how many others came before it, so that `--limit`, `--arms` and resume never move it.
"""

from __future__ import annotations

import hashlib

import numpy as np


def number(seed: int, *names: str | int) -> int:
    """A 64-bit number that is a function of seed and names alone."""
    key = "\x1f".join([str(seed), *map(str, names)])
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")


def unit(seed: int, *names: str | int) -> float:
    """A number in [0, 1), uniform over names."""
    return number(seed, *names) / 2**64


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """A generator of its own for seed and names."""
    return np.random.default_rng(number(seed, *names))
