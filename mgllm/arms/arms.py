"""The arms: what each of them tells of a person's gestures. A new cue arm is one function here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mgllm.arms.confusion import Confusion
from mgllm.arms.filler import fill
from mgllm.arms.noisy import add_noise, confuse, parse_noisy
from mgllm.cues.block import Cues, recording_length, tell, told_gestures
from mgllm.cues.lines import Occasion, Rates
from mgllm.cues.summary import with_other_numbers
from mgllm.cues.vocabularies import load_vocabulary
from mgllm.errors import InputError, unknown
from mgllm.records import CueSettings, CueSource, GestureTranscript, Item

Need = Literal["source", "annotated", "donor"]
"""Which transcripts an arm cannot do without."""
SOURCE_ORDER: tuple[CueSource, ...] = ("out_of_fold", "recognized", "annotated")
"""Preference for the source of `text+mg` where `--cue-source` does not say it."""


@dataclass(frozen=True)
class Case:
    """All that decides the cue blocks of one item."""

    item: Item
    """The item."""
    source: CueSource | None
    """Source of the cues in `text+mg`; None where a run tells no gestures."""
    settings: CueSettings
    """How gestures are told."""
    seed: int
    """The run's seed."""
    donor: GestureTranscript | None = None
    """The donor's transcript, its times scaled to this item."""
    frequencies: Mapping[str, float] | None = None
    """How often each gesture label occurs in the item set."""
    confusion: Confusion | None = None
    """What a recogniser takes for what; replaces drawing by frequency."""
    count: Callable[[str], int] = len
    """Tokens of a text."""
    render: Callable[[Cues], str] = str
    """What `_cues.j2` writes."""
    forbidden: Collection[str] = ()
    """Words of the labels, which filler must not say."""
    usual: Mapping[CueSource, Rates] = field(default_factory=dict)
    """The person's rates in other recordings, by source; read by the style `summary`."""

    def transcript(self) -> GestureTranscript:
        """The gestures that `text+mg` tells."""
        assert self.source is not None
        return self.item.gestures[self.source]

    def tell(self, transcript: GestureTranscript) -> Cues:
        """A transcript in words. Whoever's gestures they are, they are told of this item's recording."""
        length = recording_length(self.item, self.source or "annotated")
        occasion = Occasion(turns=self.item.speech, duration=length, usual=self.usual)
        return tell(transcript, self.settings, load_vocabulary(transcript.vocabulary), occasion)


CueTeller = Callable[[Case, str], Cues | None]
"""Makes the cues of one arm; the second argument is the arm's full name."""


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

    @property
    def tells_cues(self) -> bool:
        """Whether its cue block is ever written."""
        return self.needs is not None


_ARMS: dict[str, Arm] = {}


def arm(name: str, *, speech: bool, needs: Need | None = None) -> Callable[[CueTeller], CueTeller]:
    """Decorator: register an arm under `name`; a name that ends in @ takes a level."""

    def put(cues: CueTeller) -> CueTeller:
        _ARMS[name] = Arm(name, speech, cues, needs)
        return cues

    return put


@arm("none", speech=False)
def _nothing(case: Case, name: str) -> None:
    """What the model says unasked."""


@arm("text", speech=True)
def _speech_alone(case: Case, name: str) -> None:
    """The baseline."""


@arm("text+mg", speech=True, needs="source")
@arm("mg", speech=False, needs="source")  # the decorator nearest to the function registers first
def _gestures(case: Case, name: str) -> Cues:
    return case.tell(case.transcript())


@arm("text+oracle", speech=True, needs="annotated")
def _oracle(case: Case, name: str) -> Cues:
    return case.tell(case.item.gestures["annotated"])


@arm("text+shuffled", speech=True, needs="donor")
def _shuffled(case: Case, name: str) -> Cues:
    assert case.donor is not None
    return case.tell(case.donor)


@arm("text+filler", speech=True, needs="source")
def _filler(case: Case, name: str) -> Cues:
    cues = case.tell(case.transcript())
    if case.settings.style == "summary":
        lines = with_other_numbers(cues.lines, case.seed, case.item.id)
        cues = cues.model_copy(update={"lines": lines})
    return fill(cues, case.count, case.render, case.forbidden, case.seed, case.item.id)


@arm("text+noisy@", speech=True, needs="source")
def _noisy(case: Case, name: str) -> Cues:
    level, whole = parse_noisy(name), case.transcript()
    # Noise falls on what is told: a label that is left out can be neither replaced nor drawn.
    transcript = whole.model_copy(update={"gestures": told_gestures(whole, case.settings)})
    if case.confusion is not None:
        return case.tell(confuse(transcript, level, case.confusion, case.seed, case.item.id))
    assert case.frequencies is not None
    return case.tell(add_noise(transcript, level, case.frequencies, case.seed, case.item.id))


def arm_names() -> list[str]:
    """Names of all arms, in table order; a level is written P."""
    return [f"{name}P" if name.endswith("@") else name for name in _ARMS]


def get_arm(name: str) -> Arm:
    """The arm called `name`, with its level if it takes one.

    Raises:
        InputError: there is none, or its level is no number from 0 to 1.
    """
    stem, at, _ = name.partition("@")
    found = _ARMS.get(stem + at)
    if found is None:
        raise InputError(unknown("arm", name, arm_names()))
    if at:
        parse_noisy(name)
    return Arm(name, found.speech, found.cues, found.needs)


def get_arms(names: Sequence[str]) -> tuple[Arm, ...]:
    """Several arms, each once, in table order.

    Raises:
        InputError: none is named, or one is unknown.
    """
    if not names:
        raise InputError(f"no arm is named. Known: {', '.join(arm_names())}")
    order = list(_ARMS)
    arms = [get_arm(name) for name in dict.fromkeys(names)]
    return tuple(
        sorted(arms, key=lambda a: (order.index(a.name.partition("@")[0] + "@" * ("@" in a.name)), a.name))
    )


def choose_source(items: Sequence[Item], wanted: CueSource | None) -> CueSource | None:
    """The one source that `text+mg` tells for every item, or None where no item has gestures.

    Raises:
        InputError: the wanted source is missing for an item, or every source is missing for some item.
    """
    sources = (wanted,) if wanted else SOURCE_ORDER
    for source in sources:
        if all(source in item.gestures for item in items):
            return source
    if wanted is None and not any(item.gestures for item in items):
        return None
    have = {source: sum(source in item.gestures for item in items) for source in sources}
    best = max(sources, key=lambda source: have[source])
    missing = [item.id for item in items if best not in item.gestures]
    raise InputError(
        f"{len(missing)} of {len(items)} items have no {best} gestures (first: {missing[0]}); "
        "an item in which nothing was seen needs an empty transcript, a missing one is an error"
    )
