"""Records as arrays: which grid a record is in, and where in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mgllm.analysis import RunRecords
from mgllm.analysis.metric import known_metrics
from mgllm.analysis.statistics.grid import OUTCOMES, answers_of, as_rating, grids
from mgllm.analysis.statistics.pairs import discordance, flipped, given, pair, sample
from mgllm.analysis.statistics.readings import difference, readings
from mgllm.analysis.statistics.runs import last_by_key
from mgllm.errors import InputError
from mgllm.records import Record, ScenarioManifest
from tests.analysis.conftest import make_manifest, make_record

MakeRun = Callable[..., RunRecords]
LABELS = ("win", "lose")


def asked(*facts: dict[str, Any], **manifest: Any) -> RunRecords:
    """A run of records with these facts."""
    return RunRecords(make_manifest(**manifest), [make_record(**each) for each in facts])


def said(item: str, arm: str, answer: str | None, **more: Any) -> dict[str, Any]:
    """A record of an item whose target is "win"; no answer: a refusal."""
    outcome = {"answer": answer} if answer else {"outcome": "refused"}
    return {"item": item, "subject": f"s{item}", "arm": arm, **outcome, **more}


def test_every_record_stands_at_its_item_epoch_and_shuffle(made_run: MakeRun) -> None:
    run = made_run(1, sizes=(2,) * 5, epochs=2, shuffles=3, missing=0.3)
    (grid,) = grids(run)
    assert grid.labels == LABELS
    assert grid.epochs == (0, 1)
    assert list(grid.items) == sorted({record.item for record in run.records})
    for record in run.records:
        if record.arm == "none":
            continue
        answers = grid.answers[record.arm]
        at = grid.items.index(record.item), record.epoch, record.shuffle
        assert OUTCOMES[answers.outcome_IEK[at]] == record.outcome
        assert answers.answer_IEK[at] == (LABELS.index(record.answer) if record.answer else -1)
        if record.probabilities is None:
            assert np.isnan(answers.probabilities_IEKL[at]).all()
            assert np.isnan(answers.log_odds_IEK[at])
        else:
            assert list(answers.probabilities_IEKL[at]) == [record.probabilities[label] for label in LABELS]
    assert [grid.labels[n] for n in grid.target_I] == [
        next(r.target for r in run.records if r.item == item) for item in grid.items
    ]
    assert set(grid.answers) == set(grid.records) - {"none"}
    assert {arm: found.outcome_IEK.shape[2] for arm, found in grid.answers.items()} == {
        **dict.fromkeys(("text", "mg", "text+mg", "text+filler"), 1),
        "text+shuffled": 3,
    }


def test_what_may_not_be_subtracted_is_on_grids_of_its_own() -> None:
    run = asked(
        said("a", "text", "win"),
        said("b", "text", "win", form="chat"),
        said("c", "text", "win", form="chat", reasoning="chain_of_thought"),
        said("d", "text", "win", score="generate"),
        said("e", "text", "win", model="fake/two"),
    )
    found = grids(run)
    assert [grid.items for grid in found] == [("c",), ("b",), ("d",), ("a",), ("e",)]
    rows = [(grid.row.model, grid.row.form, grid.row.reasoning, grid.row.score) for grid in found]
    assert rows == sorted(set(rows))


def test_scenarios_stand_in_the_manifests_order() -> None:
    manifest = make_manifest()
    (one,) = manifest.scenarios
    names = ("zeal", "anger", "emotion")
    scenarios: tuple[ScenarioManifest, ...] = tuple(one.model_copy(update={"name": name}) for name in names)
    records = [make_record(scenario=name, answer="win") for name in sorted(names)]
    run = RunRecords(manifest.model_copy(update={"scenarios": scenarios}), records)
    assert [grid.row.scenario for grid in grids(run)] == list(names)


def test_arms_stand_in_the_manifests_order_and_strangers_last() -> None:
    run = asked(*(said("a", arm, "win") for arm in ("text+oracle", "text+mg", "mg", "text")))
    (grid,) = grids(run)
    assert list(grid.answers) == ["text", "mg", "text+mg", "text+oracle"]


def test_arms_of_an_attribution_are_kept_apart() -> None:
    names = ("text", "text+mg", "text+nothing", "text+only@nod", "text+without@nod")
    (grid,) = grids(asked(*(said("a", arm, "win") for arm in names)))
    assert set(grid.answers) == {"text", "text+mg"}
    assert set(grid.attributed) == {"text+nothing", "text+only@nod", "text+without@nod"}


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"scenario": "deception"}, "a record is about scenario 'deception', which is not in manifest.json"),
        ({"answer": "draw", "correct": False}, "label 'draw' is not one of: win, lose"),
        ({"target": "draw"}, "label 'draw' is not one of: win, lose"),
    ],
)
def test_records_of_another_run_are_refused(facts: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        grids(asked({"answer": "win", **facts}))


def test_a_label_without_a_probability_has_none_of_it() -> None:
    record = make_record(answer="win", probabilities={"win": 0.9})
    found = answers_of([record], LABELS, ["i0"], [0])
    assert list(found.probabilities_IEKL[0, 0, 0]) == [0.9, 0.0]


def test_ratings_of_an_item_are_one_question_to_several_people() -> None:
    third = as_rating(make_record(answer="win", epoch=2))
    assert (third.epoch, third.shuffle) == (0, 2)
    facts = [said("a", "text", "win", epoch=n) for n in range(3)] + [said("a", "mg", "lose", epoch=1)]
    (grid,) = grids(asked(*facts, raters=3))
    assert grid.epochs == (0,)
    assert grid.answers["text"].outcome_IEK.shape == (1, 1, 3)
    assert all(answers.rated for answers in grid.answers.values())
    (plain,) = grids(asked(*facts))
    assert plain.epochs == (0, 1, 2)
    assert not plain.answers["text"].rated


def test_of_records_with_one_key_the_last_is_kept_in_order() -> None:
    first, last = make_record(item="b", answer="win"), make_record(item="b", answer="lose")
    other = make_record(item="a", answer="win")
    assert last_by_key([first, other, last]) == [other, last]


@pytest.fixture
def two_arms() -> Any:
    """Two epochs, two shuffles of the shuffled arm; a refusal, a failure and a gap."""
    run = asked(
        said("a", "text+mg", "win"),
        said("a", "text+mg", "lose", epoch=1),
        said("a", "text+shuffled", "win"),
        said("a", "text+shuffled", "lose", shuffle=1),
        said("a", "text+shuffled", None, epoch=1),
        said("a", "text+shuffled", "lose", epoch=1, shuffle=1),
        said("b", "text+mg", "win"),
        said("b", "text+mg", None, epoch=1, outcome="failed"),
        said("b", "text+shuffled", "lose"),
        said("b", "text+shuffled", "lose", epoch=1),
        said("c", "text+mg", "win", target=None),
        said("c", "text+shuffled", "lose", target=None),
    )
    (grid,) = grids(run)
    return grid, grid.answers["text+mg"], grid.answers["text+shuffled"]


def test_shuffles_are_averaged_inside_the_epoch_and_epochs_inside_the_item(two_arms: Any) -> None:
    grid, mg, shuffled = two_arms
    both = pair(grid, mg, shuffled, scored=False)
    # Item a: epoch 0 is (win, lose), epoch 1 lose alone, so ½ and 0 make ¼ for "win"; b has one epoch.
    assert both.baseline.shares_NL.tolist() == [[0.25, 0.75], [0.0, 1.0]]
    assert both.arm.shares_NL.tolist() == [[0.5, 0.5], [1.0, 0.0]]
    assert both.missing == 1  # item b's second epoch; c has no target
    assert (both.over.n, both.over.subjects) == (2, 2)
    assert pair(grid, mg, shuffled, scored=True).over.n == 0


def test_an_arm_by_itself_is_over_all_that_it_answered(two_arms: Any) -> None:
    grid, mg, _ = two_arms
    kept_IE = given(mg, scored=False)
    assert kept_IE.tolist() == [[True, True], [True, False], [True, False]]
    assert sample(grid, mg, kept_IE).shares_NL.tolist() == [[0.5, 0.5], [1.0, 0.0], [1.0, 0.0]]


def test_missing_answers_are_read_as_wrong_and_both_ways(two_arms: Any) -> None:
    grid, mg, shuffled = two_arms
    found = readings(grid, mg, shuffled)
    accuracy = known_metrics()[0]
    # strict: item a (½ − ¼), item b (1 − 0; its failed epoch stays out).
    assert difference(accuracy, found.strict) == pytest.approx(((1 / 2 - 1 / 4) + 1) / 2)
    # Two shuffles were to be had of each cell: against the arm a's refusal and b's two gaps were right.
    low = ((1 / 2 - (1 / 2 + 1 / 2) / 2) + (1 / 2 - (1 / 2 + 1 / 2) / 2)) / 2
    high = ((1 / 2 - (1 / 2 + 0) / 2) + (1 - 0)) / 2
    assert difference(accuracy, found.against) == pytest.approx(low)
    assert difference(accuracy, found.favouring) == pytest.approx(high)


def test_flips_are_of_the_first_epoch_and_shuffle(two_arms: Any) -> None:
    grid, mg, shuffled = two_arms
    gained_I, lost_I = flipped(grid, mg, shuffled)
    assert (gained_I.tolist(), lost_I.tolist()) == ([False, True, False], [False] * 3)
    assert (discordance(grid, mg, shuffled).b, discordance(grid, mg, shuffled).c) == (1, 0)
    assert (discordance(grid, shuffled, mg).b, discordance(grid, shuffled, mg).c) == (0, 1)


def test_a_record_of_the_arm_none_alone_is_no_item() -> None:
    run = asked(said("a", "none", "win"), said("b", "text", "win"))
    (grid,) = grids(run)
    assert grid.items == ("b",)
    assert isinstance(grid.records["none"][0], Record)
