"""Probabilities that are missing enter no number of probabilities, and are counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mgllm.analysis import RunRecords, figures, summarise
from mgllm.records import AnswerToken, ArmSummary, LabelScores, Record, Summary
from tests.analysis.conftest import make_manifest, make_record

MakeRun = Callable[..., RunRecords]
Which = Callable[[Record], bool]
SCORED = ("auc", "log_odds", "brier")


def censored(run: RunRecords, which: Which, **manifest: Any) -> RunRecords:
    """The run with some answers whose probabilities could not be read, though they stand there by mistake."""
    change = {"censored": True, "censored_reason": "not_shown"}
    records = [
        r.model_copy(update=change) if r.outcome == "answered" and which(r) else r for r in run.records
    ]
    return RunRecords(run.manifest.model_copy(update={"answer_rules": "2", **manifest}), records)


def without(run: RunRecords, which: Which) -> RunRecords:
    return RunRecords(run.manifest, [r for r in run.records if not which(r)])


def row(summary: Summary, arm: str) -> ArmSummary:
    return next(each for each in summary.arms if each.arm == arm)


def some_items(record: Record) -> bool:
    return record.arm == "text+mg" and record.item in {"i0002", "i0005", "i0009"}


def test_they_enter_no_log_odds_auc_or_brier(made_run: MakeRun) -> None:
    run = made_run(4)
    found, fewer = summarise([censored(run, some_items)]), summarise([without(run, some_items)])
    for name in SCORED:
        assert row(found, "text+mg").level(name) == row(fewer, "text+mg").level(name)
        assert row(found, "text+mg").level(name) != row(summarise([run]), "text+mg").level(name)
    assert row(found, "text+mg").accuracy == row(summarise([run]), "text+mg").accuracy
    assert row(found, "text+mg").answered == 24


def test_pairs_need_both_sides(made_run: MakeRun) -> None:
    run = made_run(4)
    found, fewer = summarise([censored(run, some_items)]), summarise([without(run, some_items)])

    def effect(summary: Summary, metric: str) -> tuple[Any, ...]:
        (one,) = [
            e
            for e in summary.effects
            if (e.metric, e.arm, e.baseline) == (metric, "text+mg", "text+shuffled")
        ]
        return one.pairs, one.difference, one.interval

    for name in SCORED:
        assert effect(found, name) == effect(fewer, name)
        assert effect(found, name)[0] == 21
    assert effect(found, "accuracy")[0] == 24


def test_calibration_leaves_them_out(made_run: MakeRun) -> None:
    run = made_run(4, sizes=(4,) * 30)
    (found,) = [c for c in figures([censored(run, some_items)]).calibrations if c.arm == "text+mg"]
    (fewer,) = [c for c in figures([without(run, some_items)]).calibrations if c.arm == "text+mg"]
    assert found == fewer
    assert found.n == 117


def test_their_share_stands_by_arm_with_reasons(made_run: MakeRun) -> None:
    run = censored(made_run(4), some_items)
    records = [
        r.model_copy(update={"censored_reason": "unlikely"}) if some_items(r) and r.item == "i0002" else r
        for r in run.records
    ]
    summary = summarise([RunRecords(run.manifest, records)])
    assert row(summary, "text+mg").censored == 3
    assert dict(row(summary, "text+mg").censored_reasons) == {"not_shown": 2, "unlikely": 1}
    assert list(row(summary, "text+mg").censored_reasons) == ["not_shown", "unlikely"]  # most frequent first
    assert row(summary, "text").censored == 0
    (biased,) = [bias.censored for bias in summary.bias if bias.arm == "text+mg"]
    assert biased is not None
    assert biased.value == pytest.approx(3 / 24)
    assert biased.interval is not None
    assert [bias.arm for bias in summary.bias if bias.censored is not None] == ["text+mg"]


def test_a_difference_between_arms_is_told_with_the_effect(made_run: MakeRun) -> None:
    summary = summarise([censored(made_run(4), some_items)])
    for effect in summary.effects:
        sides = (effect.arm == "text+mg", effect.baseline == "text+mg")
        if not any(sides):
            assert (effect.arm_censored, effect.baseline_censored) == (None, None)
            continue
        assert effect.arm_censored == pytest.approx(3 / 24 if sides[0] else 0)
        assert effect.baseline_censored == pytest.approx(3 / 24 if sides[1] else 0)
        said = [flag for flag in effect.flags if "have no probabilities" in flag]
        words = (
            "answered in both arms, 12.5 % have no probabilities in the arm and 0.0 % none in the baseline"
        )
        assert said == ([f"of the pairs {words}"] if effect.metric in SCORED else [])


def test_a_few_on_both_sides_alike_are_no_caution(made_run: MakeRun) -> None:
    run = censored(made_run(4, sizes=(2,) * 20), lambda r: r.item == "i0003" and r.arm in ("text", "text+mg"))
    (effect,) = [
        e for e in summarise([run]).effects if e.metric == "log_odds" and e.arm == "text+mg" and e.primary
    ][:1]
    assert (effect.arm_censored, effect.baseline_censored) == (1 / 40, 1 / 40)
    assert not [flag for flag in effect.flags if "have no probabilities" in flag]


def test_too_few_leave_no_number_but_a_reason(made_run: MakeRun) -> None:
    run = made_run(4)
    most = summarise([censored(run, lambda r: r.arm == "mg" and r.item > "i0010")])
    for name in SCORED:
        assert row(most, "mg").level(name) is None
        assert row(most, "mg").unscored[name] == "11 of 24 answered items have probabilities"
    assert row(most, "mg").accuracy is not None
    assert row(most, "mg").mean_token_accuracy is None
    assert not row(most, "text").unscored
    half = summarise([censored(run, lambda r: r.arm == "mg" and r.item > "i0011")])
    assert not row(half, "mg").unscored
    assert row(half, "mg").log_odds is not None


def test_one_label_left_leaves_no_auc(made_run: MakeRun) -> None:
    run = censored(made_run(4), lambda r: r.arm == "mg" and r.target == "win")
    found = row(summarise([run]), "mg")
    assert found.auc is None
    assert found.unscored == {"auc": "all items that have probabilities have the same label"}
    assert found.log_odds is not None


def test_a_prior_that_is_missing_for_some_corrects_nothing(made_run: MakeRun) -> None:
    run = made_run(4)
    assert row(summarise([run]), "text").corrected_accuracy is not None
    found = row(summarise([censored(run, lambda r: r.arm == "none" and r.item == "i0001")]), "text")
    assert found.corrected_accuracy is None
    assert found.unscored == {"corrected_accuracy": "probabilities are missing in the arm none"}
    assert found.mean_token_accuracy is not None


def test_the_prior_of_each_place_is_of_probabilities_alone(made_run: MakeRun) -> None:
    run = made_run(4, sizes=(1,) * 8)
    flipped = [
        r.model_copy(update={"label_order": ("lose", "win")}) if r.item > "i0003" else r for r in run.records
    ]
    run = RunRecords(run.manifest, flipped)
    last = [r for r in run.records if r.arm == "none"][3]
    (bias,) = [
        b
        for b in summarise([censored(run, lambda r: r.arm == "none" and r.item > "i0003")]).bias
        if b.arm == "none"
    ]
    assert last.probabilities is not None
    assert [share.value for share in bias.positions] == pytest.approx(
        [last.probabilities[x] for x in ("win", "lose")]
    )


def api(rules: str, **changes: Any) -> RunRecords:
    manifest = make_manifest(answer_rules=rules, base_url="http://127.0.0.1:1/v1", form="chat", id="old")
    record = make_record(form="chat", logits={"win": -0.1, "lose": -2.4}, **changes)
    return RunRecords(manifest, [record])


def test_old_probabilities_of_a_server_are_missing() -> None:
    (record,) = api("1").records
    assert (record.probabilities, record.scores, record.censored) == (None, None, True)
    assert record.answer == "win"
    summary = summarise([api("1")])
    assert row(summary, "text").censored == 1
    assert row(summary, "text").log_odds is None
    (note,) = [line for line in summary.notes if "older rules" in line]
    assert note.startswith("fake/one: scored by older rules")
    assert note.endswith("`mgllm score RUN` reads the stored replies again")
    assert "those of 1 answers count as missing" in note


def test_those_read_since_and_those_of_local_models_stand() -> None:
    kept = (AnswerToken(start=0, token="win"),)
    for run in (api("2"), api("1", answer_tokens=kept)):
        (record,) = run.records
        assert record.probabilities is not None
        assert not record.censored
        assert not [line for line in summarise([run]).notes if "older rules" in line]
    local = RunRecords(make_manifest(answer_rules="1"), [make_record(logits={"win": 0.0, "lose": -1.0})])
    assert local.records[0].probabilities is not None


def test_an_answer_that_lacks_them_unsaid_is_counted_too() -> None:
    bare = make_record(answer="win")
    assert RunRecords(make_manifest(answer_rules="2"), [bare]).records[0].censored
    assert not RunRecords(make_manifest(answer_rules="1"), [bare]).records[0].censored
    unasked = bare.model_copy(update={"score": "generate"})
    assert not RunRecords(make_manifest(answer_rules="2"), [unasked]).records[0].censored


def test_a_tie_is_no_answer_and_has_no_probabilities() -> None:
    even = {"win": -0.7, "lose": -0.7}
    tie = make_record(item="i1", outcome="unparsed").model_copy(
        update={"probabilities": {"win": 0.5, "lose": 0.5}, "scores": LabelScores(total=even, mean=even)}
    )
    sure = make_record(logits={"win": -0.1, "lose": -2.4})
    run = RunRecords(make_manifest(answer_rules="2"), [sure, tie])
    (found,) = summarise([run]).arms
    (alone,) = summarise([RunRecords(run.manifest, [sure])]).arms
    assert (found.log_odds, found.brier) == (alone.log_odds, alone.brier)
    assert (found.censored, found.unparsed) == (0, 1)


def test_nothing_new_is_said_where_nothing_is_missing(made_run: MakeRun) -> None:
    text = summarise([made_run(4)]).model_dump_json()
    for word in ("censored", "unscored", "draws", "effort", "share_error"):
        assert word not in text
