"""Recipes by name, for flags and ablations: `gentle`, `gentle-viewpoint`, `crop+coordinates`, `none`."""

from __future__ import annotations

from mgllm.errors import InputError, unknown
from mgllm.recognizer.graph import Graph
from mgllm.recognizer.training.augmentations import (
    Augmentation,
    CoordinatePerturbation,
    JointDropout,
    Mirror,
    ViewpointPerturbation,
)
from mgllm.recognizer.training.composing import EXTREME, NORMAL, Recipe, Step
from mgllm.recognizer.training.time_augmentations import (
    PosterizeTime,
    RepeatSegment,
    Speed,
    TemporalCropResize,
)

AUGMENTATIONS: dict[str, type[Augmentation]] = {
    "coordinates": CoordinatePerturbation,
    "viewpoint": ViewpointPerturbation,
    "repeat": RepeatSegment,
    "posterize": PosterizeTime,
    "crop": TemporalCropResize,
    "speed": Speed,
    "dropout": JointDropout,
    "mirror": Mirror,
}
"""By the names that recipes are written with."""

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


def names_in(steps: tuple[Step, ...]) -> list[str]:
    """Names of the augmentations in a recipe's steps."""
    used = {type(step.augmentation) for step in steps}
    return [name for name, kind in AUGMENTATIONS.items() if kind in used]


def _by_name(text: str, graph: Graph) -> tuple[Step, ...]:
    return tuple(Step(_named(name, graph)) for name in text.split("+"))


def _named(name: str, graph: Graph) -> Augmentation:
    if name not in AUGMENTATIONS:
        raise InputError(unknown("augmentation", name, [*RECIPES, *AUGMENTATIONS]))
    return Mirror(graph.mirrored()) if name == "mirror" else AUGMENTATIONS[name]()


def _without(steps: tuple[Step, ...], augmentation: Augmentation, text: str, name: str) -> tuple[Step, ...]:
    rest = tuple(step for step in steps if type(step.augmentation) is not type(augmentation))
    if len(rest) == len(steps):
        raise InputError(f"recipe '{text}': '{name}' is not in it, so it cannot be left out")
    return rest
