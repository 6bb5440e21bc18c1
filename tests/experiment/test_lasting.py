"""A run whose questions all fail in the same way is stopped."""

from __future__ import annotations

import pytest

from mgllm.experiment.lasting import MOST_ALIKE, Lasting
from mgllm.records import Reply


def stop_after(*replies: Reply, answered: bool = False) -> int | None:
    """After how many replies the run is stopped."""
    lasting = Lasting(answered=answered)
    for count, reply in enumerate(replies, 1):
        lasting.note(reply)
        if lasting.stop is not None:
            assert lasting.stop.exit_code == 1
            return count
    return None


def failed(error: str) -> Reply:
    return Reply(error=error)


@pytest.mark.parametrize(
    "errors",
    [
        ["400: bad request"] * 40,
        ["413: Payload Too Large"] * 40,
        [f"422: the prompt of {count} tokens is not allowed (request req-{count}a)" for count in range(40)],
        [f"400: cannot read 'item {chr(65 + count)}'" for count in range(40)],
        ["no answer within 120 s"] * 40,
    ],
)
def test_equal_failures_stop_a_run_without_answers(errors: list[str]) -> None:
    assert stop_after(*map(failed, errors)) == MOST_ALIKE


def test_other_failures_do_not() -> None:
    assert stop_after(*[failed("400: one"), failed("413: one"), failed("400: two")] * 40) is None


def test_an_answer_shows_that_single_prompts_are_refused() -> None:
    refused = [failed("413: too large")] * 60
    assert stop_after(*refused[:19], Reply(text="yes"), *refused) is None
    assert stop_after(*refused, answered=True) is None


def test_a_limit_of_rate_that_lasts_stops_a_run_with_answers_too() -> None:
    assert stop_after(*[failed("429: quota of the day")] * 60, answered=True) == MOST_ALIKE


def test_questions_that_were_not_sent_do_not_count() -> None:
    assert stop_after(*[Reply(error="too long", attempts=0)] * 60) is None


def test_the_line_says_what_and_how_to_go_on() -> None:
    lasting = Lasting(answered=False)
    for _ in range(MOST_ALIKE):
        lasting.note(failed("400: the model is not loaded"))
    said = str(lasting.stop)
    assert "20 questions in a row failed" in said
    assert "400: the model is not loaded" in said
    assert "--resume" in said
