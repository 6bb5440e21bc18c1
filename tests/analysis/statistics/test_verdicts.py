"""Situations in which a right number misleads: what the claim says, whatever its p is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from mgllm.analysis import RunRecords, render, summarise
from mgllm.records import Claim, Effect, Record, Summary
from tests.analysis.conftest import make_manifest, make_record

LABELS = ("win", "lose")
ARMS = ("text", "text+mg", "text+shuffled")
Change = Callable[[int, str], Mapping[str, Any]]


def told(
    sure: Callable[[int, str], float], change: Change = lambda _n, _arm: {}, **manifest: Any
) -> RunRecords:
    """40 items of 20 people; P(target) of item n in an arm, and what else of the record is different."""
    records = []
    for n in range(40):
        for arm in ARMS:
            p, target = sure(n, arm), LABELS[n % 2]
            odds = {target: math.log(p), LABELS[1 - n % 2]: math.log1p(-p)}
            fields = {"item": f"i{n:02d}", "subject": f"s{n // 2:02d}", "arm": arm, "target": target}
            record = make_record(**fields, logits=odds, cue_source=None if arm == "text" else "recognized")
            changed = change(n, arm)
            if changed.get("outcome", "answered") != "answered":
                changed = {"answer": None, "correct": None, "probabilities": None, "scores": None, **changed}
            records.append(record.model_copy(update=dict(changed)))
    facts = {"items_asked": 40, "items_in_set": 40, "arms": ARMS, "cue_source": "recognized"}
    return RunRecords(make_manifest(**{**facts, **manifest}), records)


def gains(n: int, arm: str) -> float:
    """The main arm is right of all but a few, the others of half; no two people gain the same."""
    p = 0.55 + 0.3 * ((7 * n) % 20) / 20
    if arm == "text+mg":
        return p if n % 13 else 1 - p
    return p if (n * 5) % 7 > 2 else 1 - p


def claim(summary: Summary, metric: str = "accuracy") -> Claim:
    (found,) = [each for each in summary.claims if each.metric == metric]
    return found


def effects(summary: Summary, metric: str = "accuracy") -> Sequence[Effect]:
    return [each for each in summary.effects if each.primary and each.metric == metric]


HELD_OUT: Change = lambda _n, arm: {} if arm == "text" else {"exposure": "held_out"}  # noqa: E731


def test_a_plain_gain_is_supported() -> None:
    summary = summarise([told(gains, HELD_OUT)])
    for metric in ("accuracy", "log_odds"):
        found = claim(summary, metric)
        assert (found.verdict, found.supported, found.reason) == ("supported", True, None)
        assert found.words.startswith("supported: +")
        assert found.flags == ()


@pytest.mark.parametrize("exposure", ["in_sample", "unknown"])
def test_leaked_cues_are_not_claimed_and_cost_nobody_a_place(exposure: str) -> None:
    def leak(n: int, arm: str) -> Mapping[str, Any]:
        if arm == "text":
            return {}
        return {"exposure": exposure if n < 11 else "held_out"}

    words = {"in_sample": "leaked: 11 of 40 pairs", "unknown": "exposure unknown: 11 of 40 pairs"}[exposure]
    leaked, clean = told(gains, leak), told(gains, HELD_OUT, model="fake/clean", id="clean")
    clean = RunRecords(clean.manifest, [r.model_copy(update={"model": "fake/clean"}) for r in clean.records])
    summary = summarise([leaked, clean])
    barred = [each for each in summary.claims if each.row.model == "fake/one"]
    assert {each.verdict for each in barred} == {"not_claimed"}
    assert all(each.words.startswith(f"not claimed: {words}") for each in barred)
    assert {each.p_holm for each in barred} == {None}
    alone = summarise([clean])
    those = [each for each in summary.claims if each.row.model == "fake/clean"]
    assert [each.p_holm for each in those] == [each.p_holm for each in alone.claims]
    assert {each.family for each in summary.claims} == {2}
    main = [arm for arm in summary.arms if arm.arm == "text+mg" and arm.row.model == "fake/one"]
    assert main[0].flags[0].startswith(words.replace("pairs", "records"))
    assert all(any(flag.startswith(words) for flag in effect.flags) for effect in effects(summary)[:2])
    for form in ("md", "csv", "tex", "json", "html"):
        assert words in render(summary, form), form


def test_the_donors_exposure_counts_too() -> None:
    def leak(n: int, arm: str) -> Mapping[str, Any]:
        return {"exposure": "in_sample" if arm == "text+shuffled" and n == 3 else "held_out"}

    found = claim(summarise([told(gains, lambda n, arm: {} if arm == "text" else leak(n, arm))]))
    assert found.reason is not None
    assert found.reason.startswith("leaked: 1 of 40 pairs")


def test_of_annotated_gestures_exposure_says_nothing() -> None:
    def annotated(_n: int, arm: str) -> Mapping[str, Any]:
        return {} if arm == "text" else {"cue_source": "annotated", "exposure": "unknown"}

    assert claim(summarise([told(gains, annotated)])).verdict == "supported"


def test_half_the_main_arm_unparsed_is_supported_among_the_answered_only() -> None:
    def unparsed(n: int, arm: str) -> Mapping[str, Any]:
        lost = arm == "text+mg" and n % 4 in {1, 2}
        return {"outcome": "unparsed"} if lost else HELD_OUT(n, arm)

    summary = summarise([told(gains, unparsed)])
    found = claim(summary)
    assert (found.verdict, found.supported) == ("supported_among_answered", False)
    assert found.p_holm is not None
    assert found.p_holm <= 0.05
    assert found.reason is not None
    assert "strict" in found.reason
    assert "**" not in render(summary, "md").replace("\\*", "")

    def surer(n: int, arm: str) -> float:
        return gains(n, arm) ** 0.2 if arm == "text+mg" else gains(n, arm)

    odds = claim(summarise([told(surer, unparsed)]), "log_odds")
    assert odds.verdict == "supported_among_answered"
    assert "50.0 % of pairs have no probabilities" in (odds.reason or "")


def test_a_few_missing_answers_do_not_put_a_large_gain_in_doubt() -> None:
    def one_lost(n: int, arm: str) -> Mapping[str, Any]:
        return {"outcome": "refused"} if n == 1 and arm == "text" else HELD_OUT(n, arm)

    summary = summarise([told(gains, one_lost)])
    assert claim(summary).verdict == "supported"
    assert claim(summary).flags == ()


def test_probabilities_missing_where_the_arm_is_wrong_leave_log_odds_in_doubt() -> None:
    def hides(n: int, arm: str) -> Mapping[str, Any]:
        wrong = arm == "text+mg" and gains(n, arm) < 0.5
        gone = {"probabilities": None, "scores": None, "censored": True, "censored_reason": "not_shown"}
        return {**HELD_OUT(n, arm), **(gone if wrong else {})}

    summary = summarise([told(gains, hides)])
    odds = claim(summary, "log_odds")
    assert odds.verdict == "supported_among_answered"
    assert "10.0 % of pairs have no probabilities" in (odds.reason or "")
    assert claim(summary).verdict == "supported"
    for effect in effects(summary, "log_odds"):
        assert effect.lacking == pytest.approx(0.1)
        assert effect.worst is not None
        assert effect.difference is not None
        assert effect.worst < effect.difference


def test_probabilities_missing_more_in_one_arm_than_the_other_are_a_doubt_of_their_own() -> None:
    def hides(n: int, arm: str) -> Mapping[str, Any]:
        gone = {"probabilities": None, "scores": None, "censored": True}
        return {**HELD_OUT(n, arm), **(gone if arm == "text+mg" and n == 4 else {})}

    odds = claim(summarise([told(gains, hides)]), "log_odds")
    assert odds.verdict == "supported_among_answered"
    assert "text+mg has no probabilities in 2.5 points more pairs than text" in (odds.reason or "")


def test_one_label_is_not_claimed() -> None:
    run = told(gains, lambda n, arm: {**HELD_OUT(n, arm), "target": "win", "correct": gains(n, arm) > 0.5})
    summary = summarise([run])
    assert {each.words for each in summary.claims} == {"not claimed: single label: every target is 'win'"}
    assert {each.family for each in summary.claims} == {0}
    assert all(arm.flags[0] == "single label: every target is 'win'" for arm in summary.arms)


def test_a_difference_under_the_printed_resolution_is_not_claimed() -> None:
    def hair(n: int, arm: str) -> float:
        return 0.6 + 0.01 * (n % 5) + (2e-7 * (1 + n / 100) if arm == "text+mg" else 0)

    found = claim(summarise([told(hair, HELD_OUT)]), "log_odds")
    assert found.words == "not claimed: text+mg − text is too small for the printed digits"


@pytest.mark.parametrize("whose", ["text+mg", "text"])
def test_a_constant_arm_is_not_claimed_a_constant_baseline_is_flagged(whose: str) -> None:
    def sure(n: int, arm: str) -> float:
        if arm == whose:
            return (0.6 + 0.002 * n) if n % 2 == 0 else (0.4 - 0.002 * n)  # always says win
        return gains(n, arm)

    summary = summarise([told(sure, HELD_OUT)])
    flag = f"constant answer: {whose} always says 'win'"
    (row,) = [arm for arm in summary.arms if arm.arm == whose]
    assert row.flags[0] == flag
    assert flag in effects(summary)[0].flags
    found = claim(summary)
    assert flag in found.flags
    assert (found.verdict == "not_claimed") == (whose == "text+mg")
    f1 = next(e for e in summary.effects if (e.metric, e.baseline) == ("macro_f1", "text"))
    assert any(each.startswith(flag) and each.endswith("so macro-F1 says nothing") for each in f1.flags)


def test_a_stopped_run_is_not_claimed_and_says_how_far_it_came() -> None:
    run = told(gains, HELD_OUT, items_asked=41)
    summary = summarise([run])
    assert claim(summary).words == "not claimed: stopped: asked text+mg 40 of 41 and text 40 of 41 times"
    assert claim(summary).family == 2
    assert (
        "stopped: asked text+mg 40 of 41 times" in next(a for a in summary.arms if a.arm == "text+mg").flags
    )


def test_missing_targets_are_said_beside_every_number() -> None:
    def lost(n: int, arm: str) -> Mapping[str, Any]:
        return {**HELD_OUT(n, arm), **({"target": None, "correct": None} if n % 4 == 1 else {})}

    summary = summarise([told(gains, lost)])
    flag = "targets missing: 10 of 40 items have no target"
    assert all(flag in arm.flags for arm in summary.arms)
    assert all(flag in effect.flags for effect in summary.effects)
    assert all(flag in each.flags for each in summary.claims)


def test_what_failed_is_named() -> None:
    def no_better_than_donors(n: int, arm: str) -> float:
        return gains(n, "text+mg" if arm != "text" else arm)

    alike = claim(summarise([told(no_better_than_donors, HELD_OUT)]))
    assert alike.words == "not tested: text+mg − text+shuffled: no interval: no discordant pair"

    def worse(n: int, arm: str) -> float:
        return 1 - gains(n, arm) if arm == "text+mg" else gains(n, arm)

    assert (
        "no gain over the text alone or over shuffled gestures"
        in claim(summarise([told(worse, HELD_OUT)])).words
    )


def test_that_only_holm_failed_is_named() -> None:
    def weak(n: int, arm: str) -> float:
        gain = 0.02 if (7 * n) % 11 < 7 else -0.02
        return 0.6 + 0.005 * (n % 7) + (gain if arm == "text+mg" else 0)

    runs = []
    for nth in range(8):
        run = told(weak, HELD_OUT, model=f"fake/{nth}", id=f"run{nth}")
        records: list[Record] = [r.model_copy(update={"model": f"fake/{nth}"}) for r in run.records]
        runs.append(RunRecords(run.manifest, records))
    alone = claim(summarise(runs[:1]), "log_odds")
    assert alone.p is not None
    assert 0.05 / 16 < alone.p < 0.025
    found = summarise(runs).claims
    words = next(each.words for each in found if each.metric == "log_odds")
    assert words.startswith(
        "none shown: each contrast passes alone, but not after Holm over 16 claims (Holm p "
    )


def test_without_speech_the_claim_is_over_shuffled_gestures_and_filler() -> None:
    names = {"text": "mg+filler", "text+mg": "mg", "text+shuffled": "mg+shuffled"}
    run = told(gains, HELD_OUT)
    records = [r.model_copy(update={"arm": names[r.arm]}) for r in run.records]
    roles = {
        "unasked": "none", "main": "text+mg", "shuffled": "text+shuffled", "filler": "text+filler",
        "alone": "mg", "alone_shuffled": "mg+shuffled", "alone_filler": "mg+filler",
    }  # fmt: skip
    (scenario,) = run.manifest.scenarios
    scenario = scenario.model_copy(update={"arms": ("mg", "mg+shuffled", "mg+filler"), "roles": roles})
    summary = summarise([RunRecords(run.manifest.model_copy(update={"scenarios": (scenario,)}), records)])
    found = claim(summary)
    assert (found.verdict, found.arm, found.over_text) == ("supported", "mg", None)
    assert [e.baseline for e in effects(summary)] == ["mg+shuffled", "mg+filler"]
    assert (found.over_shuffled, found.over_filler) == tuple(e.difference for e in effects(summary))
    assert "over shuffled gestures" in found.words
    assert "over filler" in found.words


@pytest.mark.parametrize(("silent", "verdict"), [(6, "supported"), (14, "supported_among_answered")])
def test_a_strict_gain_must_be_told_from_chance_too(silent: int, verdict: str) -> None:
    """The main arm says nothing in so many items, all of which it would have wrong: with many, the strict
    difference is a gain of two items still, and nothing that chance does not do."""
    lost = set(range(0, 2 * silent, 2))

    def sure(n: int, arm: str) -> float:
        p = 0.55 + 0.3 * ((7 * n) % 20) / 20
        right = n not in lost if arm == "text+mg" else n % 5 < 3
        return p if right else 1 - p

    def unparsed(n: int, arm: str) -> Mapping[str, Any]:
        return {"outcome": "unparsed"} if arm == "text+mg" and n in lost else HELD_OUT(n, arm)

    summary = summarise([told(sure, unparsed)])
    found = claim(summary)
    assert found.p_holm is not None
    assert found.p_holm <= 0.05
    for effect in effects(summary)[:2]:
        assert effect.strict is not None
        assert effect.strict > 0
        assert effect.strict_p is not None
        assert (effect.strict_p > 0.05) == (verdict == "supported_among_answered")
    assert found.verdict == verdict
    if found.reason is not None:
        assert "strict, not distinguished from chance (p ." in found.reason
    whole = effects(summarise([told(gains, HELD_OUT)]))
    assert {effect.strict_p for effect in whole} == {None}  # nothing is missing: p says it
