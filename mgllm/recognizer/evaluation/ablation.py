"""Changes of the method, one at a time, that show what each part contributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import Any, Literal

from mgllm.errors import InputError, unknown
from mgllm.recognizer.network.encoders.base import encoders
from mgllm.recognizer.network.fusion import FUSIONS
from mgllm.recognizer.training.composing import AUGMENTATIONS, RECIPES, names_in
from mgllm.recognizer.training.pretraining import PretrainOptions
from mgllm.records import Frozen

Stream = Literal["spatial", "temporal", "fused"]
PARTS = ("streams", "fusions", "losses", "left-out", "alone", "pairs", "encoders")
USUAL = PARTS[:5]
"""What is changed if nobody chooses: `pairs` and `encoders` have more rows than all others
together."""
STUDIED = ("coordinates", "viewpoint", "repeat", "posterize")
"""The paper's four augmentations: their pairs come first, so that they are the last to be left out
when time is short."""
COMPARED = ("balanced", "concat")
"""Fusions of each pair of encoders: the one that balances, and the one that only puts both
together."""
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


def variants(base: PretrainOptions, parts: Sequence[str] = USUAL) -> tuple[Variant, ...]:
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
        "pairs": _pairs(),
        "encoders": _encoders(base) if "encoders" in parts else [],
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


def _pairs() -> list[Variant]:
    """Every two augmentations, without others."""
    names = [*STUDIED, *(name for name in AUGMENTATIONS if name not in STUDIED)]
    pairs = [f"{first}+{second}" for first, second in combinations(names, 2)]
    return [
        Variant(part="pairs", name=f"only {pair}", change={"augment": pair, "extreme": None})
        for pair in sorted(pairs, key=lambda pair: not set(pair.split("+")) <= set(STUDIED))
    ]


def _encoders(base: PretrainOptions) -> list[Variant]:
    """Each spatial encoder with each temporal one, joined in two ways, and untrained.

    The base's own pair is among them; it is trained once for all rows.
    """
    shelf = {name: getattr(encoders.get(name), "stream", None) for name in encoders.names()}
    spatial, temporal = ([n for n, kind in shelf.items() if kind == side] for side in _SIDES)
    rows = []
    for pair in product(spatial, temporal):
        name = " + ".join(pair)
        changes = {fusion: _encoder_change(base, pair, fusion) for fusion in COMPARED}
        rows += [
            Variant(part="encoders", name=f"{name}, {fusion}", change=change)
            for fusion, change in changes.items()
        ]
        if first := changes[COMPARED[0]]:  # else it is the row of random weights above
            rows.append(Variant(part="encoders", name=f"{name}, random weights", change=first, trains=False))
    return rows


_SIDES = ("spatial", "temporal")


def _encoder_change(base: PretrainOptions, pair: tuple[str, str], fusion: str) -> dict[str, Any]:
    """What differs from the base. Widths of the base are for its own encoders."""
    change: dict[str, Any] = {}
    for side, name in zip(_SIDES, pair, strict=True):
        if name != getattr(base.encoder, side):
            change |= {f"encoder.{side}": name, f"encoder.{side}_args": {}}
    return change if fusion == base.encoder.fusion else change | {"encoder.fusion": fusion}
