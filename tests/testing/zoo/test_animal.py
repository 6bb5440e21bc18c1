"""Every animal is visited through the real command line, and recorded as it must be."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mgllm.testing import Zoo
from mgllm.testing.zoo.animal import Animal, all_animals
from mgllm.testing.zoo.right import misses
from tests.testing.zoo.conftest import Go

MOST_WORK_S = 10.0
"""Of processor time: a visit asks six questions at most; a longer one has lost its linear time."""
LONGEST_S = 60.0
"""By the clock."""


@contextmanager
def within(work_s: float, seconds: float) -> Iterator[None]:
    """Interrupt what works or takes longer, also in the middle of a regular expression."""

    def stop(number: int, _: object) -> None:
        raise TimeoutError(
            f"more than {work_s:g} s of work or {seconds:g} s in all ({signal.Signals(number).name})"
        )

    timers = ((signal.SIGPROF, signal.ITIMER_PROF, work_s), (signal.SIGALRM, signal.ITIMER_REAL, seconds))
    before = [signal.signal(number, stop) for number, _, _ in timers]
    for _, timer, limit in timers:
        signal.setitimer(timer, limit)
    try:
        yield
    finally:
        for (number, timer, _), handler in zip(timers, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)


@pytest.mark.parametrize("animal", all_animals(), ids=lambda animal: animal.name)
def test_an_animal_is_recorded_as_it_must_be(animal: Animal, zoo: Zoo, visit: Go) -> None:
    zoo.forget(animal.name)
    with within(MOST_WORK_S, LONGEST_S):
        seen = visit(animal)
    wrong = misses(animal.right, seen)
    assert not wrong, "; ".join(wrong)


ANIMALS = {animal.name: animal for animal in all_animals()}


@pytest.mark.parametrize(
    "name",
    ["choice-error", "empty", "half-pair-in-finish", "nested-lists", "error-half-pair", "error-code-number"],
)
def test_what_failed_is_asked_again_on_resume(name: str, zoo: Zoo, visit: Go) -> None:
    animal = ANIMALS[name]
    zoo.forget(name)
    first = visit(animal)
    asked = len(zoo.asked(name))
    again = visit(animal, "--resume", "latest")
    wrong = [*misses(animal.right, first), *misses(animal.right, again)]
    assert not wrong, "; ".join(wrong)
    assert len(again.records) == len(first.records) == 4
    failed = sum(record.outcome == "failed" for record in first.records)
    questions = [ask for ask in zoo.asked(name)[asked:] if ask.place is not None]
    assert len({ask.place for ask in questions}) == failed


def test_a_server_that_has_recovered_is_asked_for_the_rest(zoo: Zoo, visit: Go) -> None:
    animal = ANIMALS["tired"]
    zoo.forget("tired")
    assert misses(animal.right, visit(animal)) == []
    zoo.forget("tired")
    again = visit(animal, "--resume", "latest")
    assert [record.outcome for record in again.records] == ["answered"] * 4
    assert again.exit_code == 0
    assert sum(ask.place is not None for ask in zoo.asked("tired")) == 2
