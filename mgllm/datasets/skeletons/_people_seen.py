"""Who is seen in a recording: detections of each frame followed over time, and the person that the
user means.

Where a recording shows several people, nothing in the files says which one it is about: the user is
asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from mgllm.datasets.skeletons._joining import LIGHT, Body, join_bodies
from mgllm.errors import InputError, one_line

Reals = NDArray[np.floating]
JUMP = 0.25
"""Sizes of a body that its joints may move from one frame to the next: a hand that strikes moves a
tenth, and people stand about one size apart. Our choice."""
FORGET = 50
"""Frames after which a body that was lost is not looked for any more; two seconds at 25 a second.
Our choice; what begins near it later is joined anyway."""
SAME = "same"
"""The word for: bodies that never stand together are one person, wherever they stand."""
PLACES = ("left", "right", "largest")
"""Words for a person by what is seen."""


class Detections(NamedTuple):
    """What a pose program found in a recording."""

    frames: int
    """Length of the recording."""
    joints: tuple[str, ...]
    """Our name of each key point; empty where we have none."""
    frame_N: NDArray[np.int64]
    """Frame of each body found, from 0; never decreasing."""
    x_NVC: NDArray[np.float32]
    """x, y, score; NaN = missing."""
    who_N: tuple[str, ...] | None = None
    """Number or name that the program gave it; None: it gave none."""
    named: bool = False
    """Whether these are names of people that the user gave: they are never joined."""
    counts: Mapping[str, int] = MappingProxyType({})
    """What is unusual about the recording, with its number."""


class Person(NamedTuple):
    """The person that a recording is about."""

    body: Body
    people: int
    """People in the recording."""
    left_out: int
    """Bodies that are seen too seldom to be people."""


def find_person(seen: Detections, asked: str | None, where: str) -> Person:
    """The only person of a recording, or the one that is asked for.

    Args:
        seen: the recording.
        asked: left, right, largest, a body's name, or `same`; None if the user did not say.
        where: the recording, for errors.

    Raises:
        InputError: nobody is there, or several people are and none was asked for.
    """
    bodies = _bodies(seen)
    if not bodies:
        raise InputError(f"{where} shows nobody: no key point was found in its {seen.frames} frames")
    if not seen.named:
        bodies = join_bodies(bodies, anywhere=asked == SAME)
    bodies.sort(key=lambda one: -one.weight)
    people = [one for one in bodies if one.weight >= LIGHT * bodies[0].weight]
    if seen.who_N is None:
        people = [one._replace(name=str(n)) for n, one in enumerate(people, 1)]
    chosen = people[0]
    if len(people) > 1:
        chosen = _chosen(people, asked, seen, where)
    elif asked is not None and asked not in (*PLACES, SAME, chosen.name):
        raise InputError(f"--person {asked}: {where} shows one person, {one_line(chosen.name)}; leave it out")
    return Person(chosen, len(people), len(bodies) - len(people))


def _chosen(people: Sequence[Body], asked: str | None, seen: Detections, where: str) -> Body:
    by_word = {
        "left": min(people, key=_across),
        "right": max(people, key=_across),
        "largest": max(people, key=lambda one: one.size),
    }
    by_name = {one.name: one for one in people}
    if asked in by_name:
        return by_name[asked]
    if asked in by_word:
        return by_word[asked]
    shown = ", ".join(
        f"'{one.name:.40}' at x {_across(one):.0f} in {len(one.frames)} of {seen.frames} frames"
        for one in people[:4]
    )
    more = ", …" if len(people) > 4 else ""
    apart = "" if seen.named or _meet(people) else f", or --person {SAME} if all are one person"
    raise InputError(
        f"{where} shows {len(people)} people ({shown}{more}); say whose gestures are meant: "
        f"--person left, right, largest or a name{apart}"
    )


def _meet(people: Sequence[Body]) -> bool:
    frames = np.concatenate([one.frames for one in people])
    return len(np.unique(frames)) < len(frames)


def _across(body: Body) -> float:
    return float(np.median(body.centres[:, 0]))


def _bodies(seen: Detections) -> list[Body]:
    """Detections of one person together; of two with one name in a frame the surer one counts."""
    there_N = np.isfinite(seen.x_NVC).all(axis=-1).any(axis=-1)
    who = followed(seen.frame_N, seen.x_NVC) if seen.who_N is None else list(seen.who_N)
    rows: dict[str, dict[int, int]] = {}
    score_N = np.nansum(seen.x_NVC[..., -1], axis=-1)
    for row in np.flatnonzero(there_N).tolist():
        frames = rows.setdefault(who[row], {})
        frame = int(seen.frame_N[row])
        if frame not in frames or score_N[row] > score_N[frames[frame]]:
            frames[frame] = row
    return [
        Body(name, np.array(sorted(frames), np.int64), seen.x_NVC[[frames[n] for n in sorted(frames)]])
        for name, frames in rows.items()
    ]


def followed(frame_N: NDArray[np.int64], x_NVC: NDArray[np.float32]) -> list[str]:
    """A number for each detection, the same for one body from frame to frame.

    In each frame the bodies are assigned so that joints move least in all; what moves farther than
    `JUMP` for each frame that has passed is another body.
    """
    who: list[str] = [""] * len(frame_N)
    tracks: dict[str, tuple[int, Reals, float]] = {}
    edges = np.flatnonzero(np.diff(frame_N, prepend=-1, append=-1))
    for first, after in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        frame, x_MVC = int(frame_N[first]), x_NVC[first:after]
        live = [name for name, (last, _, _) in tracks.items() if frame - last <= FORGET]
        cost_ML = np.full((len(x_MVC), len(live)), np.inf)
        for place, name in enumerate(live):
            last, x_VC, size = tracks[name]
            cost_ML[:, place] = _moved(x_MVC, x_VC) / (size * (1 + 0.2 * (frame - last - 1)) or 1)
        for row, name in _pairs(cost_ML, live).items():
            who[first + row] = name
        for row in range(len(x_MVC)):
            who[first + row] = who[first + row] or str(len(tracks) + 1)
            name = who[first + row]
            x_VC = np.where(
                np.isfinite(x_MVC[row]), x_MVC[row], tracks[name][1] if name in tracks else np.nan
            )
            tracks[name] = (frame, x_VC, _size(x_VC))
    return who


def _pairs(cost_ML: Reals, live: Sequence[str]) -> Mapping[int, str]:
    """Body of the rows that have one."""
    if not cost_ML.size:
        return {}
    rows, places = linear_sum_assignment(np.minimum(cost_ML, 1e6))
    return {
        row: live[place]
        for row, place in zip(rows.tolist(), places.tolist(), strict=True)
        if cost_ML[row, place] <= JUMP
    }


def _moved(x_MVC: Reals, x_VC: Reals) -> Reals:
    """[M]: how far the joints that both have are apart, the median; infinite without any."""
    away_MV = np.linalg.norm(x_MVC[..., :2] - x_VC[:, :2], axis=-1)
    both_M = np.isfinite(away_MV).any(axis=-1)
    moved_M = np.full(len(x_MVC), np.inf)
    if both_M.any():
        moved_M[both_M] = np.nanmedian(away_MV[both_M], axis=-1)
    return moved_M


def _size(x_VC: Reals) -> float:
    points = x_VC[np.isfinite(x_VC).all(axis=-1), :2]
    return float(np.linalg.norm(np.ptp(points, axis=0))) if len(points) else 0.0
