"""Each arm by itself: outcomes, metrics, answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import inf
from statistics import fmean

import numpy as np

from mgllm.analysis.metric import Bools, Floats, Ints, Metric, Sample, known_metrics
from mgllm.analysis.statistics.cautions import constant_flag, exposure_flags, grid_flags, stopped_flags
from mgllm.analysis.statistics.draws import FEWEST_DRAWS, share_error
from mgllm.analysis.statistics.grid import ANSWERED, Answers, Grid, exposed_as
from mgllm.analysis.statistics.jackknife import Estimate, clusters, held, jackknife
from mgllm.analysis.statistics.pairs import given, sample, some, subject_codes
from mgllm.analysis.statistics.runs import PriorKey, corrected, priors
from mgllm.records import ArmSummary, CensoredReason, Exposure, Outcome, Record

LEAST_SCORED = 0.5
"""Share of the answered items that must have probabilities: our choice. With fewer, the number
would be about other items than those asked, chosen by what the server happens to show."""


def arm_rows(grid: Grid) -> list[ArmSummary]:
    """One row per arm of a grid, `none` included, in table order."""
    unasked = grid.records.get(grid.scenario.roles.get("unasked", ""), ())
    own_priors = bool(grid.row.wordings and not grid.scenario.cells)  # of wordings in several runs
    prior = {} if own_priors else priors(unasked)
    return [_arm_row(grid, arm, prior) for arm in grid.records]


def _arm_row(grid: Grid, arm: str, prior: Mapping[PriorKey, Mapping[str, float]]) -> ArmSummary:
    records, unasked = grid.records[arm], arm not in grid.answers
    outcomes: Counter[Outcome] = Counter(record.outcome for record in records)
    counted = ArmSummary(
        row=grid.row,
        arm=arm,
        n=len(records),
        subjects=len({record.subject for record in records}),
        answered=outcomes["answered"],
        unparsed=outcomes["unparsed"],
        refused=outcomes["refused"],
        failed=outcomes["failed"],
        answer_shares=_prior_shares(grid, records) if unasked else _shares(grid, records),
        exposures=_exposures(records),
        cue_tokens=grid.scenario.cue_tokens.get(arm),
        censored=sum(record.censored for record in records),
        censored_reasons=_reasons(records),
    )
    if unasked:
        return counted
    unscored = {**_unscored(grid, grid.answers[arm]), **_unscored_others(grid, records)}
    scores, doubt = _scores(grid, grid.answers[arm], unscored)
    constant = _constant(records)
    return counted.model_copy(
        update={
            **scores,
            **_other_scores(records, prior, unscored),
            "constant": constant,
            **_agreement(grid, arm),
            **_drawn(grid, grid.answers[arm]),
            "unscored": unscored,
            "flags": (*_flags(grid, arm, constant), *([doubt] if doubt else [])),
        }
    )


def _reasons(records: Sequence[Record]) -> dict[CensoredReason, int]:
    """Censored records by reason, the most frequent first."""
    found = Counter(r.censored_reason for r in records if r.censored and r.censored_reason is not None)
    return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))


def _drawn(grid: Grid, answers: Answers) -> dict[str, object]:
    """For sampled answers: the share's own error, and the items with too few answers for a
    share."""
    if answers.draws_I is None:
        return {}
    few = int((some(answers.outcome_IEK > 0, (1, 2)) & (answers.draws_I < FEWEST_DRAWS)).sum())
    over = _over(grid, answers, scored=True)
    if over.draws_N is None or not len(over.draws_N):
        return {"few_draws": few}
    true_N = over.probabilities_NL[np.arange(len(over.target_N)), over.target_N]
    return {"few_draws": few, "share_error": share_error(true_N, over.draws_N)}


def _flags(grid: Grid, arm: str, constant: str | None) -> Iterable[str]:
    """Words of caution for all numbers of the arm."""
    records = grid.records[arm]
    counts = [sum(exposed_as(r, exposure) for r in records) for exposure in ("in_sample", "unknown")]
    yield from exposure_flags(counts[0], counts[1], len(records), "records")
    yield from grid_flags(grid)
    yield from stopped_flags(grid, arm)
    if constant is not None:
        yield constant_flag(arm, constant)


def _scores(grid: Grid, answers: Answers, unscored: Collection[str]) -> tuple[dict[str, object], str | None]:
    """The metrics over the items answered, with the accuracy's interval (cut off at 0 and 1) and
    its caution."""
    further: dict[str, float] = {}
    found: dict[str, object] = {"further": further}
    flag = None
    for metric in _fitting(answers):
        over = _over(grid, answers, scored=metric.scored)
        if metric.name in unscored or len(over.subject_N) < max(metric.fewest, 1):
            continue
        estimate = jackknife(metric.replicates(over), clusters(over.subject_N))
        if metric.name in ArmSummary.model_fields:
            found[metric.name] = estimate.value
        elif estimate.value is not None:
            further[metric.name] = estimate.value
        if metric.headline:
            found["accuracy_interval"] = held(estimate.interval, 0, metric.most)
            flag = estimate.flag
    return found, flag


def _fitting(answers: Answers) -> list[Metric]:
    """The metrics that may be computed from these answers."""
    return [metric for metric in known_metrics() if metric.of_shares or answers.draws_I is None]


def _over(grid: Grid, answers: Answers, *, scored: bool) -> Sample:
    """An arm over its answered items with a known target (and probabilities)."""
    return sample(grid, answers, given(answers, scored=scored) & (grid.target_I >= 0)[:, None])


def _unscored(grid: Grid, answers: Answers) -> dict[str, str]:
    """Metrics that have no number because probabilities are missing, and why."""
    if not answers.censored_IEK.any():
        return {}
    answered = len(_over(grid, answers, scored=False).subject_N)
    over = _over(grid, answers, scored=True)
    whys = {metric.name: _why_not(metric, over, answered) for metric in _fitting(answers) if metric.scored}
    return {name: why for name, why in whys.items() if why is not None}


def _why_not(metric: Metric, over: Sample, answered: int) -> str | None:
    scored = len(over.subject_N)
    if answered < metric.fewest:  # with all probabilities it would have no number either
        return None
    if not scored or scored < LEAST_SCORED * answered:
        return f"{scored} of {answered} answered items have probabilities"
    if scored < metric.fewest:
        return f"{scored} items have probabilities, {metric.fewest} are needed"
    lost = np.isnan(metric.replicates(over)[0])
    return "all items that have probabilities have the same label" if lost else None


def _unscored_others(grid: Grid, records: Sequence[Record]) -> dict[str, str]:
    """The same for accuracies by other scores than the deciding one."""
    answered = [record for record in records if record.outcome == "answered"]
    scored = sum(not record.censored for record in answered)
    if scored < LEAST_SCORED * len(answered):
        why = f"{scored} of {len(answered)} answers have probabilities"
        return {"corrected_accuracy": why, "mean_token_accuracy": why}
    unasked = grid.scenario.roles.get("unasked", "")
    if any(record.censored for record in grid.records.get(unasked, ())):
        return {"corrected_accuracy": f"probabilities are missing in the arm {unasked}"}
    return {}


def _other_scores(
    records: Sequence[Record], prior: Mapping[PriorKey, Mapping[str, float]], unscored: Collection[str]
) -> dict[str, object]:
    """Accuracies by the labels' scores minus the prior, and by their mean per token."""
    scores: dict[str, list[Mapping[str, float] | None]] = {
        "corrected_accuracy": [corrected(record, prior) for record in records],
        "mean_token_accuracy": [record.scores.mean if record.scores else None for record in records],
    }
    return {name: None if name in unscored else _accuracy_by(records, each) for name, each in scores.items()}


def _agreement(grid: Grid, arm: str) -> dict[str, object]:
    """Agreement of the raters, if people were asked."""
    if not grid.scenario.raters:
        return {}
    found = agreement(grid, grid.answers[arm])
    return {"agreement": found.value, "agreement_interval": held(found.interval, -inf, 1)}


def _accuracy_by(records: Sequence[Record], scores: Sequence[Mapping[str, float] | None]) -> float | None:
    """Accuracy if these scores decided; a tie is not an answer. Records are averaged inside the
    item first."""
    right: dict[str, list[bool]] = {}
    for record, score in zip(records, scores, strict=True):
        if score and record.outcome == "answered" and record.target is not None:
            top = max(score.values())
            best = [label for label, value in score.items() if value == top]
            if len(best) == 1:
                right.setdefault(record.item, []).append(best[0] == record.target)
    return fmean(sum(each) / len(each) for each in right.values()) if right else None


def _shares(grid: Grid, records: Sequence[Record]) -> dict[str, float]:
    """Share of each label among answers."""
    answers = Counter(record.answer for record in records if record.outcome == "answered")
    return {label: answers[label] / answers.total() for label in grid.labels} if answers else {}


def _prior_shares(grid: Grid, records: Sequence[Record]) -> dict[str, float]:
    """Mean probability of each label; its share among answers if labels were not scored."""
    known = [record.probabilities for record in records if record.probabilities is not None]
    if not known:
        return _shares(grid, records)
    return {label: fmean(each.get(label, 0.0) for each in known) for label in grid.labels}


def _constant(records: Sequence[Record]) -> str | None:
    """The label of all answers, if there are at least two and they are the same."""
    answers = [record.answer for record in records if record.outcome == "answered"]
    return answers[0] if len(answers) > 1 and len(set(answers)) == 1 else None


def _exposures(records: Sequence[Record]) -> dict[Exposure, int]:
    """Records by exposure of recognised gestures; annotated ones have none."""
    found = Counter(r.exposure for r in records if r.exposure is not None and r.cue_source != "annotated")
    return {exposure: found[exposure] for exposure in sorted(found)}


def agreement(grid: Grid, answers: Answers) -> Estimate:
    """Alpha for nominal data (Krippendorff 2004, ch. 11) over items with at least two answers.

    "I do not know" is not an answer. The interval leaves out one subject at a time, like all
    others.
    """
    counts_IL = _counts(answers, len(grid.labels))
    kept_I: Bools = counts_IL.sum(axis=1) > 1
    if not kept_I.any():
        return Estimate(None)
    subject_N, counts_NL = subject_codes(grid, kept_I), counts_IL[kept_I]
    left_out = [_alpha(counts_NL[subject_N != subject]) for subject in range(int(subject_N.max()) + 1)]
    replicates_1S: Floats = np.array([_alpha(counts_NL), *left_out])
    return jackknife(replicates_1S, clusters(subject_N))


def _counts(answers: Answers, labels: int) -> Ints:
    """How often each label is answered for an item [I, L]."""
    items = answers.answer_IEK.shape[0]
    answer_IR = answers.answer_IEK.reshape(items, -1)
    given_IR: Bools = (answers.outcome_IEK == ANSWERED).reshape(items, -1)
    return np.stack([((answer_IR == label) & given_IR).sum(axis=1) for label in range(labels)], axis=1)


def _alpha(counts_NL: Ints) -> float:
    """NaN if all answers are one label: then nothing could have differed."""
    import krippendorff

    if len(counts_NL) == 0 or (counts_NL.sum(axis=0) > 0).sum() < 2:
        return float("nan")
    return float(krippendorff.alpha(value_counts=counts_NL, level_of_measurement="nominal"))
