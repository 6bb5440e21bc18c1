"""When to ask again."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest
from hypothesis import given, strategies as st

from mgllm.backends.api.waiting import (
    LONGEST_BACKOFF_S,
    LONGEST_LIMIT_BACKOFF_S,
    backoff_s,
    limit_wait_s,
    wait_s,
    wanted_wait_s,
)

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after": "1", "retry-after-ms": "250"}, 1.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": formatdate(NOW + 30, usegmt=True)}, 30.0),
        ({"retry-after": time.strftime("%a %b %d %H:%M:%S %Y", time.gmtime(NOW + 30))}, 30.0),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after": formatdate(NOW - 30, usegmt=True)}, 0.0),
        (
            {"retry-after": formatdate(NOW + 930, usegmt=True), "date": formatdate(NOW + 900, usegmt=True)},
            30.0,
        ),
    ],
)
def test_what_a_server_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    assert wanted_wait_s(headers, NOW) == seconds


@given(told=st.floats(0.001, 600), seed=st.integers(0, 99), attempt=st.integers(1, 50))
def test_no_wait_is_shorter_than_told(told: float, seed: int, attempt: int) -> None:
    assert told <= wait_s(told, seed, "name", attempt) <= told + 1.0


@given(seed=st.integers(0, 99), attempt=st.integers(1, 2000))
def test_our_own_waits_are_bounded(seed: int, attempt: int) -> None:
    assert 0 <= backoff_s(seed, "name", attempt) <= LONGEST_BACKOFF_S


def test_our_own_waits_grow_and_are_a_function_of_the_seed() -> None:
    means = [sum(backoff_s(seed, "name", n) for seed in range(300)) / 300 for n in (1, 3, 5)]
    assert means[0] == pytest.approx(0.25, rel=0.2)
    assert means[1] == pytest.approx(1.0, rel=0.2)
    assert means[2] == pytest.approx(4.0, rel=0.2)
    assert backoff_s(3, "name", 2) == backoff_s(3, "name", 2) != backoff_s(4, "name", 2)


def test_a_wait_of_zero_still_backs_off() -> None:
    assert wait_s(0.0, 0, "name", 3) == backoff_s(0, "name", 3) > 0


@given(seed=st.integers(0, 99), times=st.integers(1, 2000))
def test_waits_for_a_limit_stay_short_if_the_server_names_no_time(seed: int, times: int) -> None:
    assert 0.25 <= limit_wait_s(None, seed, "name", times) <= LONGEST_LIMIT_BACKOFF_S
    assert limit_wait_s(40.0, seed, "name", times) >= 40
