"""The forest shows the effects of the summary, all models on one scale."""

from __future__ import annotations

from typing import Any

import pytest

from mgllm.pages.plots.forest import draw_forest, forest_effects, key_effects
from mgllm.pages.plots.look import PAPER
from mgllm.pages.plots.svg import drawing
from mgllm.records import Effect
from tests.pages.plots.material import effect, row, summary


def drawn(effects: list[Effect]) -> Any:
    with drawing():
        return draw_forest(effects, PAPER)


def words(figure: Any) -> list[str]:
    return [label.get_text() for label in figure.axes[0].get_yticklabels()]


def heads(figure: Any) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts if text.get_fontweight() == "bold"]


def test_the_key_holds_primary_contrasts_with_a_number() -> None:
    made = summary()
    bare = effect(row(), difference=None, interval=None)
    open_ = effect(row(), "text+filler", primary=False)
    made = made.model_copy(update={"effects": (*made.effects, bare, open_)})
    assert key_effects(made) == sorted(summary().effects, key=lambda e: e.metric != "accuracy")
    assert open_ in forest_effects(made.effects)
    assert bare not in forest_effects(made.effects)


def test_metrics_that_no_claim_is_about_are_not_drawn() -> None:
    assert forest_effects([effect(row(), metric="brier")]) == []


def test_numbers_stand_in_the_metrics_own_unit() -> None:
    figure = drawn([effect(row()), effect(row(), metric="log_odds", difference=0.5, interval=(0.1, 0.9))])
    values = [axes.lines[-1].get_xdata()[0] for axes in figure.axes]
    assert values == pytest.approx([10.0, 0.5])
    assert list(figure.axes[1].lines[0].get_xdata()) == pytest.approx([0.1, 0.9])


def test_what_all_lines_share_is_said_once() -> None:
    figure = drawn([effect(row()), effect(row(), "text+shuffled")])
    assert heads(figure) == ["text+mg"]
    assert words(figure) == ["− text", "− text+shuffled"]
    mixed = drawn([effect(row()), effect(row(), arm="mg")])
    assert heads(mixed) == []
    assert words(mixed) == ["text+mg − text", "mg − text"]


def test_scenarios_are_groups_and_each_has_its_own_arm() -> None:
    """A scenario without speech is about mg: roles decide, not a name."""
    silent = row(scenario="silent")
    effects = [effect(row()), effect(silent, "mg+shuffled", arm="mg"), effect(silent, "mg+filler", arm="mg")]
    figure = drawn(effects)
    assert heads(figure) == ["emotion: text+mg", "silent: mg"]
    assert words(figure) == ["− text", "− mg+shuffled", "− mg+filler"]


def test_between_runs_the_arm_stands_alone() -> None:
    assert words(drawn([effect(row("a − b"), "text", arm="text", primary=False)])) == ["text"]
