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
    assert "which holds both gains and losses" in told(summary)
    assert "none shown: not told from chance over the text alone" in told(summary)


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
    assert "accuracy is 0.0 points away from that with the text alone [no interval]" in words
    assert "No interval: no discordant pair." in words


def test_a_loss_is_lower(random_run: MakeRun) -> None:
    assert "points lower than with the text alone" in told(summarise([random_run(1, effect=-3.0)]))


def test_outcomes_and_missing_pairs_are_told(random_run: MakeRun) -> None:
    summary = summarise([random_run(1, missing=0.3)])
    (account,) = narrate(summary)
    unparsed = sum(arm.unparsed for arm in summary.arms)
    assert f"{unparsed} unparsed" in account.sentences[0]
    assert f"{accuracy(summary, 'text').missing} without an answer" in account.sentences[1]


def test_without_targets_there_is_no_accuracy(random_run: MakeRun) -> None:
    run = random_run(1)
    blind = [r.model_copy(update={"target": None, "correct": None}) for r in run.records]
    (account,) = narrate(summarise([RunRecords(run.manifest, blind)]))
    assert account.sentences[1:] == (
        "The items have no known targets, or none was answered: there is no accuracy.",
    )


def test_a_constant_answer_is_told(random_run: MakeRun) -> None:
    run = random_run(1)
    stuck = [
        r.model_copy(update={"answer": "win", "correct": r.target == "win"}) if r.arm == "mg" else r
        for r in run.records
    ]
    assert "mg: every answer is 'win'" in told(summarise([RunRecords(run.manifest, stuck)]))


def test_between_runs_the_same_arm_is_set_against_itself(random_run: MakeRun) -> None:
    other = random_run(2, model="fake/two", id="20260101T000000Z_emotion_two_bbbb")
    run = random_run(1)
    summary = summarise([run]).model_copy(update={"effects": effects_between([run], [other])})
    accounts: tuple[Account, ...] = narrate(summary)
    words = next(a for a in accounts if "fake/one − fake/two" in a.heading).sentences
    assert words[0].startswith("Exploratory: in the arm text, the first run minus the second: accuracy is ")
