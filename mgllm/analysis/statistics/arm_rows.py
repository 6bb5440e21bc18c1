"""Each arm by itself: outcomes, scores, what it answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import inf
from statistics import fmean

import numpy as np

from mgllm.analysis.metric import Bools, Floats, Ints, known_metrics
from mgllm.analysis.statistics.grid import ANSWERED, Answers, Grid
from mgllm.analysis.statistics.jackknife import Estimate, clusters, held, jackknife
from mgllm.analysis.statistics.pairs import given, sample, subject_codes
from mgllm.analysis.statistics.runs import PriorKey, corrected, priors
from mgllm.records import ArmSummary, Exposure, Outcome, Record


def arm_rows(grid: Grid) -> list[ArmSummary]:
    """One row per arm of a grid, `none` included, in table order."""
    prior = priors(grid.records.get(grid.scenario.roles.get("unasked", ""), ()))
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
    )
    if unasked:
        return counted
    return counted.model_copy(
        update={
            **_scores(grid, grid.answers[arm]),
            "corrected_accuracy": _accuracy_by(records, [corrected(r, prior) for r in records]),
            "mean_token_accuracy": _accuracy_by(
                records, [r.scores.mean if r.scores else None for r in records]
            ),
            "constant": _constant(records),
            **_agreement(grid, arm),
        }
    )


def _scores(grid: Grid, answers: Answers) -> dict[str, object]:
    """The metrics over the items answered, and the accuracy's interval, held inside 0..1."""
    further: dict[str, float] = {}
    found: dict[str, object] = {"further": further}
    for metric in known_metrics():
        kept_IE = given(answers, scored=metric.scored) & (grid.target_I >= 0)[:, None]
        if not kept_IE.any():
            continue
        over = sample(grid, answers, kept_IE)
        if len(over.subject_N) < metric.fewest:
            continue
        estimate = jackknife(metric.replicates(over), clusters(over.subject_N))
        if metric.name in ArmSummary.model_fields:
            found[metric.name] = estimate.value
        elif estimate.value is not None:
            further[metric.name] = estimate.value
        if metric.headline:
            found["accuracy_interval"] = held(estimate.interval, 0, metric.most)
    return found


def _agreement(grid: Grid, arm: str) -> dict[str, object]:
    """Of the raters, where people were asked."""
    if not grid.scenario.raters:
        return {}
    found = agreement(grid, grid.answers[arm])
    return {"agreement": found.value, "agreement_interval": held(found.interval, -inf, 1)}


def _accuracy_by(records: Sequence[Record], scores: Sequence[Mapping[str, float] | None]) -> float | None:
    """Accuracy if these scores decided: records averaged inside the item first."""
    right: dict[str, list[bool]] = {}
    for record, score in zip(records, scores, strict=True):
        if score and record.outcome == "answered" and record.target is not None:
            best = max(record.label_order, key=lambda label: score.get(label, -inf))
            right.setdefault(record.item, []).append(best == record.target)
    return fmean(sum(each) / len(each) for each in right.values()) if right else None


def _shares(grid: Grid, records: Sequence[Record]) -> dict[str, float]:
    """Share of each label among answers."""
    answers = Counter(record.answer for record in records if record.outcome == "answered")
    return {label: answers[label] / answers.total() for label in grid.labels} if answers else {}


def _prior_shares(grid: Grid, records: Sequence[Record]) -> dict[str, float]:
    """Mean probability of each label; its share among answers where labels were not scored."""
    known = [record.probabilities for record in records if record.probabilities is not None]
    if not known:
        return _shares(grid, records)
    return {label: fmean(each.get(label, 0.0) for each in known) for label in grid.labels}


def _constant(records: Sequence[Record]) -> str | None:
    """The label that all of at least two answers are."""
    answers = [record.answer for record in records if record.outcome == "answered"]
    return answers[0] if len(answers) > 1 and len(set(answers)) == 1 else None


def _exposures(records: Sequence[Record]) -> dict[Exposure, int]:
    """Records by exposure of recognised gestures; of annotated ones it means nothing."""
    found = Counter(r.exposure for r in records if r.exposure is not None and r.cue_source != "annotated")
    return {exposure: found[exposure] for exposure in sorted(found)}


def agreement(grid: Grid, answers: Answers) -> Estimate:
    """Alpha for nominal data (Krippendorff 2004, ch. 11) over items with at least two answers.

    "I cannot tell" is no answer. The interval leaves out one subject at a time, like all others.
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
    """NaN where all answers are one label: then nothing could have differed."""
    import krippendorff

    if len(counts_NL) == 0 or (counts_NL.sum(axis=0) > 0).sum() < 2:
        return float("nan")
    return float(krippendorff.alpha(value_counts=counts_NL, level_of_measurement="nominal"))
