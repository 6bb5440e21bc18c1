"""Columns of the tables on arms, flips and regressions; those on differences are in
effect_tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from mgllm.analysis.metric import Metric, headline, known_metrics
from mgllm.analysis.tables.columns import Column, TableSpec
from mgllm.analysis.wording import (
    estimate,
    level,
    number,
    p_words,
    span,
)
from mgllm.records import ArmSummary, Flips, Gee, GeeTerm

NO_NUMBER = "–"
"""The cell if probabilities are missing for a number; the reason is below the table."""


def _cues(arm: ArmSummary) -> str:
    """The source of recognised gestures, and whether the recogniser had seen the person."""
    if not arm.exposures or arm.row.cue_source is None:
        return ""
    several = len(arm.exposures) > 1
    known = [f"{count} {name}" if several else name for name, count in arm.exposures.items()]
    return ", ".join([arm.row.cue_source.replace("_", "-"), *known])


def _metrics(arms: Sequence[ArmSummary]) -> Iterable[Column[ArmSummary]]:
    """One for each metric, with its interval if there is one; headers say if it is from shares."""
    return [(_header(metric, arms), partial(_level, metric.name)) for metric in known_metrics()]


def _header(metric: Metric, arms: Sequence[ArmSummary]) -> str:
    draws = {arm.row.draws for arm in arms if arm.row.score == "sample"}
    if not draws or not metric.scored:
        return metric.header
    times = f", K = {draws.pop()}" if metric.primary and len(draws) == 1 and None not in draws else ""
    return f"{metric.header} (sampled{times})"


def _level(metric: str, arm: ArmSummary) -> str:
    if metric in arm.unscored:
        return NO_NUMBER
    interval = arm.accuracy_interval if metric == headline() else None
    return estimate(arm.level(metric), interval, metric)


def _other_level(metric: str, arm: ArmSummary) -> str:
    if metric in arm.unscored:
        return NO_NUMBER
    value: float | None = getattr(arm, metric)
    return level(value, "accuracy")


def _share_error(arm: ArmSummary) -> str:
    return "" if arm.share_error is None else f"±{number(100 * arm.share_error, 1)}"


def _lacking(arms: Sequence[ArmSummary]) -> Iterable[Column[ArmSummary]]:
    """How many answers of each arm are without the probabilities asked for, if there are any."""
    return [("no probabilities", _censored)] if any(arm.censored for arm in arms) else []


def _censored(arm: ArmSummary) -> str:
    share = f" ({number(100 * arm.censored / arm.answered, 0)} %)" if arm.censored else ""
    return f"{arm.censored}{share}"


def _agreement(arm: ArmSummary) -> str:
    words = (number(arm.agreement, 2), span(arm.agreement_interval, "log_odds"))
    return " ".join(filter(None, words))


OUTCOMES = TableSpec[ArmSummary](
    "What was answered",
    name="outcomes",
    names=1,
    columns=[
        ("arm", lambda arm: arm.arm),
        ("n", lambda arm: str(arm.n)),
        ("subjects", lambda arm: str(arm.subjects)),
        ("answered", lambda arm: str(arm.answered)),
        ("unparsed", lambda arm: str(arm.unparsed)),
        ("refused", lambda arm: str(arm.refused)),
        ("failed", lambda arm: str(arm.failed)),
        _lacking,
        (
            "answer shares %",
            lambda arm: ", ".join(
                f"{label} {number(100 * share, 0)}" for label, share in arm.answer_shares.items()
            ),
        ),
        ("cues", _cues),
        ("cue tokens ×", lambda arm: number(arm.cue_tokens, 2)),
    ],
)
SCORES = TableSpec[ArmSummary](
    "How good the answers are (accuracies and F1 in percent, log-odds in nats)",
    name="scores",
    names=1,
    columns=[
        ("arm", lambda arm: arm.arm),
        _metrics,
        ("share's error", _share_error),
        ("acc. minus prior", partial(_other_level, "corrected_accuracy")),
        ("acc. per token", partial(_other_level, "mean_token_accuracy")),
        ("agreement: alpha [95 %]", _agreement),
    ],
)


def _contrast(flips: Flips) -> str:
    return flips.arm if flips.arm == flips.baseline else f"{flips.arm} − {flips.baseline}"


FLIPPED = TableSpec[Flips](
    "Items gained and lost (first epoch)",
    name="flips",
    names=1,
    columns=[
        ("contrast", _contrast),
        ("gained", lambda flips: str(flips.gained)),
        ("lost", lambda flips: str(flips.lost)),
    ],
)


GEE = TableSpec[GeeTerm](
    "Log odds ratios of a correct answer (compared with the reference)",
    name="gee",
    names=1,
    columns=[
        ("term", lambda term: term.term),
        (
            "log odds ratio [95 %]",
            lambda term: f"{number(term.estimate, 2, plus=True)} {span(term.interval, 'log_odds')}",
        ),
        ("p", lambda term: p_words(term.p)),
        ("q", lambda term: p_words(term.q)),
    ],
)


def gee_words(gee: Gee) -> list[str]:
    """What was fitted, and on which data."""
    about = f"{gee.rows:,} answers about {gee.subjects} subjects ({gee.effective_subjects:.1f} effective)"
    return [
        f"{gee.formula}, logistic GEE, exchangeable within subject (working correlation "
        f"{number(gee.correlation, 3)}), bias-reduced covariance; {about}.",
        f"Reference: {gee.reference}. A line with × says how much larger the arm's effect is there.",
        *(
            f"{flag[:1].upper()}{flag[1:]} between the models: this may explain a difference."
            for flag in gee.flags
        ),
    ]


def flipped_words(flips: Sequence[Flips]) -> list[str]:
    """The ids, a line per contrast and direction."""
    return [
        f"{_contrast(each)}, {word}: {', '.join(items)}."
        for each in flips
        for word, items in (("gained", each.gained_items), ("lost", each.lost_items))
        if items
    ]
