"""Whether a line of `records.jsonl` is from the run that it is in, and does not contradict
itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import NamedTuple

from mgllm.errors import InputError
from mgllm.records.cell import Cell
from mgllm.records.manifest import RunManifest, ScenarioManifest
from mgllm.records.record import Record, RecordKey

_FACTS = attrgetter(
    *("model", "scenario", "arm", "epoch", "shuffle", "form", "reasoning", "score"),
    *("label_order", "outcome", "answer", "target", "correct", "cell", "wording", "order", "style"),
    "probe",
)
"""Everything that decides a standing, except probabilities. Many records are equal in it: each kind
is judged once."""


class Standing(NamedTuple):
    """What is wrong with a record; all three are None if nothing is."""

    foreign: str | None = None
    """It is from another run, and answers no question of this one."""
    damage: str | None = None
    """It names labels that its scenario does not have: no number can be computed from it."""
    doubt: str | None = None
    """It is not as planned, or contradicts itself."""


class _Promised(NamedTuple):
    """What a manifest says about the records of one scenario."""

    labels: frozenset[str]
    arms: frozenset[str]
    manner: tuple[str, str, str]
    probes: tuple[str, ...]
    cells: Mapping[str, Cell]


class Belonging:
    """Which records a run may have; made once for a run, asked for every record."""

    def __init__(self, manifest: RunManifest) -> None:
        self._manifest = manifest
        self._promised = {scenario.name: _promised(scenario) for scenario in manifest.scenarios}
        self._known: dict[object, Standing] = {}

    def standing(self, record: Record) -> Standing:
        """All three answers at once, quickly."""
        facts = _FACTS(record)
        found = self._known.get(facts)
        if found is None:
            damage, doubt = self.damage(record), self.unplanned(record) or contradiction(record)
            found = self._known[facts] = Standing(self.foreign(record), damage, doubt)
        if found.foreign is None and found.damage is None and self._names_others(record):
            return found._replace(damage=self.damage(record))
        return found

    def foreign(self, record: Record) -> str | None:
        """Why a record is from another run; None if it is from this one."""
        if record.model != self._manifest.model:
            return f"is from model {record.model}"
        if self._promised and record.scenario not in self._promised:
            return f"is from scenario {record.scenario}"
        return None

    def damage(self, record: Record) -> str | None:
        """Which field of a record names labels that its scenario does not have; None if all fit."""
        promised = self._promised.get(record.scenario)
        if promised is None:
            return None
        labels, order = promised.labels, record.label_order
        if len(order) != len(labels) or labels != frozenset(order):
            return f"label_order: {_named(order)} is not an order of the labels {_named(sorted(labels))}"
        named: dict[str, Iterable[str | None] | None]
        named = {
            "answer": (record.answer,),
            "target": (record.target,),
            "probabilities": record.probabilities,
        }
        if record.scores is not None:
            named |= {"scores.total": record.scores.total, "scores.mean": record.scores.mean}
        for field, given in named.items():
            other = next((label for label in given or () if label is not None and label not in labels), None)
            if other is not None:
                return f"{field}: '{other}' is not one of the labels {_named(sorted(labels))}"
        return None

    def unplanned(self, record: Record) -> str | None:
        """What its manifest does not plan: the arm, the epoch, the manner of asking; None if all is
        planned."""
        promised = self._promised.get(record.scenario)
        if promised is None:
            return None
        manifest = self._manifest
        kind, name = ("arm", record.arm) if record.probe is None else ("probe", record.probe)
        if name not in (promised.arms if record.probe is None else promised.probes):
            return f"has the {kind} {name}, which the run does not have"
        if not 0 <= record.epoch < manifest.epochs:
            return f"has the epoch {record.epoch}; the run has {manifest.epochs}, counted from 0"
        if not 0 <= record.shuffle < manifest.shuffles:
            return f"has the shuffle {record.shuffle}; the run has {manifest.shuffles}, counted from 0"
        manner = (record.form, record.reasoning, record.score)
        if manner != promised.manner:
            return f"was asked as {', '.join(manner)}; the run asks as {', '.join(promised.manner)}"
        return _out_of_cell(record, promised.cells) if promised.cells else None

    def _names_others(self, record: Record) -> bool:
        """Whether probabilities or scores name a label that the scenario does not have."""
        promised = self._promised.get(record.scenario)
        if promised is None or (record.probabilities is None and record.scores is None):
            return False
        scored = record.scores.total if record.scores is not None else {}
        return not (
            promised.labels >= scored.keys() and promised.labels >= (record.probabilities or {}).keys()
        )


class SortedOut(NamedTuple):
    """The lines of a run: those that count, and what is wrong with the others."""

    records: tuple[Record, ...]
    """The last line of every key, in the order of their first lines."""
    foreign: tuple[str, ...]
    """Lines from another model or scenario, which do not count: where, and from which."""
    doubtful: tuple[str, ...]
    """Lines that count, but are not as planned or contradict themselves: where, and how."""


def sort_out(manifest: RunManifest, lines: Iterable[tuple[str, Record]]) -> SortedOut:
    """The records of a run, from all lines of its file, each with its place.

    Raises:
        InputError: a record of the run names labels that its scenario does not have.
    """
    belonging, latest = Belonging(manifest), dict[RecordKey, Record]()
    foreign, doubtful = [], []
    for where, record in lines:
        found = belonging.standing(record)
        if found.foreign is not None:
            foreign.append(f"{where} {found.foreign}")
            continue
        if found.damage is not None:
            raise InputError(f"{where} is damaged: {found.damage}; restore the line, or leave the run out")
        if found.doubt is not None:
            doubtful.append(f"{where} {found.doubt}")
        latest[record.key] = record
    return SortedOut(tuple(latest.values()), tuple(foreign), tuple(doubtful))


def contradiction(record: Record) -> str | None:
    """How outcome, answer, target and `correct` of a record contradict each other; None if they do
    not."""
    answer, target, correct = record.answer, record.target, record.correct
    if (record.outcome == "answered") != (answer is not None):
        return f"is {record.outcome}, but its answer is {answer}"
    if correct is not (None if answer is None or target is None else answer == target):
        return f"says correct: {correct}, but its answer is {answer} and its target {target}"
    return None


def _promised(scenario: ScenarioManifest) -> _Promised:
    attributed = {arm for gesture in scenario.attributed for arm in gesture.arms.values()}
    return _Promised(
        labels=frozenset(label.id for label in scenario.labels),
        arms=frozenset({*scenario.arms, *attributed}),
        manner=(scenario.form, scenario.reasoning, scenario.score),
        probes=scenario.probes,
        cells={cell.id: cell for cell in scenario.cells},
    )


def _out_of_cell(record: Record, cells: Mapping[str, Cell]) -> str | None:
    """How a record differs from the cell of the sweep that it names; None if it does not."""
    if record.probe is not None:
        return None
    cell = cells.get(record.cell)
    if cell is None:
        return f"has the cell '{record.cell}', which the run does not have"
    for name in ("wording", "order", "style"):
        if getattr(record, name) != getattr(cell, name):
            return f"has {name} {getattr(record, name)}; its cell has {getattr(cell, name)}"
    if cell.labels and record.label_order != cell.labels:
        return f"lists the labels as {_named(record.label_order)}; its cell as {_named(cell.labels)}"
    return None


def _named(labels: Iterable[str]) -> str:
    return ", ".join(labels) or "(none)"
