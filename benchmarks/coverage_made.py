"""Made grids: people, items and answers as arrays, without records.

Shape suffixes: I items, E epochs, K shuffles, L labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.special import expit

from mgllm.analysis.metric import Bools, Floats, Ints
from mgllm.analysis.statistics.grid import ANSWERED, OUTCOMES, Answers, Grid
from mgllm.records import Label, RowName, ScenarioManifest

EPOCHS = 5


def effective(sizes: Sequence[int]) -> float:
    """n² / Σ nₛ²."""
    array: Floats = np.array(sizes, np.float64)
    return float(array.sum() ** 2 / (array**2).sum())


def answers(answer_IE: Ints) -> Answers:
    """Answers by the index of their label, without probabilities."""
    return Answers(
        outcome_IEK=np.full((*answer_IE.shape, 1), ANSWERED, np.int64),
        answer_IEK=answer_IE[..., None],
        probabilities_IEKL=np.full((*answer_IE.shape, 1, 2), np.nan),
        log_odds_IEK=np.full((*answer_IE.shape, 1), np.nan),
        censored_IEK=np.zeros((*answer_IE.shape, 1), bool),
        leaked_IE=np.zeros(answer_IE.shape, bool),
        unknown_IE=np.zeros(answer_IE.shape, bool),
    )


def scored(odds_I: Floats, target_I: Ints) -> Answers:
    """Answers of one epoch from the target's log-odds, with probabilities."""
    p_I = expit(odds_I)
    made = answers(np.where(odds_I > 0, target_I, 1 - target_I)[:, None])
    p_IL = np.where(np.eye(2)[target_I] == 1, p_I[:, None], 1 - p_I[:, None])
    return replace(
        made, probabilities_IEKL=p_IL[:, None, None, :], log_odds_IEK=odds_I[:, None, None].astype(np.float64)
    )


def unparsed(made: Answers, lost_I: Bools) -> Answers:
    """The same where these replies could not be read."""
    lost = lost_I[:, None, None]
    return replace(
        made,
        outcome_IEK=np.where(lost, OUTCOMES.index("unparsed"), made.outcome_IEK),
        answer_IEK=np.where(lost, -1, made.answer_IEK),
        probabilities_IEKL=np.where(lost[..., None], np.nan, made.probabilities_IEKL),
        log_odds_IEK=np.where(lost, np.nan, made.log_odds_IEK),
    )


def censored(made: Answers, lost_I: Bools) -> Answers:
    """The same where these answers have no probabilities."""
    lost = lost_I[:, None, None]
    return replace(
        made,
        probabilities_IEKL=np.where(lost[..., None], np.nan, made.probabilities_IEKL),
        log_odds_IEK=np.where(lost, np.nan, made.log_odds_IEK),
        censored_IEK=made.censored_IEK | lost,
    )


def grid(sizes: Sequence[int], target_I: Ints) -> Grid:
    """Items of so many people, without answers."""
    subjects = tuple(f"s{s:03d}" for s, size in enumerate(sizes) for _ in range(size))
    n = len(subjects)
    row = RowName(scenario="simulated", model="simulated", form="chat", reasoning="direct", score="logprob")
    manifest = ScenarioManifest(
        name="simulated",
        version=1,
        title="simulated",
        sha256="0",
        templates={},
        items_name="items.jsonl",
        items_sha256="0",
        items_in_set=n,
        items_asked=n,
        subjects=len(sizes),
        effective_subjects=effective(sizes),
        largest_cluster=max(sizes),
        labels=tuple(Label(id=name, text=name, cloze=f" {name}") for name in ("no", "yes")),
        arms=("text", "text+mg", "text+shuffled"),
        baseline="text",
        form="chat",
        reasoning="direct",
        score="logprob",
        ethics="Simulated.",
    )
    return Grid(
        row=row,
        scenario=manifest,
        labels=("no", "yes"),
        items=tuple(f"i{i:04d}" for i in range(n)),
        epochs=tuple(range(EPOCHS)),
        subjects=subjects,
        target_I=target_I,
        answers={},
        records={},
    )
