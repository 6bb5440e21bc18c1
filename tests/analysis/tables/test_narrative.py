"""The summary in words says the summary's numbers, and never that there is no effect."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from mgllm.analysis import RunRecords, effects_between, narrate, summarise
from mgllm.analysis.tables.narrative import Account
from mgllm.records import Effect, Summary

MakeRun = Callable[..., RunRecords]


def told(summary: Summary) -> str:
    return " ".join(
        word
        for account in narrate(summary)
        for word in (*account.sentences, *account.claims, *account.supported)
    )


def accuracy(summary: Summary, baseline: str) -> Effect:
    return next(
        e for e in summary.effects if (e.metric, e.arm, e.baseline) == ("accuracy", "text+mg", baseline)
    )


def test_a_gain_is_told_with_its_interval_and_flips(random_run: MakeRun) -> None:
    summary = summarise([random_run(1, sizes=(4,) * 30, effect=2.0)])
    (account,) = narrate(summary)
    effect = accuracy(summary, "text")
    assert effect.interval is not None
    assert effect.interval[0] > 0
    numbers = [100 * (effect.difference or 0), *(100 * end for end in effect.interval)]
    wanted = (
        "With gestures, accuracy is {:.1f} points higher than with the text alone [{:.1f}, {:.1f}] (".format(
            *numbers
        )
    )
    assert account.sentences[1].startswith(wanted)
    assert f"; {effect.b} items gained, {effect.c} lost)." in account.sentences[1]
    assert (
        f"{100 * (effect.arm_value or 0):.1f} % against {100 * (effect.baseline_value or 0):.1f} %"
        in account.sentences[1]
    )
    assert "another person's gestures (text+shuffled)" in account.sentences[2]
    assert account.claims == ()
    assert all("helps”, by" in claim and "supported: " in claim for claim in account.supported)
    assert account.sentences[3].startswith("Exploratory: with gestures, accuracy is ")


def test_an_interval_with_both_signs_is_said_to_hold_both(random_run: MakeRun) -> None:
    summary = summarise([random_run(4, effect=0.2)])
    effect = accuracy(summary, "text")
    assert effect.interval is not None
    assert effect.interval[0] < 0 < effect.interval[1]
    assert "which includes gains and losses" in told(summary)
    assert "none shown: not distinguished from chance over the text alone" in told(summary)


@pytest.mark.parametrize("seed", range(8))
def test_no_effect_is_never_written(random_run: MakeRun, seed: int) -> None:
    summary = summarise(
        [random_run(seed, sizes=(2,) * (4 + 3 * seed), effect=0.2, missing=0.05 * (seed % 3))]
    )
    words = told(summary)
    assert not re.search(r"no effect|no difference|not significant|the same as", words, re.I)


def test_a_difference_of_nothing_is_a_number(random_run: MakeRun) -> None:
    run = random_run(1)
    texts = {r.item: r for r in run.records if r.arm == "text"}
    same = [texts[r.item].model_copy(update={"arm": r.arm}) for r in run.records]
    words = told(summarise([RunRecords(run.manifest, same)]))
    assert "accuracy differs by 0.0 points from that with the text alone [no interval]" in words
    assert "No interval: no discordant pair." in words


def test_a_loss_is_lower(random_run: MakeRun) -> None:
    assert "points lower than with the text alone" in told(summarise([random_run(1, effect=-3.0)]))


def test_outcomes_and_missing_pairs_are_told(random_run: MakeRun) -> None:
    summary = summarise([random_run(1, missing=0.3)])
    (account,) = narrate(summary)
    unparsed = sum(arm.unparsed for arm in summary.arms)
    assert f"{unparsed} unparsed" in account.sentences[0]
    assert f"{accuracy(summary, 'text').missing} pairs without an answer" in account.sentences[1]


def test_without_targets_there_is_no_accuracy(random_run: MakeRun) -> None:
    run = random_run(1)
    blind = [r.model_copy(update={"target": None, "correct": None}) for r in run.records]
    (account,) = narrate(summarise([RunRecords(run.manifest, blind)]))
    assert account.sentences[1:] == (
        "There is no accuracy: the items have no known targets, or nothing was answered.",
    )


def test_a_constant_answer_is_told(random_run: MakeRun) -> None:
    run = random_run(1)
    stuck = [
        r.model_copy(update={"answer": "win", "correct": r.target == "win"}) if r.arm == "mg" else r
        for r in run.records
    ]
    assert "mg: all answers are 'win'" in told(summarise([RunRecords(run.manifest, stuck)]))


def test_between_runs_the_same_arm_is_set_against_itself(random_run: MakeRun) -> None:
    other = random_run(2, model="fake/two", id="20260101T000000Z_emotion_two_bbbb")
    run = random_run(1)
    summary = summarise([run]).model_copy(update={"effects": effects_between([run], [other])})
    accounts: tuple[Account, ...] = narrate(summary)
    words = next(a for a in accounts if "fake/one − fake/two" in a.heading).sentences
    assert words[0].startswith("Exploratory: in the arm text, the first run minus the second: accuracy is ")


def with_effects(summary: Summary, change: Callable[[Effect], dict[str, object]]) -> str:
    """What is told when the main contrasts are changed."""
    effects = tuple(e.model_copy(update=change(e)) for e in summary.effects)
    return told(summary.model_copy(update={"effects": effects}))


def test_where_accuracy_is_silent_other_metrics_speak(random_run: MakeRun) -> None:
    summary = summarise([random_run(4, effect=0.2)])
    moved = {
        "accuracy": {"difference": 0.01, "interval": (-0.1, 0.12)},
        "log_odds": {"difference": 0.4, "interval": (0.2, 0.6)},
        "brier": {"difference": -0.1, "interval": (-0.15, -0.05), "q": 0.01},
        "auc": {"difference": 0.1, "interval": (0.05, 0.15), "q": 0.3},
        "macro_f1": {"difference": -0.2, "interval": (-0.3, -0.1), "q": 0.02},
        "balanced_accuracy": {"difference": 0.1, "interval": (-0.1, 0.3), "q": 0.01},
    }

    def change(effect: Effect) -> dict[str, object]:
        return moved.get(effect.metric, {}) | {"flags": ()}

    words = with_effects(summary, change)
    start = "Accuracy shows neither a gain nor a loss here, but other numbers do: "
    sentence, *_ = (part.split(").")[0] + ")" for part in words.split(start)[1:])
    assert "log-odds +0.40 [0.20, 0.60] nats (in favour of the gestures)" in sentence
    assert "(in favour of the gestures, exploratory, q .010)" in sentence  # less Brier is better
    assert "macro-F1 −20.0 [−30.0, −10.0] points (against the gestures, exploratory, q .020)" in sentence
    assert "AUC" not in sentence  # its q is too large
    assert "balanced" not in sentence  # its interval holds both signs


def test_where_accuracy_speaks_nothing_is_added(random_run: MakeRun) -> None:
    summary = summarise([random_run(1, sizes=(4,) * 30, effect=2.0)])
    assert "other numbers" not in with_effects(summary, lambda effect: {})


def test_flags_of_arms_and_claims_are_told(random_run: MakeRun) -> None:
    summary = summarise([random_run(1)])
    leaked = "leaked: 3 of 24 records"
    arms = tuple(
        arm.model_copy(update={"flags": (leaked,) if "mg" in arm.arm else ()}) for arm in summary.arms
    )
    claims = tuple(
        claim.model_copy(
            update={"supported": False, "reason": "leaked: 3 of 24 pairs", "words": "not claimed"}
        )
        for claim in summary.claims
    )
    words = told(summary.model_copy(update={"arms": arms, "claims": claims}))
    assert f"mg, text+mg: {leaked}." in words
    assert "not claimed; leaked: 3 of 24 pairs." in words
