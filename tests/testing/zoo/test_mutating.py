"""Whatever a reply holds, it ends as one outcome: tried with replies that were changed at random."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter

import pytest

from mgllm.answers.verdict import judge
from mgllm.answers.words import label_words
from mgllm.backends.api.address import Secret
from mgllm.errors import FatalBackendError
from mgllm.experiment.asking import make_record
from mgllm.experiment.plan import Planned
from mgllm.records import Choice, Item, Label, Message, Prompt, Question, RecordKey, prompt_sha256
from mgllm.testing import Zoo
from mgllm.testing.zoo.animal import Served, all_animals
from mgllm.testing.zoo.mutating import mutate
from mgllm.testing.zoo.right import misses
from tests.delivered import Same, asker_of
from tests.testing.zoo.conftest import Go

LABELS = ("truthful", "deceptive")
WORDS = label_words([Label(id=text, text=text, cloze=f" {text}") for text in LABELS], lettered=False)
LONGEST_S = 1.0
"""Of processor time, for one reply."""


def planned() -> Planned:
    """A question about a person."""
    words = "Answer with exactly one of these and nothing else: truthful, deceptive."
    messages = (Message(role="user", content=words),)
    prompt = Prompt(form="chat", messages=messages, sha256=prompt_sha256("chat", messages))
    question = Question(
        prompt=prompt, choices=tuple(Choice(label=text, text=text) for text in LABELS), score="logprob"
    )
    item = Item(id="i", subject="s", target="truthful", speech="I was at home.")
    key = RecordKey("deception", "i", "text", 0, 0)
    return Planned(
        key=key, item=item, question=question, label_order=LABELS, cue_source=None, exposure=None, blind=False
    )


def outcome_of(served: Served) -> str:
    """What becomes of a reply, from its bytes to the line that is stored."""
    one, secret = planned(), Secret(None, None)
    headers = {name.lower(): value for name, value in served.headers.items()}
    asker = asker_of(Same(served.status, headers, served.body, secret), secret, retries=0)
    try:
        reply = asyncio.run(asker.ask(one.question))
    except FatalBackendError as error:  # a code that no other question would pass either
        return f"stopped: {type(error).__name__}"
    verdict = judge(reply, one.question, one.item.target, WORDS)
    record = make_record(one, reply, verdict, "openai-compatible/mutant", None)
    stored = json.loads(record.model_dump_json().encode())
    assert stored["outcome"] == verdict.outcome
    return verdict.outcome


def found(seeds: range) -> Counter[str]:
    """Outcomes of many replies, each of which ended in time."""
    outcomes: Counter[str] = Counter()
    for seed in seeds:
        served = mutate(seed)
        began_s = time.process_time()
        try:
            outcomes[outcome_of(served)] += 1
        except Exception as error:
            pytest.fail(f"mutate({seed}) ends as {type(error).__name__}: {error}")
        took_s = time.process_time() - began_s
        assert took_s < LONGEST_S, f"mutate({seed}) took {took_s:.1f} s"
    return outcomes


def test_a_seed_names_a_reply() -> None:
    assert [mutate(seed) for seed in range(50)] == [mutate(seed) for seed in range(50)]
    assert len({mutate(seed).body for seed in range(200)}) > 150


def test_changed_replies_give_outcomes_only() -> None:
    outcomes = found(range(2000))
    assert sum(outcomes.values()) == 2000
    assert min(outcomes[name] for name in ("answered", "unparsed", "refused", "failed")) > 20


@pytest.mark.slow
def test_a_hundred_thousand_changed_replies_give_outcomes_only() -> None:
    outcomes = found(range(2000, 102_000))
    assert sum(outcomes.values()) == 100_000


def test_changed_replies_of_a_server_are_all_recorded(zoo: Zoo, visit: Go) -> None:
    (mutant,) = (animal for animal in all_animals() if animal.name == "mutant")
    zoo.forget("mutant")
    seen = visit(mutant, "--limit", "24", "--epochs", "5")
    assert misses(mutant.right, seen) == []
    assert len(seen.records) == 24 * 2 * 5
    assert len(zoo.asked("mutant")) > 200
