"""How fast a server is asked, against servers that limit the rate, in virtual time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mgllm.backends.api.bodies import Answer
from mgllm.backends.api.pacing import LONGEST_GAP_S
from mgllm.backends.api.waiting import LONGEST_UNNAMED_S, LONGEST_WAIT_S
from tests.backends.api.limited_servers import (
    Admits,
    Client,
    Server,
    bucket,
    by_chance,
    refusal,
    serve,
    sliding,
    window,
    work_side_by_side,
)
from tests.virtual_time import run_virtually

LIMITS: dict[str, tuple[Callable[[], Admits], float]] = {
    "240 in a minute": (lambda: window(240, 60), 60),
    "240 in any minute": (lambda: sliding(240, 60), 60),
    "4 in a second": (lambda: window(4, 1), 90),
    "a bucket of 240": (lambda: bucket(240, 4), 30),
    "a bucket of 10": (lambda: bucket(10, 4), 87.5),
    "a bucket of 1": (lambda: bucket(1, 4), 90),
}
"""Limits, each with the shortest time in which it answers 360 questions."""
REFUSALS = {
    "seconds": refusal(retry_after="2"),
    "milliseconds": refusal(retry_after_ms="1500"),
    "a date": refusal(retry_after="Fri, 15 Jan 2027 08:00:02 GMT", date="Fri, 15 Jan 2027 08:00:00 GMT"),
    "no time": refusal(),
    "an absurd time": refusal(retry_after="-inf"),
    "overloaded": Answer(503, {"retry-after": "2"}, {"error": {"message": "overloaded"}}, ""),
    "by its code": Answer(503, {}, {"error": {"message": "slow down", "code": "rate_limit_exceeded"}}, ""),
}


@pytest.mark.parametrize("latency_s", [0.05, 2.0])
@pytest.mark.parametrize("limit", LIMITS)
def test_every_question_is_answered_in_twice_the_ideal_time(limit: str, latency_s: float) -> None:
    admits, ideal_s = LIMITS[limit]
    server = Server(admits(), latency_s=latency_s)
    done = serve(server)
    assert [reply.error for reply in done.replies] == [None] * 360
    assert {reply.attempts for reply in done.replies} == {1}, "waiting for the limit costs no try"
    assert done.took_s <= 2 * max(ideal_s, 360 * latency_s / 16)
    assert len(server.refused) <= 150, "asked as fast as before, it refuses more than 500"


def test_a_server_that_names_a_short_time_is_asked_as_often() -> None:
    """The server of 240 a minute, twenty times as fast."""
    server = Server(window(240, 3), refusal(retry_after="0.1"), latency_s=0.01)
    done = serve(server)
    assert [reply.error for reply in done.replies] == [None] * 360
    assert done.took_s <= 1.5 * 3
    assert len(server.refused) <= 100


@pytest.mark.parametrize("refusal", REFUSALS)
def test_however_a_server_says_so(refusal: str) -> None:
    server = Server(window(24, 6), REFUSALS[refusal])
    done = serve(server, Client(questions=60, retries=0))
    assert [reply.error for reply in done.replies] == [None] * 60
    assert done.took_s <= 2 * 12.5
    assert done.pace.refusals == len(server.refused) > 0


def test_a_server_without_limits_is_not_asked_more_slowly() -> None:
    server = Server(lambda _: True)
    done = serve(server)
    assert done.took_s == pytest.approx(23 * 0.2, rel=0.01)
    assert (done.pace.width, done.pace.refusals, done.said) == (16, 0, [])


def test_refusals_by_chance_do_not_stop_the_others() -> None:
    done = serve(Server(by_chance(0.1), latency_s=2.0))
    assert [reply.error for reply in done.replies] == [None] * 360
    assert done.took_s <= 2 * 360 * 2.0 / 16


def test_a_tenth_of_refusals_by_chance_does_not_slow_down_many_at_once() -> None:
    """As in `benchmarks/api_load.py --faults`."""
    server = Server(by_chance(0.1), refusal(retry_after="1"), latency_s=0.05)
    done = serve(server, Client(questions=2000, concurrency=64))
    assert [reply.error for reply in done.replies] == [None] * 2000
    assert done.took_s <= 10


def test_no_more_at_once_than_the_server_allows() -> None:
    server = Server(lambda _: True, refusal(retry_after="1"), latency_s=1.0, most_at_once=4)
    done = serve(server)
    assert [reply.error for reply in done.replies] == [None] * 360
    assert done.took_s <= 1.5 * 90


def test_the_number_at_once_is_halved_by_a_refusal_and_rises_by_one_with_an_answer() -> None:
    refused = iter([True])
    done = serve(Server(lambda _: not next(refused, False)), Client(questions=20, concurrency=16))
    assert done.said == ["the server limits the rate: 8 at once, 0 a minute"]
    assert done.pace.width == 16
    refused = iter([True])
    done = serve(Server(lambda _: not next(refused, False)), Client(questions=4, concurrency=16))
    assert done.pace.width == 8 + 4


def test_the_ceiling_is_that_of_the_user() -> None:
    server = Server(window(240, 60))
    done = serve(server, Client(questions=30, concurrency=3))
    assert done.pace.width == 3
    assert done.took_s == pytest.approx(10 * 0.2, rel=0.01)


@pytest.mark.parametrize("limit", ["240 in a minute", "4 in a second", "a bucket of 1"])
def test_several_processes_at_one_server_do_not_starve_one_another(limit: str) -> None:
    server = Server(LIMITS[limit][0]())
    clients = [Client(questions=120, seed=seed) for seed in range(3)]
    done = run_virtually(work_side_by_side(server, clients))
    assert all(reply.error is None for one in done for reply in one.replies)
    times = [one.took_s for one in done]
    assert max(times) <= 2 * LIMITS[limit][1]
    assert min(times) >= max(times) / 3


def test_the_screen_says_so_at_once_and_not_too_often() -> None:
    done = serve(Server(window(240, 60)))
    assert done.said[0] == "the server limits the rate: 8 at once, 240 a minute"
    assert 2 <= len(done.said) <= 4
    assert done.pace.reached.per_minute == 240
    assert done.pace.reached.at_once == 16


@pytest.mark.parametrize(
    ("no", "longest"), [(refusal(retry_after="2"), LONGEST_WAIT_S), (refusal(), LONGEST_UNNAMED_S)]
)
def test_a_limit_that_never_ends_is_not_waited_for_without_end(no: Answer, longest: float) -> None:
    server = Server(lambda _: False, no)
    done = serve(server, Client(questions=16))
    assert {reply.error for reply in done.replies} == {"429: slow down"}
    assert longest < done.took_s < longest + 60
    assert len(server.arrived) <= 40 + longest / LONGEST_GAP_S


def test_a_refusal_that_is_about_one_question_fails_it() -> None:
    """Others are answered in between, so that the server is not too slow."""
    server = Server(by_chance(1 - 1 / 200))
    done = serve(server, Client(questions=1, concurrency=1))
    assert done.replies[0].error == "429: slow down"
    assert len(server.arrived) <= 400


def test_a_time_that_is_too_long_is_not_waited_for() -> None:
    done = serve(Server(lambda _: False, refusal(retry_after="86400")), Client(questions=3))
    assert {reply.error for reply in done.replies} == {"429: slow down"}
    assert done.took_s < 10
