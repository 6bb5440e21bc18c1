"""Where marks stand: a line each, models beside each other, one scale for all, doubt that is seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from mgllm.pages.plots.look import NARROW, PAPER, WIDE, Look
from mgllm.pages.plots.marks import CLOSEST, Mark, draw_marks
from mgllm.pages.plots.series import Series
from mgllm.pages.plots.svg import drawing

ONE, TWO = Series("one", 0), Series("two", 1)
MARK = Mark("", "− text", "accuracy, points", ONE, 10.0, (-5.0, 25.0))


def drawn(marks: list[Mark], look: Look = PAPER, **how: Any) -> Any:
    with drawing():
        figure = draw_marks(marks, look, zero=True, **how)
        figure.canvas.draw()
    return figure


def points(figure: Any) -> list[Any]:
    return [line for axes in figure.axes for line in axes.lines if line.get_marker() not in ("None", "")]


def test_a_mark_stands_at_its_number_with_its_interval() -> None:
    figure = drawn([MARK])
    (axes,) = figure.axes
    bar, point = axes.lines
    assert list(bar.get_xdata()) == [-5.0, 25.0]
    assert list(point.get_xdata()) == [10.0]
    assert bar.get_ydata()[0] == point.get_ydata()[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["− text"]
    assert axes.get_xlabel() == "accuracy, points"


def test_models_stand_beside_each_other_and_have_a_legend() -> None:
    other = replace(MARK, series=TWO, value=20.0)
    figure = drawn([MARK, other])
    first, second = points(figure)
    assert second.get_ydata()[0] - first.get_ydata()[0] == pytest.approx(1)
    assert first.get_marker() != second.get_marker()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["one", "two"]
    assert not drawn([MARK]).legends


def test_scenarios_share_one_scale() -> None:
    figure = drawn([replace(MARK, group="emotion"), replace(MARK, group="deception", value=90.0)])
    assert len(figure.axes) == 1
    low, high = figure.axes[0].get_xlim()
    assert low < -5 < 90 < high
    assert [text.get_text() for text in figure.axes[0].texts] == ["emotion", "deception"]


def test_each_column_has_its_own_panel_and_names_stand_once() -> None:
    figure = drawn([MARK, replace(MARK, column="log-odds of the target, nats", value=0.3)])
    assert [axes.get_xlabel().replace("\n", " ") for axes in figure.axes] == [
        "accuracy, points",
        "log-odds of the target, nats",
    ]
    names = [[label.get_text() for label in axes.get_yticklabels()] for axes in figure.axes]
    assert names == [["− text"], [""]]


def test_a_number_without_ground_is_hollow_and_says_why() -> None:
    figure = drawn([replace(MARK, flags=("leaked: 3 of 60 pairs",)), replace(MARK, line="− other")])
    leaked, sound = points(figure)
    assert leaked.get_markerfacecolor() == PAPER.ground != leaked.get_markeredgecolor()
    assert sound.get_markerfacecolor() == sound.get_markeredgecolor()
    assert "†" in [text.get_text() for text in figure.axes[0].texts]
    assert figure.get_supxlabel() == "† leaked: 3 of 60 pairs"


def test_a_mild_caution_has_its_sign_and_is_full() -> None:
    figure = drawn([replace(MARK, flags=("few subjects: 6.0 effective",))])
    (point,) = points(figure)
    assert point.get_markerfacecolor() == point.get_markeredgecolor()
    assert figure.get_supxlabel() == "† few subjects: 6.0 effective"


def test_zero_is_seen_though_all_numbers_are_far_from_it() -> None:
    low, high = drawn([replace(MARK, value=60.0, interval=(50.0, 70.0))]).axes[0].get_xlim()
    assert low < 0 < 70 < high


def test_an_axis_does_not_go_beyond_its_limits() -> None:
    low, high = (
        drawn([replace(MARK, value=97.0, interval=(70.0, 100.0))], limits=(0.0, 100.0)).axes[0].get_xlim()
    )
    assert low >= -3.01
    assert high <= 103.01


def test_many_marks_stand_closer_and_never_too_close() -> None:
    marks = [replace(MARK, line=f"− {line}", series=Series(str(n), n)) for line in "abcdef" for n in range(8)]
    free, held = drawn(marks), drawn(marks, tallest=5.0)
    assert held.get_figheight() < free.get_figheight()
    crowd = [replace(MARK, line=f"− {n}") for n in range(300)]
    assert drawn(crowd, tallest=1.0).get_figheight() > 300 * CLOSEST


@pytest.mark.parametrize("look", [WIDE, NARROW, PAPER])
def test_nothing_is_cut_and_letters_can_be_read(look: Look) -> None:
    long = Series("a-provider/with-a-rather-long-name-of-its-model-that-goes-on-and-on", 1)
    flags = ("leaked: 30 of 60 pairs (the recogniser has learned from the person)",)
    marks = [
        replace(m, series=s, flags=flags, group="a scenario: text+mg", line="− text+shuffled")
        for s in (ONE, long)
        for m in (MARK, replace(MARK, column="log-odds of the target, nats"))
    ]
    figure = drawn(marks, look)
    assert figure.get_figwidth() == look.width
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    box, renderer = figure.bbox, canvas.get_renderer()
    outside = {id(label) for axes in figure.axes for label in axes.get_xticklabels()}  # some beyond the axis
    texts = [one for one in figure.findobj(Text) if one.get_text() and id(one) not in outside]
    assert len(texts) > 8
    for text in texts:
        assert text.get_fontsize() >= 6
        extent = text.get_window_extent(renderer)
        assert extent.x0 >= box.x0 - 1, text.get_text()
        assert extent.x1 <= box.x1 + 1, text.get_text()
        assert extent.y0 >= box.y0 - 1, text.get_text()
