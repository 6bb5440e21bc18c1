"""Changes of the method, one at a time, that show what each part contributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from mgllm.errors import InputError, unknown
from mgllm.recognizer.network.fusion import FUSIONS
from mgllm.recognizer.training.composing import AUGMENTATIONS, RECIPES, names_in
from mgllm.recognizer.training.pretraining import PretrainOptions
from mgllm.records import Frozen

Stream = Literal["spatial", "temporal", "fused"]
PARTS = ("streams", "fusions", "losses", "left-out", "alone")
_ALONE = {"cross": 0.0, "fused": 0.0, "balance": 0.0}


class Variant(Frozen):
    """The default with one thing changed."""

    part: str
    """Group of rows that it belongs to."""
    name: str
    """The change, in words."""
    change: Mapping[str, Any] = {}
    """Options by dotted name."""
    stream: Stream = "fused"
    """The stream whose vector is evaluated."""
    trains: bool = True
    """False: random weights."""

    def options(self, base: PretrainOptions) -> PretrainOptions:
        """The base with the change."""
        values = base.model_dump()
        for place, value in self.change.items():
            *parts, name = place.split(".")
            inner = values
            for part in parts:
                inner = inner[part]
            inner[name] = value
        return PretrainOptions.model_validate(values)


def variants(base: PretrainOptions, parts: Sequence[str] = PARTS) -> tuple[Variant, ...]:
    """All rows: the default, its untrained network, then each part's changes.

    Raises:
        InputError: an unknown part.
    """
    for part in parts:
        if part not in PARTS:
            raise InputError(unknown("part", part, PARTS))
    made = {
        "streams": _streams(),
        "fusions": [
            Variant(part="fusions", name=f"fusion {name}", change={"encoder.fusion": name})
            for name in FUSIONS
            if name != base.encoder.fusion
        ],
        "losses": _losses(base),
        "left-out": _left_out(base),
        "alone": [
            Variant(part="alone", name=f"only {name}", change={"augment": name, "extreme": None})
            for name in AUGMENTATIONS
        ],
    }
    always = [Variant(part="", name="default"), Variant(part="", name="random weights", trains=False)]
    return (*always, *(variant for part in parts for variant in made[part]))


def _streams() -> list[Variant]:
    """Each stream trained alone: no other loss reaches it."""
    rows: list[Variant] = []
    both: tuple[Stream, Stream] = ("spatial", "temporal")
    for own, other in (both, both[::-1]):
        change = {f"contrast.{name}": weight for name, weight in {**_ALONE, other: 0.0}.items()}
        rows.append(Variant(part="streams", name=f"{own} stream alone", change=change, stream=own))
    rows += [Variant(part="streams", name=f"{own} stream of the default", stream=own) for own in both]
    return rows


def _losses(base: PretrainOptions) -> list[Variant]:
    names = {
        "cross": "no contrast between streams",
        "fused": "no contrast of fused vectors",
        "balance": "no balance loss",
    }
    rows = [
        Variant(part="losses", name=text, change={f"contrast.{name}": 0.0})
        for name, text in names.items()
        if getattr(base.contrast, name) > 0
    ]
    if base.extreme is not None:
        rows.append(Variant(part="losses", name="no extreme view", change={"extreme": None}))
    return rows


def _left_out(base: PretrainOptions) -> list[Variant]:
    """Each augmentation of the base's recipe left out; all of them, too."""
    rows = [Variant(part="left-out", name="no augmentation", change={"augment": "none", "extreme": None})]
    if base.augment not in RECIPES:
        return rows
    for name in names_in(RECIPES[base.augment].steps):
        change = {"augment": f"{base.augment}-{name}"}
        rows.append(Variant(part="left-out", name=f"without {name}", change=change))
    return rows
