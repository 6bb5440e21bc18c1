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

LONGEST_S = 15.0
"""A visit asks six questions at most; one that takes longer has lost its patience, or its linear time."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Interrupt what takes longer, also in the middle of a regular expression."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"took more than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("animal", all_animals(), ids=lambda animal: animal.name)
def test_an_animal_is_recorded_as_it_must_be(animal: Animal, zoo: Zoo, visit: Go) -> None:
    zoo.forget(animal.name)
    with within(LONGEST_S):
        seen = visit(animal)
    wrong = misses(animal.right, seen)
    assert not wrong, "; ".join(wrong)
