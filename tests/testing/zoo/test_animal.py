"""Every animal is visited through the real command line, and recorded as it must be."""

from __future__ import annotations

import time

import pytest

from mgllm.testing import Zoo
from mgllm.testing.zoo.animal import Animal, all_animals
from mgllm.testing.zoo.right import misses
from tests.testing.zoo.conftest import Go

LONGEST_S = 15.0
"""A visit asks six questions at most; one that takes longer has lost its patience, or its linear time."""


@pytest.mark.parametrize("animal", all_animals(), ids=lambda animal: animal.name)
def test_an_animal_is_recorded_as_it_must_be(animal: Animal, zoo: Zoo, visit: Go) -> None:
    zoo.forget(animal.name)
    began_s = time.monotonic()
    seen = visit(animal)
    wrong = misses(animal.right, seen)
    assert not wrong, "; ".join(wrong)
    assert time.monotonic() - began_s < LONGEST_S
