"""Two arms over the same answered items: the data of an effect.

Shuffles are averaged inside the item and epoch over those answered; epochs inside the item over
those in which both arms are answered. Sampled answers are draws of their item: its shares are from
all of them, whatever the other arm answered. Shape suffixes: I items, E epochs, K shuffles, L
labels, N items kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mgllm.analysis.metric import Bools, Floats, Ints, Sample
from mgllm.analysis.statistics.grid import ANSWERED, Answers, Grid
from mgllm.analysis.statistics.jackknife import Clusters, clusters


@dataclass(frozen=True, slots=True)
class Pairs:
    """An arm and its baseline over their common answered items, in the same order."""

    arm: Sample
    baseline: Sample
    over: Clusters
    """How many items each subject has."""
    missing: int
    """Pairs (item, epoch) with a known target and at least one side not answered; for people, also
    every rating without an answer."""
    leaked: int = 0
    """Items with a side that shows gestures from a recogniser that has learned from the person."""
    unknown: int = 0
    """Items with a side that shows gestures of unknown exposure, and no side with leaked ones."""


@dataclass(frozen=True, slots=True)
class Discordance:
    """First epoch, first shuffle: items on which the arms differ."""

    b: int
    """Arm right, baseline wrong."""
    c: int
    """Arm wrong, baseline right."""


def pair(grid: Grid, arm: Answers, baseline: Answers, *, scored: bool) -> Pairs:
    """Both arms over the items that both answered, in at least one common epoch.

    Args:
        grid: their items, subjects and targets.
        arm: the arm.
        baseline: what it is compared with.
        scored: only answers with probabilities are used.
    """
    known_IE = (grid.target_I >= 0)[:, None]
    common_IE: Bools = given(arm, scored=scored) & given(baseline, scored=scored) & known_IE
    asked_IE = (some(_present(arm), 2) | some(_present(baseline), 2)) & known_IE
    return Pairs(
        sample(grid, arm, common_IE),
        sample(grid, baseline, common_IE),
        clusters(subject_codes(grid, some(common_IE, 1))),
        int((asked_IE & ~common_IE).sum())
        + sum(_unsaid(grid, each, scored=scored) for each in (arm, baseline) if each.rated),
        *_exposed(arm, baseline, common_IE),
    )


def _exposed(arm: Answers, baseline: Answers, common_IE: Bools) -> tuple[int, int]:
    """Items with leaked cues on either side, and further ones with cues of unknown exposure."""
    leaked_I = some((arm.leaked_IE | baseline.leaked_IE) & common_IE, 1)
    unknown_I = some((arm.unknown_IE | baseline.unknown_IE) & common_IE, 1)
    return int(leaked_I.sum()), int((unknown_I & ~leaked_I).sum())


def given(answers: Answers, *, scored: bool) -> Bools:
    """Where an item and epoch is answered [I, E]: in at least one shuffle (with probabilities)."""
    return some(_taken(answers, scored=scored), 2)


def lacking(grid: Grid, arm: Answers, baseline: Answers) -> tuple[float, float] | None:
    """For each side, the share of the pairs (item, epoch) answered in both arms without
    probabilities.

    Null if no answer is without the probabilities asked for, or nothing is paired.
    """
    known_IE = (grid.target_I >= 0)[:, None]
    common_IE: Bools = given(arm, scored=False) & given(baseline, scored=False) & known_IE
    if not common_IE.any() or not any(some(side.censored_IEK, None) for side in (arm, baseline)):
        return None
    arm_share, other = (float((~given(side, scored=True))[common_IE].mean()) for side in (arm, baseline))
    return arm_share, other


def sample(grid: Grid, answers: Answers, kept_IE: Bools) -> Sample:
    """One arm over the items kept, averaged over the epochs kept, in which each is answered or
    sampled."""
    answered_IEK, scored_IEK = _taken(answers, scored=False), _taken(answers, scored=True)
    kept_I, said_IE = some(kept_IE, 1), kept_IE & some(answered_IEK, 2)
    chosen_IEKL = answers.answer_IEK[..., None] == np.arange(len(grid.labels))
    log_odds_NL = average(answers.log_odds_IEK[..., None], scored_IEK, kept_IE)[kept_I]
    return Sample(
        subject_N=subject_codes(grid, kept_I),
        target_N=grid.target_I[kept_I],
        shares_NL=average(chosen_IEKL.astype(float), answered_IEK, said_IE)[kept_I],
        probabilities_NL=average(answers.probabilities_IEKL, scored_IEK, kept_IE)[kept_I],
        log_odds_N=log_odds_NL[:, 0],
        draws_N=None if answers.draws_I is None else answers.draws_I[kept_I].astype(np.float64),
    )


def average(values_IEKX: Floats, taken_IEK: Bools, kept_IE: Bools) -> Floats:
    """Mean over the shuffles used, then over the epochs kept [I, X]; NaN where none is used."""
    values = np.where(taken_IEK[..., None], values_IEKX, 0.0).sum(axis=2)
    count_IE = taken_IEK.sum(axis=2)
    mean_IEX = np.where(count_IE[..., None] > 0, values / np.maximum(count_IE, 1)[..., None], np.nan)
    summed_IX = np.where(kept_IE[..., None], mean_IEX, 0.0).sum(axis=1)
    return np.asarray(summed_IX / np.maximum(kept_IE.sum(axis=1), 1)[:, None])


def some(mask: Bools, axis: int | tuple[int, ...] | None) -> Bools:
    """Where a mask is true anywhere along one axis or several; null: anywhere at all."""
    return np.asarray(mask.any(axis=axis))


def subject_codes(grid: Grid, kept_I: Bools) -> Ints:
    """Index of the subject of each item kept, without gaps, in the subjects' alphabetical order
    [N]."""
    kept = np.array(grid.subjects, dtype=object)[kept_I]
    number = {subject: code for code, subject in enumerate(sorted(set(kept)))}
    return np.array([number[subject] for subject in kept], np.int64)


def discordance(grid: Grid, arm: Answers, baseline: Answers) -> Discordance:
    """Items answered by both in the first epoch (and shuffle) that only one has right."""
    gained_I, lost_I = flipped(grid, arm, baseline)
    return Discordance(int(gained_I.sum()), int(lost_I.sum()))


def flipped(grid: Grid, arm: Answers, baseline: Answers) -> tuple[Bools, Bools]:
    """Items that only the arm has right, and only the baseline [I each]: first epoch and
    shuffle."""
    known_I = grid.target_I >= 0
    both_I = known_I & (arm.outcome_IEK[:, 0, 0] == ANSWERED) & (baseline.outcome_IEK[:, 0, 0] == ANSWERED)
    right_I, other_I = (_correct(grid, answers)[:, 0, 0] > 0 for answers in (arm, baseline))
    return both_I & right_I & ~other_I, both_I & ~right_I & other_I


def _present(answers: Answers) -> Bools:
    return answers.outcome_IEK > 0


def _unsaid(grid: Grid, answers: Answers, *, scored: bool) -> int:
    """Ratings of items with a known target that are no answer."""
    known_IEK = (grid.target_I >= 0)[:, None, None]
    return int((_present(answers) & ~_taken(answers, scored=scored) & known_IEK).sum())


def _taken(answers: Answers, *, scored: bool) -> Bools:
    """Shuffles that are answered and, if asked for, scored [I, E, K]; shares belong to the whole
    item."""
    answered_IEK: Bools = answers.outcome_IEK == ANSWERED
    if not scored:
        return answered_IEK
    scored_IEK = some(np.isfinite(answers.probabilities_IEKL), 3)
    return scored_IEK if answers.draws_I is not None else np.asarray(answered_IEK & scored_IEK)


def _correct(grid: Grid, answers: Answers) -> Floats:
    """1 where answered with the target, else 0 [I, E, K]."""
    right_IEK: Bools = answers.answer_IEK == grid.target_I[:, None, None]
    return np.where(answers.outcome_IEK == ANSWERED, right_IEK, False).astype(np.float64)
