"""What models answer to probes, and which of them know the people from metadata alone.

A constant answer has a balanced accuracy of 1 / labels, whatever the targets are. A model that is
above it without speech and gestures has other knowledge of the items: its numbers are marked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from mgllm.analysis.metric import known_metrics
from mgllm.analysis.statistics.cautions import METADATA
from mgllm.analysis.statistics.effects import Contrast, contrast_effects
from mgllm.analysis.statistics.grid import ANSWERED, Answers, Grid, make_grid, row_name
from mgllm.analysis.statistics.jackknife import held
from mgllm.analysis.statistics.runs import RunRecords, last_by_key
from mgllm.analysis.wording import level, p_words
from mgllm.records import (
    PROBES,
    ArmSummary,
    Claim,
    Effect,
    ProbeSummary,
    Record,
    RowName,
    RunManifest,
    Summary,
)

METRIC = "balanced_accuracy"
KNOWS: str = PROBES[0]
"""The probe that a mark is about: the others show nothing of an item."""
LEVEL = 0.05
"""A smaller p marks the model."""
CONSTANT = "any constant"
Marks = Mapping[tuple[str, str], str]
"""By scenario and model, the words of the mark."""
Marked = TypeVar("Marked", ArmSummary, Effect, Claim)


def probe_rows(runs: Sequence[RunRecords]) -> tuple[ProbeSummary, ...]:
    """One for each run, scenario, manner of asking and probe."""
    return tuple(row for run in runs for row in _of_run(run))


def marks(rows: Iterable[ProbeSummary]) -> Marks:
    """The models that answer better than a constant from metadata alone, each with its clearest
    result."""
    found: dict[tuple[str, str], str] = {}
    for row in sorted(rows, key=lambda row: row.p if row.p is not None else 1.0):
        if row.probe == KNOWS and row.beats:
            found.setdefault(place_of(row.row), _words(row))
    return found


def place_of(row: RowName) -> tuple[str, str]:
    """Where the mark of a row is among `Marks`."""
    return row.scenario, row.model


def marked(summary: Summary) -> Summary:
    """The summary with a caution at every arm, effect and claim of a model that has a mark, and a
    note."""
    found = marks(summary.probes)
    if not found:
        return summary

    def flagged(rows: Sequence[Marked]) -> tuple[Marked, ...]:
        return tuple(_flagged(row, found.get(place_of(row.row))) for row in rows)

    parts = (
        part.model_copy(update={"arms": flagged(part.arms), "effects": flagged(part.effects)})
        for part in summary.slices
    )
    return summary.model_copy(
        update={
            "arms": flagged(summary.arms),
            "effects": flagged(summary.effects),
            "claims": flagged(summary.claims),
            "slices": tuple(parts),
            "notes": (
                *(f"{name}: {model}: {words}" for (name, model), words in found.items()),
                *summary.notes,
            ),
        }
    )


def _flagged(row: Marked, words: str | None) -> Marked:
    return row if words is None else row.model_copy(update={"flags": (words, *row.flags)})


def _words(row: ProbeSummary) -> str:
    number, constant = (level(value, METRIC) for value in (row.balanced_accuracy, row.constant))
    return (
        f"{METADATA}: without speech and gestures, from covariates alone, the model's balanced accuracy is "
        f"{number} % (a constant answer: {constant} %; p {p_words(row.p)} by subject), so it may know the "
        "answers"
    )


def _of_run(run: RunRecords) -> Iterable[ProbeSummary]:
    manifests = {scenario.name: scenario for scenario in run.manifest.scenarios}
    found: dict[tuple[str, RowName], list[Record]] = {}
    for record in last_by_key(run.records):
        if record.probe is not None and record.scenario in manifests:
            row = row_name(record, manifests[record.scenario], run.manifest)
            row = row.model_copy(update={"cue_source": None})  # it shows none
            found.setdefault((record.probe, row), []).append(record)
    for probe, row in sorted(found, key=lambda key: (_place(key[0]), list(manifests).index(key[1].scenario))):
        yield _row(row, probe, found[probe, row], run.manifest)


def _place(probe: str) -> int:
    known: list[str] = list(PROBES)
    return known.index(probe) if probe in known else len(known)


def _row(row: RowName, probe: str, records: Sequence[Record], manifest: RunManifest) -> ProbeSummary:
    said = Counter(record.answer for record in records if record.answer is not None)
    counted = ProbeSummary(
        row=row,
        probe=probe,
        n=len(records),
        subjects=len({record.subject for record in records}),
        answered=said.total(),
        answer_shares={label: said[label] / said.total() for label in records[0].label_order if said[label]},
    )
    scenario = next(each for each in manifest.scenarios if each.name == row.scenario)
    grid = make_grid(
        row, scenario, [record.model_copy(update={"arm": probe}) for record in records], manifest.epochs
    )
    return counted.model_copy(update=_tested(grid, probe)) if (grid.target_I >= 0).any() else counted


def _tested(grid: Grid, probe: str) -> dict[str, object]:
    """Balanced accuracy against a constant, over the items answered."""
    answers = grid.answers[probe]
    contrast = Contrast(grid, grid.row, (probe, CONSTANT), (answers, _constant(grid, answers)))
    metrics = [metric for metric in known_metrics() if metric.name == METRIC]
    effect = contrast_effects(contrast, metrics)[0]  # of answers: there is always one
    above = effect.difference is not None and effect.difference > 0
    low, high = effect.interval or (0.0, 0.0)
    interval = (low + (effect.baseline_value or 0.0), high + (effect.baseline_value or 0.0))
    return {
        "balanced_accuracy": effect.arm_value,
        "constant": effect.baseline_value,
        "interval": held(interval, 0.0, 1.0) if effect.interval else None,
        "p": effect.p,
        "beats": bool(above and effect.p is not None and effect.p < LEVEL),
        "flags": tuple(flag for flag in effect.flags if CONSTANT not in flag),
    }


def _constant(grid: Grid, answers: Answers) -> Answers:
    """One answer to everything: the most frequent target."""
    label = int(np.bincount(grid.target_I[grid.target_I >= 0]).argmax())
    return replace(
        answers,
        outcome_IEK=np.full_like(answers.outcome_IEK, ANSWERED),
        answer_IEK=np.full_like(answers.answer_IEK, label),
        probabilities_IEKL=np.full_like(answers.probabilities_IEKL, np.nan),
        log_odds_IEK=np.full_like(answers.log_odds_IEK, np.nan),
        censored_IEK=np.zeros_like(answers.censored_IEK),
        draws_I=None,
    )
