"""Items gained and lost, against a slow reading of the records."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mgllm.analysis import RunRecords, flips_between, render, summarise

MakeRun = Callable[..., RunRecords]


def test_flips_are_the_items_that_b_and_c_count(made_run: MakeRun) -> None:
    run = made_run(4, sizes=(3,) * 12, epochs=2, missing=0.2)
    summary = summarise([run])
    first = {(r.item, r.arm): r for r in run.records if r.epoch == 0 and r.shuffle == 0}
    items = sorted({record.item for record in run.records})
    assert len(summary.flips) == 6
    for flips in summary.flips:
        both = [(item, first[item, flips.arm].correct, first[item, flips.baseline].correct) for item in items]
        assert flips.gained_items == tuple(i for i, arm, base in both if arm is True and base is False)
        assert flips.lost_items == tuple(i for i, arm, base in both if arm is False and base is True)
        assert (flips.gained, flips.lost) == (len(flips.gained_items), len(flips.lost_items))
        (effect,) = [
            e
            for e in summary.effects
            if (e.arm, e.baseline, e.metric) == (flips.arm, flips.baseline, "accuracy")
        ]
        assert (effect.b, effect.c) == (flips.gained, flips.lost)


def test_the_table_counts_and_names_on_request(made_run: MakeRun) -> None:
    summary = summarise([made_run(1)])
    flips = summary.flips[0]
    plain, named = render(summary, "md"), " ".join(render(summary, "md", ids=True).split())
    assert "Items gained and lost" in plain
    assert flips.gained_items[0] not in plain
    assert f"text+mg − text, gained: {', '.join(flips.gained_items)}." in named


@pytest.mark.parametrize("arm", ["text", "text+mg"])
def test_between_runs_they_are_of_the_same_arm(made_run: MakeRun, arm: str) -> None:
    one, two = made_run(1, id="one"), made_run(2, id="two", model="fake/two")
    (flips,) = [f for f in flips_between([one], [two]) if f.arm == arm]
    right = [
        {r.item for r in run.records if r.arm == arm and r.correct and r.shuffle == 0} for run in (one, two)
    ]
    assert flips.baseline == arm
    assert set(flips.gained_items) == right[0] - right[1]
    assert set(flips.lost_items) == right[1] - right[0]
    assert flips.row.model == "fake/one − fake/two"
