"""A whole summary against plain loops over the records: every number of every row."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings, strategies as st
from scipy.optimize import brentq

from mgllm.analysis import RunRecords, summarise
from mgllm.records import ArmSummary, Effect, Record
from tests.analysis import by_hand
from tests.analysis.by_hand import Cell, Known

MakeRun = Callable[..., RunRecords]
THREE = ("joy", "fear", "calm")
TENTHS = {
    **dict.fromkeys(("accuracy", "balanced_accuracy", "macro_f1", "calibration_error", "auc", "brier"), 1000),
    "log_odds": 100,
}
"""One over the last digit that is printed of a difference."""
TURNED = "the sign changes if missing answers are counted against or for the arm, or as wrong"
CASES: Mapping[str, Mapping[str, Any]] = {
    "one person": {"sizes": (9,)},
    "three people": {"sizes": (3, 4, 3)},
    "five people": {"sizes": (4,) * 5},
    "few and uneven": {"sizes": (1, 4, 2, 3, 6, 2, 2, 1, 5), "missing": 0.2},
    "three labels": {"sizes": (2,) * 12, "labels": THREE, "missing": 0.1},
    "epochs and shuffles": {"sizes": (2, 3) * 6, "epochs": 3, "shuffles": 2, "missing": 0.3},
    "torn": {"sizes": (2,) * 11, "epochs": 2, "shuffles": 3, "missing": 0.2, "absent": 0.15},
    "almost nothing answered": {"sizes": (2,) * 8, "missing": 0.85},
    "not scored": {"sizes": (3,) * 10, "labels": THREE, "scored": False, "missing": 0.1},
    "some not scored": {"sizes": (3,) * 10, "epochs": 2, "missing": 0.1, "bare": 0.3},
    "forty people": {"sizes": (3,) * 40, "missing": 0.05, "turned": True},
    "label orders": {"sizes": (2,) * 12, "labels": THREE, "turned": True, "epochs": 2},
}


def made(make: MakeRun, seed: int, **changes: Any) -> RunRecords:
    """A random run that also lacks records, probabilities, or asks every second pair in another order."""
    absent, bare, turned = (changes.pop(name, 0) for name in ("absent", "bare", "turned"))
    run, rng = make(seed, **changes), np.random.default_rng(seed)
    records = []
    for record in run.records:
        if rng.random() < absent:
            continue
        change: dict[str, Any] = {}
        if rng.random() < bare:
            change = {"probabilities": None, "scores": None}
        if turned and int(record.item[1:]) // 2 % 2:
            change["label_order"] = record.label_order[::-1]
        records.append(record.model_copy(update=change))
    return RunRecords(run.manifest, records)


def wanted(records: Sequence[Record], effect: Effect, labels: Sequence[str]) -> dict[str, Any]:
    """What an effect must say."""
    metric = by_hand.METRICS[effect.metric]
    arm, baseline = effect.arm, effect.baseline
    sides = [by_hand.answered(records, name, scored=metric.scored) for name in (arm, baseline)]
    kept = sorted(set(sides[0]) & set(sides[1]))
    asked = {(r.item, r.epoch) for r in records if r.arm in {arm, baseline} and r.target is not None}
    over = [by_hand.items(records, name, kept, labels) for name in (arm, baseline)]
    sizes = Counter(item.subject for item in over[0]).values()
    found: dict[str, Any] = {
        "pairs": len(over[0]),
        "subjects": len(sizes),
        "effective_subjects": by_hand.effective(sizes) if sizes else 0.0,
        "largest_cluster": max(sizes, default=0),
        "missing": len(asked - set(kept)),
    }
    known = by_hand.of_two(over[0], over[1], metric) if kept else Known(None, flag="no pairs")
    if kept:
        occur = sorted({item.target for item in over[0]})
        values = (metric.value(over[0], occur), metric.value(over[1], occur))
        found |= dict(zip(("arm_value", "baseline_value"), map(_null, values), strict=True))
    else:
        found |= {"arm_value": None, "baseline_value": None}
    found |= {"difference": known.value, "se": known.se, "p": known.p}
    found["interval"] = _inside(known, -metric.most, metric.most)
    found |= {"df": known.df, "rule": known.rule}
    found["detectable"] = by_noncentral_t(known.df) * (known.se or 0.0) if known.df is not None else None
    flags = [known.flag] if known.flag else []
    if effect.metric == "accuracy":
        more = of_missing(records, effect, known.value)
        flags += [TURNED] if more["sign_changes"] else []
        found |= more
    return {**found, "flags": tuple(flags)}


def by_noncentral_t(df: float) -> float:
    """The true difference, in standard errors, whose p is under .05 in 80 % of experiments."""
    edge = scipy.stats.t(df).ppf(0.975)
    return float(brentq(lambda size: scipy.stats.nct(df, size).sf(edge) - 0.8, 1.0, 9.0))


def _null(value: float) -> float | None:
    return None if math.isnan(value) else value


def _inside(known: Known, low: float, high: float) -> tuple[float, float] | None:
    return known.interval and (max(low, known.interval[0]), min(high, known.interval[1]))


def of_missing(records: Sequence[Record], effect: Effect, difference: float | None) -> dict[str, Any]:
    """Strict, bounds, b and c of an accuracy effect."""
    names = (effect.arm, effect.baseline)
    known = [r for r in records if r.target is not None]
    by_cell: dict[str, dict[Cell, dict[int, Record]]] = {name: {} for name in names}
    for record in known:
        if record.arm in names:
            by_cell[record.arm].setdefault((record.item, record.epoch), {})[record.shuffle] = record
    shuffles = {name: sorted({r.shuffle for r in known if r.arm == name}) for name in names}
    asked = sorted(set(by_cell[names[0]]) | set(by_cell[names[1]]))

    def if_missing(name: str, cell: Cell, worth: float) -> float:
        told = [by_cell[name].get(cell, {}).get(shuffle) for shuffle in shuffles[name]]
        return fmean(float(bool(r.correct)) if r and r.outcome == "answered" else worth for r in told)

    def judged(name: str, cell: Cell) -> list[float]:
        replied = [r for r in by_cell[name].get(cell, {}).values() if r.outcome != "failed"]
        return [float(bool(r.correct)) for r in replied]

    low = [(cell, if_missing(names[0], cell, 0.0), if_missing(names[1], cell, 1.0)) for cell in asked]
    high = [(cell, if_missing(names[0], cell, 1.0), if_missing(names[1], cell, 0.0)) for cell in asked]
    both = [cell for cell in asked if judged(names[0], cell) and judged(names[1], cell)]
    strict = _mean([(c, fmean(judged(names[0], c)), fmean(judged(names[1], c))) for c in both])
    bounds = (_mean(low), _mean(high))
    first = [
        (mine, other)
        for (item, epoch), cells in by_cell[names[0]].items()
        if epoch == 0
        and (mine := cells.get(0)) is not None
        and (other := by_cell[names[1]].get((item, 0), {}).get(0)) is not None
        and mine.outcome == other.outcome == "answered"
    ]
    b = sum(bool(mine.correct) and not other.correct for mine, other in first)
    c = sum(not mine.correct and bool(other.correct) for mine, other in first)
    signs = {round(math.copysign(1, x)) if abs(x) > 1e-12 else 0 for x in (strict, *bounds) if x is not None}
    return {
        "strict": strict,
        "bounds": None if None in bounds else bounds,
        "b": b,
        "c": c,
        "mcnemar_p": scipy.stats.binomtest(b, b + c).pvalue if b + c else None,
        "sign_changes": difference is not None
        and any(sign != (0 if abs(difference) < 1e-12 else math.copysign(1, difference)) for sign in signs),
    }


def _mean(cells: Sequence[tuple[Cell, float, float]]) -> float | None:
    """Difference between two sides, epochs averaged inside the item."""
    by_item: dict[str, list[float]] = {}
    for (item, _), mine, other in cells:
        by_item.setdefault(item, []).append(mine - other)
    return fmean(map(fmean, by_item.values())) if by_item else None


def check_effect(run: RunRecords, effect: Effect) -> None:
    labels = [label.id for label in run.manifest.scenarios[0].labels]
    expected = wanted(run.records, effect, labels)
    if expected["rule"] == "bootstrap_t" and effect.rule == "bootstrap_t":
        widened(effect, expected.pop("interval"), expected.pop("p"))
    for name, value in expected.items():
        found = getattr(effect, name)
        about = f"{effect.metric} of {effect.arm} − {effect.baseline}: {name}"
        if name == "flags":  # those of what is missing, leaked or stopped are tested beside their rules
            assert set(value) <= set(found), about
        elif isinstance(value, float | tuple):
            assert found == pytest.approx(value, rel=1e-6, abs=1e-9), about
        else:
            assert found == value, about
    tiny = 0 < abs(effect.difference or 0.0) < 0.5 / TENTHS[effect.metric]
    assert ("under the printed resolution" in effect.flags) == (tiny and abs(effect.difference or 0) > 1e-12)
    if effect.sign_flip_p is not None and effect.subjects <= 12:
        assert effect.sign_flip_p == pytest.approx(flipped(run, effect, labels)), effect.metric


def widened(effect: Effect, interval: tuple[float, float], p: float) -> None:
    """Bootstrap-t leaves nothing out that Student t holds; its own ends are tested in test_skewed.py."""
    assert effect.interval is not None
    assert effect.p is not None
    low, high = effect.interval
    assert low <= interval[0] + 1e-9 < interval[1] - 1e-9 <= high
    assert effect.p >= p - 1e-9
    assert (effect.p <= 0.05) == (not low <= 0 <= high)


def flipped(run: RunRecords, effect: Effect, labels: Sequence[str]) -> float:
    metric = by_hand.METRICS[effect.metric]
    sides = [by_hand.answered(run.records, a, scored=metric.scored) for a in (effect.arm, effect.baseline)]
    kept = sorted(set(sides[0]) & set(sides[1]))
    over = [by_hand.items(run.records, a, kept, labels) for a in (effect.arm, effect.baseline)]
    by_person: dict[str, float] = {}
    for mine, other in zip(*over, strict=True):
        gain = metric.value([mine], [mine.target]) - metric.value([other], [other.target])
        by_person[mine.subject] = by_person.get(mine.subject, 0.0) + gain
    return by_hand.sign_flip_p([*by_person.values()])


def check_arm(run: RunRecords, row: ArmSummary) -> None:
    records = [r for r in run.records if r.arm == row.arm]
    labels = [label.id for label in run.manifest.scenarios[0].labels]
    said = [r for r in records if r.outcome == "answered"]
    outcomes = Counter(r.outcome for r in records)
    assert (row.n, row.subjects) == (len(records), len({r.subject for r in records}))
    for outcome in ("answered", "unparsed", "refused", "failed"):
        assert getattr(row, outcome) == outcomes[outcome]
    priors = [r.probabilities for r in said if r.probabilities is not None]
    if row.arm == "none" and priors:
        shares = {label: fmean(p[label] for p in priors) for label in labels}
    else:
        shares = {label: fmean(r.answer == label for r in said) for label in labels} if said else {}
    assert row.answer_shares == pytest.approx(shares)
    if row.arm == "none":
        assert all(getattr(row, name) is None for name in (*by_hand.METRICS, "corrected_accuracy"))
        return
    for name, metric in by_hand.METRICS.items():
        cells = by_hand.answered(run.records, row.arm, scored=metric.scored)
        over = by_hand.items(run.records, row.arm, cells, labels)
        known = by_hand.of_arm(over, metric) if over and len(over) >= metric.fewest else Known(None)
        assert getattr(row, name) == (None if known.value is None else pytest.approx(known.value)), name
        if name == "accuracy":
            held = _inside(known, 0, 1)
            assert row.accuracy_interval == (held and pytest.approx(held)), row.arm
    assert row.constant == (said[0].answer if len(said) > 1 and len({r.answer for r in said}) == 1 else None)
    assert row.mean_token_accuracy == by_scores(said, lambda r: r.scores.mean if r.scores else None)
    assert row.corrected_accuracy == by_scores(said, lambda r: less_prior(run.records, r))


def less_prior(records: Sequence[Record], record: Record) -> Mapping[str, float] | None:
    """Log-probabilities less those of `none` under the same order and epoch (its last item's, if several)."""
    mine = [
        r.scores.total
        for r in sorted(records, key=lambda r: r.item)
        if (r.arm, r.epoch, r.label_order) == ("none", record.epoch, record.label_order) and r.scores
    ]
    if record.scores is None or not mine:
        return None
    return {label: value - mine[-1][label] for label, value in record.scores.total.items()}


def by_scores(said: Sequence[Record], scores: Callable[[Record], Mapping[str, float] | None]) -> Any:
    """Accuracy had these scores decided."""
    right: dict[str, list[bool]] = {}
    for record in said:
        found = scores(record)
        if found is not None:
            ranked = sorted(record.label_order, key=lambda label: -found[label])
            right.setdefault(record.item, []).append(ranked[0] == record.target)
    return pytest.approx(fmean(map(fmean, right.values()))) if right else None


@pytest.mark.parametrize("case", CASES)
def test_every_effect_is_what_the_records_say(made_run: MakeRun, case: str) -> None:
    run = made(made_run, len(case), **CASES[case])
    effects = summarise([run]).effects
    for effect in effects:
        check_effect(run, effect)
    scored = {True: {"auc", "log_odds", "brier"}, False: set[str]()}[bool(CASES[case].get("scored", True))]
    assert {effect.metric for effect in effects} >= {"accuracy", "balanced_accuracy", "macro_f1"} | scored
    assert {(e.arm, e.baseline) for e in effects} == {
        *((arm, "text") for arm in ("mg", "text+mg", "text+shuffled", "text+filler")),
        *(("text+mg", control) for control in ("text+shuffled", "text+filler")),
    }


@pytest.mark.parametrize("case", CASES)
def test_every_arm_is_what_the_records_say(made_run: MakeRun, case: str) -> None:
    run = made(made_run, len(case), **CASES[case])
    rows = summarise([run]).arms
    assert [row.arm for row in rows] == ["none", "text", "mg", "text+mg", "text+shuffled", "text+filler"]
    for row in rows:
        check_arm(run, row)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    sizes=st.lists(st.integers(1, 4), min_size=3, max_size=14),
    missing=st.sampled_from([0.0, 0.1, 0.4]),
    absent=st.sampled_from([0.0, 0.2]),
    labels=st.sampled_from([("win", "lose"), THREE]),
    epochs=st.integers(1, 2),
)
def test_so_it_is_with_any_run(made_run: MakeRun, seed: int, sizes: list[int], **changes: Any) -> None:
    run = made(made_run, seed, sizes=sizes, shuffles=2, **changes)
    summary = summarise([run])
    for effect in summary.effects:
        check_effect(run, effect)
    for row in summary.arms:
        check_arm(run, row)


def test_claims_and_q_are_of_all_runs_together(made_run: MakeRun) -> None:
    """Holm over every claim, Benjamini and Hochberg over every exploratory row with a p."""
    gains = (2.5, 1.2, 0.1)
    runs = [
        made_run(n, sizes=(2,) * 14, effect=gain, model=f"fake/{n}", id=str(n))
        for n, gain in enumerate(gains)
    ]
    summary = summarise(runs)
    by_name = {(e.row.model, e.metric, e.arm, e.baseline): e for e in summary.effects}
    raw = []
    for claim in summary.claims:
        two = [
            by_name[claim.row.model, claim.metric, "text+mg", control]
            for control in ("text", "text+shuffled")
        ]
        gained = [effect.difference or 0.0 for effect in two]
        assert [claim.over_text, claim.over_shuffled] == gained
        raw.append(max(e.p or 0.0 for e in two) if min(gained) > 0 else 1.0)
    assert len(raw) == 2 * len(gains)
    assert [claim.p for claim in summary.claims] == pytest.approx(raw)
    assert [claim.p_holm for claim in summary.claims] == pytest.approx(by_hand.holm(raw))
    assert [claim.supported for claim in summary.claims] == [p <= 0.05 for p in by_hand.holm(raw)]
    assert 0 < sum(claim.supported for claim in summary.claims) < len(raw)
    explored = [effect for effect in summary.effects if not effect.primary and effect.p is not None]
    q = by_hand.benjamini_hochberg([effect.p or 0.0 for effect in explored])
    assert [effect.q for effect in explored] == pytest.approx(q)
