"""Several augmentations one after the other, each with its probability; views of a clip for
contrast.

Recipes have names, for flags and ablations: `gentle`, `gentle-viewpoint`, `crop+coordinates`,
`none`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch

from mgllm.errors import InputError, unknown
from mgllm.recognizer.clips import Clips
from mgllm.recognizer.graph import Graph
from mgllm.recognizer.training.augmentations import (
    Amount,
    Augmentation,
    CoordinatePerturbation,
    JointDropout,
    Mirror,
    PartDropout,
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
from mgllm.skeleton.layouts import FINGERS

AUGMENTATIONS: dict[str, type[Augmentation]] = {
    "coordinates": CoordinatePerturbation,
    "viewpoint": ViewpointPerturbation,
    "repeat": RepeatSegment,
    "posterize": PosterizeTime,
    "crop": TemporalCropResize,
    "speed": Speed,
    "dropout": JointDropout,
    "mirror": Mirror,
    "parts": PartDropout,
}
"""Augmentations by their names in recipes."""


@dataclass(frozen=True)
class Step:
    """One augmentation of a recipe."""

    augmentation: Augmentation
    """The change."""
    probability: float = 1.0
    """Share of clips that are changed; each clip is drawn separately."""

    def amount(self, count: int, generator: torch.Generator) -> Amount:
        """1 for the clips that are changed, 0 for the others."""
        return 1.0 if self.probability >= 1 else (uniform(count, generator) < self.probability).float()


@dataclass(frozen=True)
class Recipe:
    """Augmentations one after the other. Consecutive ones in time read the clips only once."""

    steps: tuple[Step, ...]
    """The augmentations in their order."""

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
"""Recipe of query and key views: gentle changes. Which ones, and how often, is our reading."""

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
"""Recipe of the third view: all changes, twice as strong, after the extreme augmentations of AimCLR
(Guo et al., AAAI 2022, section 3.2) with our strengths."""


class Views(NamedTuple):
    """Views of the same N clips."""

    query: Clips
    key: Clips
    extreme: Clips | None = None


def make_views(
    clips: Clips, generator: torch.Generator, normal: Recipe = NORMAL, extreme: Recipe | None = None
) -> Views:
    """Query and key by the normal recipe, drawn separately; a third view if there is a recipe for
    it."""
    clips = clips.clean()
    query, key = normal(clips, generator), normal(clips, generator)
    return Views(query, key, extreme(clips, generator) if extreme else None)


def view_generator(seed: int, epoch: int, step: int, device: torch.device | str = "cpu") -> torch.Generator:
    """The random numbers of one training step: the same for the same seed, others in every epoch.

    Each step has its own stream, so that a resumed training draws the same numbers as an
    uninterrupted one.
    """
    return torch.Generator(device).manual_seed(number(seed, "views", epoch, step))


RECIPES: dict[str, Recipe] = {"none": Recipe(()), "gentle": NORMAL, "extreme": EXTREME}


def recipe(text: str, graph: Graph) -> Recipe:
    """A recipe by name, with more (`gentle+parts`), without one of its augmentations
    (`gentle-crop`), or from names (`crop+speed`).

    Raises:
        InputError: an unknown name, or an augmentation to leave out that is not in the recipe.
    """
    base, *left_out = text.split("-")
    steps = _by_name(base, graph)
    for name in left_out:
        steps = _without(steps, _named(name, graph), text, name)
    return Recipe(steps)


def names_in(steps: tuple[Step, ...]) -> list[str]:
    """Names of the augmentations in a recipe's steps."""
    used = {type(step.augmentation) for step in steps}
    return [name for name, kind in AUGMENTATIONS.items() if kind in used]


def _by_name(text: str, graph: Graph) -> tuple[Step, ...]:
    steps: tuple[Step, ...] = ()
    for name in text.split("+"):
        steps += RECIPES[name].steps if name in RECIPES else (Step(_named(name, graph)),)
    return steps


def _named(name: str, graph: Graph) -> Augmentation:
    if name not in AUGMENTATIONS:
        raise InputError(unknown("augmentation", name, [*RECIPES, *AUGMENTATIONS]))
    if name == "parts":
        return PartDropout(_parts(graph))
    return Mirror(graph.mirrored()) if name == "mirror" else AUGMENTATIONS[name]()


def _parts(graph: Graph) -> tuple[tuple[int, ...], ...]:
    """The head's joints, all fingers, and both, where the graph names them."""
    ends = (("nose", "_eye", "_ear"), tuple(f"_{finger}" for finger in FINGERS))
    found = (tuple(n for n, name in enumerate(graph.names) if name.endswith(end)) for end in ends)
    parts = [part for part in found if part]
    return (*parts, tuple(number for part in parts for number in part)) if len(parts) > 1 else tuple(parts)


def _without(steps: tuple[Step, ...], augmentation: Augmentation, text: str, name: str) -> tuple[Step, ...]:
    rest = tuple(step for step in steps if type(step.augmentation) is not type(augmentation))
    if len(rest) == len(steps):
        raise InputError(f"recipe '{text}': '{name}' is not in it, so it cannot be left out")
    return rest
