"""Trimmed clips with one gesture each; each body does every class once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mgllm.seeds import stream
from mgllm.skeleton import Clip
from mgllm.skeleton.layouts import load_layout
from mgllm.synthetic.acts import Acts, draw_acts
from mgllm.synthetic.cameras import draw_cameras
from mgllm.synthetic.contacts import draw_pace
from mgllm.synthetic.definitions import LAYOUT, visible_classes
from mgllm.synthetic.detector import Difficulty, detect
from mgllm.synthetic.figure import draw_bodies
from mgllm.synthetic.geometry import Numbers, Reals
from mgllm.synthetic.scenes import FPS, Filmed, Scene, draw_speakers, film

PARTS = ("train", "test", "train", "validation", "train", "train", "test", "train", "train", "train")
"""The part of bodies 0, 1, …, repeated: 7 to learn from, 1 for validation, 2 of the unseen
ranges."""
BODIES_AT_ONCE = 4
CUT = {"before": (-0.12, 0.16), "after": (-0.12, 0.16)}
"""Seconds by which annotation begins and ends too early (+) or too late (−): our choice."""
ROOM = 0.5
"""Seconds before and after the gesture in which a hand may go with speech: our choice."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Clips of a few bodies, ready to be filmed."""

    scene: Scene
    """What happens in them."""
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
    random, classes = stream(seed, "clips", number), visible_classes()
    bodies = range(number * BODIES_AT_ONCE, (number + 1) * BODIES_AT_ONCE)
    unseen = np.array([part_of(body) == "test" for body in bodies])
    drawn = draw_bodies(seed, bodies, unseen)
    labels = [classes[n] for _ in bodies for n in random.permutation(len(classes))]
    of_body = np.repeat(np.arange(BODIES_AT_ONCE), len(classes))
    pace = draw_pace(unseen[of_body], random)
    acts = draw_acts(labels, pace, ROOM)
    cameras = draw_cameras(unseen[of_body], random)
    start, frames = _cut(acts, random)
    scene = Scene(
        bodies=drawn.bodies.take(of_body),
        speakers=draw_speakers(len(labels), random),
        acts=acts,
        cameras=cameras,
        leads_left=random.random(len(labels)) < 0.5,
        start=start,
        frames=frames,
    )
    columns = {name: values[of_body] for name, values in drawn.drawn.items()}
    columns |= {name: getattr(cameras, name) for name in ("azimuth", "elevation", "distance")}
    columns |= {"amplitude": pace.amplitude, "speed": pace.speed}
    return Batch(scene, tuple(labels), of_body + bodies.start, columns)


def detected(filmed: Filmed, scene: Scene, difficulty: Difficulty, random: np.random.Generator) -> Reals:
    """[F, V, 3]: what a detector reports for all frames; without the extra points."""
    width = scene.cameras.width[filmed.clip_F]
    pixels = filmed.pixels_V2F[: len(load_layout(LAYOUT).joints)]
    return detect(pixels, filmed.behind_2F, width, filmed.clip_F, difficulty, random)


def make_clips(seed: int, number: int, difficulty: Difficulty) -> Iterator[Clip]:
    """The first `number` clips of a seed; a larger number begins with the same clips.

    Clips 0 to 29 are of one body, one of each class in random order; then comes the next body.
    """
    size = BODIES_AT_ONCE * len(visible_classes())
    for batch_number in range(-(-number // size)):
        batch = make_batch(seed, batch_number)
        filmed = film(batch.scene)
        joints = detected(filmed, batch.scene, difficulty, stream(seed, "detector", batch_number))
        ends = np.cumsum(batch.scene.frames)
        for n in range(min(size, number - batch_number * size)):
            body = int(batch.body[n])
            sides = {"part": part_of(body), "leads": "left" if batch.scene.leads_left[n] else "right"}
            yield Clip(
                id=f"c{batch_number * size + n:07d}",
                subject=f"b{body:05d}",
                joints=joints[ends[n] - batch.scene.frames[n] : ends[n]],
                label=batch.labels[n],
                fps=FPS,
                more=sides | {name: f"{values[n]:.4f}" for name, values in batch.drawn.items()},
            )


def _cut(acts: Acts, random: np.random.Generator) -> tuple[Reals, Numbers]:
    """First second and number of frames of each clip."""
    first, last = acts.seen
    begin = first - random.uniform(*CUT["before"], len(first)).astype(np.float32)
    end = last + random.uniform(*CUT["after"], len(last)).astype(np.float32)
    return begin, np.maximum(np.rint((end - begin) * FPS), 8).astype(np.int64)
