"""Every column of every table, one function each. A new column is a new function here, or a new metric."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from mgllm.analysis.metric import known_metrics, scale_of
from mgllm.analysis.tables.columns import Column, TableSpec
from mgllm.analysis.wording import change, contrast_words, difference, level, number, p_words, span
from mgllm.records import ArmSummary, Claim, Effect

CLAIMS = TableSpec[Claim]("Claim: the gestures' content helps (needs both contrasts)", names=2)
OUTCOMES = TableSpec[ArmSummary]("What was answered", names=1)
SCORES = TableSpec[ArmSummary](
    "How well (accuracies and F1 in percent over answered items, log-odds in nats)", names=1
)
PRIMARY = TableSpec[Effect]("The two primary contrasts (arm − baseline over common answered items)", names=2)
CHECKS = TableSpec[Effect]("Checks of the primary contrasts", names=2)
MISSING = TableSpec[Effect]("Primary contrasts, had the missing answers been otherwise", names=1)
EXPLORATORY = TableSpec[Effect]("Exploratory differences (q: Benjamini–Hochberg)", names=2)


@CLAIMS.column("scenario · model")
def _claim_row(claim: Claim) -> str:
    return claim.row.words


@CLAIMS.column("metric")
def _claim_metric(claim: Claim) -> str:
    return scale_of(claim.metric).name


@CLAIMS.column("over text")
def _over_text(claim: Claim) -> str:
    return change(claim.over_text, claim.metric)


@CLAIMS.column("over shuffled")
def _over_shuffled(claim: Claim) -> str:
    return change(claim.over_shuffled, claim.metric)


@CLAIMS.column("p")
def _claim_p(claim: Claim) -> str:
    return p_words(claim.p)


@CLAIMS.column("Holm p")
def _claim_holm(claim: Claim) -> str:
    return p_words(claim.p_holm)


@OUTCOMES.column("arm")
@SCORES.column("arm")
def _arm(arm: ArmSummary) -> str:
    return arm.arm


@OUTCOMES.column("n")
def _n(arm: ArmSummary) -> str:
    return str(arm.n)


@OUTCOMES.column("subjects")
def _subjects(arm: ArmSummary) -> str:
    return str(arm.subjects)


@OUTCOMES.column("answered")
def _answered(arm: ArmSummary) -> str:
    return str(arm.answered)


@OUTCOMES.column("unparsed")
def _unparsed(arm: ArmSummary) -> str:
    return str(arm.unparsed)


@OUTCOMES.column("refused")
def _refused(arm: ArmSummary) -> str:
    return str(arm.refused)


@OUTCOMES.column("failed")
def _failed(arm: ArmSummary) -> str:
    return str(arm.failed)


@OUTCOMES.column("answer shares %")
def _answer_shares(arm: ArmSummary) -> str:
    return ", ".join(f"{label} {number(100 * share, 0)}" for label, share in arm.answer_shares.items())


@OUTCOMES.column("cues")
def _cues(arm: ArmSummary) -> str:
    """How a recogniser's gestures were made, and whether it knew the person."""
    if not arm.exposures or arm.row.cue_source is None:
        return ""
    several = len(arm.exposures) > 1
    known = [f"{count} {name}" if several else name for name, count in arm.exposures.items()]
    return ", ".join([arm.row.cue_source.replace("_", "-"), *known])


@SCORES.columns
def _metrics() -> Iterable[Column[ArmSummary]]:
    """One for each metric, with its interval where there is one."""
    return [(metric.header, partial(_level, metric.name)) for metric in known_metrics()]


def _level(metric: str, arm: ArmSummary) -> str:
    interval = arm.accuracy_interval if metric == "accuracy" else None
    return f"{level(arm.level(metric), metric)} {span(interval, metric)}".strip()


@SCORES.column("acc. less prior")
def _corrected(arm: ArmSummary) -> str:
    return level(arm.corrected_accuracy, "accuracy")


@SCORES.column("acc. per token")
def _mean_token(arm: ArmSummary) -> str:
    return level(arm.mean_token_accuracy, "accuracy")


@SCORES.column("agreement: alpha [95 %]")
def _agreement(arm: ArmSummary) -> str:
    words = (number(arm.agreement, 2), span(arm.agreement_interval, "log_odds"))
    return " ".join(filter(None, words))


@PRIMARY.column("contrast")
@CHECKS.column("contrast")
@MISSING.column("contrast")
@EXPLORATORY.column("contrast")
def _contrast(effect: Effect) -> str:
    return contrast_words(effect)


@PRIMARY.column("metric")
@CHECKS.column("metric")
@EXPLORATORY.column("metric")
def _metric(effect: Effect) -> str:
    return scale_of(effect.metric).name


@PRIMARY.column("arm")
@EXPLORATORY.column("arm")
def _arm_value(effect: Effect) -> str:
    return level(effect.arm_value, effect.metric)


@PRIMARY.column("baseline")
@EXPLORATORY.column("baseline")
def _baseline_value(effect: Effect) -> str:
    return level(effect.baseline_value, effect.metric)


@PRIMARY.column("difference [95 %]")
@EXPLORATORY.column("difference [95 %]")
def _difference(effect: Effect) -> str:
    return difference(effect)


@PRIMARY.column("p")
def _p(effect: Effect) -> str:
    return p_words(effect.p)


@EXPLORATORY.column("q")
def _q(effect: Effect) -> str:
    return p_words(effect.q)


@PRIMARY.column("pairs")
@EXPLORATORY.column("pairs")
def _pairs(effect: Effect) -> str:
    return str(effect.pairs)


@EXPLORATORY.column("missing")
@MISSING.column("missing pairs")
def _missing(effect: Effect) -> str:
    return str(effect.missing)


@CHECKS.column("detectable")
def _detectable(effect: Effect) -> str:
    return change(effect.detectable, effect.metric).lstrip("+")


@CHECKS.column("sign-flip p")
def _sign_flip(effect: Effect) -> str:
    return p_words(effect.sign_flip_p)


@CHECKS.column("BCa [95 %]")
def _bca(effect: Effect) -> str:
    return span(effect.bca_interval, effect.metric)


@CHECKS.column("ignores subjects: b:c, McNemar p")
def _mcnemar(effect: Effect) -> str:
    return "" if effect.b is None else ", ".join([f"{effect.b}:{effect.c}", p_words(effect.mcnemar_p) or "–"])


@MISSING.column("difference")
def _plain_difference(effect: Effect) -> str:
    return change(effect.difference, effect.metric)


@MISSING.column("strict")
def _strict(effect: Effect) -> str:
    return change(effect.strict, effect.metric)


@MISSING.column("bounds")
def _bounds(effect: Effect) -> str:
    return " … ".join(change(bound, effect.metric) for bound in effect.bounds or ())


@MISSING.column("sign changes")
def _sign_changes(effect: Effect) -> str:
    return "yes" if effect.sign_changes else "no"
