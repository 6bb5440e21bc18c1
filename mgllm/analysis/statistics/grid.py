"""Records as arrays: what each arm answered, by item, epoch and shuffle.

Shape suffixes: I items, E epochs, K shuffles, L labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mgllm.analysis.metric import Bools, Floats, Ints
from mgllm.analysis.statistics.draws import FEWEST_DRAWS, count_draws
from mgllm.analysis.statistics.runs import RunRecords, last_by_key, log_odds
from mgllm.errors import InputError
from mgllm.records import Exposure, Record, RowName, RunManifest, ScenarioManifest, is_attributed

OUTCOMES = ("absent", "answered", "unparsed", "refused", "failed")
"""Codes of `Answers.outcome_IEK`; `absent`: no record, because the run was stopped."""
ANSWERED, FAILED = OUTCOMES.index("answered"), OUTCOMES.index("failed")


@dataclass(frozen=True, slots=True)
class Answers:
    """One arm's answers."""

    outcome_IEK: Ints
    """Index into OUTCOMES."""
    answer_IEK: Ints
    """Index of the label answered; −1: none."""
    probabilities_IEKL: Floats
    """P(label); NaN where the labels were not scored. Sampled: the item's shares, the same
    everywhere."""
    log_odds_IEK: Floats
    """Log-odds of the target, in nats; NaN where unknown."""
    censored_IEK: Bools
    """Answered, but without the probabilities that were asked for."""
    leaked_IE: Bools
    """Shows gestures from a recogniser that has learned from the person."""
    unknown_IE: Bools
    """Shows recognised gestures of unknown exposure."""
    draws_I: Ints | None = None
    """Sampled: number of answers behind each item's shares; null if probabilities are the model's
    own."""
    rated: bool = False
    """Whether K counts the ratings of people: then an item may have more in one arm than in
    another."""


@dataclass(frozen=True, slots=True)
class Grid:
    """One scenario of one run with one form, reasoning and score: everything that may be
    subtracted."""

    row: RowName
    """The name of its rows."""
    scenario: ScenarioManifest
    """The scenario's part of the manifest."""
    labels: tuple[str, ...]
    """Label ids: the order of every L axis."""
    items: tuple[str, ...]
    """Item ids, sorted: the I axis."""
    epochs: tuple[int, ...]
    """The E axis."""
    subjects: tuple[str, ...]
    """Subject of each item."""
    target_I: Ints
    """Index of each item's true label; −1: unknown."""
    answers: Mapping[str, Answers]
    """By arm, in table order, without `none`."""
    records: Mapping[str, Sequence[Record]]
    """By arm, in table order, with `none`."""
    attributed: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    """By arm of an attribution: asked only about the items that have its gesture."""
    stopped: Mapping[str, str] = field(default_factory=dict)
    """For arms that were asked less often than planned, how often: "41 of 120"."""
    manifest: RunManifest | None = None
    """The run's manifest."""
    claims: bool = True
    """Claims are tested on it; false for one wording among several, which are tested together."""
    parts: tuple[Grid, ...] = ()
    """The wordings or cells of a sweep that it averages inside the item; none in any other grid."""


def grids(run: RunRecords) -> list[Grid]:
    """A run's grids, scenarios in the manifest's order.

    Raises:
        InputError: a record has a scenario or a label that is not in the manifest.
    """
    groups: dict[RowName, list[Record]] = {}
    manifests = {scenario.name: scenario for scenario in run.manifest.scenarios}
    for record in last_by_key(run.records):
        if record.probe is not None:
            continue  # a question of its own, in no arm
        if record.scenario not in manifests:
            raise InputError(
                f"run {run.manifest.id}: a record is about scenario '{record.scenario}', which is not in "
                "manifest.json; the two files are from different runs"
            )
        scenario = manifests[record.scenario]
        rated = as_rating(record) if scenario.raters else record
        groups.setdefault(row_name(rated, scenario, run.manifest), []).append(rated)
    order = {name: position for position, name in enumerate(manifests)}
    rows = sorted(groups, key=lambda row: (order[row.scenario], row.model, row.manner, row.words))
    found = [make_grid(row, manifests[row.scenario], groups[row], run.manifest.epochs) for row in rows]
    return [replace(grid, manifest=run.manifest) for grid in found]


def as_rating(record: Record) -> Record:
    """A person's rating. The nth rating of an item in one arm is not from the rater of the nth in
    another, so they are not paired; like shuffles, all ratings are averaged inside the item."""
    return record.model_copy(update={"epoch": 0, "shuffle": record.epoch})


def row_name(record: Record, scenario: ScenarioManifest, manifest: RunManifest) -> RowName:
    """The name of the rows that a record belongs to; numbers of the same row may be subtracted."""
    return RowName(
        scenario=record.scenario,
        model=record.model,
        form=record.form,
        reasoning=record.reasoning,
        score=record.score,
        cue_source=scenario.cue_source,
        draws=manifest.epochs if record.score == "sample" else None,
        reasoning_effort=scenario.reasoning_effort,
        wording=record.wording or scenario.paraphrase,
        order=record.order,
        style=record.style,
        shots=record.shots or None,
        masked=record.masked or None,
    )


def make_grid(row: RowName, scenario: ScenarioManifest, records: Sequence[Record], epochs_run: int) -> Grid:
    """The records of one row as a grid; arms that the scenario does not have come last."""
    unasked = scenario.roles.get("unasked")
    everything: dict[str, list[Record]] = {arm: [] for arm in scenario.arms}
    for record in records:
        everything.setdefault(record.arm, []).append(record)
    by_arm = {arm: found for arm, found in everything.items() if found and not is_attributed(arm)}
    asked = {record.item: record for record in records if record.arm != unasked}
    labels = tuple(label.id for label in scenario.labels)
    items = tuple(sorted(asked))
    epochs = tuple(sorted({record.epoch for record in records if record.arm != unasked}))
    answers = {
        arm: replace(answers_of(found, labels, items, epochs), rated=scenario.raters > 0)
        for arm, found in by_arm.items()
        if arm != unasked
    }
    planned = 0 if scenario.raters else scenario.items_asked * epochs_run
    times = {arm: int((each.outcome_IEK > 0).any(axis=2).sum()) for arm, each in answers.items()}
    return Grid(
        row=row,
        scenario=scenario,
        labels=labels,
        items=items,
        epochs=epochs,
        subjects=tuple(asked[item].subject for item in items),
        target_I=np.array([_index(labels, asked[item].target, asked[item]) for item in items], np.int64),
        answers=answers,
        records=by_arm,
        attributed={arm: found for arm, found in everything.items() if is_attributed(arm)},
        stopped={arm: f"{asked} of {planned}" for arm, asked in times.items() if asked < planned},
    )


def answers_of(
    records: Sequence[Record], labels: tuple[str, ...], items: Sequence[str], epochs: Sequence[int]
) -> Answers:
    """One arm's records, all from these items and epochs, as arrays; sampled ones are draws of
    their item.

    Raises:
        InputError: a record has another label.
    """
    shuffles = sorted({record.shuffle for record in records})
    where_item = {item: position for position, item in enumerate(items)}
    shape = (len(items), len(epochs), len(shuffles))
    filled = Answers(
        outcome_IEK=np.zeros(shape, np.int64),
        answer_IEK=np.full(shape, -1, np.int64),
        probabilities_IEKL=np.full((*shape, len(labels)), np.nan),
        log_odds_IEK=np.full(shape, np.nan),
        censored_IEK=np.zeros(shape, bool),
        leaked_IE=np.zeros(shape[:2], bool),
        unknown_IE=np.zeros(shape[:2], bool),
    )
    target_I = np.full(len(items), -1, np.int64)
    for record in records:
        at = where_item[record.item], epochs.index(record.epoch), shuffles.index(record.shuffle)
        filled.outcome_IEK[at] = OUTCOMES.index(record.outcome)
        filled.censored_IEK[at] = record.censored
        filled.leaked_IE[at[:2]] |= exposed_as(record, "in_sample")
        filled.unknown_IE[at[:2]] |= exposed_as(record, "unknown")
        target_I[at[0]] = _index(labels, record.target, record)
        filled.answer_IEK[at] = _index(labels, record.answer, record)
        if record.probabilities is not None:
            filled.probabilities_IEKL[at] = [record.probabilities.get(label, 0.0) for label in labels]
        odds = log_odds(record)
        filled.log_odds_IEK[at] = np.nan if odds is None else odds
    sampled = any(record.score == "sample" for record in records)
    return _as_draws(filled, target_I) if sampled else filled


def exposed_as(record: Record, exposure: Exposure) -> bool:
    """Whether a record shows recognised gestures with this exposure; annotated ones have none."""
    return record.exposure == exposure and record.cue_source not in {None, "annotated"}


def _as_draws(filled: Answers, target_I: Ints) -> Answers:
    """Shares of an item's answers as its probabilities, the same in every epoch and shuffle."""
    answered_IEK: Bools = filled.outcome_IEK == ANSWERED
    labels = filled.probabilities_IEKL.shape[3]
    shares = count_draws(filled.answer_IEK, answered_IEK, target_I, labels)
    lacks_I: Bools = shares.draws_I < FEWEST_DRAWS
    return replace(
        filled,
        probabilities_IEKL=np.broadcast_to(
            shares.probabilities_IL[:, None, None, :], filled.probabilities_IEKL.shape
        ),
        log_odds_IEK=np.broadcast_to(shares.log_odds_I[:, None, None], filled.log_odds_IEK.shape),
        censored_IEK=answered_IEK & lacks_I[:, None, None],
        draws_I=shares.draws_I,
    )


def _index(labels: tuple[str, ...], label: str | None, record: Record) -> int:
    if label is None:
        return -1
    if label not in labels:
        raise InputError(
            f"record {'/'.join(map(str, record.key))}: label '{label}' is not one of: {', '.join(labels)}"
        )
    return labels.index(label)
