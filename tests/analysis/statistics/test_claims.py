"""The claim and what many comparisons cost."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import scipy.stats

from mgllm.analysis import RunRecords, summarise
from mgllm.analysis.statistics.claims import claims, with_q
from mgllm.records import Control, Effect, RowName

MakeRun = Callable[..., RunRecords]


def effect(baseline: str, difference: float, p: float | None, metric: str = "accuracy") -> Effect:
    control: Control = "text" if baseline == "text" else "shuffled"
    row = RowName(scenario="emotion", model="m", form="chat", reasoning="direct", score="logprob")
    return Effect(
        row=row, metric=metric, arm="text+mg", baseline=baseline, control=control, primary=True,
        pairs=30, subjects=15, effective_subjects=15.0, largest_cluster=2, difference=difference, p=p,
        interval=None if p is None else (difference - 0.1, difference + 0.1),
        flags=() if p is not None else ("no interval: no discordant pair",),
    )  # fmt: skip


def both(*numbers: float | None) -> list[Effect]:
    """The two contrasts from (difference, p) twice."""
    over_text, p_text, over_shuffled, p_shuffled = numbers
    return [
        effect("text", over_text or 0.0, p_text),
        effect("text+shuffled", over_shuffled or 0.0, p_shuffled),
    ]


def slow_holm(p: list[float]) -> list[float]:
    found = [0.0] * len(p)
    highest = 0.0
    for place, n in enumerate(sorted(range(len(p)), key=lambda n: p[n])):
        highest = max(highest, min(1.0, (len(p) - place) * p[n]))
        found[n] = highest
    return found


def test_the_larger_p_counts_and_both_differences_must_be_positive() -> None:
    (good,) = claims([both(0.2, 0.01, 0.1, 0.04)])
    assert (good.p, good.p_holm, good.family, good.supported) == (0.04, 0.04, 1, True)
    (bad,) = claims([both(0.2, 0.001, -0.1, 0.04)])
    assert (bad.p, bad.supported) == (1.0, False)
    assert bad.words == (
        "none shown: no gain over shuffled gestures; effects beyond [10.0, 30.0] points over the text alone, "
        "and beyond [−20.0, 0.0] points over shuffled gestures, are excluded"
    )


def test_a_claim_without_p_is_not_tested_and_says_why() -> None:
    (found,) = claims([both(0.0, None, 0.1, 0.04)])
    assert (found.p, found.p_holm, found.supported) == (None, None, False)
    assert found.verdict == "not_claimed"
    assert found.words == "not tested: text+mg − text: no interval: no discordant pair"


def test_the_family_is_every_claim_of_the_table() -> None:
    p = [0.012, 0.03, 0.004, 0.2]
    found = claims([*(both(0.2, 0.001, 0.2, each) for each in p), both(0.0, None, 0.1, 0.04)])
    assert [claim.family for claim in found] == [5] * 5
    expected = slow_holm([*p, 1.0])[:4]
    assert [claim.p_holm for claim in found[:4]] == pytest.approx(expected)
    assert [claim.supported for claim in found] == [each <= 0.05 for each in expected] + [False]


def test_both_metrics_are_claims() -> None:
    effects = [
        effect(baseline, 0.3, 0.02, metric)
        for metric in ("accuracy", "log_odds")
        for baseline in ("text", "text+shuffled")
    ]
    found = claims([effects])
    assert [claim.metric for claim in found] == ["accuracy", "log_odds"]
    assert [claim.p_holm for claim in found] == pytest.approx([0.04, 0.04])
    assert claims([effects[:1]]) == ()


def test_no_sentence_says_that_there_is_no_effect(random_run: MakeRun) -> None:
    summary = summarise([random_run(seed, effect=0.2) for seed in range(3)])
    assert len(summary.claims) == 6
    for claim in summary.claims:
        assert "no effect" not in claim.words.lower()
        assert ("excluded" in claim.words) != claim.supported


def test_q_is_benjamini_hochberg_over_the_exploratory_rows(random_run: MakeRun) -> None:
    effects = summarise([random_run(4)]).effects
    exploratory = [e for e in effects if not e.primary and e.p is not None]
    expected = scipy.stats.false_discovery_control([e.p for e in exploratory])
    assert [e.q for e in exploratory] == pytest.approx(list(expected))
    assert {e.q for e in effects if e.primary} == {None}
    order = np.argsort([e.p or 0.0 for e in exploratory])
    assert (np.diff(np.array([e.q for e in exploratory])[order]) >= 0).all()


def test_one_row_has_nothing_to_adjust() -> None:
    (found,) = with_q([effect("text", 0.1, 0.03).model_copy(update={"primary": False})])
    assert found.q == 0.03


def test_the_primary_contrasts_stand_first(random_run: MakeRun) -> None:
    effects = summarise([random_run(4)]).effects
    assert [e.primary for e in effects] == sorted((e.primary for e in effects), reverse=True)
    primary = {(e.arm, e.baseline, e.metric) for e in effects if e.primary}
    assert primary == {
        ("text+mg", baseline, metric)
        for baseline in ("text", "text+shuffled")
        for metric in ("accuracy", "log_odds")
    }
    assert ("text+mg", "text+filler") in {(e.arm, e.baseline) for e in effects}
    assert "none" not in {e.arm for e in effects}
