"""Effects against a slow reading of the records, and what must hold for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from mgllm.analysis import RunRecords, summarise
from mgllm.analysis.statistics.jackknife import detectable_in_se
from mgllm.records import Effect, LabelScores, Record

MakeRun = Callable[..., RunRecords]
Cells = dict[tuple[str, int], list[Record]]


def cells(records: Sequence[Record], arm: str) -> Cells:
    """An arm's records by item and epoch."""
    found: Cells = defaultdict(list)
    for record in records:
        if record.arm == arm:
            found[record.item, record.epoch].append(record)
    return found


def right(
    records: Sequence[Record], declined: float | None = None, failed: float | None = None
) -> float | None:
    """Mean correctness over shuffles; refused and unparsed count `declined`; null: they are left out."""
    worth = {"refused": declined, "unparsed": declined, "failed": failed}
    values = [float(bool(r.correct)) if r.outcome == "answered" else worth[r.outcome] for r in records]
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def by_item(
    arm: Cells,
    baseline: Cells,
    mine: float | None = None,
    other: float | None = None,
    *,
    failed: bool = False,
) -> dict[str, tuple[float, float]]:
    """Both arms' correctness per item over the epochs in which both have some.

    `mine` and `other` are what the arm's and the baseline's missing answers count, failed ones if `failed`.
    """
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for cell in arm:
        a = right(arm[cell], mine, mine if failed else None)
        b = right(baseline[cell], other, other if failed else None)
        if a is not None and b is not None:
            found[cell[0]].append((a, b))
    return {item: (fmean(a for a, _ in v), fmean(b for _, b in v)) for item, v in found.items()}


def slow_difference(pairs: dict[str, tuple[float, float]]) -> float:
    return fmean(a for a, _ in pairs.values()) - fmean(b for _, b in pairs.values())


def effect(effects: Sequence[Effect], arm: str, baseline: str, metric: str = "accuracy") -> Effect:
    (found,) = [e for e in effects if (e.arm, e.baseline, e.metric) == (arm, baseline, metric)]
    return found


@pytest.mark.parametrize("epochs", [1, 3])
@pytest.mark.parametrize("baseline", ["text", "text+shuffled"])
def test_differences_follow_the_slow_reading(random_run: MakeRun, epochs: int, baseline: str) -> None:
    run = random_run(7, sizes=(1, 4, 2, 3, 6, 2, 2, 1, 5), epochs=epochs, shuffles=2, missing=0.25)
    found = effect(summarise([run]).effects, "text+mg", baseline)
    arm, other = cells(run.records, "text+mg"), cells(run.records, baseline)
    pairs = by_item(arm, other)
    assert found.pairs == len(pairs)
    assert found.difference == pytest.approx(slow_difference(pairs))
    assert found.arm_value == pytest.approx(fmean(a for a, _ in pairs.values()))
    answered = [right(arm[cell]) is not None and right(other[cell]) is not None for cell in arm]
    assert found.missing == answered.count(False) > 0
    assert found.strict == pytest.approx(slow_difference(by_item(arm, other, 0.0, 0.0)))
    low = by_item(arm, other, 0.0, 1.0, failed=True)
    high = by_item(arm, other, 1.0, 0.0, failed=True)
    assert found.bounds == pytest.approx((slow_difference(low), slow_difference(high)))


def test_se_is_the_slow_jackknife_over_subjects(random_run: MakeRun) -> None:
    run = random_run(8, sizes=(1, 4, 2, 3, 6, 2, 2, 1, 5), missing=0.1)
    found = effect(summarise([run]).effects, "text+mg", "text")
    pairs = by_item(cells(run.records, "text+mg"), cells(run.records, "text"))
    owner = {record.item: record.subject for record in run.records}
    subjects = {owner[item] for item in pairs}
    theta = [
        slow_difference({item: pair for item, pair in pairs.items() if owner[item] != subject})
        for subject in subjects
    ]
    se = np.sqrt((len(theta) - 1) / len(theta) * sum((x - fmean(theta)) ** 2 for x in theta))
    assert found.se == pytest.approx(se)
    sizes = [sum(owner[item] == subject for item in pairs) for subject in subjects]
    assert found.effective_subjects == pytest.approx(sum(sizes) ** 2 / sum(s * s for s in sizes))
    assert found.largest_cluster == max(sizes)
    assert found.df == pytest.approx(found.effective_subjects - 1)
    assert found.detectable == pytest.approx(detectable_in_se(found.df) * se)


def test_mcnemar_counts_the_first_epoch(random_run: MakeRun) -> None:
    run = random_run(9, epochs=3)
    found = effect(summarise([run]).effects, "text+mg", "text")
    first = {(r.item, r.arm): r.correct for r in run.records if r.epoch == 0}
    items = {item for item, _ in first}
    assert found.b == sum(bool(first[i, "text+mg"]) and not first[i, "text"] for i in items)
    assert found.c == sum(bool(first[i, "text"]) and not first[i, "text+mg"] for i in items)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=12),
    missing=st.sampled_from([0.0, 0.3, 0.9]),
    labels=st.sampled_from([("win", "lose"), ("joy", "fear", "calm")]),
    epochs=st.integers(1, 2),
)
def test_what_holds_for_every_effect(
    made_run: MakeRun,
    seed: int,
    sizes: list[int],
    missing: float,
    labels: tuple[str, ...],
    epochs: int,
) -> None:
    run = made_run(seed, sizes=sizes, missing=missing, labels=labels, epochs=epochs, shuffles=2)
    summary = summarise([run])
    for row in summary.arms:
        assert row.n == row.answered + row.unparsed + row.refused + row.failed
    for found in summary.effects:
        if found.difference is not None:
            assert found.arm_value is not None
            assert found.baseline_value is not None
            assert found.difference == found.arm_value - found.baseline_value
        if found.interval is not None:
            assert found.interval[0] < (found.difference or 0) < found.interval[1]
            assert (found.p or 0) < 0.05 or found.interval[0] <= 0 <= found.interval[1]
            assert found.effective_subjects >= 5
        if found.bounds is not None and found.difference is not None:
            assert found.bounds[0] <= found.bounds[1]
        assert not (found.primary and found.q is not None)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_arm_and_baseline_trade_places(made_run: MakeRun, seed: int) -> None:
    run = made_run(seed, missing=0.1)
    turned = made_run(seed, missing=0.1, baseline="mg")
    there = summarise([run]).effects
    back = summarise([turned]).effects
    for metric in ("accuracy", "balanced_accuracy", "macro_f1", "auc", "log_odds"):
        one, other = effect(there, "mg", "text", metric), effect(back, "text", "mg", metric)
        assert one.difference == pytest.approx(-(other.difference or 0.0))
        assert (one.se, one.p, one.sign_flip_p) == pytest.approx((other.se, other.p, other.sign_flip_p))
        assert (one.b, one.c) == (other.c, other.b)
        if one.bounds and other.bounds:
            assert one.bounds == pytest.approx((-other.bounds[1], -other.bounds[0]))


def test_the_order_of_records_decides_nothing(random_run: MakeRun) -> None:
    run = random_run(3, sizes=(3,) * 45, missing=0.1, epochs=2)
    shuffled = list(run.records)
    np.random.default_rng(0).shuffle(shuffled)
    assert summarise([RunRecords(run.manifest, shuffled)]) == summarise([run])


def test_of_two_records_with_one_key_the_later_counts(random_run: MakeRun) -> None:
    run = random_run(3)
    wrong = [replace_answer(record) for record in run.records]
    assert summarise([RunRecords(run.manifest, [*wrong, *run.records])]) == summarise([run])


def replace_answer(record: Record) -> Record:
    return record.model_copy(
        update={"answer": None, "outcome": "failed", "probabilities": None, "scores": None}
    )


def test_identical_arms_have_no_interval(random_run: MakeRun) -> None:
    run = random_run(4)
    kept = [r for r in run.records if r.arm == "text"]
    twins = [r.model_copy(update={"arm": "text+mg"}) for r in kept]
    for found in summarise([RunRecords(run.manifest, [*kept, *twins])]).effects:
        assert (found.difference, found.interval, found.p, found.sign_flip_p) == (0.0, None, None, None)
        assert found.flags == ("no interval: no discordant pair",)


def test_no_interval_reaches_beyond_what_can_be(random_run: MakeRun) -> None:
    """Five people, two all gained and three all lost: the t interval alone would leave the scale."""
    run = random_run(1, sizes=(20,) * 5)
    extreme = []
    for record in run.records:
        right = (record.subject < "s002") == (record.arm == "text+mg")
        p = {label: 0.999 if (label == record.target) == right else 0.001 for label in ("win", "lose")}
        answer = max(p, key=lambda label: p[label])
        scores = {label: float(np.log(value)) for label, value in p.items()}
        change = {"probabilities": p, "answer": answer, "correct": right}
        change["scores"] = LabelScores(total=scores, mean=scores)
        extreme.append(record.model_copy(update=change))
    summary = summarise([RunRecords(run.manifest, extreme)])
    most = {"brier": 2.0, "log_odds": np.inf}
    reached = set()
    for found in summary.effects:
        if found.interval is None:
            continue
        limit = most.get(found.metric, 1.0)
        assert -limit <= found.interval[0] <= found.interval[1] <= limit
        assert found.p is not None
        assert found.se is not None
        if 2.776 * found.se > limit:
            reached.add(found.metric)
            assert limit in np.abs(found.interval)
    assert reached >= {"accuracy", "balanced_accuracy", "macro_f1", "auc", "brier"}
    assert all(0 <= end <= 1 for arm in summary.arms for end in arm.accuracy_interval or ())


def test_bca_stands_from_forty_subjects_and_nears_the_interval(random_run: MakeRun) -> None:
    few = summarise([random_run(5, sizes=(2,) * 39)]).effects
    assert all(found.bca_interval is None for found in few)
    effects = summarise([random_run(5, sizes=(2,) * 80)]).effects
    assert {e.metric for e in effects if e.bca_interval is None} == {"calibration_error"}
    for found in (e for e in effects if e.bca_interval is not None):
        assert found.interval is not None
        assert found.bca_interval == pytest.approx(found.interval, abs=0.35 * (found.se or 0.0) + 1e-9)


def test_without_probabilities_there_are_effects_of_answers_alone(random_run: MakeRun) -> None:
    effects = summarise([random_run(6, scored=False, score="generate")]).effects
    assert {found.metric for found in effects} == {"accuracy", "balanced_accuracy", "macro_f1"}


def test_scored_pairs_can_be_fewer_than_answered_ones(random_run: MakeRun) -> None:
    run = random_run(6)
    bare = [
        r.model_copy(update={"probabilities": None, "scores": None}) if r.item in {"i0000", "i0001"} else r
        for r in run.records
    ]
    effects = summarise([replace(run, records=bare)]).effects
    assert effect(effects, "text+mg", "text").pairs == 24
    scored = effect(effects, "text+mg", "text", "auc")
    assert (scored.pairs, scored.missing) == (22, 2)


def test_items_without_a_target_enter_no_pair(random_run: MakeRun) -> None:
    run = random_run(6)
    blind = [
        r.model_copy(update={"target": None, "correct": None}) if r.item == "i0003" else r
        for r in run.records
    ]
    found = effect(summarise([replace(run, records=blind)]).effects, "text+mg", "text")
    assert (found.pairs, found.missing) == (23, 0)
    none = [r.model_copy(update={"target": None, "correct": None}) for r in run.records]
    summary = summarise([replace(run, records=none)])
    assert (summary.effects, summary.claims) == ((), ())
    assert all(row.accuracy is None and row.answered == 24 for row in summary.arms)


def test_an_arm_that_a_stopped_run_never_reached_counts_as_missing(random_run: MakeRun) -> None:
    run = random_run(6)
    torn = [r for r in run.records if not (r.arm == "text+mg" and r.item > "i0019")]
    found = effect(summarise([replace(run, records=torn)]).effects, "text+mg", "text")
    assert (found.pairs, found.missing) == (20, 4)


def test_arms_without_a_common_answer_have_no_difference(random_run: MakeRun) -> None:
    run = random_run(6)
    lost = [replace_answer(r) if r.arm == "text+mg" else r for r in run.records]
    found = effect(summarise([replace(run, records=lost)]).effects, "text+mg", "text")
    assert (found.pairs, found.missing, found.difference, found.flags[0]) == (0, 24, None, "no pairs")
    assert found.sign_changes is False


def test_a_sign_that_missing_answers_could_turn_is_marked(random_run: MakeRun) -> None:
    run = random_run(6, missing=0.4, effect=0.4)
    found = effect(summarise([run]).effects, "text+mg", "text")
    assert found.bounds is not None
    assert found.bounds[0] < 0 < found.bounds[1]
    assert found.sign_changes
    whole = effect(summarise([random_run(6, effect=3.0)]).effects, "text+mg", "text")
    assert whole.bounds == (whole.difference, whole.difference)
    assert not whole.sign_changes


def test_runs_of_another_form_are_never_subtracted(random_run: MakeRun) -> None:
    run = random_run(6)
    mixed = [r.model_copy(update={"form": "chat"}) if r.arm == "text+mg" else r for r in run.records]
    effects = summarise([replace(run, records=mixed)]).effects
    assert "text+mg" not in {found.arm for found in effects}
    assert effects
