"""The contract checks pass good backends and catch bad ones."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

import mgllm.testing
from mgllm.backends.base import Backend, BackendOptions
from mgllm.errors import FatalBackendError, InputError
from mgllm.records import Question, Reply, Score
from mgllm.testing import (
    Script,
    ScriptedBackend,
    a_question,
    check_backend,
    check_construction,
    check_refusal,
    say,
)

OPTIONS = BackendOptions(model="m")


@pytest.mark.parametrize("score", ["logprob", "generate"])
def test_a_good_backend_passes(score: Score) -> None:
    made = ScriptedBackend(script=Script(score=score))
    reply = check_backend(lambda _: made, OPTIONS)
    assert (reply.scores is not None) is (score == "logprob")
    assert (made.opened, made.closed, len(made.asked)) == (1, 2, 2)


def lacks(name: str) -> Any:
    made = ScriptedBackend()
    setattr(made, name, None)
    return made


@pytest.mark.parametrize(
    "name", ["ask", "open", "fits", "facts", "concurrency", "uploads", "dropped_parameters"]
)
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(AssertionError, match=name):
        check_construction(lambda _: lacks(name), OPTIONS)


def test_io_in_a_constructor_is_caught() -> None:
    class Eager(ScriptedBackend):
        def __init__(self) -> None:
            super().__init__()
            with socket.socket() as connection:
                connection.connect(("127.0.0.1", 9))

    with pytest.raises(AssertionError, match="without I/O"):
        check_construction(lambda _: Eager(), OPTIONS)


def partial(question: Question) -> Reply:
    whole = say(question, "yes")
    if whole.scores is None:
        return whole
    return whole.model_copy(update={"scores": whole.scores.model_copy(update={"total": {"yes": -1.0}})})


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (lambda _: Reply(error="broken"), "broken"),
        (lambda _: Reply(), "text"),
        (lambda _: "yes", "scores"),
        (partial, "total"),
    ],
)
def test_broken_promises_are_named(answer: Any, complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        check_backend(lambda _: ScriptedBackend(answer), OPTIONS)


def test_wrong_options_must_be_refused_in_one_line() -> None:
    def picky(line: str) -> Any:
        def make(_: BackendOptions) -> Backend:
            raise InputError(line)

        return make

    assert check_refusal(picky("no such model"), OPTIONS) == "no such model"
    assert check_refusal(picky("a\nb"), OPTIONS) == r"a\nb"  # the error itself sees to that
    with pytest.raises(AssertionError, match="must not be empty"):
        check_refusal(picky(" "), OPTIONS)
    with pytest.raises(AssertionError, match="were accepted"):
        check_refusal(lambda _: ScriptedBackend(), OPTIONS)


def test_a_script_decides_what_fits_and_when_it_ends() -> None:
    made = ScriptedBackend(lambda _: "yes", Script(context_words=3, fatal_after=1))
    assert "do not fit" in str(made.fits(a_question()))
    assert asyncio.run(made.ask(a_question())).text == "yes"
    with pytest.raises(FatalBackendError):
        asyncio.run(made.ask(a_question()))


def test_a_scripted_answer_is_a_function_of_the_prompt_and_notes_how_many_ask_at_once() -> None:
    made = ScriptedBackend(script=Script(delay_s=0.001))

    async def twice() -> list[Reply]:
        return await asyncio.gather(*(made.ask(a_question(score="logprob")) for _ in range(2)))

    first, second = asyncio.run(twice())
    assert first == second
    assert made.most_at_once == 2


def test_all_names_can_be_had_and_no_others() -> None:
    for name in dir(mgllm.testing):
        assert getattr(mgllm.testing, name).__name__ == name
    with pytest.raises(AttributeError, match="Nothing"):
        getattr(mgllm.testing, "Nothing")  # noqa: B009  # the name must not exist for mypy either
