"""Runs whose numbers are known beforehand, and the libraries that say the same."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import krippendorff
import numpy as np
import pytest
import scipy.stats
from sklearn.metrics import brier_score_loss, f1_score, recall_score, roc_auc_score

from mgllm.analysis import RunRecords, summarise
from mgllm.analysis.statistics.arm_rows import agreement
from mgllm.analysis.statistics.grid import grids
from mgllm.records import ArmSummary, Effect, Record, Summary
from tests.analysis.conftest import make_manifest, make_record, part_of

MakeRun = Callable[..., RunRecords]
LABELS = ("win", "lose")
CHANGES = "the sign changes if missing answers count as wrong, or all against or for the arm"


def told(arms: Mapping[str, Callable[[int, str], float]], items: int = 24, **changes: Any) -> Summary:
    """A run in which an arm gives the target of item n this probability; two items a person."""
    records = []
    for n in range(items):
        target = LABELS[n % 2]
        for arm, sure in arms.items():
            p = sure(n, target)
            logits = {target: math.log(p), LABELS[1 - n % 2]: math.log1p(-p)}
            records.append(
                make_record(item=f"i{n:03d}", subject=f"s{n // 2:03d}", arm=arm, target=target, logits=logits)
            )
    return summarise([RunRecords(make_manifest(**{"items_asked": items, **changes}), records)])


def effect(summary: Summary, metric: str, arm: str = "text+mg", baseline: str = "text") -> Effect:
    (found,) = [e for e in summary.effects if (e.metric, e.arm, e.baseline) == (metric, arm, baseline)]
    return found


def arm(summary: Summary, name: str) -> ArmSummary:
    (found,) = [row for row in summary.arms if row.arm == name]
    return found


def test_a_perfect_model_is_perfect_in_every_number() -> None:
    summary = told({"text": lambda _n, _t: 0.5 - 1e-9, "text+mg": lambda _n, _t: 1 - 1e-9})
    found = arm(summary, "text+mg")
    assert (found.accuracy, found.balanced_accuracy, found.macro_f1, found.auc) == (1, 1, 1, 1)
    assert found.brier == pytest.approx(0, abs=1e-15)
    assert found.log_odds == pytest.approx(math.log(1e9), rel=1e-6)
    assert found.accuracy_interval is None  # nobody differs: nothing is known of other people
    gained = effect(summary, "accuracy")
    assert (gained.arm_value, gained.baseline_value, gained.difference) == (1.0, 0.0, 1.0)
    assert (gained.se, gained.interval, gained.detectable) == (None, None, None)
    assert (gained.rule, gained.p) == ("sign_flip", 2 / 2**12)
    assert "no interval can be computed: all subjects differ by the same amount" in gained.flags
    assert (gained.b, gained.c) == (24, 0)
    assert gained.mcnemar_p == pytest.approx(2 * 0.5**24)
    (flips,) = summary.flips
    assert (flips.gained, flips.lost, flips.lost_items) == (24, 0, ())
    assert flips.gained_items == tuple(f"i{n:03d}" for n in range(24))


def test_a_model_without_a_clue_has_the_numbers_of_a_coin() -> None:
    """P = ½ throughout: AUC ½ by ties, log-odds 0, Brier ½ over two labels."""
    records = [
        make_record(
            item=f"i{n}", subject=f"s{n}", arm=name, target=LABELS[n % 2], answer=LABELS[n // 2 % 2],
            probabilities={"win": 0.5, "lose": 0.5},
        )
        for n in range(24)
        for name in ("text", "text+mg")
    ]  # fmt: skip
    found = arm(summarise([RunRecords(make_manifest(), records)]), "text")
    assert (found.accuracy, found.balanced_accuracy, found.macro_f1) == (0.5, 0.5, 0.5)
    assert (found.auc, found.log_odds, found.brier) == (0.5, 0.0, 0.5)


def test_a_perfectly_wrong_model_ranks_upside_down() -> None:
    found = arm(told({"text": lambda n, _t: 0.1 + n / 1000}), "text")
    assert (found.accuracy, found.macro_f1, found.auc) == (0, 0, 0)
    assert found.log_odds is not None
    assert found.log_odds < 0


def test_a_constant_shift_of_everyone_has_no_error() -> None:
    """All people gain exactly as much: the difference is known, how sure it is cannot be."""
    rise = 1.5

    def plain(n: int, _target: str) -> float:
        return 1 / (1 + math.exp(-(n % 7 - 3) / 2))

    def raised(n: int, _target: str) -> float:
        return 1 / (1 + math.exp(-(n % 7 - 3) / 2 - rise))

    found = effect(told({"text": plain, "text+mg": raised}), "log_odds")
    assert found.difference == pytest.approx(rise)
    assert (found.se, found.interval) == (None, None)
    assert (found.rule, found.p) == ("sign_flip", 2 / 2**12)
    assert found.flags == ("no interval can be computed: all subjects differ by the same amount",)


def test_one_person_alone_gives_numbers_and_no_interval(made_run: MakeRun) -> None:
    summary = summarise([made_run(1, sizes=(12,))])
    for found in summary.effects:
        assert (found.subjects, found.effective_subjects, found.largest_cluster) == (1, 1.0, 12)
        assert found.difference is not None
        assert (found.se, found.interval, found.p, found.q, found.sign_flip_p) == (None,) * 5
        assert found.flags[-1] in {"no interval: one subject", "no interval: no discordant pair", CHANGES}
    assert all(claim.p is None and not claim.supported for claim in summary.claims)
    assert all(claim.words.startswith(("not tested: ", "not claimed: ")) for claim in summary.claims)


@pytest.mark.parametrize("people", [2, 4, 5, 9, 10])
def test_how_few_people_are_too_few(made_run: MakeRun, people: int) -> None:
    found = effect(summarise([made_run(3, sizes=(4,) * people)]), "log_odds")
    assert found.se is not None
    assert (found.interval is None, found.p is None, found.detectable is None) == (people < 5,) * 3
    assert (found.sign_flip_p is None) == (people < 5)
    words = {2: "no interval: 2.0 effective subjects", 4: "no interval: 4.0 effective subjects",
             5: "few subjects: 5.0 effective", 9: "few subjects: 9.0 effective"}  # fmt: skip
    assert found.flags == ((words[people],) if people in words else ())


def test_one_large_person_among_many_small_ones_counts_as_few(made_run: MakeRun) -> None:
    """Thirteen people, one with three quarters of the items: fewer than two effective ones."""
    found = effect(summarise([made_run(4, sizes=(36, *(1,) * 12))]), "accuracy")
    assert (found.subjects, found.largest_cluster) == (13, 36)
    assert found.effective_subjects == pytest.approx(48**2 / (36**2 + 12))
    assert found.interval is None
    assert found.flags[0] == "no interval: 1.8 effective subjects"


@pytest.mark.parametrize("right", [0, 3, 24])
def test_a_paired_t_test_is_the_special_case_of_one_item_a_person(right: int) -> None:
    summary = told(
        {"text": lambda n, _t: 0.2 + (n * 7 % 24) / 50, "text+mg": lambda n, _t: 0.9 if n < right else 0.3},
        items=24,
    )
    single = [
        make_record(
            item=f"i{n}", subject=f"s{n}", arm=name, target=LABELS[n % 2],
            logits={LABELS[n % 2]: value, LABELS[1 - n % 2]: 0.0},
        )
        for n in range(24)
        for name, value in (("text", n * 7 % 24 / 6 - 2), ("text+mg", 1.0 if n < right else -0.5))
    ]  # fmt: skip
    found = effect(summarise([RunRecords(make_manifest(), single)]), "log_odds")
    values = [(1.0 if n < right else -0.5) - (n * 7 % 24 / 6 - 2) for n in range(24)]
    theirs = scipy.stats.ttest_1samp(values, 0)
    assert found.p == pytest.approx(theirs.pvalue)
    assert found.interval == pytest.approx(tuple(theirs.confidence_interval(0.95)))
    assert effect(summary, "log_odds").subjects == 12


def arrays(records: Sequence[Record], name: str) -> tuple[list[str], list[str], np.ndarray]:
    """Targets, answers and P(label) of an arm's answered records."""
    mine = sorted(
        (r for r in records if r.arm == name and r.outcome == "answered"), key=lambda record: record.item
    )
    order = sorted({label for record in mine for label in record.label_order})
    p_NL = np.array([[(r.probabilities or {})[label] for label in order] for r in mine])
    return [r.target or "" for r in mine], [r.answer or "" for r in mine], p_NL


@pytest.mark.parametrize("labels", [("lose", "win"), ("a", "b", "c", "d")])
def test_an_arms_numbers_are_those_of_scikit_learn(made_run: MakeRun, labels: tuple[str, ...]) -> None:
    run = made_run(5, sizes=(4,) * 15, labels=labels, missing=0.1)
    summary = summarise([run])
    for name in ("text", "text+mg", "text+filler"):
        target, answer, p_NL = arrays(run.records, name)
        found = arm(summary, name)
        assert found.balanced_accuracy == pytest.approx(recall_score(target, answer, average="macro"))
        assert found.macro_f1 == pytest.approx(f1_score(target, answer, average="macro"))
        truth_NL = np.array([[label == each for label in labels] for each in target])
        each = [roc_auc_score(truth_NL[:, n], p_NL[:, n]) for n in range(len(labels))]
        assert found.auc == pytest.approx(np.mean(each))
        losses = [brier_score_loss(truth_NL[:, n], p_NL[:, n]) for n in range(len(labels))]
        assert found.brier == pytest.approx(sum(losses))


def test_one_label_as_target_leaves_what_ranks_undefined(made_run: MakeRun) -> None:
    run = made_run(6, sizes=(2,) * 12)
    summary = summarise([part_of(run, lambda r: r.target == "win")])
    found = effect(summary, "auc")
    assert (found.difference, found.arm_value, found.interval) == (None, None, None)
    single = "single label: every target is 'win'"
    assert found.flags == (single, "undefined: all targets are the same label")
    assert {claim.words for claim in summary.claims} == {f"not claimed: {single}"}
    plain = effect(summary, "accuracy")
    assert effect(summary, "balanced_accuracy").difference == pytest.approx(plain.difference)


def test_a_label_on_one_person_leaves_an_interval_to_accuracy_alone(made_run: MakeRun) -> None:
    """Without that person the mean over labels would be another number; an accuracy stays one."""
    run = made_run(7, sizes=(2,) * 12, labels=("a", "b", "c"))
    kept = part_of(run, lambda r: r.target != "c" or r.subject == "s001")
    assert {r.subject for r in kept.records if r.target == "c"} == {"s001"}
    summary = summarise([kept])
    for metric in ("balanced_accuracy", "macro_f1", "auc"):
        found = effect(summary, metric)
        assert found.difference is not None
        assert found.interval is None
        assert found.flags == ("no interval: label 'c' has 1.0 effective subjects",)
    assert effect(summary, "accuracy").interval is not None


@pytest.mark.parametrize(
    ("ratings", "alpha"),
    [([(6, 0), (0, 6)] * 5, 1.0), ([(1, 1)] * 10, 1 - 19 / 10), ([(2, 1), (1, 2)] * 6, None)],
)
def test_agreement_at_its_limits(ratings: list[tuple[int, int]], alpha: float | None) -> None:
    """1 where all agree; −0.9 where two readers never agree, 20 answers in all."""
    records = [
        make_record(item=f"i{n}", subject=f"s{n}", epoch=nth, answer=label, arm="text")
        for n, (wins, losses) in enumerate(ratings)
        for nth, label in enumerate(["win"] * wins + ["lose"] * losses)
    ]
    run = RunRecords(make_manifest(raters=6, epochs=6), records)
    (grid,) = grids(run)
    found = agreement(grid, grid.answers["text"])
    theirs = krippendorff.alpha(value_counts=np.array(ratings), level_of_measurement="nominal")
    assert found.value == pytest.approx(theirs)
    if alpha is not None:
        assert found.value == pytest.approx(alpha)
    assert arm(summarise([run]), "text").agreement == found.value
