"""Which references there are, and what each sees of the items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mgllm.errors import InputError, some, unknown
from mgllm.records import SOURCE_ORDER, CueSource, Exposure, Frozen, Item, ReferenceKind
from mgllm.references.features import BagOfGestures, Facts, Part, WordsSaid, spoken


class ReferenceChoices(Frozen):
    """What the user chooses of references."""

    cue_source: CueSource | None = None
    """`--cue-source`; None uses the first of out_of_fold, recognized, annotated that all items
    have."""
    split: str | None = None
    """`--split`: a covariate whose values are train and test; None makes folds by person."""
    covariate: tuple[str, ...] = ()
    """`--covariate`: only these; none means all."""
    seed: int = 0
    """`--seed`: decides the folds."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reference sees."""

    kind: ReferenceKind
    name: str
    parts: tuple[str, ...]
    """Names of the parts."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The references of a set of items."""

    parts: Mapping[str, Part]
    seen: tuple[Seen, ...]
    cue_source: CueSource | None
    notes: tuple[str, ...]


def plan_references(items: Sequence[Item], choices: ReferenceChoices) -> Plan:
    """A constant, each covariate, all of them, the words said, the gestures, both, and all.

    Raises:
        InputError: a covariate or a cue source that was asked for is missing.
    """
    facts = {f"covariate {name}": Facts(values) for name, values in _covariates(items, choices).items()}
    source, notes = _source(items, choices.cue_source)
    parts: dict[str, Part] = dict(facts)
    if any(said.split() for said in spoken(items)):
        parts["speech"] = WordsSaid(items)
    else:
        notes = [*notes, "no reference sees speech: no item has any"]
    if source is not None:
        parts["gestures"] = BagOfGestures(items, source)
        notes = [*notes, *_exposed(items, source)]
    if unknown_people := sum(not item.subject_known for item in items):
        notes = [*notes, f"{unknown_people} items have no known person, so folds go by recording"]
    return Plan(parts, tuple(_seen(tuple(facts), parts)), source, tuple(notes))


def _seen(facts: tuple[str, ...], parts: Mapping[str, Part]) -> Iterator[Seen]:
    yield Seen("constant", "constant", ())
    for name in facts:
        yield Seen("covariate", name.removeprefix("covariate "), (name,))
    if len(facts) > 1:
        yield Seen("covariates", "all covariates", facts)
    if "speech" in parts:
        yield Seen("speech", "speech", ("speech",))
    if "gestures" in parts:
        yield Seen("gestures", "gestures", ("gestures",))
    if "speech" in parts and "gestures" in parts:
        yield Seen("both", "speech + gestures", ("speech", "gestures"))
    if facts and len(parts) > len(facts):
        yield Seen("all", "all of it", tuple(parts))


def _exposed(items: Sequence[Item], source: CueSource) -> list[str]:
    """That gestures leak, or may leak."""
    if source == "annotated":
        return []
    seen = Counter(item.gestures[source].exposure for item in items)
    words: Mapping[Exposure, str] = {
        "in_sample": "are those of a recogniser that was trained on the person: a LEAK",
        "unknown": "may be those of a recogniser that was trained on the person",
    }
    return [f"gestures of {seen[key]} items {says}" for key, says in words.items() if seen[key]]


def _covariates(items: Sequence[Item], choices: ReferenceChoices) -> Mapping[str, list[object]]:
    """The values of each covariate, in the order in which items name them."""
    known = dict.fromkeys(name for item in items for name in item.covariates)
    for name in choices.covariate:
        if name not in known:
            raise InputError(f"--covariate: {unknown('covariate', name, known)} (on items with a target)")
    wanted = choices.covariate or tuple(name for name in known if name != choices.split)
    return {name: [item.covariates.get(name) for item in items] for name in wanted}


def _source(items: Sequence[Item], wanted: CueSource | None) -> tuple[CueSource | None, list[str]]:
    """The source of the gestures, the same for all items; None with a note if no source is there
    for all."""
    sources = (wanted,) if wanted else SOURCE_ORDER
    for source in sources:
        if all(source in item.gestures for item in items):
            return source, []
    if not wanted and not any(item.gestures for item in items):
        return None, ["no reference sees gestures: no item has any"]
    have = {source: [source in item.gestures for item in items] for source in sources}
    best = max(sources, key=lambda source: sum(have[source]))
    missing = [item.id for item, there in zip(items, have[best], strict=True) if not there]
    without = f"{len(missing)} of {len(items)} items have no {best} gestures"
    if wanted:
        raise InputError(
            f"--cue-source {wanted}: {without} ({some(missing)}); add them, or name another source"
        )
    return None, [f"no reference sees gestures: {without}"]
