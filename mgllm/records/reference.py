"""References: how well simple classifiers guess the target of the same items, without a language
model."""

from __future__ import annotations

from typing import Literal

from mgllm.records.frozen import Frozen
from mgllm.records.gesture import CueSource

ReferenceKind = Literal["constant", "covariate", "covariates", "speech", "gestures", "both", "all"]
"""What a reference sees: nothing, one covariate, all of them, the words said, the gestures, words
and gestures, everything."""


class Reference(Frozen):
    """One simple classifier over all items."""

    kind: ReferenceKind
    """What it sees."""
    name: str
    """In tables; that of a covariate is in it."""
    uar: float
    """Mean over labels of the share of right guesses, 0 to 1. A tie of labels shares a guess."""
    uar_interval: tuple[float, float] | None = None
    """95 %: delete-one-subject jackknife; each fold is fitted again without the person."""
    auc: float | None = None
    """Share of pairs of a fold that are in the right order, mean over labels; null without any
    pair."""
    auc_interval: tuple[float, float] | None = None
    """95 %, likewise."""
    accuracy: float
    """Share of right guesses. Both classes weigh the same, so it may be below that of the
    commonest target."""
    in_sample: float
    """The accuracy on the items that were learned from: too high."""
    flag: str | None = None
    """Why there is no interval, that there are few subjects, or that it is below chance."""


class References(Frozen):
    """Simple classifiers over the items of a set."""

    scenario: str = ""
    """In a run, the scenario; else empty."""
    n: int
    """Items guessed."""
    left_out: int = 0
    """Items without a target, or on neither side of the column."""
    labels: tuple[str, ...]
    """Targets, in the order of the alphabet."""
    majority: float
    """Share of the commonest target among the items guessed: the best constant answer."""
    subjects: int
    """People whose items are guessed."""
    effective_subjects: float
    """n² / Σ nₛ²."""
    largest_cluster: int
    """Items of the person that has most."""
    cue_source: CueSource | None = None
    """Source of the gestures; null without any."""
    draws: int
    """Draws of folds; their mean is shown."""
    folds: int
    """Folds by person of each draw; 1 if a column says who is learned from."""
    seed: int = 0
    """Decides the folds."""
    split: str | None = None
    """The column whose values are train and test."""
    learned_from: int | None = None
    """Items of the side train; null with folds."""
    shared_subjects: int = 0
    """People on both sides of the column."""
    groups: int
    """People, or groups of people, that were left out in turn for the intervals."""
    rows: tuple[Reference, ...]
    """In the order of the table."""
    notes: tuple[str, ...] = ()
    """References that cannot be made, and why; what to beware of."""
