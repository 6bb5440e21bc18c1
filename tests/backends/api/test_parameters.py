"""What may stand in every request, and what may not."""

from __future__ import annotations

from typing import Any

import pytest

from mgllm.backends.api.parameters import Parameters
from mgllm.errors import InputError
from mgllm.testing import a_question


@pytest.mark.parametrize(
    "args",
    [
        {"temperature": float("nan")},
        {"a": {"b": float("inf")}},
        {"a": [1.0, float("-inf")]},
        {"api_key": "x"},
        {"headers": {"Authorization": "x"}},
        {"messages": []},
    ],
)
def test_what_no_request_may_hold_is_refused_before_any_call(args: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="--model-arg") as caught:
        Parameters("m", args)
    assert "\n" not in str(caught.value)


def test_names_that_only_sound_like_keys_are_taken() -> None:
    args: dict[str, Any] = {"max_completion_tokens": 9, "logit_bias": {"1": 2}, "monkey": True}
    assert Parameters("m", args).body(a_question()).items() >= args.items()


def test_nothing_is_said_to_be_sent_before_it_is_known() -> None:
    assert Parameters("m", {"top_p": 0.5}).sent == {}
