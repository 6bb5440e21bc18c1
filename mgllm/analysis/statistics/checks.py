"""Checks beside the interval and p: sign flips and BCa by subject, and McNemar, which ignores
subjects.

Shape suffixes: S subjects, M sums of differences, K sums, R resamples, H patterns of half the
subjects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mgllm.analysis.metric import Floats, Ints

EXACT_UP_TO = 32
"""With up to so many subjects that differ, all 2^S sign patterns are counted: two halves of 2^16,
which takes a few hundredths of a second; 40 would take a second."""
DRAWS = 10_000
"""Random sign patterns if there are more subjects, and resamples of the bootstrap. The third digit
of a p near .05, and a thirtieth of the standard error in an end of BCa, then depend on the seed:
both are printed with one digit less."""
TINY = 1e-12
"""Smaller differences are rounding."""
SEED = 20_260_101
"""Fixed, so that the same records give the same bytes."""
BOOTSTRAP_FROM = 40
"""Fewest subjects for the BCa interval."""
WORK = 50_000_000
"""At most so many random numbers per bootstrap, but not fewer than 2,000 resamples."""
CHUNK = 50_000
"""Numbers in memory at once: few enough for a processor's cache, which is three times faster."""
KEPT = 20_000_000
"""Up to so many numbers, of one byte each, are kept for the next contrast over equally many
subjects; more are drawn again."""

Bytes = NDArray[np.int8]


def sign_flip_p(differences_SM: Floats) -> list[float]:
    """Two-sided p of M sums over the subjects' summed differences, if both signs are equally
    likely.

    Exact if at most 32 subjects differ; else from 10,000 draws, the same for all M sums.
    """
    exact_M = np.array([flips_exactly(column) for column in differences_SM.T])
    p_M = np.array(
        [_exact_p(column) if few else np.nan for column, few in zip(differences_SM.T, exact_M, strict=True)]
    )
    if not exact_M.all():
        p_M[~exact_M] = _drawn_p(differences_SM[:, ~exact_M])
    return [float(p) for p in p_M]


def flips_exactly(differences_S: Floats) -> bool:
    """Whether so few subjects differ that all their sign patterns are counted."""
    return int((np.abs(differences_S) > TINY).sum()) <= EXACT_UP_TO


def _exact_p(differences_S: Floats) -> float:
    """Sums over all patterns of each half of the subjects. For each sum of one half, the sums of
    the other that reach far enough are counted by their places in sorted order."""
    differences_S = differences_S[np.abs(differences_S) > TINY]
    if not len(differences_S) or abs(differences_S.sum()) <= TINY:
        return 1.0
    # The first subject keeps its sign: a pattern and its mirror image have the same absolute sum.
    half = len(differences_S) // 2
    one_H = differences_S[0] + _pattern_sums(differences_S[1 : half + 1])
    other_H = np.sort(_pattern_sums(differences_S[half + 1 :]))
    reach = float(_observed(differences_S))
    above_H = len(other_H) - np.searchsorted(other_H, reach - one_H, "left")
    below_H = np.searchsorted(other_H, -reach - one_H, "right")
    return float((above_H + below_H).sum()) / (len(one_H) * len(other_H))


def _pattern_sums(differences_S: Floats) -> Floats:
    """Sums under every pattern of signs [2^S]; 0 of none."""
    sums_H = np.zeros(1)
    for difference in differences_S:
        sums_H = np.concatenate([sums_H - difference, sums_H + difference])
    return sums_H


def _drawn_p(differences_SM: Floats) -> Floats:
    total_M, reached_M = differences_SM.sum(axis=0), np.ones(differences_SM.shape[1])
    for kept_RS in _signs(len(differences_SM)):
        flipped_RM = 2 * (kept_RS.astype(np.float64) @ differences_SM) - total_M
        reached_M += (np.abs(flipped_RM) >= _observed(differences_SM)).sum(axis=0)
    return reached_M / (1 + DRAWS)


def _observed(differences: Floats) -> Floats:
    """The absolute sums, minus a tiny part: patterns that equal them must count in spite of
    rounding."""
    return np.asarray(np.abs(differences.sum(axis=0)) * (1 - 1e-9))


def mcnemar_p(b: int, c: int) -> float | None:
    """Exact two-sided p of b against c discordant pairs, each equally likely; null if there are
    none."""
    from scipy.special import bdtr  # what scipy.stats.binomtest calls; it loads a second faster

    if b + c == 0:
        return None
    return min(1.0, 2 * float(bdtr(min(b, c), b + c, 0.5)))


def resampled_sums(sums_SK: Floats, draws: int | None = None) -> Floats:
    """Sums over subjects drawn with replacement [R, K].

    Args:
        sums_SK: sums over each subject's items.
        draws: how many; by default 10,000, fewer beyond 5,000 subjects.
    """
    subjects = len(sums_SK)
    draws = draws or int(np.clip(WORK / subjects, 2_000, DRAWS))
    return np.concatenate([counts_RS.astype(np.float64) @ sums_SK for counts_RS in counts(subjects, draws)])


def drawn_counts(subjects: int, draws: int, at_once: int) -> Iterator[Ints]:
    """How often each subject is drawn [rows, S], as in `resampled_sums`, about `at_once` rows at a
    time."""
    gathered: list[Ints | Bytes] = []
    for counts_RS in counts(subjects, DRAWS):
        gathered.append(counts_RS[:draws])
        draws -= len(gathered[-1])
        if not draws or sum(map(len, gathered)) >= at_once:
            yield np.concatenate(gathered)
            gathered = []
        if not draws:
            return


def bca_interval(replicates_1S: Floats, resampled_R: Floats) -> tuple[float, float] | None:
    """95 % bias-corrected and accelerated bootstrap interval over subjects; null if undefined.

    Args:
        replicates_1S: the value over all subjects, then without each.
        resampled_R: the value over each resample of the subjects.
    """
    from scipy.special import ndtr, ndtri

    if not (np.isfinite(replicates_1S).all() and np.isfinite(resampled_R).all()):
        return None
    value, spread_S = replicates_1S[0], replicates_1S[1:].mean() - replicates_1S[1:]
    below = ((resampled_R < value).mean() + (resampled_R <= value).mean()) / 2
    if not 0 < below < 1 or not (spread_S**2).sum() > 0:
        return None
    bias = ndtri(below)
    acceleration = (spread_S**3).sum() / (6 * (spread_S**2).sum() ** 1.5)
    z = bias + ndtri(np.array([0.025, 0.975]))
    low, high = np.quantile(resampled_R, ndtr(bias + z / (1 - acceleration * z)))
    return float(low), float(high)


def bootstrap_many(
    sums_SK: list[Floats], values: list[Callable[[Floats], Floats]], replicates: list[Floats]
) -> list[tuple[float, float] | None]:
    """BCa intervals of several numbers over the same subjects, from one set of draws.

    Args:
        sums_SK: for each number, its sums by subject.
        values: for each number, the function from sums [R, K] to values [R].
        replicates: each number over all subjects, then without each.
    """
    edges = np.cumsum([sums.shape[1] for sums in sums_SK])[:-1]
    drawn = np.split(resampled_sums(np.concatenate(sums_SK, axis=1)), edges, axis=1)
    return [
        bca_interval(known, value(sums_RK))
        for known, value, sums_RK in zip(replicates, values, drawn, strict=True)
    ]


def _signs(subjects: int) -> Iterator[Bytes]:
    """Random 0 and 1 [rows, S] in chunks, 10,000 rows in all; the same for equally many
    subjects."""
    return iter(_kept_signs(subjects)) if DRAWS * subjects <= KEPT else _drawn_signs(subjects)


@lru_cache(maxsize=1)
def _kept_signs(subjects: int) -> tuple[Bytes, ...]:
    return tuple(_drawn_signs(subjects))


def _drawn_signs(subjects: int) -> Iterator[Bytes]:
    rng = np.random.default_rng(SEED)
    return (rng.integers(0, 2, (rows, subjects), np.int8) for rows in _chunks(DRAWS, subjects))


def counts(subjects: int, draws: int) -> Iterator[Ints | Bytes]:
    """How often each subject is drawn [rows, S] in chunks, `draws` rows in all; the same each
    time."""
    return iter(_kept_counts(subjects, draws)) if draws * subjects <= KEPT else _drawn_counts(subjects, draws)


@lru_cache(maxsize=2)  # BCa's and bootstrap-t's
def _kept_counts(subjects: int, draws: int) -> tuple[Bytes, ...]:
    # From 128 subjects on, the chance to draw one more than 127 times is below 10⁻²⁰⁰; below, it is
    # 0.
    return tuple(counts_RS.astype(np.int8) for counts_RS in _drawn_counts(subjects, draws))


def _drawn_counts(subjects: int, draws: int) -> Iterator[Ints]:
    rng = np.random.default_rng(SEED)
    for rows in _chunks(draws, subjects):
        drawn = rng.integers(0, subjects, (rows, subjects)) + np.arange(rows)[:, None] * subjects
        yield np.bincount(drawn.ravel(), minlength=rows * subjects).reshape(rows, subjects)


def _chunks(rows: int, width: int) -> Iterator[int]:
    """Numbers of rows that sum to `rows`, each with at most CHUNK numbers."""
    at_once = max(1, CHUNK // width)
    while rows > 0:
        yield min(rows, at_once)
        rows -= at_once
