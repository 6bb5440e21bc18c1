"""Films of people of a corpus: one body a person, a camera a recording, gestures as planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mgllm.records import Frozen, Gesture
from mgllm.seeds import stream
from mgllm.synthetic.cameras import draw_cameras
from mgllm.synthetic.corpora.reader import MOST_GESTURES, Signs
from mgllm.synthetic.detector import Difficulty
from mgllm.synthetic.figure import draw_bodies
from mgllm.synthetic.geometry import Reals
from mgllm.synthetic.untrimmed import Shoot, Staged, stage, watch, with_gaps

SEEN = np.array([False])
"""Bodies, cameras and movements of corpora are from the seen ranges."""
SURE_SECONDS = 15.0
"""So many seconds are enough for a gap and a gesture; twice their mean."""
LEAST_SECONDS = 1.5
"""And so many are the least."""
UNANIMOUS = 0.5
"""Share of recordings in which all gestures that count are on one side: our choice."""
FREQUENT: Mapping[str, float] = {
    "shaking shoulders": 2272, "moving torso": 942, "touching or scratching facial parts": 858,
    "crossing fingers": 700, "rubbing or holding hands": 657, "scratching or touching arms": 373,
    "touching jaw": 302, "playing or manipulating objects": 287, "touching or scratching head": 207,
}  # fmt: skip
"""Clips in the challenge's train and validation list of iMiGUE, of the most frequent classes."""
SELDOM = 50.0
"""All other classes are as frequent as this, so that a small corpus has most of them."""


@dataclass(frozen=True, eq=False)
class Footage:
    """A recording with what truly happens in it."""

    joints: Reals
    """[T, 22, 3]: what a detector reports, 25 frames a second."""
    gestures: tuple[Gesture, ...]
    """Micro-gestures."""
    spoken: tuple[Gesture, ...]
    """When hands go with speech between them."""


class Part(Frozen):
    """One recording of one person; what happens in it depends only on this."""

    seed: int
    """Decides everything."""
    corpus: str
    """Of which corpus."""
    name: int | str
    """Of the recording."""
    person: int
    """Of the person; decides the body."""
    cues: int | None
    """1 or −1: what the gestures that count say; 0: none counts; None: there are no gestures."""
    seconds: float
    """Length."""

    def stream(self, what: str) -> np.random.Generator:
        """Random numbers of this recording."""
        return stream(self.seed, what, self.corpus, self.name)


def stage_part(part: Part, signs: Signs) -> Staged:
    """What a person does in one recording."""
    random = part.stream("footage")
    labels = with_gaps(gesture_sequence(part, signs, random), random)
    if part.cues is None:
        labels = labels[::2]
    return stage_labels(part, labels, random)


def stage_labels(part: Part, labels: list[str | None], random: np.random.Generator) -> Staged:
    """A person does these one after the other."""
    body = draw_bodies(part.seed, range(part.person, part.person + 1), SEEN, kind=f"person of {part.corpus}")
    return stage(Shoot(body.bodies, draw_cameras(SEEN, random), SEEN, labels, part.seconds), random)


def film_part(part: Part, signs: Signs, noise: float) -> Footage:
    """A recording as a detector reports it; `noise` is the factor on its errors."""
    staged = stage_part(part, signs)
    joints = watch(staged, Difficulty().times(noise), part.stream("detector of footage"))
    return Footage(joints, staged.gestures, staged.spoken)


def gesture_sequence(part: Part, signs: Signs, random: np.random.Generator) -> list[str]:
    """More gestures than fit into a recording; those that count are among the first, which surely
    fit."""
    weights = np.array([FREQUENT.get(name, SELDOM) for name in signs.neutral])
    length = int(part.seconds / LEAST_SECONDS) + 8
    drawn: list[str] = random.choice(signs.neutral, length, p=weights / weights.sum()).tolist()
    sure = max(1, int(part.seconds / SURE_SECONDS))
    count = MOST_GESTURES if sure >= MOST_GESTURES else 1
    counting = counting_gestures(signs, part.cues or 1, random)[:count]
    for place, label in zip(random.permutation(sure)[:count].tolist(), counting, strict=True):
        if part.cues:
            drawn[place] = label
    return drawn


def counting_gestures(signs: Signs, side: int, random: np.random.Generator) -> list[str]:
    """Different gestures whose sum is on a side, and the first one alone, too."""
    own, other = (signs.up, signs.down) if side > 0 else (signs.down, signs.up)
    against = 0 if random.random() < UNANIMOUS else (MOST_GESTURES - 1) // 2
    chosen = [own[n] for n in random.permutation(len(own))[: MOST_GESTURES - against]]
    return chosen + [other[n] for n in random.permutation(len(other))[:against]]
