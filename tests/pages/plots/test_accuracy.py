"""Accuracy by arm: numbers of the table, in percent."""

from __future__ import annotations

from typing import Any

import pytest

from mgllm.pages.plots.accuracy import draw_accuracy, scored_arms
from mgllm.pages.plots.look import PAPER
from mgllm.pages.plots.svg import drawing
from mgllm.records import ArmSummary
from tests.pages.plots.material import arm, row


def drawn(arms: list[ArmSummary]) -> Any:
    with drawing():
        return draw_accuracy(arms, PAPER)


def test_arms_without_an_accuracy_are_left_out() -> None:
    found = [arm(row()), arm(row(), "none", accuracy=None, accuracy_interval=None)]
    assert scored_arms(found) == found[:1]


def test_it_stands_in_percent() -> None:
    figure = drawn([arm(row()), arm(row(), "mg", accuracy=0.4, accuracy_interval=None)])
    (axes,) = figure.axes
    bar, first, second = axes.lines
    assert list(bar.get_xdata()) == pytest.approx([50, 70])
    assert [first.get_xdata()[0], second.get_xdata()[0]] == pytest.approx([60, 40])
    assert axes.get_xlabel() == "accuracy, %"
    assert [label.get_text() for label in axes.get_yticklabels()] == ["text", "mg"]


def test_a_constant_answer_is_hollow_whether_or_not_it_is_flagged() -> None:
    for flags in ((), ("constant answer: text always says 'win'",)):
        figure = drawn([arm(row(), constant="win", flags=flags)])
        assert figure.axes[0].lines[-1].get_markerfacecolor() == PAPER.ground
        assert figure.get_supxlabel() == "† constant answer: text always says 'win'"
