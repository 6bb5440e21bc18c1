"""Attempts and waits, on a clock that only the waits move."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, strategies as st

from mgllm.backends.api.address import Secret
from mgllm.backends.api.asking import Asker, Place, Policy
from mgllm.backends.api.bodies import Answer, Json
from mgllm.backends.api.parameters import Parameters
from mgllm.errors import FatalBackendError
from mgllm.records import Reply, Usage
from mgllm.testing import a_question

OK = Answer(
    200, {}, {"model": "m-1", "choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}]}, ""
)
DROPPED = Answer(0, {}, {}, "ServerDisconnectedError")
BROKEN = Answer(500, {}, {}, "oops")


def limited(seconds: float) -> Answer:
    return Answer(429, {"retry-after": f"{seconds:g}"}, {"error": {"message": "slow down"}}, "")


class FakeClock:
    """Stands still between sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def utc(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class FakeWire:
    """Gives prepared answers, each after a tenth of a second, and notes when it was asked."""

    def __init__(self, clock: FakeClock, answers: list[Answer]) -> None:
        self.clock, self.answers = clock, answers
        self.asked_at: list[float] = []

    async def post(self, path: str, body: Json) -> Answer:
        assert (path, body["model"]) == ("/chat/completions", "m")
        self.asked_at.append(self.clock.now)
        self.clock.now += 0.1
        return self.answers[min(len(self.asked_at), len(self.answers)) - 1]


def ask(*answers: Answer, retries: int = 6, seed: int = 0) -> tuple[Reply, FakeWire]:
    clock = FakeClock()
    wire = FakeWire(clock, list(answers))
    place = Place("http://h/v1", "m", Secret("sesame-sesame", "KEY"))
    asker = Asker(wire, Parameters("m", {}), Policy(retries, seed, clock), place)
    return asyncio.run(asker.ask(a_question())), wire


def test_a_question_answered_at_once_is_asked_once() -> None:
    reply, wire = ask(OK)
    assert (reply.text, reply.attempts, reply.error) == ("yes", 1, None)
    assert reply.latency_s == pytest.approx(0.1)
    assert wire.clock.slept == []


def test_waiting_for_the_limit_of_rate_costs_no_try() -> None:
    reply, wire = ask(*[limited(2)] * 20, BROKEN, limited(2), OK, retries=1)
    assert (reply.text, reply.attempts, len(wire.asked_at)) == ("yes", 2, 23)


def test_a_limit_that_comes_with_a_503_costs_no_try_if_it_names_a_time() -> None:
    busy = Answer(503, {}, {"error": {"message": "busy"}}, "")
    assert ask(busy._replace(headers={"retry-after": "2"}), OK, retries=0)[0].text == "yes"
    assert ask(busy, OK, retries=0)[0].error == "503: busy"


@pytest.mark.parametrize("trouble", [DROPPED, BROKEN])
def test_what_may_pass_is_asked_again(trouble: Answer) -> None:
    reply, wire = ask(trouble, trouble, OK)
    assert (reply.text, reply.attempts) == ("yes", 3)
    assert len(wire.clock.slept) == 2


def test_never_before_the_time_that_the_server_named() -> None:
    _, wire = ask(limited(40), OK)
    assert wire.asked_at[1] - (wire.asked_at[0] + 0.1) >= 40


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("/home/me/models/a.gguf", "a.gguf"),
        ("C:\\models\\a.gguf", "a.gguf"),
        ("meta/llama-3", "meta/llama-3"),
    ],
)
def test_the_servers_name_for_the_model_is_kept_without_a_path(said: str, kept: str) -> None:
    clock = FakeClock()
    wire = FakeWire(clock, [OK._replace(body={**OK.body, "model": said})])
    place = Place("http://h/v1", "m", Secret(None, None))
    asker = Asker(wire, Parameters("m", {}), Policy(0, 0, clock), place)
    asyncio.run(asker.ask(a_question()))
    assert asker.served_model == kept


def test_only_the_last_attempt_counts_for_latency() -> None:
    reply, _ = ask(limited(40), OK)
    assert reply.latency_s == pytest.approx(0.1)


def test_attempts_are_bounded_and_the_failure_is_told() -> None:
    reply, wire = ask(BROKEN, retries=3)
    assert (reply.attempts, len(wire.asked_at)) == (4, 4)
    assert reply.error == "500: oops"
    assert (reply.text, reply.scores, reply.usage) == (None, None, None)


def test_a_server_that_asks_for_an_hour_is_not_asked_again() -> None:
    reply, wire = ask(limited(3600), OK)
    assert len(wire.asked_at) == 1
    assert "slow down" in str(reply.error)


def test_other_client_errors_fail_without_another_attempt() -> None:
    reply, wire = ask(Answer(413, {}, {}, "too large"), OK)
    assert (reply.error, reply.attempts, len(wire.asked_at)) == ("413: too large", 1, 1)


def test_a_400_that_names_nothing_fails_without_another_attempt() -> None:
    reply, wire = ask(Answer(400, {}, {"error": {"message": "context length exceeded"}}, ""), OK)
    assert (reply.error, len(wire.asked_at)) == ("400: context length exceeded", 1)


def test_a_400_that_always_names_something_ends() -> None:
    refusal = Answer(400, {}, {"error": {"message": "no", "param": "temperature"}}, "")
    reply, wire = ask(refusal)
    assert reply.error == "400: no"
    assert len(wire.asked_at) <= 3


def test_a_filtered_prompt_is_a_refusal() -> None:
    reply, _ = ask(Answer(400, {}, {"error": {"message": "filtered", "code": "content_filter"}}, ""))
    assert (reply.refusal, reply.error, reply.finish_reason) == (True, None, "content_filter")


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        (Answer(401, {}, {}, "bad key sesame-sesame"), "--api-key-env"),
        (Answer(403, {}, {}, ""), "KEY"),
        (Answer(404, {}, {}, ""), "--base-url"),
        (Answer(307, {}, {}, ""), "--base-url"),
        (Answer(402, {}, {}, ""), "credit"),
        (Answer(429, {}, {"error": {"message": "", "code": "insufficient_quota"}}, ""), "credit"),
    ],
)
def test_what_no_wait_cures_ends_the_run_in_one_line(answer: Answer, advice: str) -> None:
    with pytest.raises(FatalBackendError, match=advice) as caught:
        ask(answer, OK)
    assert "\n" not in str(caught.value)
    assert "sesame" not in str(caught.value)


def test_a_key_in_an_error_is_scrubbed_and_long_errors_are_cut() -> None:
    reply, _ = ask(Answer(413, {}, {}, "your key sesame-sesame\nis " + "x" * 999))
    assert reply.error is not None
    assert "sesame" not in reply.error
    assert len(reply.error) == 300
    assert "\n" not in reply.error


@pytest.mark.parametrize("body", [{"choices": []}, {"choices": [{}], "usage": {"prompt_tokens": "many"}}, {}])
def test_a_200_without_a_reply_is_asked_again_and_never_an_answer(body: Json) -> None:
    reply, wire = ask(Answer(200, {}, body, ""), retries=3)
    assert reply.error is not None
    assert (reply.text, len(wire.asked_at)) == (None, 4)


EMPTY = Answer(
    200,
    {},
    {
        "choices": [{"message": {"content": ""}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 20, "completion_tokens": 1},
    },
    "",
)


def test_an_empty_text_is_asked_again_and_paid_for() -> None:
    reply, wire = ask(EMPTY, EMPTY, OK)
    assert (reply.text, reply.error, reply.attempts) == ("yes", None, 3)
    assert len(wire.clock.slept) == 2
    assert reply.usage is not None
    assert reply.usage.prompt_tokens > 40


@pytest.mark.parametrize(("retries", "posts"), [(6, 3), (1, 2), (0, 1)])
def test_a_text_that_stays_empty_is_a_failure_after_few_attempts(retries: int, posts: int) -> None:
    reply, wire = ask(EMPTY, retries=retries)
    assert "empty text" in str(reply.error)
    assert (reply.attempts, len(wire.asked_at)) == (posts, posts)
    assert reply.usage == Usage(prompt_tokens=20 * posts, completion_tokens=posts)


@pytest.mark.parametrize(
    "choice",
    [
        {"message": {"content": None, "reasoning_content": "hm"}, "finish_reason": "stop"},
        {"message": {"content": ""}, "finish_reason": "length"},
        {"message": {"content": None, "tool_calls": [{}]}, "finish_reason": "tool_calls"},
    ],
)
def test_an_empty_text_that_says_why_is_a_reply(choice: Json) -> None:
    reply, wire = ask(Answer(200, {}, {"choices": [choice]}, ""))
    assert (reply.text, reply.error, len(wire.asked_at)) == ("", None, 1)
    assert reply.hint


def test_an_error_in_a_choice_is_asked_again_and_then_a_failure() -> None:
    broken = Answer(200, {}, {"choices": [{"error": {"code": 502, "message": "no provider"}}]}, "")
    assert ask(broken, OK)[0].text == "yes"
    reply, wire = ask(broken, retries=2)
    assert (reply.error, reply.text, len(wire.asked_at)) == ("502: no provider", None, 3)


def test_a_page_instead_of_a_reply_is_not_asked_for_again() -> None:
    reply, wire = ask(Answer(200, {}, {}, "an HTML page instead of a reply", final=True), OK)
    assert (reply.error, len(wire.asked_at)) == ("the server sent an HTML page instead of a reply", 1)


class Odd(dict[str, object]):
    """A body that nobody can read."""

    def get(self, *_: object) -> object:
        raise RecursionError("too deep")


def test_what_cannot_be_read_at_all_is_one_failed_reply() -> None:
    reply, wire = ask(Answer(200, {}, Odd(), "deep"), OK)
    assert "cannot be read (RecursionError: too deep): deep" in str(reply.error)
    assert (reply.text, len(wire.asked_at)) == (None, 1)


def test_hints_are_scrubbed_and_short() -> None:
    calls = [{"function": {"name": "sesame-sesame \n" + "x" * 500}}]
    reply, _ = ask(Answer(200, {}, {"choices": [{"message": {"tool_calls": calls}}]}, ""))
    assert "sesame" not in str(reply.hint)
    assert len(str(reply.hint)) <= 300


tries = st.sampled_from([DROPPED, BROKEN, Answer(408, {}, {}, "")])
troubles = st.one_of(tries, st.sampled_from([limited(0.5), limited(0)]))


@given(faults=st.lists(troubles, max_size=8), retries=st.integers(0, 8), seed=st.integers(0, 9))
def test_with_enough_retries_every_question_is_answered_and_never_too_early(
    faults: list[Answer], retries: int, seed: int
) -> None:
    reply, wire = ask(*faults, OK, retries=retries, seed=seed)
    tried = sum(fault.status != 429 for fault in faults)
    assert reply.attempts == min(tried, retries) + 1
    assert len(wire.asked_at) <= len(faults) + 1
    assert (reply.error is None) is (tried <= retries)
    waits = [after - before - 0.1 for before, after in zip(wire.asked_at, wire.asked_at[1:], strict=False)]
    for fault, wait in zip(faults, waits, strict=False):
        assert wait >= float(fault.headers.get("retry-after", 0)) - 1e-9
        assert wait <= 61
