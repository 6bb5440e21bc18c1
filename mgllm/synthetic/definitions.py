"""The YAML files that say how gestures, and all that is not one, are made, read into values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.errors import unknown
from mgllm.files.yaml_files import read_yaml
from mgllm.records import Frozen
from mgllm.records.frozen import Name

FOLDER = Path(__file__).parent
VOCABULARY = "imigue"
LAYOUT = "imigue22"
ILLUSTRATIVE = "illustrative body language"
"""The class that is not a micro-gesture: movement that goes with speech."""
BACKGROUND = "background"
"""The class of clips in which nothing of the vocabulary happens."""

Vector = tuple[float, float, float]
"""To the hand's own side, up, forward."""
Part = Literal["seat", "chest", "head", "other_upper_arm", "other_forearm", "other_hand"]
Channel = Literal[
    "lean", "tilt", "turn", "slouch", "shift", "raise_own", "raise_other", "head_up", "head_turn",
    "head_tilt", "head_out", "rise",
]  # fmt: skip
MADE_UP = "synthetic micro-gestures"
"""Names of made-up data sets begin with this."""


def _rising(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[0] > pair[1]:
        raise ValueError(f"a range must go from low to high (given {list(pair)})")
    return pair


Range = Annotated[tuple[float, float], AfterValidator(_rising)]


class Place(Frozen):
    """A place that a hand can go to."""

    part: Part
    """The part of the body that it is on."""
    at: Vector
    """Position on that part, in the part's units."""
    out: Vector
    """Where the surface faces."""
    fingers: Vector
    """Where the fingers point if the arm allows it."""
    elbow: Vector
    """On which side the elbow is."""
    round: Vector = (0.03, 0.0, 0.06)
    """How far the way there curves away from the straight line, metres."""


class Contact(Frozen):
    """What a hand does at a place."""

    at: Name
    """The place."""
    by: Literal["tips", "palm", "knuckles"] = "tips"
    """The part of the hand that touches it."""
    curl: Range = (0.15, 0.5)
    """Bend of the fingers, radians."""
    scatter: float = Field(0.006, ge=0)
    """Standard deviation of the exact position, metres."""
    fingers: Vector | None = None
    """Where the fingers point, instead of the place's."""
    palm: Vector | None = None
    """Where the palm faces; None: into the surface."""
    elbow: Vector | None = None
    """On which side the elbow is, instead of the place's."""


class Rub(Frozen):
    """Small repeated strokes while a hand is at its place."""

    metres: Range
    """Size of a stroke, from its middle to its end."""
    hertz: Range
    """Strokes in a second."""
    along: Vector | None = None
    """Their direction; None: any."""
    loose: bool = False
    """Two unequal rhythms instead of one."""


class Way(Frozen):
    """One way to do a gesture."""

    own: Contact | None = None
    """What the leading hand does; None: it rests."""
    other: Contact | None = None
    """What the other hand does."""
    both: bool = False
    """Whether the other hand does the same on its side."""
    moves: Mapping[Channel, Range] = Field(default_factory=dict)
    """Moves of trunk, shoulders and head; degrees, shift and rise in metres."""
    pulses: Range = (0.0, 0.0)
    """Hertz of repeated moves; 0: the moves are held."""

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not (self.own or self.moves):
            raise ValueError("a way needs 'own' or 'moves'")
        if self.other and (self.both or not self.own):
            raise ValueError("'other' needs 'own' and cannot be used with 'both'")
        return self


class GestureSpec(Frozen):
    """How a class is made."""

    ways: tuple[Way, ...] = Field(min_length=1)
    """One is drawn for a clip."""
    rub: Rub | None = None
    """Strokes of the hands."""
    stays: bool = False
    """Whether the way back is slow and not part of the gesture."""


class OtherSpec(GestureSpec):
    """How something is made that is not a micro-gesture."""

    label: Literal["background", "illustrative body language"]
    """The class of a clip of it."""
    weight: float = Field(gt=0)
    """How often it is drawn, against the others."""


class Sway(Frozen):
    """A small, slow movement to and fro."""

    size: Range
    """Degrees; shift and rise in metres."""
    hertz: Range
    """Rate of each of its two rhythms."""


class SpeakerSpec(Frozen):
    """A speaker between gestures."""

    rests: tuple[tuple[Name, Name], ...] = Field(min_length=1)
    """Places of right and left hand."""
    base: Mapping[Channel, Range]
    """Position of the body."""
    sway: Mapping[Channel, Sway]
    """How the body sways around it."""


class _Places(Frozen):
    landmarks: Mapping[Name, Place]


class _Gestures(Frozen):
    gestures: Mapping[Name, GestureSpec]


class _Others(Frozen):
    others: Mapping[Name, OtherSpec]


class Definitions(Frozen):
    """All definitions, checked against each other and against the vocabulary."""

    places: Mapping[Name, Place]
    """Places by name."""
    gestures: Mapping[Name, GestureSpec]
    """Gestures by class, in the vocabulary's order."""
    others: Mapping[Name, OtherSpec]
    """What is not a micro-gesture, by its own names."""
    speaker: SpeakerSpec
    """The speaker between gestures."""

    @property
    def specs(self) -> Mapping[str, GestureSpec]:
        """Gestures, then the others, by name."""
        return {**self.gestures, **self.others}

    def label_of(self, name: str) -> str:
        """The class of a clip in which this happens."""
        return self.others[name].label if name in self.others else name

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        for name in self.others:
            if name in self.gestures:
                raise ValueError(f"'{name}' is both a gesture and one of the others")
        for channel in get_args(Channel):
            if channel not in self.speaker.base or channel not in self.speaker.sway:
                raise ValueError(f"speaker: base and sway must both have '{channel}'")
        named = [place for pair in self.speaker.rests for place in pair]
        for spec in self.specs.values():
            named += [c.at for way in spec.ways for c in (way.own, way.other) if c is not None]
        for name in named:
            if name not in self.places:
                raise ValueError(unknown("place", name, self.places))
        return self


@cache
def load_definitions() -> Definitions:
    """The definitions of the package, classes in the vocabulary's order."""
    gestures = read_yaml(FOLDER / "gestures.yaml", _Gestures).gestures
    order = [c.label for c in load_vocabulary(VOCABULARY).classes]
    for label in gestures:
        if label not in order:
            raise ValueError(unknown("class", label, order))
    return Definitions(
        places=read_yaml(FOLDER / "landmarks.yaml", _Places).landmarks,
        gestures={label: gestures[label] for label in order if label in gestures},
        others=read_yaml(FOLDER / "others.yaml", _Others).others,
        speaker=read_yaml(FOLDER / "speaker.yaml", SpeakerSpec),
    )


def visible_classes() -> tuple[str, ...]:
    """Classes that the layout can show; all are made; in the vocabulary's order."""
    return tuple(load_definitions().gestures)


def clip_classes() -> tuple[str, ...]:
    """Classes of trimmed clips: those that are visible, and background."""
    return (*visible_classes(), BACKGROUND)


def hidden_classes() -> tuple[str, ...]:
    """Classes that the layout cannot show; none is made."""
    vocabulary = load_vocabulary(VOCABULARY)
    hidden = vocabulary.hidden_labels(LAYOUT)
    return tuple(one.label for one in vocabulary.classes if one.label in hidden)
