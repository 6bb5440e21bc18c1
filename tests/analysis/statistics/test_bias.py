"""Position bias and declined answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from statistics import fmean

import numpy as np
import pytest

from mgllm.analysis import RunRecords, render, summarise
from mgllm.analysis.statistics.bias import share
from mgllm.analysis.statistics.jackknife import clusters, t_interval
from mgllm.records import ArmBias, Record, Summary

MakeRun = Callable[..., RunRecords]
LABELS = ("win", "lose")


def rotated(run: RunRecords, change: Callable[[Record, tuple[str, ...]], Record]) -> RunRecords:
    """The run with every second pair of items asked in the other order."""
    orders = {item: n // 2 % 2 for n, item in enumerate(sorted({r.item for r in run.records}))}
    turned = [(r, LABELS[::-1] if orders[r.item] else LABELS) for r in run.records]
    return RunRecords(run.manifest, [change(r.model_copy(update={"label_order": o}), o) for r, o in turned])


def arm(summary: Summary, name: str) -> ArmBias:
    (found,) = [row for row in summary.bias if row.arm == name]
    return found


def test_a_model_that_takes_the_first_label_is_found_out(made_run: MakeRun) -> None:
    def first(record: Record, order: tuple[str, ...]) -> Record:
        taken = {"answer": order[0], "correct": order[0] == record.target}
        return record.model_copy(update=taken) if record.arm == "text" else record

    summary = summarise([rotated(made_run(1, sizes=(4,) * 12), first)])
    found = arm(summary, "text")
    assert [position.value for position in found.positions] == [1.0, 0.0]
    assert found.targets == (0.5, 0.5)
    assert found.positions[0].interval is None  # everyone does the same: nothing varies
    other = arm(summary, "mg").positions[0]
    assert other.interval is not None
    assert other.interval[0] < 0.5 < other.interval[1]
    assert "100.0" in render(summary, "md").partition("Position bias")[2]


def test_shares_are_means_over_items_with_the_jackknife_interval(made_run: MakeRun) -> None:
    run = rotated(made_run(2, sizes=(2, 3, 4) * 5, epochs=3, missing=0.2), lambda record, _: record)
    found = arm(summarise([run]), "text+mg")
    items: dict[str, list[float]] = {}
    owner = {r.item: r.subject for r in run.records}
    for r in run.records:
        if r.arm == "text+mg" and r.outcome == "answered":
            items.setdefault(r.item, []).append(float(r.answer == r.label_order[0]))
    values = np.array([fmean(items[item]) for item in sorted(items)])
    names = np.array([owner[item] for item in sorted(items)])
    without = [values[names != name].mean() for name in sorted(set(names))]
    n = len(without)
    se = np.sqrt((n - 1) / n * ((without - np.mean(without)) ** 2).sum())
    effective = clusters(np.unique(names, return_inverse=True)[1]).effective
    assert found.positions[0].value == pytest.approx(values.mean())
    assert found.positions[0].interval == pytest.approx(t_interval(values.mean(), se, effective - 1))
    assert found.items == len(values)
    assert found.orders == 2


def test_declined_answers_are_shares_of_the_replies(made_run: MakeRun) -> None:
    run = made_run(3, sizes=(4,) * 15, missing=0.4)
    for row in summarise([run]).bias:
        if row.arm == "none":
            continue
        outcomes = Counter(r.outcome for r in run.records if r.arm == row.arm)
        replies = outcomes.total() - outcomes["failed"]
        assert row.refused is not None
        assert row.unparsed is not None
        assert row.refused.value == pytest.approx(outcomes["refused"] / replies)
        assert row.unparsed.value == pytest.approx(outcomes["unparsed"] / replies)
        assert row.refused.interval is not None
        assert row.refused.interval[0] >= 0
    assert "Replies without an answer" in render(summarise([run]), "md")
    assert "Replies without an answer" not in render(summarise([made_run(3)]), "md")


def test_the_prior_of_a_place_is_over_label_orders_not_over_people(made_run: MakeRun) -> None:
    run = rotated(made_run(4), lambda record, _: record)
    last = {r.label_order: r for r in sorted(run.records, key=lambda r: r.key) if r.arm == "none"}
    found = arm(summarise([run]), "none")
    assert (found.items, found.subjects, found.orders) == (2, 0, 2)
    expected = fmean((r.probabilities or {})[order[0]] for order, r in last.items())
    assert found.positions[0].value == pytest.approx(expected)
    assert found.positions[0].interval is None
    assert "2 orders" in render(summarise([run]), "html")


def test_one_order_is_one_order(made_run: MakeRun) -> None:
    assert {row.orders for row in summarise([made_run(5)]).bias} == {1}


def test_items_without_targets_have_places(made_run: MakeRun) -> None:
    run = rotated(made_run(6), lambda record, _: record)
    blind = [r.model_copy(update={"target": None, "correct": None}) for r in run.records]
    found = arm(summarise([RunRecords(run.manifest, blind)]), "text")
    assert (len(found.positions), found.targets, found.orders) == (2, (), 2)


def test_a_share_stays_between_nought_and_one() -> None:
    subject = np.arange(12)
    rare = share(np.eye(12)[0], subject)
    assert rare.value == pytest.approx(1 / 12)
    assert rare.interval is not None
    assert rare.interval[0] == 0.0
    assert share(np.zeros(12), subject).interval is None
