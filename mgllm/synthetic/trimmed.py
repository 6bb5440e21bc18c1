"""Trimmed clips: each body does every class once, and some of what is not a micro-gesture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mgllm.seeds import stream
from mgllm.skeleton import Clip
from mgllm.skeleton.layouts import load_layout
from mgllm.synthetic.acts import Acts, draw_acts
from mgllm.synthetic.cameras import draw_cameras
from mgllm.synthetic.contacts import draw_pace
from mgllm.synthetic.definitions import LAYOUT, load_definitions, visible_classes
from mgllm.synthetic.detector import Difficulty, Picture, decimated, detect, draw_rates
from mgllm.synthetic.figure import draw_bodies
from mgllm.synthetic.geometry import Numbers, Reals
from mgllm.synthetic.scenes import FPS, Filmed, Scene, draw_speakers, film

PARTS = ("train", "test", "train", "validation", "train", "train", "test", "train", "train", "train")
"""The part of bodies 0, 1, …, repeated: 7 to learn from, 1 for validation, 2 of the unseen
ranges."""
BODIES_AT_ONCE = 4
OTHERS_PER_BODY = 10
"""Clips of each body without a micro-gesture: a quarter of all, as people are mostly
doing nothing of the vocabulary. Our choice."""
CUT = {"before": (-0.12, 0.16), "after": (-0.12, 0.16)}
"""Seconds by which annotation begins and ends too early (+) or too late (−): our choice."""
INSIDE = 0.5
"""Share of clips that are cut inside the contact, as webcam recordings of a sign are: the hand is
there from the first frame to the last."""
STILL_COMING = (0.7, 1.2)
"""Where such a clip begins, in durations of the movement out; the end is mirrored in the movement
back."""
OTHER_CUT = (-0.6, 0.8)
"""Seconds before (+) or inside (−) a movement that is not a gesture, at which its clip begins or
ends."""
SHORTEST = 10
"""Frames of the shortest clip."""
ROOM = 0.5
"""Seconds before and after the gesture in which a hand may go with speech: our choice."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Clips of a few bodies, ready to be filmed."""

    scene: Scene
    """What happens in them."""
    names: tuple[str, ...]
    """What it is called: a gesture, or one of the others of the definitions."""
    labels: tuple[str, ...]
    """Their classes."""
    body: Numbers
    """[N]: number of each clip's body."""
    drawn: dict[str, Reals]
    """[N]: the properties of `clip_columns.PROPERTIES`."""


def part_of(body: int) -> str:
    """Which part of the data set a body belongs to."""
    return PARTS[body % len(PARTS)]


def make_batch(seed: int, number: int) -> Batch:
    """The clips of four bodies; they depend only on seed and number."""
    random = stream(seed, "clips", number)
    bodies = range(number * BODIES_AT_ONCE, (number + 1) * BODIES_AT_ONCE)
    unseen = np.array([part_of(body) == "test" for body in bodies])
    drawn = draw_bodies(seed, bodies, unseen)
    names = [name for _ in bodies for name in _names(random)]
    of_body = np.repeat(np.arange(BODIES_AT_ONCE), CLIPS_OF_BODY)
    pace = draw_pace(unseen[of_body], random)
    acts = draw_acts(names, pace, ROOM)
    cameras = draw_cameras(unseen[of_body], random)
    start, frames = _cut(names, acts, random)
    scene = Scene(
        bodies=drawn.bodies.take(of_body),
        speakers=draw_speakers(len(names), random),
        acts=acts,
        cameras=cameras,
        leads_left=random.random(len(names)) < 0.5,
        start=start,
        frames=frames,
    )
    columns = {name: values[of_body] for name, values in drawn.drawn.items()}
    columns |= {name: getattr(cameras, name) for name in ("azimuth", "elevation", "distance")}
    columns |= {"amplitude": pace.amplitude, "speed": pace.speed}
    label_of = load_definitions().label_of
    return Batch(scene, tuple(names), tuple(map(label_of, names)), of_body + bodies.start, columns)


def _names(random: np.random.Generator) -> list[str]:
    """What one body does: every class once and some of the others, in random order."""
    classes, others = visible_classes(), load_definitions().others
    weights = np.array([other.weight for other in others.values()])
    drawn = random.choice(list(others), OTHERS_PER_BODY, p=weights / weights.sum()).tolist()
    names = [*classes, *drawn]
    return [names[n] for n in random.permutation(len(names))]


CLIPS_OF_BODY = len(visible_classes()) + OTHERS_PER_BODY


def detected(filmed: Filmed, scene: Scene, difficulty: Difficulty, random: np.random.Generator) -> Reals:
    """[F, V, 3]: what a detector reports for all frames; without the extra points."""
    width = scene.cameras.width[filmed.clip_F]
    pixels = filmed.pixels_V2F[: len(load_layout(LAYOUT).joints)]
    left = scene.leads_left
    own, other = scene.acts.own.used, scene.acts.other.used
    busy_2N = np.where(left, np.stack([other, own]), np.stack([own, other]))
    picture = Picture(pixels, filmed.behind_2F, width, filmed.clip_F, busy_2N)
    return detect(picture, difficulty, random)


def make_clips(seed: int, number: int, difficulty: Difficulty) -> Iterator[Clip]:
    """The first `number` clips of a seed; a larger number begins with the same clips.

    Clips 0 to 39 are of one body, one of each class and ten of the others in random order; then
    comes the next body.
    """
    size = BODIES_AT_ONCE * CLIPS_OF_BODY
    for batch_number in range(-(-number // size)):
        batch = make_batch(seed, batch_number)
        filmed = film(batch.scene)
        random = stream(seed, "detector", batch_number)
        joints = detected(filmed, batch.scene, difficulty, random)
        rates = draw_rates(size, random)
        ends = np.cumsum(batch.scene.frames)
        for n in range(min(size, number - batch_number * size)):
            body = int(batch.body[n])
            sides = {"part": part_of(body), "leads": "left" if batch.scene.leads_left[n] else "right"}
            yield Clip(
                id=f"c{batch_number * size + n:07d}",
                subject=f"b{body:05d}",
                joints=decimated(joints[ends[n] - batch.scene.frames[n] : ends[n]], FPS, float(rates[n])),
                label=batch.labels[n],
                fps=float(rates[n]),
                more=sides
                | {"does": batch.names[n]}
                | {name: f"{values[n]:.4f}" for name, values in batch.drawn.items()},
            )


def _cut(names: Sequence[str], acts: Acts, random: np.random.Generator) -> tuple[Reals, Numbers]:
    """First second and number of frames of each clip: around what is seen, or inside the
    contact."""
    n = len(names)
    first, last = acts.seen
    begin = first - random.uniform(*CUT["before"], n)
    end = last + random.uniform(*CUT["after"], n)
    timing = acts.timing
    inside = (random.random(n) < INSIDE) & acts.own.used
    held = timing.begin + timing.onset + timing.hold
    begin = np.where(inside, timing.begin + random.uniform(*STILL_COMING, n) * timing.onset, begin)
    end = np.where(inside, held + (1 - random.uniform(*STILL_COMING, n)) * timing.offset, end)
    other = np.array([name in load_definitions().others for name in names])
    begin = np.where(other, timing.begin - random.uniform(*OTHER_CUT, n), begin)
    end = np.where(other, timing.end + random.uniform(*OTHER_CUT, n), end)
    frames = np.maximum(np.rint((end - begin) * FPS), SHORTEST).astype(np.int64)
    return begin.astype(np.float32), frames
