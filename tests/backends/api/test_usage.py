"""Counts of tokens as servers word them, or from the words."""

from __future__ import annotations

import math
from typing import Any

import pytest

from mgllm.backends.api.usage import add_usage, estimate_tokens, read_spent
from mgllm.records import Usage
from mgllm.testing import a_question


def spent(written: str = "yes", **told: Any) -> tuple[int, int, bool, int | None, int | None]:
    usage, reasoning, cached = read_spent(told, a_question(), written)
    return usage.prompt_tokens, usage.completion_tokens, usage.estimated, reasoning, cached


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"prompt_tokens": 20, "completion_tokens": 5}, (20, 5, False, None, None)),
        ({"input_tokens": 20, "output_tokens": 5}, (20, 5, False, None, None)),
        # OpenAI: thoughts are in the tokens written
        (
            {"prompt_tokens": 20, "completion_tokens": 105, "total_tokens": 125,
             "completion_tokens_details": {"reasoning_tokens": 100},
             "prompt_tokens_details": {"cached_tokens": 16}},
            (20, 105, False, 100, 16),
        ),
        # xAI: they are not, and counted
        (
            {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 125,
             "completion_tokens_details": {"reasoning_tokens": 100}},
            (20, 105, False, 100, None),
        ),
        # Gemini: they are not, and counted nowhere but in the total
        ({"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 125}, (20, 105, False, 100, None)),
        ({"prompt_tokens": 20, "completion_tokens": 5, "reasoning_tokens": 100}, (20, 105, False, 100, None)),
        ({"input_tokens": 20, "output_tokens": 105, "output_tokens_details": {"reasoning_tokens": 100}},
         (20, 105, False, 100, None)),
        # DeepSeek, Anthropic, Moonshot
        ({"prompt_tokens": 20, "completion_tokens": 5, "prompt_cache_hit_tokens": 16},
         (20, 5, False, None, 16)),
        ({"input_tokens": 4, "output_tokens": 5, "cache_read_input_tokens": 16}, (20, 5, False, None, 16)),
        ({"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 41, "cache_read_input_tokens": 16},
         (20, 5, False, None, 16)),
        ({"prompt_tokens": 20, "completion_tokens": 5, "cached_tokens": 16}, (20, 5, False, None, 16)),
        # a total that is less tells nothing
        ({"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 0}, (20, 5, False, None, None)),
    ],
)  # fmt: skip
def test_counts_of_many_servers(told: dict[str, Any], expected: tuple[object, ...]) -> None:
    assert spent(**told) == expected


@pytest.mark.parametrize(
    "odd",
    [
        *(None, 0, -5, 1.5, True, "many", "", [], [5], {}, math.nan, math.inf, -math.inf, 10**400, 10**10),
        "9" * 5000,
    ],
    ids=lambda odd: (
        f"{odd!r:.12}" if not isinstance(odd, int) else f"{odd:.0e}"[:12] if odd < 10**300 else "huge"
    ),
)
def test_what_is_no_count_is_estimated(odd: object) -> None:
    read, wrote, estimated, reasoning, cached = spent(
        written="so it is",
        prompt_tokens=odd,
        completion_tokens=odd,
        total_tokens=odd,
        completion_tokens_details={"reasoning_tokens": odd},
        prompt_tokens_details=odd,
    )
    assert estimated
    assert 5 <= read <= 30
    assert wrote == 3
    assert not reasoning
    assert cached is None


@pytest.mark.parametrize("written", ["20", 20.0, 20])
def test_numbers_in_other_dress_are_counts(written: object) -> None:
    assert spent(prompt_tokens=written, completion_tokens=5)[:3] == (20, 5, False)


def test_one_missing_count_is_estimated_and_the_other_stands() -> None:
    assert spent(prompt_tokens=20)[:3] == (20, 1, True)
    assert spent(completion_tokens=5)[1:3] == (5, True)
    assert spent(written="", prompt_tokens=20, completion_tokens=0)[:3] == (20, 0, False)


def test_estimates_are_cautious_in_every_script() -> None:
    assert estimate_tokens("She looks away and touches her neck.") >= 9
    assert estimate_tokens("悲伤") >= 2
    assert estimate_tokens("") == 0
    assert estimate_tokens("\ud800") == 1


def test_attempts_are_added() -> None:
    one = Usage(prompt_tokens=2, completion_tokens=3)
    two = Usage(prompt_tokens=5, completion_tokens=7, estimated=True)
    assert add_usage(one, two) == Usage(prompt_tokens=7, completion_tokens=10, estimated=True)
    assert add_usage(None, one) == add_usage(one, None) == one
    assert add_usage(None, None) is None
