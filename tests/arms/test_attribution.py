"""`mgllm run --attribute`: a model that adds up its gestures gets its own weights back."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

import mgllm
from mgllm.arms.attribution import attributed_gestures
from mgllm.errors import InputError
from mgllm.experiment.finishing import Finished
from mgllm.items.loading import load_items
from mgllm.records import (
    AttributedGesture,
    Attribution,
    CueSettings,
    Gesture,
    GestureTranscript,
    Item,
    Question,
    Reply,
    is_attributed,
)
from mgllm.store import read_run
from mgllm.testing.planted import HEADING, WEIGHTS, add_up, planted_items


@pytest.fixture
def go(meeting: dict[str, Any], tmp_path: Path) -> Callable[..., Finished]:
    items = planted_items(tmp_path / "items.jsonl", ("agrees", "objects"))

    def run(**options: Any) -> Finished:
        both = {"items": str(items), "arms": ("text", "text+mg"), "attribute": True, "display": "none"}
        return mgllm.run(**(meeting | both | options))

    return run


def by_hand(found: Attribution, items: tuple[Any, ...]) -> dict[str, list[float]]:
    """By subject, the true difference of each item that shows the gesture."""
    differences: dict[str, list[float]] = {}
    for item in items:
        if (adds := added(item, found.gesture)) is not None:
            sign = 1 if item.target == "agrees" else -1
            differences.setdefault(item.subject, []).append(sign * adds)
    return differences


def test_the_weights_come_back_with_their_intervals(go: Any, shelve: Any, tmp_path: Path) -> None:
    shelve(add_up)
    summary = go().summary
    items = load_items(str(tmp_path / "items.jsonl"))
    empty, *others = summary.attribution
    assert [each.gesture.name for each in others[::2]] == ["rubbing eyes", "head up", "*"]
    assert (empty.gesture.members, empty.effect.arm, empty.effect.baseline) == ((), "text+nothing", "text")
    for found in summary.attribution:
        effect, differences = found.effect, by_hand(found, items)
        every = [value for values in differences.values() for value in values]
        assert effect.metric == "log_odds"
        assert (found.gesture.items, found.gesture.subjects) == (len(every), len(differences))
        assert effect.difference == pytest.approx(np.mean(every), abs=1e-9)
        # delete one subject, by the book
        left = [
            np.mean([v for other, values in differences.items() if other != subject for v in values])
            for subject in differences
        ]
        count = len(left)
        se = math.sqrt((count - 1) / count * sum((value - np.mean(left)) ** 2 for value in left))
        effective = len(every) ** 2 / sum(len(values) ** 2 for values in differences.values())
        assert effect.se == pytest.approx(se)
        assert effect.p == pytest.approx(2 * stats.t.sf(abs(np.mean(every)) / se, effective - 1))
        pull = np.mean([adds for item in items if (adds := added(item, found.gesture)) is not None])
        assert found.pulls["agrees"] == pytest.approx(pull, abs=1e-6)
        assert found.pulls["objects"] == pytest.approx(-pull, abs=1e-6)
    raw = [found.effect.p for found in summary.attribution]
    q = [found.effect.q for found in summary.attribution]
    assert q == pytest.approx(multipletests(raw, method="fdr_bh")[1])


def added(item: Any, gesture: AttributedGesture) -> float | None:
    """What telling the gesture adds to the log-odds of `agrees`; null where the item does not show it."""
    if not gesture.members:
        return HEADING if item.gestures["annotated"].gestures else None
    here = shown(item, gesture)
    return sum(WEIGHTS[label] for label in here) if here else None


def shown(item: Any, gesture: AttributedGesture) -> list[str]:
    labels = [each.label for each in item.gestures["annotated"].gestures]
    return [label for label in labels if label in gesture.members]


def test_gained_and_lost_are_counted_from_the_records(go: Any, shelve: Any) -> None:
    shelve(add_up)
    finished = go()
    right = {(r.item, r.arm): r.correct for r in read_run(finished.folder).records}
    flips = 0
    for found in finished.summary.attribution:
        arm = found.gesture.arms[found.way]
        other = found.effect.arm if found.way == "left_out" else found.effect.baseline
        turns = [
            (right[item, other], correct) if found.way == "left_out" else (correct, right[item, other])
            for (item, name), correct in right.items()
            if name == arm
        ]
        assert found.gained == sum(bool(with_it) and not without for with_it, without in turns)
        assert found.lost == sum(not with_it and bool(without) for with_it, without in turns)
        flips += found.gained + found.lost
    assert flips > 0


def test_other_numbers_are_those_of_a_run_without_it(go: Any, shelve: Any) -> None:
    shelve(add_up)
    with_it, without = go().summary, go(attribute=False).summary
    assert with_it.arms == without.arms
    assert with_it.effects == without.effects
    assert with_it.flips == without.flips
    assert with_it.bias == without.bias
    assert without.attribution == ()


def test_each_arm_is_asked_of_the_items_that_show_its_gesture(go: Any, shelve: Any, tmp_path: Path) -> None:
    backend = shelve(add_up)
    finished = go()
    items = {item.id: item for item in load_items(str(tmp_path / "items.jsonl"))}
    gestures = finished.summary.attribution[1::2]
    stored = read_run(finished.folder)
    asked = {(r.item, r.arm) for r in stored.records if is_attributed(r.arm)}
    assert asked == {
        (item.id, arm)
        for item in items.values()
        for found in gestures
        if shown(item, found.gesture)
        for arm in found.gesture.arms.values()
    } | {(item.id, "text+nothing") for item in items.values() if item.gestures["annotated"].gestures}
    prompts = stored.prompts()
    for record in stored.records:
        told = prompts[record.prompt_sha256].messages[-1].content.lower()
        labels = [gesture.label for gesture in items[record.item].gestures["annotated"].gestures]
        if record.arm.startswith("text+without@rubbing"):
            assert [label in told for label in labels] == [label != "rubbing eyes" for label in labels]
        if record.arm.startswith("text+only@rubbing"):
            assert [label in told for label in labels] == [label == "rubbing eyes" for label in labels]
    # one gesture alone is the whole cue block of some items: asked once
    assert len(backend.asked) < len(stored.records)


def test_rare_gestures_are_pooled(tmp_path: Path) -> None:
    items = load_items(str(planted_items(tmp_path / "items.jsonl", ("agrees", "objects"))))
    found = attributed_gestures(items, "annotated", CueSettings())
    pool = found[-1]
    assert (pool.name, pool.members) == ("*", ("arms akimbo", "biting nails"))
    assert found[0].members == ()
    assert all(len(each.members) == 1 and each.items >= 10 and each.subjects >= 5 for each in found[1:-1])
    few = [item for item in items if item.subject < "s04"]  # twelve items, but four people
    assert [each.name for each in attributed_gestures(few, "annotated", CueSettings())] == ["", "*"]
    one = CueSettings(leave_out=("arms akimbo",))
    assert attributed_gestures(items, "annotated", one)[-1].name == "biting nails"


def test_generated_answers_are_attributed_by_accuracy(go: Any, shelve: Any) -> None:
    shelve(lambda question: add_up(question).model_copy(update={"scores": None}))
    summary = go(score="generate").summary
    assert {found.effect.metric for found in summary.attribution} == {"accuracy"}
    assert all(found.pulls == {} for found in summary.attribution)


def test_many_questions_need_a_yes(go: Any, shelve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = shelve(add_up)
    monkeypatch.setattr("mgllm.experiment.asking.MOST_UNCONFIRMED", 30)
    with pytest.raises(InputError, match=r"would ask \d+ questions .* needed above 30"):
        go()
    assert backend.asked == []
    assert go(yes=True).exit_code == 0


def test_the_number_is_said_before_the_first_question(go: Any, shelve: Any, capsys: Any) -> None:
    said: list[str] = []

    def watch(question: Question) -> Reply:
        said.append(capsys.readouterr().err)
        return add_up(question)

    shelve(watch)
    go(display="plain", concurrency=1)
    shelved = shelve(add_up)
    go(attribute=False)
    more = len(said) - len(shelved.asked)
    assert more > 0
    assert f"attribution: {more} questions more" in said[0]


@pytest.mark.parametrize(
    ("arms", "missing"),
    [(("text", "mg"), r"text\+mg"), (("none", "text+mg"), "text"), (("none",), r"text, text\+mg")],
)
def test_it_needs_both_arms(go: Any, shelve: Any, arms: tuple[str, ...], missing: str) -> None:
    shelve(add_up)
    with pytest.raises(InputError, match=f"needs the arms text and .* add {missing} to"):
        go(arms=arms)


def test_items_without_gestures_are_refused(go: Any, shelve: Any, tmp_path: Path) -> None:
    shelve(add_up)
    lines = [json.loads(line) for line in (tmp_path / "items.jsonl").read_text().splitlines()]
    for line in lines:
        line["gestures"]["annotated"]["gestures"] = []
    still = tmp_path / "still.jsonl"
    still.write_text("\n".join(map(json.dumps, lines)))
    with pytest.raises(InputError, match="none of the items has a gesture to show"):
        go(items=str(still))


def test_a_stopped_attribution_goes_on(go: Any, shelve: Any) -> None:
    shelve(add_up)
    whole = go()
    part = go(max_requests=50)
    assert part.exit_code == 3
    assert go(resume=str(part.folder)).summary.attribution == whole.summary.attribution


def test_groups_are_named_as_groups() -> None:
    gestures = (Gesture(label="hand at head", level="group"), Gesture(label="head up"))
    made = GestureTranscript(gestures=gestures, source="recognized")
    items = [Item(id=f"i{n}", subject=f"s{n}", gestures={"recognized": made}) for n in range(12)]
    _, *found = attributed_gestures(items, "recognized", CueSettings())
    assert [(one.name, one.level, one.words) for one in found] == [
        ("hand at head", "group", "hand at head (a group)"),
        ("head up", "word", "head up"),
    ]
    assert [set(one.model_dump()) - set(found[1].model_dump()) for one in found] == [{"level"}, set()]
