"""Several bodies in one recording: which of them are one person, and which one a clip is about.

Programs that find people give a body another number when they lose it for a moment, and find people
in chairs and curtains. So bodies that never stand together may be one person, and a body counts by
how long and how surely it is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mgllm.datasets.skeletons._bodies import most_moving
from mgllm.errors import some

Reals = NDArray[np.floating[Any]]
NEAR = 1.0
"""Sizes of a body (the diagonal around its joints) between where one ends and the next begins, up
to which they are one person. People are about as far apart as they are tall. Our choice."""
LIGHT = 0.1
"""A body with less than this share of the weight of the heaviest is an error of the program. A real
second person is seen longer. Our choice."""
AS_SURE = 0.75
"""Bodies with this share of the weight of the heaviest are as sure as it. Detectors give noise half
of a person's score or less, and two people about the same. Our choice."""


class Body(NamedTuple):
    """What a program takes for one person."""

    name: str
    frames: NDArray[np.int64]
    """Numbers of the frames in which it is seen, increasing."""
    x_FVC: Reals
    """Coordinates and, last, a score; NaN = missing."""
    parts: int = 1
    """Bodies that were joined into it."""

    @property
    def weight(self) -> float:
        """Sum of the scores of all joints seen."""
        seen_FV = np.isfinite(self.x_FVC).all(axis=-1)
        return float(self.x_FVC[..., -1][seen_FV].sum())

    @property
    def centres(self) -> Reals:
        """[F, D]: the middle of the joints seen in each frame."""
        seen_FV = np.asarray(np.isfinite(self.x_FVC).all(axis=-1))[..., None]
        total_FD = np.where(seen_FV, self.x_FVC[..., :-1], 0).sum(axis=1)
        return np.asarray(total_FD / np.maximum(seen_FV.sum(axis=1), 1))

    @property
    def size(self) -> float:
        """Diagonal around the joints, the median over the frames."""
        with np.errstate(invalid="ignore"):
            seen_FV = np.asarray(np.isfinite(self.x_FVC).all(axis=-1))[..., None]
            low_FD = np.where(seen_FV, self.x_FVC[..., :-1], np.inf).min(axis=1)
            high_FD = np.where(seen_FV, self.x_FVC[..., :-1], -np.inf).max(axis=1)
        across_F = np.linalg.norm(high_FD - low_FD, axis=-1)
        return float(np.median(across_F[np.isfinite(across_F)])) if np.isfinite(across_F).any() else 0.0


class Kept(NamedTuple):
    """The body that a clip is about."""

    body: Body
    others: int
    """Bodies that were left out."""


def bodies_of(x_MTVC: Reals) -> list[Body]:
    """Bodies called 1, 2 …; without those that are never seen.

    Args:
        x_MTVC: coordinates and a score; NaN = missing.
    """
    seen_MT = np.asarray(np.isfinite(x_MTVC).all(axis=-1).any(axis=-1))
    frames = [np.flatnonzero(seen_T) for seen_T in seen_MT]
    return [
        Body(str(number), there, x_TVC[there])
        for number, (there, x_TVC) in enumerate(zip(frames, x_MTVC, strict=True), 1)
        if len(there)
    ]


def dense(body: Body, frames: int) -> Reals:
    """[T, V, C] with NaN where the body is not seen."""
    x_TVC = np.full((frames, *body.x_FVC.shape[1:]), np.nan, body.x_FVC.dtype)
    x_TVC[body.frames] = body.x_FVC
    return x_TVC


def join_bodies(bodies: Iterable[Body], *, anywhere: bool = False) -> list[Body]:
    """Join bodies that never stand together, the heaviest first, each to the nearest one.

    Light ones are joined only if they are near, since noise in another place is not the person.

    Args:
        bodies: of one recording.
        anywhere: join heavy bodies also if they are far from each other.
    """
    chains: list[Body] = []
    for body in sorted(bodies, key=lambda one: -one.weight):
        free = [n for n, chain in enumerate(chains) if not _together(chain, body)]
        steps = {n: _step(chains[n], body) for n in free}
        heavy = anywhere and bool(chains) and body.weight >= LIGHT * chains[0].weight
        fitting = [n for n in free if heavy or steps[n] <= NEAR * max(chains[n].size, body.size)]
        if fitting:
            nearest = min(fitting, key=steps.__getitem__)
            chains[nearest] = _joined(chains[nearest], body)
        else:
            chains.append(body)
    return sorted(chains, key=lambda one: -one.weight)


def main_body(x_MTVC: Reals) -> Kept | None:
    """The surest body; of equally sure ones, the one that moves most. None if nobody is seen.

    Bodies that never stand together are joined first.

    Args:
        x_MTVC: coordinates and a score; NaN = missing.
    """
    chains = join_bodies(bodies_of(x_MTVC), anywhere=True)
    if not chains:
        return None
    sure = [one for one in chains if one.weight >= AS_SURE * chains[0].weight]
    moving = most_moving(np.stack([dense(one, x_MTVC.shape[1])[..., :-1] for one in sure]))
    return Kept(sure[moving], len(chains) - 1)


def kept_notes(kept: Sequence[tuple[str, Kept]]) -> list[str]:
    """How many clips had several bodies, and what became of them.

    Args:
        kept: clips by name.
    """
    several = [name for name, one in kept if one.others]
    joined = [name for name, one in kept if one.body.parts > 1]
    notes = []
    if several:
        count = sum(one.others for _, one in kept)
        notes.append(
            f"{len(several)} clips have several bodies: the surest, and of equally sure ones the most "
            f"moving, is kept; {count} bodies are left out: {some(several)}"
        )
    if joined:
        notes.append(
            f"{len(joined)} clips have bodies that never stand together: they are joined: {some(joined)}"
        )
    return notes


def _together(one: Body, other: Body) -> bool:
    return bool(np.isin(other.frames, one.frames, assume_unique=True).any())


def _step(one: Body, other: Body) -> float:
    """How far apart they are where one goes over into the other."""
    place = np.searchsorted(one.frames, other.frames)
    low, high = np.clip(place - 1, 0, len(one.frames) - 1), np.clip(place, 0, len(one.frames) - 1)
    gaps_2F = np.abs(np.stack([one.frames[low], one.frames[high]]) - other.frames)
    side, frame = divmod(int(gaps_2F.argmin()), len(other.frames))
    mine = (low, high)[side][frame]
    return float(np.linalg.norm(one.centres[mine] - other.centres[frame]))


def _joined(one: Body, other: Body) -> Body:
    frames = np.concatenate([one.frames, other.frames])
    order = np.argsort(frames)
    x_FVC = np.concatenate([one.x_FVC, other.x_FVC])[order]
    return Body(one.name, frames[order], x_FVC, one.parts + other.parts)
