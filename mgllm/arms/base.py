"""The contract of an arm, all that its cue block may be made of, and the shelf of arms."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from mgllm.cues.base import Occasion, Rates
from mgllm.cues.block import Cues, recording_length, tell
from mgllm.cues.vocabularies import load_vocabulary
from mgllm.errors import InputError, unknown
from mgllm.records import CueSettings, CueSource, GestureTranscript, Item, Role
from mgllm.registry import Shelf

Need = Literal["source", "annotated", "donor", "opponent"]
"""Which transcripts an arm cannot do without; an opponent is a donor of another target."""
FIRST_RULES, DESIGN_RULES = "1", "2"
"""Versions of the rules by which donors, filler and label orders are drawn: that of manifests which tell
none, and today's. A resumed run keeps its own."""
LAST = 1000
"""Place in tables of arms that do not say theirs."""


@dataclass(frozen=True)
class Ground:
    """All that decides cue blocks and is the same for every item of a scenario."""

    items: Mapping[str, Item]
    """The whole item set, by id."""
    source: CueSource | None
    """Source of the cues in the main arm; None where a run tells no gestures."""
    settings: CueSettings
    """How gestures are told."""
    seed: int = 0
    """The run's seed."""
    confusion: Path | None = None
    """`--confusion`: what a recogniser takes for what."""
    donors: Mapping[tuple[int, int], Mapping[str, str]] = field(default_factory=dict)
    """By epoch and shuffle, the item whose cue block each item is shown."""
    opponents: Mapping[tuple[int, int], Mapping[str, str]] = field(default_factory=dict)
    """The same with donors of another target than the item's."""
    usual: Mapping[str, Mapping[CueSource, Rates]] = field(default_factory=dict)
    """By item id and source, the person's rates in other recordings."""
    drawn: Mapping[str, Any] = field(default_factory=dict)
    """By stem of an arm's name, what the arm has drawn over the whole set."""
    count: Callable[[str], int] = len
    """Tokens of a text."""
    render: Callable[[Cues], str] = str
    """What `_cues.j2` writes."""
    forbidden: Collection[str] = ()
    """Words of the labels, which filler must not say."""
    design_rules: str = DESIGN_RULES
    """By which rules it is drawn."""


@dataclass(frozen=True)
class Case:
    """One item whose cue block is wanted."""

    ground: Ground
    """What it stands on."""
    item: Item
    """The item."""
    epoch: int = 0
    """The repetition."""
    shuffle: int = 0
    """Which of the K shuffles."""

    def transcript(self) -> GestureTranscript:
        """The gestures that the main arm tells."""
        assert self.ground.source is not None
        return self.item.gestures[self.ground.source]

    def giver(self, need: Need | None) -> Item:
        """Whose gestures an arm with that need tells: the item's own, or its donor's."""
        ground = self.ground
        donors = {"donor": ground.donors, "opponent": ground.opponents}.get(need or "")
        if donors is None:
            return self.item
        return ground.items[donors[self.epoch, self.shuffle][self.item.id]]

    def tell(self, transcript: GestureTranscript, giver: Item | None = None) -> Cues:
        """A transcript in words, its times told of this item's recording and turns.

        Args:
            transcript: the gestures; a donor's with its times scaled to this item.
            giver: the donor, if they are one's: how often gestures are, and how often they usually are, is
                told as of its own recordings. A donor's counts beside the item's own rates would be unusual
                whoever the donor is.
        """
        ground, source = self.ground, self.ground.source or "annotated"
        seen = self.item if giver is None or ground.design_rules == FIRST_RULES else giver
        occasion = Occasion(
            turns=self.item.speech,
            duration=recording_length(self.item, source),
            seen_for=None if seen is self.item else recording_length(seen, source) or 0.0,
            usual=ground.usual.get(seen.id, {}),
        )
        return tell(transcript, ground.settings, load_vocabulary(transcript.vocabulary), occasion)


CueTeller = Callable[[Case, Any], Cues | None]
"""Makes the cues of one arm; the second argument is what `level` read from its name, None without."""


@dataclass(frozen=True)
class Arm:
    """One condition of the experiment."""

    name: str
    """Full name, such as text+noisy@0.2."""
    speech: bool
    """Whether the speech is told."""
    cues: CueTeller
    """Makes the cue block; None is an empty block."""
    needs: Need | None = None
    """The transcript it cannot do without."""
    level: Callable[[str], Any] | None = None
    """Reads the full name where it has a level after @; raises InputError where that is none."""
    draws: Callable[[Ground], Any] | None = None
    """Draws what the arm needs of the whole item set, once a run; found again as `ground.drawn[stem]`."""
    may_coincide: bool = False
    """For one item its prompt may be that of another such arm, by chance or design."""
    role: Role | None = None
    """What it is for in the ledger."""
    place: float = LAST
    """Where it stands in tables."""

    @property
    def tells_cues(self) -> bool:
        """Whether its cue block is ever written."""
        return self.needs is not None

    @property
    def borrows(self) -> bool:
        """Whether it tells another item's gestures, drawn for each epoch and shuffle."""
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
"""`@arm("NAME")` puts a condition here; its file stands beside this one."""


def arm(name: str, *, speech: bool, **more: Any) -> Callable[[CueTeller], CueTeller]:
    """Decorator: register an arm under `name`; a name that ends in @ takes a level, and needs `level`.

    `more` are fields of `Arm`.
    """

    def put(cues: CueTeller) -> CueTeller:
        made = Arm(name, speech, cues, **more)
        if name.endswith("@") != (made.level is not None):
            raise ValueError(f"arm '{name}': a name that ends in @ and `level` go together")
        arms.register(name)(made)
        return cues

    return put


def arm_names() -> list[str]:
    """Names of all arms, in table order; a level is written P."""
    return [f"{one.name}P" if one.level is not None else one.name for one in _all_arms()]


def get_arm(name: str) -> Arm:
    """The arm called `name`, with its level if it takes one.

    Raises:
        InputError: there is none, or what stands after its @ is no level.
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
        raise InputError(f"arm '{name}' has no level that can be read: {error}") from None
    return found


def get_arms(names: Sequence[str]) -> tuple[Arm, ...]:
    """Several arms, each once, in table order.

    Raises:
        InputError: none is named, or one is unknown.
    """
    if not names:
        raise InputError(f"no arm is named. Known: {', '.join(arm_names())}")
    found = [get_arm(name) for name in dict.fromkeys(names)]
    return tuple(sorted(found, key=lambda one: (one.place, one.name)))


def arm_roles() -> dict[Role, str]:
    """The arm of each role, for the manifest."""
    return {one.role: one.name for one in _all_arms() if one.role is not None}


def _all_arms() -> list[Arm]:
    return sorted((arms.get(name) for name in arms.names()), key=lambda one: (one.place, one.name))
