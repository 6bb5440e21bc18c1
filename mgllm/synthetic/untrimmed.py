"""Untrimmed recordings: one speaker for minutes, micro-gestures between rest and speech; their
times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mgllm.records import Gesture
from mgllm.seeds import stream
from mgllm.skeleton import Clip
from mgllm.synthetic.acts import Acts, draw_acts, starting_at
from mgllm.synthetic.cameras import Cameras, draw_cameras
from mgllm.synthetic.contacts import Pace, draw_pace
from mgllm.synthetic.definitions import ILLUSTRATIVE, load_definitions, visible_classes
from mgllm.synthetic.detector import Difficulty, Picture, decimated, detect, draw_rates
from mgllm.synthetic.figure import Bodies, draw_bodies
from mgllm.synthetic.geometry import Numbers, Reals
from mgllm.synthetic.scenes import FPS, Scene, Speakers, draw_rests, draw_speakers, film
from mgllm.synthetic.trimmed import part_of

GAP = {"shape": 2.0, "mean": 3.5, "least": 0.6, "most": 20.0}
"""Seconds between two gestures, a gamma distribution: our choice."""
SPEAKS, MOVES = 0.35, 0.35
"""Shares of gaps in which the hands go with speech, and in which something else is done that is not
a micro-gesture."""
SETTLES = 0.3
"""Share of the other gaps in which the hands find another place to rest."""
PAUSE = (0.12, 0.6)
"""Seconds of rest before and after each movement."""
LEAST_SEEN = 0.3
"""Seconds that must be seen of a gesture in which the recording ends."""


@dataclass(frozen=True, eq=False)
class Recording:
    """A recording and what happens in it."""

    clip: Clip
    """All frames."""
    gestures: tuple[Gesture, ...]
    """The micro-gestures with their true times, in the order of their start."""
    illustrative: tuple[Gesture, ...]
    """Times when hands go with speech, which is not a micro-gesture."""


@dataclass(frozen=True, eq=False)
class Shoot:
    """One person before one camera, and what happens."""

    bodies: Bodies
    """The person: one body."""
    cameras: Cameras
    """One camera."""
    unseen: NDArray[np.bool_]
    """[1]: whether size and pace of movements are from the unseen ranges."""
    labels: list[str | None]
    """What happens in turn, as `with_gaps` returns it; more than fits is cut off."""
    seconds: float
    """Length of the recording."""


@dataclass(frozen=True, eq=False)
class Staged:
    """A recording before it is filmed."""

    scene: Scene
    """What happens, in stretches."""
    labels: list[str | None]
    """What happens in each stretch."""
    seconds: float
    """Length of the recording."""

    @property
    def gestures(self) -> tuple[Gesture, ...]:
        """Each micro-gesture from the first to the last moment at which a person would see it."""
        others = load_definitions().others
        kept = [label not in (None, ILLUSTRATIVE, *others) for label in self.labels]
        return _gestures(self.labels, np.stack(self.scene.acts.seen), np.array(kept), self.seconds)

    @property
    def spoken(self) -> tuple[Gesture, ...]:
        """When hands go with speech between gestures."""
        names: list[str | None] = [ILLUSTRATIVE] * len(self.labels)
        label_of = load_definitions().label_of
        speaks = np.array([name is not None and label_of(name) == ILLUSTRATIVE for name in self.labels])
        return _gestures(names, np.stack(self.scene.acts.seen), speaks, self.seconds)

    @property
    def illustrative(self) -> tuple[Gesture, ...]:
        """When hands go with speech, between gestures and beside them."""
        found, acts = list(self.spoken), self.scene.acts
        names: list[str | None] = [ILLUSTRATIVE] * len(self.labels)
        for timing, along in zip((acts.own_timing, acts.other_timing), acts.along, strict=True):
            found += _gestures(names, np.stack([timing.seen_from, timing.seen_to]), along, self.seconds)
        return tuple(sorted(found, key=lambda gesture: gesture.start or 0.0))


def make_recording(seed: int, number: int, seconds: float, difficulty: Difficulty) -> Recording:
    """A recording of one body; it depends only on the arguments."""
    random = stream(seed, "recording", number)
    unseen = np.array([part_of(number) == "test"])
    drawn = draw_bodies(seed, range(number, number + 1), unseen, kind="speaker")
    cameras = draw_cameras(unseen, random)
    labels = _labels(seconds, random)
    staged = stage(Shoot(drawn.bodies, cameras, unseen, labels, seconds), random)
    noise = stream(seed, "detector of recording", number)
    joints = watch(staged, difficulty, noise)
    rate = float(draw_rates(1, noise)[0])
    columns = {name: f"{value[0]:.4f}" for name, value in drawn.drawn.items()}
    columns |= {name: f"{getattr(cameras, name)[0]:.4f}" for name in ("azimuth", "elevation", "distance")}
    name = f"r{number:05d}"
    clip = Clip(name, name, decimated(joints, FPS, rate), fps=rate, more={"part": part_of(number)} | columns)
    return Recording(clip, staged.gestures, staged.illustrative)


def stage(shoot: Shoot, random: np.random.Generator) -> Staged:
    """Place what happens in time, as far as it fits into the recording."""
    labels, n = shoot.labels, len(shoot.labels)
    pace = draw_pace(np.repeat(shoot.unseen, n), random)
    acts, start, frames = _timeline(labels, pace)
    n = int(np.searchsorted(np.cumsum(frames), shoot.seconds * FPS)) + 1
    first = np.arange(n)
    now, then = _speakers(labels, random)
    scene = Scene(
        bodies=shoot.bodies.take(first * 0),
        speakers=now.take(first),
        acts=acts.take(first),
        cameras=shoot.cameras.take(first * 0),
        leads_left=random.random(len(labels))[:n] < 0.5,
        start=start[:n],
        frames=frames[:n],
        next_speakers=then.take(first),
    )
    return Staged(scene, labels[:n], shoot.seconds)


def watch(staged: Staged, difficulty: Difficulty, random: np.random.Generator) -> Reals:
    """[T, V, 3]: what a detector reports, 25 frames a second.

    The complete recording is one clip to the detector: a hand that is lost in it is never found, so
    no hand is.
    """
    filmed = film(staged.scene)
    width = staged.scene.cameras.width[filmed.clip_F]
    same = np.zeros_like(filmed.clip_F)
    whole = difficulty.model_copy(update={"lost_clips": {"busy": 0.0, "idle": 0.0}, "cropped": 0.0})
    busy = np.ones((2, 1), dtype=bool)
    joints = detect(Picture(filmed.pixels_V2F, filmed.behind_2F, width, same, busy), whole, random)
    return joints[: int(np.rint(staged.seconds * FPS))]


def _labels(seconds: float, random: np.random.Generator) -> list[str | None]:
    """Gaps and gestures in turn: each class equally often, in random order."""
    classes = [label for label in visible_classes() if label != ILLUSTRATIVE]
    rounds = int(seconds / 2 / len(classes)) + 2
    return with_gaps([classes[n] for _ in range(rounds) for n in random.permutation(len(classes))], random)


def with_gaps(gestures: Sequence[str], random: np.random.Generator) -> list[str | None]:
    """A gap before each gesture: None, or what happens in it that is not one."""
    others = load_definitions().others
    weights = np.array([other.weight for other in others.values()])
    moves = random.choice(list(others), len(gestures), p=weights / weights.sum()).tolist()
    kinds = random.random(len(gestures))
    gaps = [
        ILLUSTRATIVE if kind < SPEAKS else move if kind < SPEAKS + MOVES else None
        for kind, move in zip(kinds.tolist(), moves, strict=True)
    ]
    return [label for pair in zip(gaps, gestures, strict=True) for label in pair]


def _timeline(labels: list[str | None], pace: Pace) -> tuple[Acts, Reals, Numbers]:
    """What happens one after the other; start in seconds and frames of each."""
    acts = draw_acts(labels, pace, PAUSE[0])
    empty = np.array([label is None for label in labels])
    gap = pace.random.gamma(GAP["shape"], GAP["mean"] / GAP["shape"], len(labels))
    gap = np.clip(gap, GAP["least"], GAP["most"])
    lead, tail = (pace.random.uniform(*PAUSE, len(labels)) for _ in range(2))
    whole = np.where(empty, gap, acts.timing.end + tail) + lead
    whole = np.maximum(whole, np.where(empty, lead + acts.timing.onset, 0))
    frames = np.ceil(whole * FPS).astype(np.int64)
    start = (np.cumsum(frames) - frames) / FPS
    return starting_at(acts, (start + lead).astype(np.float32)), start.astype(np.float32), frames


def _speakers(labels: list[str | None], random: np.random.Generator) -> tuple[Speakers, Speakers]:
    """The speaker in each part, and in the next one: in an empty gap the resting place may
    change."""
    speaker = draw_speakers(1, random).take(np.zeros(len(labels), np.int64))
    settles = np.array([label is None for label in labels]) & (random.random(len(labels)) < SETTLES)
    then: Numbers = np.cumsum(settles)
    right, left = draw_rests(int(then[-1]) + 1, random)
    stretches = [
        replace(speaker, right=right.take(which), left=left.take(which)) for which in (then - settles, then)
    ]
    return stretches[0], stretches[1]


def _gestures(
    labels: list[str | None], seen_2N: Reals, kept_N: NDArray[np.bool_], seconds: float
) -> tuple[Gesture, ...]:
    found = []
    for label, first, last, kept in zip(labels, *seen_2N.tolist(), kept_N, strict=True):
        end = min(last, seconds)
        if kept and label is not None and end - first >= LEAST_SEEN:
            found.append(Gesture(label=label, start=round(max(first, 0.0), 3), end=round(end, 3)))
    return tuple(found)
