"""How the questions of a scenario are put, on backends that find out and on those that do not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mgllm.backends.base import Settled
from mgllm.errors import InputError
from mgllm.experiment.manner import Manner, choose_manner
from mgllm.experiment.options import AskOptions
from mgllm.prompts.scenarios import Folders, find_scenarios
from mgllm.records import Reasoning, Score
from mgllm.testing import ScriptedBackend

FOUND = find_scenarios(("deception",), Folders())[0]


class Finding(ScriptedBackend):
    """Finds out what it is told to find."""

    def __init__(self, settled: Settled, **facts: int) -> None:
        super().__init__()
        self.settled, self.facts = settled, facts
        self.was_asked: list[tuple[Reasoning, Score | None]] = []

    async def settle(self, reasoning: Reasoning, score: Score | None) -> Settled:
        self.was_asked.append((reasoning, score))
        return self.settled


def manner(backend: ScriptedBackend, **ask: Any) -> Manner:
    return asyncio.run(choose_manner(backend, FOUND, AskOptions(form="chat", **ask)))


@pytest.mark.parametrize(
    ("thinks", "ask", "facts", "most"),
    [
        (False, {}, {}, 256),
        (False, {"reasoning": "chain_of_thought"}, {}, 1024),
        (True, {}, {}, 4096),
        (True, {"reasoning": "chain_of_thought"}, {}, 4096),
        (True, {"max_tokens": 300}, {}, 300),
        (True, {}, {"context": 2048}, 1024),
        (True, {}, {"context": 200}, 256),
        (True, {}, {"context": 100_000}, 4096),
    ],
)
def test_a_model_that_thinks_gets_room_unless_the_user_or_its_context_says_otherwise(
    thinks: bool, ask: dict[str, Any], facts: dict[str, int], most: int
) -> None:
    assert manner(Finding(Settled(score="generate", thinks=thinks), **facts), **ask).max_tokens == most


def test_what_is_found_out_is_what_is_asked_for() -> None:
    backend = Finding(Settled(score="generate"))
    assert manner(backend).score == "generate"
    manner(backend, score="sample", epochs=6, reasoning="chain_of_thought")
    assert backend.was_asked == [("direct", None), ("chain_of_thought", "sample")]


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        ({"score": "sample", "epochs": 3}, "--epochs 5 or more"),
        ({"score": "sample", "temperature": 0}, "leave --temperature out"),
    ],
)
def test_samples_that_would_say_nothing_are_refused_before_any_question(
    ask: dict[str, Any], told: str
) -> None:
    backend = Finding(Settled(score="sample"))
    with pytest.raises(InputError, match=told):
        manner(backend, **ask)
    assert backend.was_asked == []
