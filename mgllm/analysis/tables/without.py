"""Lines below the tables on probabilities: which are missing and why, and which are shares of
answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mgllm.analysis.metric import metrics
from mgllm.analysis.statistics.draws import FEWEST_DRAWS
from mgllm.analysis.wording import CENSORED, number
from mgllm.records import ArmSummary

OTHERS: Mapping[str, str] = {
    "corrected_accuracy": "acc. minus prior",
    "mean_token_accuracy": "acc. per token",
}
"""Columns that are not metrics."""


def without_words(arms: Sequence[ArmSummary]) -> Iterable[str]:
    """Why answers have no probabilities, arm by arm."""
    lacking = [arm for arm in arms if arm.censored]
    if lacking:
        yield (
            "no probabilities: answers whose probabilities were asked for but could not be read; they are "
            "missing in log-odds, AUC, Brier and calibration."
        )
    for arm in lacking:
        if arm.censored_reasons:
            whys = [f"{CENSORED[reason]}: {count}" for reason, count in arm.censored_reasons.items()]
            count = f"{arm.censored} of {arm.answered} answers without probabilities"
            yield f"{arm.arm}: {count}; {'; '.join(whys)}."


def unscored_words(arms: Sequence[ArmSummary]) -> Iterable[str]:
    """Why a cell has a dash; what is true of several arms is said once."""
    about: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for arm in arms:
        by_reason: dict[str, list[str]] = {}
        for metric, why in arm.unscored.items():
            by_reason.setdefault(why, []).append(_name(metric))
        for why, names in by_reason.items():
            about.setdefault((tuple(names), why), []).append(arm.arm)
    for (left_out, why), those in about.items():
        yield f"{', '.join(those)}: there is no {', '.join(left_out)}: {why}."


def sampled_words(arms: Sequence[ArmSummary]) -> Iterable[str]:
    """What the shares are, their error, and which items have too few answers."""
    sampled = [arm for arm in arms if arm.row.score == "sample"]
    if not sampled:
        return
    times = sampled[0].row.draws
    yield (
        f"sampled: probabilities are shares of {f'{times} ' if times else ''}answers to each item in an arm; "
        "unparsed, refused and failed replies do not count. Log-odds are from (k + ½)/(K + L/2); Brier is "
        "without what sampling adds to it. share's error: typical standard error of one item's share, in "
        "points."
    )
    for arm in sampled:
        if arm.few_draws:
            items = f"{number(arm.few_draws, 0)} item{'' if arm.few_draws == 1 else 's'}"
            yield f"{arm.arm}: {items} with fewer than {FEWEST_DRAWS} answers: no share."


def _name(metric: str) -> str:
    return OTHERS.get(metric) or metrics.get(metric).scale.name
