"""Augmentations in a row, each with its probability; views of a clip for contrast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch

from mgllm.recognizer.clips import Clips
from mgllm.recognizer.training.augmentations import (
    Amount,
    Augmentation,
    CoordinatePerturbation,
    JointDropout,
    ViewpointPerturbation,
    uniform,
)
from mgllm.recognizer.training.time_augmentations import (
    PosterizeTime,
    RepeatSegment,
    Speed,
    TemporalCropResize,
    TimeAugmentation,
    Timing,
    as_it_is,
)
from mgllm.seeds import number


@dataclass(frozen=True)
class Step:
    """One augmentation of a recipe."""

    augmentation: Augmentation
    """What is done."""
    probability: float = 1.0
    """To which share of clips, each by its own draw."""

    def amount(self, count: int, generator: torch.Generator) -> Amount:
        """1 for the clips to which it is done, 0 for the others."""
        return 1.0 if self.probability >= 1 else (uniform(count, generator) < self.probability).float()


@dataclass(frozen=True)
class Recipe:
    """Augmentations one after the other. Those in time that stand side by side read the clips once."""

    steps: tuple[Step, ...]
    """In this order."""

    def __call__(self, clips: Clips, generator: torch.Generator) -> Clips:
        """New clips of the same shape, with zeros where no joint is seen."""
        clips = clips.clean()
        timing: Timing | None = None
        for step in self.steps:
            amount_N = step.amount(len(clips.x_NTVC), generator)
            if isinstance(step.augmentation, TimeAugmentation):
                timing = step.augmentation.timing(timing or as_it_is(clips), generator, amount_N)
                continue
            clips, timing = _read(timing, clips), None
            clips = step.augmentation(clips, generator, amount_N)
        return _read(timing, clips)


def _read(timing: Timing | None, clips: Clips) -> Clips:
    return clips if timing is None else timing.read(clips)


NORMAL = Recipe(
    (
        Step(TemporalCropResize()),
        Step(PosterizeTime(), 0.2),
        Step(ViewpointPerturbation()),
        Step(CoordinatePerturbation(), 0.5),
    )
)
"""For query and key: the gentle changes. Which ones, and how often, is our reading."""

EXTREME = Recipe(
    (
        Step(Speed(), 0.5),
        Step(TemporalCropResize(strength=0.5)),
        Step(RepeatSegment(), 0.5),
        Step(PosterizeTime(strength=3), 0.5),
        Step(ViewpointPerturbation(strength=20.0)),
        Step(CoordinatePerturbation(strength=0.04)),
        Step(JointDropout(), 0.5),
    )
)
"""For the third view: all of them and twice as strong, after the extreme augmentations of AimCLR (Guo et al.,
AAAI 2022, section 3.2) with our strengths."""


class Views(NamedTuple):
    """Views of the same N clips."""

    query: Clips
    key: Clips
    extreme: Clips | None = None


def make_views(
    clips: Clips, generator: torch.Generator, normal: Recipe = NORMAL, extreme: Recipe | None = None
) -> Views:
    """Query and key by the normal recipe, each with its own draws; a third view if told how."""
    clips = clips.clean()
    query, key = normal(clips, generator), normal(clips, generator)
    return Views(query, key, extreme(clips, generator) if extreme else None)


def view_generator(seed: int, epoch: int, step: int, device: torch.device | str = "cpu") -> torch.Generator:
    """The random numbers of one training step: others in every epoch, the same for the same seed.

    A stream of its own for each step, so that a resumed training draws what an unbroken one would have drawn.
    """
    return torch.Generator(device).manual_seed(number(seed, "views", epoch, step))
