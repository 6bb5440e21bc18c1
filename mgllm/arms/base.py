"""The contract of an arm, everything its cue block may be made from, and the shelf of arms."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from mgllm.cues.base import Occasion, Rates
from mgllm.cues.block import Cues, as_cues, recording_length
from mgllm.cues.vocabularies import load_vocabulary
from mgllm.errors import InputError, unknown
from mgllm.records import CueSettings, CueSource, GestureTranscript, Item, Role
from mgllm.registry import Shelf

Need = Literal["source", "annotated", "donor", "opponent"]
"""Which transcript an arm needs; an opponent is a donor with another target."""
FIRST_RULES, DESIGN_RULES = "1", "2"
"""Versions of the rules by which donors, filler and label orders are drawn: the one of manifests
that name no version, and today's. A resumed run keeps its own."""
LAST = 1000
"""Place in tables of an arm that names none: after all bundled arms."""


@dataclass(frozen=True)
class Ground:
    """What cue blocks depend on and is the same for every item of a scenario."""

    items: Mapping[str, Item]
    """The complete item set, by id."""
    source: CueSource | None
    """Source of the cues in the main arm; None if a run shows no gestures."""
    settings: CueSettings
    """How gestures are shown."""
    seed: int = 0
    """The run's seed."""
    confusion: Path | None = None
    """`--confusion`: which gestures a recogniser takes for which."""
    donors: Mapping[tuple[int, int], Mapping[str, str]] = field(default_factory=dict)
    """By epoch and shuffle, the item whose cue block each item is shown."""
    opponents: Mapping[tuple[int, int], Mapping[str, str]] = field(default_factory=dict)
    """The same, with donors whose target differs from the item's."""
    usual: Mapping[str, Mapping[CueSource, Rates]] = field(default_factory=dict)
    """By item id and source, the person's rates in other recordings."""
    drawn: Mapping[str, Any] = field(default_factory=dict)
    """By stem of an arm's name, what the arm has drawn from the complete set."""
    count: Callable[[str], int] = len
    """Counts the tokens of a text."""
    render: Callable[[Cues], str] = str
    """Writes a cue block as `_cues.j2` does."""
    forbidden: Collection[str] = ()
    """Words of the labels, which filler must not say."""
    design_rules: str = DESIGN_RULES
    """Version of the rules for everything drawn by chance."""


@dataclass(frozen=True)
class Case:
    """One item for which a cue block is made."""

    ground: Ground
    """What is the same for all items."""
    item: Item
    """The item."""
    epoch: int = 0
    """The repetition, from 0."""
    shuffle: int = 0
    """Which of the K shuffles, from 0."""
    shown: list[tuple[Cues, GestureTranscript]] = field(default_factory=list, compare=False)
    """Every cue block that `show` has made for this case, and the gestures in it."""

    def transcript(self) -> GestureTranscript:
        """The gestures that the main arm shows."""
        assert self.ground.source is not None
        return self.item.gestures[self.ground.source]

    def giver(self, need: Need | None) -> Item:
        """The item whose gestures an arm with this need shows: the item itself, or its donor."""
        ground = self.ground
        donors = {"donor": ground.donors, "opponent": ground.opponents}.get(need or "")
        if donors is None:
            return self.item
        return ground.items[donors[self.epoch, self.shuffle][self.item.id]]

    def show(self, transcript: GestureTranscript, giver: Item | None = None) -> Cues:
        """A transcript as a cue block for this item's recording and turns.

        Args:
            transcript: the gestures; a donor's with its times scaled to this item.
            giver: the donor, if the gestures are a donor's. Rates are then the donor's own, here
                and in other recordings: a donor's counts beside the item's own rates would look
                unusual whoever the donor is.
        """
        ground, source = self.ground, self.ground.source or "annotated"
        seen = self.item if giver is None or ground.design_rules == FIRST_RULES else giver
        occasion = Occasion(
            turns=self.item.speech,
            duration=recording_length(self.item, source),
            seen_for=None if seen is self.item else recording_length(seen, source) or 0.0,
            usual=ground.usual.get(seen.id, {}),
        )
        cues = as_cues(transcript, ground.settings, load_vocabulary(transcript.vocabulary), occasion)
        self.shown.append((cues, transcript))
        return cues

    tell = show
    """The old name, for extensions that call it."""


CueMaker = Callable[[Case, Any], Cues | None]
"""Makes the cues of one arm; the second argument is what `level` reads from its name, else None."""


@dataclass(frozen=True)
class Arm:
    """One condition of the experiment."""

    name: str
    """Full name, such as text+noisy@0.2."""
    speech: bool
    """Whether the speech is shown."""
    cues: CueMaker
    """Makes the cue block; None is an empty block."""
    needs: Need | None = None
    """The transcript that it needs."""
    level: Callable[[str], Any] | None = None
    """Reads the level after @ from the full name; raises InputError if it cannot be read."""
    draws: Callable[[Ground], Any] | None = None
    """Draws what the arm needs from the complete item set, once a run; kept as
    `ground.drawn[stem]`."""
    may_coincide: bool = False
    """True if its prompt for an item may equal that of another such arm, by chance or design."""
    role: Role | None = None
    """What tables and claims use it for."""
    place: float = LAST
    """Its place in tables: a lower number comes first."""

    @property
    def shows_cues(self) -> bool:
        """Whether it has a cue block."""
        return self.needs is not None

    @property
    def borrows(self) -> bool:
        """Whether it shows another item's gestures; the donor is drawn for each epoch and
        shuffle."""
        return self.needs in ("donor", "opponent")

    @property
    def stem(self) -> str:
        """The name without its level: text+noisy@."""
        stem, at, _ = self.name.partition("@")
        return stem + at

    def block(self, case: Case) -> Cues | None:
        """The cue block of an item."""
        return self.cues(case, self.level(self.name) if self.level is not None else None)


arms: Shelf[Arm] = Shelf("arm", "mgllm.arms")
"""`@arm("NAME")` registers a condition here; its file is in the same folder as this one."""


def arm(name: str, *, speech: bool, **more: Any) -> Callable[[CueMaker], CueMaker]:
    """Decorator: register an arm under `name`. A name that ends in @ takes a level and needs
    `level`.

    `more` are fields of `Arm`.
    """

    def put(cues: CueMaker) -> CueMaker:
        made = Arm(name, speech, cues, **more)
        if name.endswith("@") != (made.level is not None):
            raise ValueError(f"arm '{name}': a name ends in @ if, and only if, the arm has a `level`")
        arms.register(name)(made)
        return cues

    return put


def arm_names() -> list[str]:
    """Names of all arms, in table order; a level is written P."""
    return [f"{one.name}P" if one.level is not None else one.name for one in _all_arms()]


def get_arm(name: str) -> Arm:
    """The arm called `name`, with its level if it takes one.

    Raises:
        InputError: no arm has this name, or the level after its @ cannot be read.
    """
    stem, at, _ = name.partition("@")
    try:
        found = replace(arms.get(stem + at), name=name)
    except InputError:
        raise InputError(unknown("arm", name, arm_names())) from None
    try:
        if found.level is not None:
            found.level(name)
    except ValueError as error:
        raise InputError(f"arm '{name}': its level cannot be read: {error}") from None
    return found


def get_arms(names: Sequence[str]) -> tuple[Arm, ...]:
    """Several arms, each once, in table order.

    Raises:
        InputError: no arm is named, or one is unknown.
    """
    if not names:
        raise InputError(f"no arm is named; name at least one of {', '.join(arm_names())}")
    found = [get_arm(name) for name in dict.fromkeys(names)]
    return tuple(sorted(found, key=lambda one: (one.place, one.name)))


def arm_roles() -> dict[Role, str]:
    """The arm's name by role, for the manifest."""
    return {one.role: one.name for one in _all_arms() if one.role is not None}


def _all_arms() -> list[Arm]:
    return sorted((arms.get(name) for name in arms.names()), key=lambda one: (one.place, one.name))
