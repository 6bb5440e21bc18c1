"""What every backend must do, as checks that the tests of an extension can call."""

from __future__ import annotations

import inspect
import math
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, get_args

from mgllm.backends.base import Backend, BackendOptions
from mgllm.errors import MgllmError
from mgllm.experiment.blocking import run_blocking
from mgllm.records import Choice, Form, Message, Prompt, Question, Reply, Score, prompt_sha256

Factory = Callable[[BackendOptions], Backend]

_COROUTINES = ("open", "default_score", "ask", "close")
_PLAIN = ("default_form", "count_tokens", "fits")
_TYPES: Mapping[str, Any] = {
    "concurrency": int,
    "facts": Mapping,
    "dropped_parameters": tuple,
    "uploads": bool,
    "base_url": (str, type(None)),
}


def check_construction(factory: Factory, options: BackendOptions) -> Backend:
    """Make a backend and check that it does no I/O and has all members of the protocol.

    Raises:
        AssertionError: it opens a connection, or a member is missing; the message names it.
    """
    with _no_connections():
        made = factory(options)
    name = type(made).__name__
    for member in (*_COROUTINES, *_PLAIN):
        assert callable(getattr(made, member, None)), f"{name} has no method {member}()"
    for member in _COROUTINES:
        assert inspect.iscoroutinefunction(getattr(made, member)), f"{name}.{member} must be `async def`"
    for member, kind in _TYPES.items():
        assert isinstance(getattr(made, member, _MISSING), kind), (
            f"{name}.{member} is missing or is not a {kind}"
        )
    assert made.concurrency >= 1, f"{name}.concurrency is {made.concurrency}; it must be 1 or more"
    return made


def check_backend(factory: Factory, options: BackendOptions, question: Question | None = None) -> Reply:
    """Make, open, ask and close a backend, and check every rule of the protocol.

    Args:
        factory: what was registered.
        options: a model that can be reached.
        question: the question; None: a small one with two labels.

    Returns:
        The reply to a question with the backend's default score.

    Raises:
        AssertionError: a rule is broken; the message says which.
    """
    return run_blocking(_check(check_construction(factory, options), question))


def check_refusal(factory: Factory, options: BackendOptions) -> str:
    """Make and open a backend with wrong options, and check that its error is one line.

    Returns:
        The line.

    Raises:
        AssertionError: it raises nothing, or not an MgllmError of one line.
    """
    try:
        run_blocking(_open(factory(options)))
    except MgllmError as error:
        line = str(error)
    else:
        raise AssertionError(f"wrong options were accepted: {options}")
    assert line.strip(), "an error for users must not be empty"
    assert "\n" not in line, f"an error for users must be one line, not: {line!r}"
    return line


def a_question(form: Form = "chat", score: Score = "generate") -> Question:
    """A small question of two labels."""
    asked = {"chat": "Is water wet? Answer with one word: yes or no.", "cloze": "Is water wet? The answer is"}
    messages = (Message(role="user", content=asked[form]),)
    prompt = Prompt(form=form, messages=messages, sha256=prompt_sha256(form, messages))
    space = " " if form == "cloze" else ""
    choices = tuple(Choice(label=word, text=space + word) for word in ("yes", "no"))
    return Question(prompt=prompt, choices=choices, score=score, max_tokens=16)


async def _check(made: Backend, question: Question | None) -> Reply:
    await made.open()
    try:
        form, score = made.default_form(), await made.default_score()
        assert form in get_args(Form), f"default_form() says {form!r}"
        assert score in get_args(Score), f"default_score() says {score!r}"
        tokens = made.count_tokens("two words")
        assert tokens is None or tokens >= 1, f"count_tokens() says {tokens!r}"
        asked = question or a_question(form, score)
        assert made.fits(asked) is None, f"a small question does not fit: {made.fits(asked)}"
        _check_reply(await made.ask(asked.model_copy(update={"score": "generate"})), asked, scored=False)
        reply = await made.ask(asked)
        _check_reply(reply, asked, scored=score == "logprob")
    finally:
        await made.close()
        await made.close()
    return reply


async def _open(made: Backend) -> None:
    try:
        await made.open()
    finally:
        await made.close()


def _check_reply(reply: Reply, question: Question, *, scored: bool) -> None:
    assert reply.attempts >= 1, f"Reply.attempts is {reply.attempts}"
    assert reply.latency_s >= 0, f"Reply.latency_s is {reply.latency_s}"
    assert reply.error is None, f"a small question failed: {reply.error}"
    if not scored:
        assert reply.text is not None, "generate must give the reply's text"
        return
    if reply.scores is None:
        assert reply.tokens, "default_score() is logprob, but neither Reply.scores nor Reply.tokens is there"
        return
    labels = {choice.label for choice in question.choices}
    for name, values in (("total", reply.scores.total), ("mean", reply.scores.mean)):
        assert set(values) == labels, f"LabelScores.{name} is about {sorted(values)}, not {sorted(labels)}"
        assert all(math.isfinite(v) and v <= 0 for v in values.values()), f"LabelScores.{name}: {values}"


@contextmanager
def _no_connections() -> Iterator[None]:
    """Inside, every connection is an AssertionError."""

    def refuse(*_: object) -> None:
        raise AssertionError("a backend must be made without I/O; connect in open()")

    kept = socket.socket.connect
    socket.socket.connect = refuse  # type: ignore[method-assign]  # put back below
    try:
        yield
    finally:
        socket.socket.connect = kept  # type: ignore[method-assign]  # as it was


_MISSING = object()
