"""What must not move a number, and what must move it in a known way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from mgllm.analysis import RunRecords, figures, summarise
from mgllm.records import Effect, LabelScores, Record, Summary

MakeRun = Callable[..., RunRecords]
Key = tuple[str, str, str]
NUMBERS = (
    "arm_value", "baseline_value", "difference", "se", "interval", "p", "q", "detectable", "sign_flip_p",
    "bca_interval", "mcnemar_p", "strict", "bounds", "effective_subjects",
)  # fmt: skip
COUNTS = ("pairs", "subjects", "largest_cluster", "missing", "b", "c", "sign_changes", "flags", "primary")
LEVELS = (
    "accuracy", "accuracy_interval", "balanced_accuracy", "macro_f1", "auc", "log_odds", "brier",
    "calibration_error", "mean_token_accuracy",
)  # fmt: skip
SWAPPED = {"win": "lose", "lose": "win"}


def by_key(effects: Sequence[Effect]) -> dict[Key, Effect]:
    return {(effect.metric, effect.arm, effect.baseline): effect for effect in effects}


def near(value: Any) -> Any:
    """Approximately, where it is a number or two."""
    return value if value is None else pytest.approx(value, rel=1e-9, abs=1e-12)


def same_effects(one: Summary, other: Summary, but: Sequence[str] = ()) -> None:
    """Every effect of one says what the other's says, but for these fields."""
    wanted, found = by_key(one.effects), by_key(other.effects)
    assert found.keys() == wanted.keys()
    for key, effect in found.items():
        for name in (name for name in NUMBERS if name not in but):
            assert getattr(effect, name) == near(getattr(wanted[key], name)), (key, name)
        for name in (name for name in COUNTS if name not in but):
            assert getattr(effect, name) == getattr(wanted[key], name), (key, name)


def same_levels(one: Summary, other: Summary) -> None:
    """Every arm's numbers are the same."""
    for mine, theirs in zip(one.arms, other.arms, strict=True):
        assert mine.arm == theirs.arm
        for name in LEVELS:
            assert getattr(theirs, name) == near(getattr(mine, name)), (mine.arm, name)


def changed(run: RunRecords, change: Callable[[Record], Mapping[str, Any]]) -> RunRecords:
    """The run with something changed in every record."""
    return RunRecords(run.manifest, [r.model_copy(update=dict(change(r))) for r in run.records])


@pytest.fixture(scope="module")
def run(made_run: MakeRun) -> RunRecords:
    return made_run(11, sizes=(1, 2, 3, 2) * 3, missing=0.15, epochs=2, shuffles=2)


@pytest.fixture(scope="module")
def summary(run: RunRecords) -> Summary:
    return summarise([run])


def test_names_of_people_and_items_are_names_alone(run: RunRecords, summary: Summary) -> None:
    """Even where they turn the alphabetical order round."""
    renamed = changed(
        run, lambda r: {"subject": f"p{99 - int(r.subject[1:])}", "item": f"x{9999 - int(r.item[1:])}"}
    )
    found = summarise([renamed])
    same_effects(summary, found)
    same_levels(summary, found)
    assert [(flips.gained, flips.lost) for flips in found.flips] == [
        (flips.gained, flips.lost) for flips in summary.flips
    ]
    back = {f"x{9999 - int(r.item[1:])}": r.item for r in run.records}
    for one, other in zip(summary.flips, found.flips, strict=True):
        assert sorted(back[item] for item in other.gained_items) == list(one.gained_items)


def test_what_a_reply_cost_and_said_moves_no_number(run: RunRecords, summary: Summary) -> None:
    told = changed(run, lambda _: {"latency_s": 3.5, "text": "win", "attempts": 4, "finish_reason": "length"})
    found = summarise([told])
    (cut,) = set(found.notes) - set(summary.notes)
    assert "were cut off at --max-tokens" in cut
    assert found.model_copy(update={"notes": summary.notes}) == summary
    hidden = {"reasoning_tokens": 40, "cached_tokens": 9, "served_model": "two"}
    thought = summarise([changed(run, lambda _: hidden)])
    assert thought.model_copy(update={"notes": summary.notes}) == summary


def test_the_order_of_labels_moves_the_places_alone(made_run: MakeRun) -> None:
    run = made_run(12, sizes=(2,) * 12)
    turned = changed(run, lambda r: {"label_order": r.label_order[::-1]})
    one, other = summarise([run]), summarise([turned])
    same_effects(one, other)
    same_levels(one, other)
    for mine, theirs in zip(one.bias, other.bias, strict=True):
        values = [position.value for position in mine.positions]
        assert [position.value for position in theirs.positions] == pytest.approx(values[::-1])
        assert theirs.targets == mine.targets[::-1]


def test_labels_that_trade_names_trade_their_shares(made_run: MakeRun) -> None:
    run = made_run(13, sizes=(2, 3) * 6, missing=0.1)

    def swap(record: Record) -> Mapping[str, Any]:
        p, scores = record.probabilities, record.scores
        return {
            "target": SWAPPED[record.target or ""],
            "answer": record.answer and SWAPPED[record.answer],
            "probabilities": p and {SWAPPED[label]: value for label, value in p.items()},
            "scores": scores
            and LabelScores(
                total={SWAPPED[label]: value for label, value in scores.total.items()},
                mean={SWAPPED[label]: value for label, value in scores.mean.items()},
            ),
        }

    one, other = summarise([run]), summarise([changed(run, swap)])
    same_effects(one, other, but=["flags"])
    same_levels(one, other)
    for before, after in zip(one.effects, other.effects, strict=True):
        both = "'lose' and 'win'"  # are told in the alphabet's order
        turned = {flag.replace(both, "both").replace("'win'", "'-'") for flag in before.flags}
        turned = {flag.replace("'lose'", "'win'").replace("'-'", "'lose'") for flag in turned}
        assert turned == {flag.replace(both, "both") for flag in after.flags}
    for mine, theirs in zip(one.arms, other.arms, strict=True):
        assert theirs.answer_shares == pytest.approx(
            {SWAPPED[label]: share for label, share in mine.answer_shares.items()}
        )
    drawn = zip(figures([run]).confusions, figures([changed(run, swap)]).confusions, strict=True)
    for table, swapped in drawn:
        assert np.array_equal(np.array(table.counts)[::-1, ::-1], swapped.counts)
        assert table.missing[::-1] == swapped.missing


def test_labels_listed_in_another_order_move_nothing(made_run: MakeRun) -> None:
    labels = ("calm", "fear", "joy")
    run = made_run(14, sizes=(2,) * 12, labels=labels, missing=0.1)
    (scenario,) = run.manifest.scenarios
    turned = scenario.model_copy(update={"labels": scenario.labels[::-1]})
    manifest = run.manifest.model_copy(update={"scenarios": (turned,)})
    one, other = summarise([run]), summarise([RunRecords(manifest, run.records)])
    same_effects(one, other)
    same_levels(one, other)
    assert list(other.arms[1].answer_shares) == list(labels[::-1])


def test_asking_twice_and_hearing_the_same_adds_nothing(made_run: MakeRun) -> None:
    """A copy of every record as a second epoch: no estimate gets surer, missing pairs are counted twice."""
    run = made_run(15, sizes=(2,) * 12, missing=0.2, shuffles=2)
    again = [r.model_copy(update={"epoch": 1}) for r in run.records]
    one, other = summarise([run]), summarise([RunRecords(run.manifest, [*run.records, *again])])
    same_effects(one, other, but=["missing"])
    same_levels(one, other)
    for mine, theirs in zip(one.effects, other.effects, strict=True):
        assert theirs.missing == 2 * mine.missing
    for arm, twice in zip(one.arms, other.arms, strict=True):
        assert (twice.n, twice.answered, twice.failed) == (2 * arm.n, 2 * arm.answered, 2 * arm.failed)
        assert twice.answer_shares == pytest.approx(arm.answer_shares)


def test_failed_records_move_the_missing_and_the_bounds_alone(made_run: MakeRun) -> None:
    run = made_run(16, sizes=(2,) * 12, effect=2.0)
    lost = [
        r.model_copy(
            update={
                "item": f"lost{r.item}", "outcome": "failed", "answer": None, "correct": None,
                "probabilities": None, "scores": None,
            }
        )
        for r in run.records
        if r.item < "i0004"
    ]  # fmt: skip
    one, other = summarise([run]), summarise([RunRecords(run.manifest, [*run.records, *lost])])
    same_effects(one, other, but=["missing", "bounds", "lacking", "worst", "sign_changes", "flags"])
    same_levels(one, other)
    for mine, theirs in zip(one.effects, other.effects, strict=True):
        assert (mine.missing, theirs.missing) == (0, 4)
        assert mine.lacking == 0
        assert theirs.lacking == pytest.approx(4 / 28)
        if theirs.metric == "accuracy" and theirs.bounds is not None and mine.difference is not None:
            # Of 28 pairs 24 are known, and each of 4 may be worth a whole point either way.
            wanted = [(24 * mine.difference + sign * 4) / 28 for sign in (-1, 1)]
            assert theirs.bounds == pytest.approx(wanted)
            assert mine.bounds == pytest.approx((mine.difference, mine.difference))
    assert [arm.failed for arm in other.arms] == [4] * 6


def test_a_refusal_is_wrong_in_the_strict_reading_and_out_of_the_plain_one(made_run: MakeRun) -> None:
    run = made_run(17, sizes=(1,) * 20)
    right = next(r.item for r in run.records if r.arm == "text+mg" and r.correct)
    no = {"outcome": "refused", "answer": None, "correct": None, "probabilities": None, "scores": None}
    declined = changed(run, lambda r: no if (r.item, r.arm) == (right, "text+mg") else {})
    key = ("accuracy", "text+mg", "text")
    before, after = (by_key(summarise([each]).effects)[key] for each in (run, declined))
    assert (before.pairs, after.pairs, after.missing) == (20, 19, 1)
    assert before.strict == before.difference
    assert after.strict == pytest.approx((before.difference or 0) - 1 / 20)
    kept = [r for r in run.records if r.item != right]
    without = by_key(summarise([RunRecords(run.manifest, kept)]).effects)[key]
    assert (after.difference, after.se) == pytest.approx((without.difference, without.se))


def test_an_arm_left_out_leaves_the_others_as_they_are(run: RunRecords, summary: Summary) -> None:
    kept = [r for r in run.records if r.arm not in {"text+filler", "none"}]
    found = by_key(summarise([RunRecords(run.manifest, kept)]).effects)
    wanted = {key: e for key, e in by_key(summary.effects).items() if "text+filler" not in key}
    assert found.keys() == wanted.keys()
    for key, effect in found.items():
        assert effect.model_copy(update={"q": None}) == wanted[key].model_copy(update={"q": None})


def test_a_run_says_the_same_beside_another(made_run: MakeRun, run: RunRecords, summary: Summary) -> None:
    """All but what counts the whole table: q, Holm's p, and its family."""
    other = made_run(20, sizes=(2,) * 12, model="fake/two", id="two")
    both = summarise([other, run])
    assert [arm for arm in both.arms if arm.row.model == "fake/one"] == list(summary.arms)
    mine = [e.model_copy(update={"q": None}) for e in both.effects if e.row.model == "fake/one"]
    assert mine == [e.model_copy(update={"q": None}) for e in summary.effects]
    claims = [claim for claim in both.claims if claim.row.model == "fake/one"]
    assert [claim.p for claim in claims] == [claim.p for claim in summary.claims]
    assert {claim.family for claim in claims} == {2 * summary.claims[0].family}
    assert [bias for bias in both.bias if bias.row.model == "fake/one"] == list(summary.bias)


def test_every_answer_turned_wrong_turns_accuracies_over(made_run: MakeRun) -> None:
    run = made_run(21, sizes=(2,) * 12, missing=0.1, scored=False)
    wrong = {True: False, False: True, None: None}
    turned = changed(run, lambda r: {"answer": r.answer and SWAPPED[r.answer], "correct": wrong[r.correct]})
    one, other = summarise([run]), summarise([turned])
    for mine, theirs in zip(one.arms, other.arms, strict=True):
        if mine.accuracy is not None:
            assert theirs.accuracy == pytest.approx(1 - mine.accuracy)
            assert theirs.balanced_accuracy == pytest.approx(1 - (mine.balanced_accuracy or 0))
    found = by_key(other.effects)
    for key, effect in by_key(one.effects).items():
        if effect.metric in {"accuracy", "balanced_accuracy"}:
            assert found[key].difference == pytest.approx(-(effect.difference or 0))
            assert (found[key].se, found[key].p) == pytest.approx((effect.se, effect.p))
            assert (found[key].b, found[key].c) == (effect.c, effect.b)


@pytest.mark.parametrize("people", [8, 20])
def test_twice_the_people_are_surer_by_the_known_factor(made_run: MakeRun, people: int) -> None:
    """A twin of every person: of a mean over equal clusters SE² falls by (S − 1) / (2S − 1)."""
    run = made_run(22, sizes=(2,) * people)
    twins = [r.model_copy(update={"subject": f"t{r.subject}", "item": f"t{r.item}"}) for r in run.records]
    one, other = summarise([run]), summarise([RunRecords(run.manifest, [*run.records, *twins])])
    found = by_key(other.effects)
    for key, effect in by_key(one.effects).items():
        assert found[key].difference == near(effect.difference)
        assert found[key].effective_subjects == 2 * people
        if effect.metric in {"accuracy", "log_odds", "brier"} and effect.se is not None:
            assert found[key].se == pytest.approx(effect.se * np.sqrt((people - 1) / (2 * people - 1)))
