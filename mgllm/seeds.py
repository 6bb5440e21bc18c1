"""Random numbers by name: the seed of a run decides everything that mgllm draws by chance.

Each draw has a name (its purpose, item, epoch …) instead of a place in one sequence. So it does not
depend on the draws before it, and `--limit`, `--arms` and resuming never change it.
"""

from __future__ import annotations

import hashlib

import numpy as np


def number(seed: int, *names: str | int) -> int:
    """A 64-bit number that depends only on seed and names."""
    key = "\x1f".join([str(seed), *map(str, names)])
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")


def unit(seed: int, *names: str | int) -> float:
    """A number from 0 to below 1, uniform over names."""
    return number(seed, *names) / 2**64


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """A generator that depends only on seed and names."""
    return np.random.default_rng(number(seed, *names))
