"""Whether a line of `records.jsonl` is of the run that it stands in, and agrees with itself."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import NamedTuple

from mgllm.errors import InputError
from mgllm.records.manifest import RunManifest, ScenarioManifest
from mgllm.records.record import Record, RecordKey

_FACTS = attrgetter(
    *("model", "scenario", "arm", "epoch", "shuffle", "form", "reasoning", "score"),
    *("label_order", "outcome", "answer", "target", "correct"),
)
"""All that a standing rests on, probabilities aside. Few records differ in it: each kind is judged once."""


class Standing(NamedTuple):
    """What there is to say of a record; all three None where it is as it should be."""

    stranger: str | None = None
    """It is of another run, and answers no question of this one."""
    damage: str | None = None
    """It names labels that its scenario does not have: no number can be made of it."""
    doubt: str | None = None
    """It was not planned so, or contradicts itself."""


class _Promised(NamedTuple):
    """What a manifest says of the records of one scenario."""

    labels: frozenset[str]
    arms: frozenset[str]
    manner: tuple[str, str, str]


class Belonging:
    """What the records of a run may be; made once for a run, asked for every record."""

    def __init__(self, manifest: RunManifest) -> None:
        self._manifest = manifest
        self._promised = {scenario.name: _promised(scenario) for scenario in manifest.scenarios}
        self._known: dict[object, Standing] = {}

    def standing(self, record: Record) -> Standing:
        """All of it at once, quickly."""
        facts = _FACTS(record)
        found = self._known.get(facts)
        if found is None:
            damage, doubt = self.damage(record), self.unplanned(record) or contradiction(record)
            found = self._known[facts] = Standing(self.stranger(record), damage, doubt)
        if found.stranger is None and found.damage is None and self._names_others(record):
            return found._replace(damage=self.damage(record))
        return found

    def stranger(self, record: Record) -> str | None:
        """Why a record is of another run; None if it is of this one."""
        if record.model != self._manifest.model:
            return f"is of model {record.model}"
        if self._promised and record.scenario not in self._promised:
            return f"is of scenario {record.scenario}"
        return None

    def damage(self, record: Record) -> str | None:
        """Which field of a record names labels that its scenario does not have; None if all fit."""
        promised = self._promised.get(record.scenario)
        if promised is None:
            return None
        labels, order = promised.labels, record.label_order
        if len(order) != len(labels) or labels != frozenset(order):
            return f"label_order: {_named(order)} is no order of the labels {_named(sorted(labels))}"
        named: dict[str, Iterable[str | None] | None]
        named = {
            "answer": (record.answer,),
            "target": (record.target,),
            "probabilities": record.probabilities,
        }
        if record.scores is not None:
            named |= {"scores.total": record.scores.total, "scores.mean": record.scores.mean}
        for field, given in named.items():
            strange = next(
                (label for label in given or () if label is not None and label not in labels), None
            )
            if strange is not None:
                return f"{field}: '{strange}' is none of the labels {_named(sorted(labels))}"
        return None

    def unplanned(self, record: Record) -> str | None:
        """What of a record its manifest does not promise: an arm, an epoch, a manner; None if all is."""
        promised = self._promised.get(record.scenario)
        if promised is None:
            return None
        manifest = self._manifest
        if record.arm not in promised.arms:
            return f"is of arm {record.arm}, which the run does not have"
        if not 0 <= record.epoch < manifest.epochs:
            return f"is of epoch {record.epoch}; the run has {manifest.epochs}, counted from 0"
        if not 0 <= record.shuffle < manifest.shuffles:
            return f"is of shuffle {record.shuffle}; the run has {manifest.shuffles}, counted from 0"
        manner = (record.form, record.reasoning, record.score)
        if manner != promised.manner:
            return f"was asked as {', '.join(manner)}; the run asks {', '.join(promised.manner)}"
        return None

    def _names_others(self, record: Record) -> bool:
        """Whether probabilities or scores are of a label that the scenario does not have."""
        promised = self._promised.get(record.scenario)
        if promised is None or (record.probabilities is None and record.scores is None):
            return False
        scored = record.scores.total if record.scores is not None else {}
        return not (
            promised.labels >= scored.keys() and promised.labels >= (record.probabilities or {}).keys()
        )


class SortedOut(NamedTuple):
    """The lines of a run: those that count, and what is to be said of others."""

    records: tuple[Record, ...]
    """The last line of every key, in the order of their first lines."""
    strangers: tuple[str, ...]
    """Lines of another model or scenario, which do not count: where, and of which."""
    doubtful: tuple[str, ...]
    """Lines that count, and were not planned so or contradict themselves: where, and how."""


def sort_out(manifest: RunManifest, lines: Iterable[tuple[str, Record]]) -> SortedOut:
    """The records of a run out of all lines of its file, each with its place.

    Raises:
        InputError: a record of the run names labels that its scenario does not have.
    """
    belonging, latest = Belonging(manifest), dict[RecordKey, Record]()
    strangers, doubtful = [], []
    for where, record in lines:
        stranger, damage, doubt = belonging.standing(record)
        if stranger is not None:
            strangers.append(f"{where} {stranger}")
            continue
        if damage is not None:
            raise InputError(f"{where} is damaged: {damage}; restore it, or leave the run out")
        if doubt is not None:
            doubtful.append(f"{where} {doubt}")
        latest[record.key] = record
    return SortedOut(tuple(latest.values()), tuple(strangers), tuple(doubtful))


def contradiction(record: Record) -> str | None:
    """In what outcome, answer, target and `correct` of a record differ; None if in nothing."""
    answer, target, correct = record.answer, record.target, record.correct
    if (record.outcome == "answered") != (answer is not None):
        return f"is {record.outcome}, and its answer is {answer}"
    if correct is not (None if answer is None or target is None else answer == target):
        return f"says correct: {correct}; its answer is {answer}, its target {target}"
    return None


def _promised(scenario: ScenarioManifest) -> _Promised:
    attributed = {arm for gesture in scenario.attributed for arm in gesture.arms.values()}
    return _Promised(
        labels=frozenset(label.id for label in scenario.labels),
        arms=frozenset({*scenario.arms, *attributed}),
        manner=(scenario.form, scenario.reasoning, scenario.score),
    )


def _named(labels: Iterable[str]) -> str:
    return ", ".join(labels) or "(none)"
