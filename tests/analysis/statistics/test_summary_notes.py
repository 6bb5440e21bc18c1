"""The lines under every table, one for each fact that a reader needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from mgllm.analysis import RunRecords, summarise
from mgllm.records import ShuffleStats
from tests.analysis.conftest import make_manifest

MakeRun = Callable[..., RunRecords]


def shuffled(run: RunRecords, **counts: Any) -> RunRecords:
    facts = {
        **{"epoch": 0, "shuffle": 0, "items": 20, "same_item": 0, "same_subject": 0, "same_target": 10},
        **{"same_target_expected": 10.0, "target_cells_off": 0, "same_cues": 0, "mean_count_difference": 0.0},
    }
    (scenario,) = run.manifest.scenarios
    each = tuple(ShuffleStats(**{**facts, **one}) for one in counts.get("each", [counts]))
    scenario = scenario.model_copy(update={"shuffles": each})
    return RunRecords(run.manifest.model_copy(update={"scenarios": (scenario,)}), run.records)


def notes(*runs: RunRecords) -> Sequence[str]:
    return summarise(runs).notes


def test_shuffles_are_summed_over_epochs(made_run: MakeRun) -> None:
    run = made_run(1, sizes=(2,) * 3)
    (calm,) = [line for line in notes(shuffled(run)) if "shuffled over" in line]
    assert calm == (
        "emotion: shuffled over 20 items; share of donors with the same target 0.500 (by chance 0.500); "
        "no rule relaxed"
    )
    each = [{"same_item": 1, "same_target": 12}, {"same_subject": 2, "same_cues": 3, "target_cells_off": 4}]
    (told,) = [line for line in notes(shuffled(run, each=each)) if "shuffled over" in line]
    assert told == (
        "emotion: shuffled over 40 items; share of donors with the same target 0.550 (by chance 0.500); "
        "donor is the item "
        "itself: 1, donor is the same person: 2, donor has the same gestures: 3, pairs of targets too "
        "frequent or too rare: 4"
    )
    assert not [line for line in notes(run) if "shuffled over" in line]


@pytest.mark.parametrize(
    ("facts", "note"),
    [
        ({"made_up": True}, "emotion: made-up items: shows that the tool works, says nothing about gestures"),
        ({"noun": "displays"}, "emotion: the cues are displays, not micro-gestures"),
        ({"subject_known": False}, "emotion: clustered by recording; persons are unknown"),
        ({"items_asked": 10}, "emotion: 10 of 24 items asked (--limit)"),
        ({"cue_source": "out_of_fold"}, "emotion: text+mg shows out-of-fold micro-gestures"),
        ({"arms_left_out": {"text+noisy": "no file"}}, "emotion: text+noisy left out: no file"),
        ({"paraphrase": "plain"}, "emotion: wording 'plain'"),
        ({"lettered": True}, "emotion: the labels were offered as letters"),
        ({"raters": 3}, "fake/one: 3 raters; each read an item in one arm"),
        (
            {"dropped_parameters": ("seed", "n")},
            "fake/one: the server does not accept seed, n, which was left out",
        ),
        ({"ethics": "Take\n care."}, "emotion: Take care."),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)
def test_every_fact_a_reader_needs_is_a_note(facts: dict[str, Any], note: str) -> None:
    told = summarise([RunRecords(make_manifest(**facts), [])]).notes
    assert [line for line in told if line.startswith(note)]
    plain = summarise([RunRecords(make_manifest(), [])]).notes
    assert not [line for line in plain if line.startswith(note)]


def test_notes_of_several_runs_are_said_once_and_together(made_run: MakeRun) -> None:
    one, two = made_run(1, sizes=(2,) * 3), made_run(2, sizes=(2,) * 3, model="fake/two", id="two")
    told = notes(one, two)
    assert len(told) == len(set(told))
    assert [line for line in told if "Not for use" in line] == ["emotion: Not for use on people."]
    again = made_run(3, sizes=(2,) * 3, id="again")
    assert f"run 1 is {one.manifest.id}; run 2 is again" in notes(one, again)
    assert not [line for line in told if line.startswith("run 1 is")]


def test_what_is_said_of_two_scenarios_names_both(made_run: MakeRun) -> None:
    run = made_run(1, sizes=(2,) * 3)
    (scenario,) = run.manifest.scenarios
    both = (scenario, scenario.model_copy(update={"name": "deception", "ethics": "Of neither."}))
    manifest = run.manifest.model_copy(update={"scenarios": both})
    moved = [r.model_copy(update={"scenario": "deception"}) for r in run.records]
    told = notes(RunRecords(manifest, [*run.records, *moved]))
    assert "emotion, deception: text+mg shows annotated micro-gestures" in told
    assert {"emotion: Not for use on people.", "deception: Of neither."} <= set(told)
