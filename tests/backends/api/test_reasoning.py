"""What is tried after a server refused to reason so little."""

from __future__ import annotations

import pytest

from mgllm.backends.api.preset import EFFORT_NONE, Preset
from mgllm.backends.api.reasoning import Way, allowed_efforts, merge, next_way, ways_of

NONE = Way(parameters=EFFORT_NONE, effort_at=("reasoning_effort",))


@pytest.mark.parametrize(
    ("message", "effort"),
    [
        ("Unsupported value: 'none'. Supported values are: 'low', 'medium', and 'high'.", "low"),
        ("'none' is not one of ['high', 'minimal']", "minimal"),
        ("Input should be 'low', 'medium' or 'high'", "low"),
        ("reasoning_effort must be one of: xhigh, max", "xhigh"),
        ("effort none cannot be used here; use 'high' instead", "high"),
        ("invalid value 'none' for reasoning_effort", "minimal"),
        ("Thinking cannot be turned off for this model.", "minimal"),
        ("Budget 0 is invalid. This model only works in thinking mode.", "minimal"),
        ("Unsupported parameter: 'reasoning_effort' is not supported with this model.", None),
        ("Unrecognized request argument supplied: reasoning_effort", None),
        ('Unknown name "reasoning_effort": Cannot find field.', None),
        ("reasoning_effort: Extra inputs are not permitted", None),
    ],
)
def test_the_next_effort_is_the_least_allowed_or_none_at_all(message: str, effort: str | None) -> None:
    way = next_way(NONE, message)
    assert (way.effort if way else None) == effort


def test_efforts_are_never_tried_twice() -> None:
    way: Way | None = NONE
    tried = []
    while way is not None:
        tried.append(way.effort)
        way = next_way(way, "that effort is not allowed")
    assert tried == ["none", "minimal", "low"]
    low = next_way(NONE, "use 'low'")
    assert low is not None
    assert next_way(low, "'low' is not supported; choose 'none' or 'low'") is None


def test_a_way_without_an_effort_has_no_next_one() -> None:
    assert next_way(Way(parameters={"think": False}), "use 'low'") is None


def test_allowed_efforts_stand_least_first() -> None:
    assert allowed_efforts("supported values: high, LOW, medium", ()) == ["low", "medium", "high"]
    assert allowed_efforts("max_tokens is too high", ()) == []


def test_objects_are_merged_and_what_stands_last_wins() -> None:
    assert merge({"a": {"b": 1, "c": 2}, "d": 1}, {"a": {"c": 3}, "d": {"e": 1}}) == {
        "a": {"b": 1, "c": 3},
        "d": {"e": 1},
    }


def test_the_effort_of_a_router_stands_in_an_object() -> None:
    preset = Preset(name="r", quiet=({"reasoning": {"effort": "none"}},), effort_at=("reasoning", "effort"))
    (way,) = ways_of(preset, "direct", None, {})
    low = next_way(way, "allowed: low")
    assert low is not None
    assert low.parameters == {"reasoning": {"effort": "low"}}
