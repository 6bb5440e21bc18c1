"""Recipes by name, for flags and ablations: `gentle`, `gentle-viewpoint`, `crop+coordinates`, `none`."""

from __future__ import annotations

from collections.abc import Callable

from mgllm.errors import InputError, unknown
from mgllm.recognizer.augmentations import (
    Augmentation,
    CoordinatePerturbation,
    JointDropout,
    Mirror,
    ViewpointPerturbation,
)
from mgllm.recognizer.composing import EXTREME, NORMAL, Recipe, Step
from mgllm.recognizer.graph import Graph
from mgllm.recognizer.time_augmentations import PosterizeTime, RepeatSegment, Speed, TemporalCropResize

AUGMENTATIONS: dict[str, Callable[[Graph], Augmentation]] = {
    "coordinates": lambda _: CoordinatePerturbation(),
    "viewpoint": lambda _: ViewpointPerturbation(),
    "repeat": lambda _: RepeatSegment(),
    "posterize": lambda _: PosterizeTime(),
    "crop": lambda _: TemporalCropResize(),
    "speed": lambda _: Speed(),
    "dropout": lambda _: JointDropout(),
    "mirror": lambda graph: Mirror(graph.mirrored()),
}
"""Each with its default strength, made for a skeleton."""

RECIPES: dict[str, Recipe] = {"none": Recipe(()), "gentle": NORMAL, "extreme": EXTREME}


def recipe(text: str, graph: Graph) -> Recipe:
    """A recipe by name, one with an augmentation left out (`gentle-crop`), or some by name (`crop+speed`).

    Raises:
        InputError: an unknown name, or one left out that is not in the recipe.
    """
    base, *left_out = text.split("-")
    steps = RECIPES[base].steps if base in RECIPES else _by_name(base, graph)
    for name in left_out:
        steps = _without(steps, _named(name, graph), text, name)
    return Recipe(steps)


def _by_name(text: str, graph: Graph) -> tuple[Step, ...]:
    return tuple(Step(_named(name, graph)) for name in text.split("+"))


def _named(name: str, graph: Graph) -> Augmentation:
    if name not in AUGMENTATIONS:
        raise InputError(unknown("augmentation", name, [*RECIPES, *AUGMENTATIONS]))
    return AUGMENTATIONS[name](graph)


def _without(steps: tuple[Step, ...], augmentation: Augmentation, text: str, name: str) -> tuple[Step, ...]:
    rest = tuple(step for step in steps if type(step.augmentation) is not type(augmentation))
    if len(rest) == len(steps):
        raise InputError(f"recipe '{text}': '{name}' is not in it, so it cannot be left out")
    return rest
