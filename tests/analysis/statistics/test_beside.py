"""What stands beside the effects, against plain loops: biases, gestures, drawings, runs against runs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from statistics import fmean
from typing import Any

import numpy as np
import pytest

from mgllm.analysis import Covariate, RunRecords, effects_between, figures, summarise
from mgllm.analysis.statistics.summary import flips_between
from mgllm.records import AttributedGesture, Record, Share, Summary
from tests.analysis import by_hand
from tests.analysis.by_hand import Item

MakeRun = Callable[..., RunRecords]
THREE = ("joy", "fear", "calm")


def mean_by_person(values: dict[str, list[float]], owner: dict[str, str]) -> by_hand.Known:
    """Mean over items of their records' means, with the interval of every other number."""
    means = {item: fmean(found) for item, found in values.items()}

    def over(kept: Callable[[str], bool]) -> float:
        return fmean(value for item, value in means.items() if kept(owner[item]))

    return by_hand.by_subject(over, [owner[item] for item in means])


def same_share(found: Share | None, known: by_hand.Known) -> None:
    assert found is not None
    assert found.value == pytest.approx(known.value)
    assert found.flag == known.flag
    if known.interval is None:
        assert found.interval is None
    else:
        low, high = known.interval
        assert found.interval == pytest.approx((max(0.0, low), min(1.0, high)))


def turned(run: RunRecords) -> RunRecords:
    """Labels rotated over items: each third item begins with another one."""
    return RunRecords(
        run.manifest,
        [
            r.model_copy(update={"label_order": r.label_order[n:] + r.label_order[:n]})
            for r in run.records
            for n in [int(r.item[1:]) % 3]
        ],
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_places_and_refusals_are_what_the_records_say(made_run: MakeRun, seed: int) -> None:
    run = turned(made_run(seed, sizes=(1, 2, 3, 4) * 4, labels=THREE, epochs=2, missing=0.3))
    owner = {r.item: r.subject for r in run.records}
    rows = [row for row in summarise([run]).bias if row.arm != "none"]
    assert len(rows) == 5
    for row in rows:
        said = [r for r in run.records if r.arm == row.arm and r.outcome == "answered"]
        for place, found in enumerate(row.positions):
            values: dict[str, list[float]] = {}
            for r in said:
                values.setdefault(r.item, []).append(float(r.label_order.index(r.answer or "") == place))
            same_share(found, mean_by_person(values, owner))
        targets = {r.item: r.label_order.index(r.target or "") for r in said}
        counted = Counter(targets.values())
        assert row.targets == pytest.approx([counted[place] / len(targets) for place in range(3)])
        assert (row.items, row.orders) == (len(targets), 3)
        assert sum(position.value for position in row.positions) == pytest.approx(1)
        for outcome, reported in (("refused", row.refused), ("unparsed", row.unparsed)):
            declined: dict[str, list[float]] = {}
            for r in run.records:
                if r.arm == row.arm and r.outcome != "failed":
                    declined.setdefault(r.item, []).append(float(r.outcome == outcome))
            same_share(reported, mean_by_person(declined, owner))


@pytest.mark.parametrize("scored", [True, False])
def test_the_prior_of_a_place_is_a_mean_over_the_questions_asked(made_run: MakeRun, scored: bool) -> None:
    run = turned(made_run(4, sizes=(2,) * 6, labels=THREE, epochs=2, scored=scored))
    asked: dict[tuple[int, tuple[str, ...]], Record] = {}
    for r in sorted(run.records, key=lambda record: record.item):
        if r.arm == "none":
            asked[r.epoch, r.label_order] = r
    (found,) = [row for row in summarise([run]).bias if row.arm == "none"]
    for place in range(3):
        values = [
            r.probabilities[order[place]] if r.probabilities else float(r.answer == order[place])
            for (_, order), r in asked.items()
        ]
        assert found.positions[place].value == pytest.approx(fmean(values))
    assert (found.items, found.subjects, found.orders, found.refused) == (6, 0, 3, None)


def with_gesture(run: RunRecords, scored: bool, seed: int) -> tuple[RunRecords, AttributedGesture]:
    """Every second item shows a nod: asked without it, with it alone, and with nothing told."""
    rng = np.random.default_rng(seed)
    nod = AttributedGesture(name="nod", members=("nod",), items=12, subjects=12)
    more = []
    for r in run.records:
        if r.arm != "text" or int(r.item[1:]) % 2:
            continue
        for arm in ("text+without@nod", "text+only@nod", "text+nothing"):
            win = float(rng.normal())
            p = 1 / (1 + math.exp(-win))
            answer = "win" if p > 0.5 else "lose"
            change: dict[str, Any] = {"arm": arm, "answer": answer, "correct": answer == r.target}
            if scored:
                change["probabilities"] = {"win": p, "lose": 1 - p}
                change["scores"] = None
            more.append(r.model_copy(update=change))
    (scenario,) = run.manifest.scenarios
    nothing = AttributedGesture(name="", members=(), items=12, subjects=12)
    scenario = scenario.model_copy(update={"attributed": (nothing, nod)})
    manifest = run.manifest.model_copy(update={"scenarios": (scenario,)})
    return RunRecords(manifest, [*run.records, *more]), nod


def attribution(summary: Summary, gesture: str, way: str) -> Any:
    (found,) = [a for a in summary.attribution if (a.gesture.name, a.way) == (gesture, way)]
    return found


@pytest.mark.parametrize(
    ("gesture", "way", "arm", "baseline"),
    [
        ("nod", "left_out", "text+mg", "text+without@nod"),
        ("nod", "added", "text+only@nod", "text+nothing"),
        ("", "added", "text+nothing", "text"),
    ],
)
@pytest.mark.parametrize("scored", [True, False])
def test_a_gesture_gives_what_its_arms_differ_by(
    made_run: MakeRun, gesture: str, way: str, arm: str, baseline: str, scored: bool
) -> None:
    run, _ = with_gesture(made_run(5, sizes=(2,) * 12, scored=scored, missing=0.1), scored, 5)
    found = attribution(summarise([run]), gesture, way)
    at = {(r.item, r.arm): r for r in run.records if r.outcome == "answered"}
    items = sorted(i for i, name in at if name == arm and (i, baseline) in at and int(i[1:]) % 2 == 0)
    assert (found.effect.arm, found.effect.baseline, found.effect.pairs) == (arm, baseline, len(items))
    assert found.effect.metric == ("log_odds" if scored else "accuracy")
    both = [(at[item, arm], at[item, baseline]) for item in items]
    if scored:
        differences = [logit(a, a.target or "") - logit(b, b.target or "") for a, b in both]
        pulls = {
            label: fmean(logit(a, label) - logit(b, label) for a, b in both) for label in ("win", "lose")
        }
        assert found.pulls == pytest.approx(pulls)
    else:
        differences = [float(bool(a.correct)) - float(bool(b.correct)) for a, b in both]
        assert found.pulls == {}
    assert found.effect.difference == pytest.approx(fmean(differences))
    assert found.gained == sum(bool(a.correct) and not b.correct for a, b in both)
    assert found.lost == sum(not a.correct and bool(b.correct) for a, b in both)
    values = {item: [difference] for item, difference in zip(items, differences, strict=True)}
    known = mean_by_person(values, {item: at[item, arm].subject for item in items})
    assert (found.effect.se, found.effect.p) == pytest.approx((known.se, known.p))


def logit(record: Record, label: str) -> float:
    p = (record.probabilities or {})[label]
    return math.log(p / (1 - p))


def test_gestures_pay_for_one_another_and_for_nothing_else(made_run: MakeRun) -> None:
    plain = made_run(6, sizes=(2,) * 12)
    run, _ = with_gesture(plain, True, 6)
    summary = summarise([run])
    tested = [each.effect for each in summary.attribution]
    assert [(each.gesture.name, each.way) for each in summary.attribution] == [
        ("", "added"), ("nod", "left_out"), ("nod", "added"),
    ]  # fmt: skip
    q = by_hand.benjamini_hochberg([effect.p or 0.0 for effect in tested])
    assert [effect.q for effect in tested] == pytest.approx(q)
    alone = summarise([plain])
    assert (summary.effects, summary.arms, summary.claims) == (alone.effects, alone.arms, alone.claims)


def test_a_gesture_that_no_item_was_asked_about_is_left_out(made_run: MakeRun) -> None:
    run, _ = with_gesture(made_run(7, sizes=(2,) * 12), True, 7)
    kept = [r for r in run.records if r.arm != "text+without@nod"]
    found = summarise([RunRecords(run.manifest, kept)]).attribution
    assert [(each.gesture.name, each.way) for each in found] == [("", "added"), ("nod", "added")]


@pytest.mark.parametrize("missing", [0.0, 0.25])
def test_runs_are_subtracted_item_by_item(made_run: MakeRun, missing: float) -> None:
    """Every metric of every arm, over the items that both answered in a common epoch."""
    first = made_run(8, sizes=(1, 2, 3) * 4, epochs=2, missing=missing, id="a")
    second = made_run(9, sizes=(1, 2, 3) * 4, epochs=2, missing=missing, id="b")
    found = effects_between([first], [second])
    assert {effect.arm for effect in found} == {"text", "mg", "text+mg", "text+shuffled", "text+filler"}
    for effect in found:
        metric = by_hand.METRICS[effect.metric]
        said = [by_hand.answered(run.records, effect.arm, scored=metric.scored) for run in (first, second)]
        kept = sorted(set(said[0]) & set(said[1]))
        over = [by_hand.items(run.records, effect.arm, kept, ("win", "lose")) for run in (first, second)]
        known = by_hand.of_two(over[0], over[1], metric)
        assert effect.difference == pytest.approx(known.value)
        assert effect.se == pytest.approx(known.se)
        assert effect.rule == known.rule
        if known.rule == "t":
            assert effect.p == pytest.approx(known.p)
        assert effect.pairs == len(over[0])
    explored = [effect for effect in found if effect.p is not None]
    q = by_hand.benjamini_hochberg([effect.p or 0.0 for effect in explored])
    assert [effect.q for effect in explored] == pytest.approx(q)


def test_several_runs_are_each_taken_against_each(made_run: MakeRun) -> None:
    runs = [made_run(n, sizes=(2,) * 6, model=f"fake/{n}", id=str(n)) for n in range(4)]
    effects = effects_between(runs[:2], runs[2:])
    assert list(dict.fromkeys(effect.row.model for effect in effects)) == [
        f"fake/{n} − fake/{other}" for n in (0, 1) for other in (2, 3)
    ]
    assert len(flips_between(runs[:2], runs[2:])) == 4 * 5


def test_q_of_slices_is_over_the_slices_alone(made_run: MakeRun) -> None:
    run = made_run(10, sizes=(2,) * 18, effect=1.5)
    thirds = {("emotion", r.item): int(r.item[1:]) // 12 for r in run.records}
    plain, cut = summarise([run]), summarise([run], Covariate("third", thirds))
    assert [e.q for e in cut.effects] == [e.q for e in plain.effects]
    tested = [e for part in cut.slices for e in part.effects if e.p is not None]
    assert len(tested) > 6
    q = by_hand.benjamini_hochberg([effect.p or 0.0 for effect in tested])
    assert [effect.q for effect in tested] == pytest.approx(q)


def bins(found: Sequence[Item]) -> list[tuple[float, float, int]]:
    """Mean P, share right and size of each bin: ten, or one for each ten items where fewer than 100."""
    pairs = sorted(map(by_hand.sure_and_right, found), key=lambda pair: pair[0])
    count = min(10, max(1, len(pairs) // 10))
    edges = [n * len(pairs) // count for n in range(count + 1)]
    parts = [pairs[edges[n] : edges[n + 1]] for n in range(count)]
    return [(fmean(p for p, _ in part), fmean(r for _, r in part), len(part)) for part in parts]


@pytest.mark.parametrize("people", [4, 13, 60])
def test_drawings_are_of_the_same_items_as_the_table(made_run: MakeRun, people: int) -> None:
    run = made_run(11, sizes=(2,) * people, labels=THREE, epochs=2, missing=0.2)
    drawn = figures([run])
    assert [each.arm for each in drawn.calibrations] == [
        "text",
        "mg",
        "text+mg",
        "text+shuffled",
        "text+filler",
    ]
    for found in drawn.calibrations:
        cells = by_hand.answered(run.records, found.arm, scored=True)
        wanted = bins(by_hand.items(run.records, found.arm, cells, THREE))
        assert [each.confidence for each in found.bins] == pytest.approx([p for p, _, _ in wanted])
        assert [each.right for each in found.bins] == pytest.approx([right for _, right, _ in wanted])
        assert [each.n for each in found.bins] == [n for _, _, n in wanted]
        assert found.n == sum(n for _, _, n in wanted)
    for told in drawn.confusions:
        mine = [r for r in run.records if r.arm == told.arm]
        for row, target in enumerate(told.labels):
            at = Counter(r.answer for r in mine if r.target == target)
            assert told.counts[row] == tuple(at[label] for label in told.labels)
            assert told.missing[row] == at[None]
