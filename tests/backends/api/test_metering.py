"""The user's own limits, in virtual time."""

from __future__ import annotations

import pytest

from mgllm.backends.api.usage import estimate_tokens
from tests.backends.api.limited_servers import OK, Client, Server, numbered, serve


def most_in_a_minute(times: list[float]) -> int:
    return max(sum(begin <= time < begin + 60 for time in times) for begin in times)


def test_no_minute_has_more_requests_than_rpm() -> None:
    server = Server(lambda _: True)
    done = serve(server, Client(questions=100, meter=(30, None)))
    assert most_in_a_minute(server.arrived) <= 30
    assert done.took_s == pytest.approx(99 * 2 + 0.2, rel=0.01), "and no fewer"


def test_a_server_whose_limit_is_known_refuses_nothing() -> None:
    from tests.backends.api.limited_servers import window

    server = Server(window(240, 60))
    serve(server, Client(questions=360, meter=(240, None)))
    assert server.refused == []


def test_no_minute_has_more_tokens_than_tpm() -> None:
    """A reply may have 16 tokens; after the first ones it is known that it has fewer."""
    question = numbered(0)
    read = sum(estimate_tokens(message.content) for message in question.prompt.messages)
    server = Server(lambda _: True)
    done = serve(server, Client(questions=200, meter=(None, 30 * (read + 1))))
    used = {reply.usage.completion_tokens for reply in done.replies if reply.usage is not None}
    assert used == {1}
    assert most_in_a_minute(server.arrived) <= 30 + 2
    assert done.took_s == pytest.approx(200 * 2, rel=0.1)


def test_a_question_larger_than_the_limit_of_a_minute_is_asked_after_more_than_a_minute() -> None:
    server = Server(lambda _: True)
    serve(server, Client(questions=1, meter=(None, 5)))
    assert server.arrived[0] > 60
    assert OK.status == 200
