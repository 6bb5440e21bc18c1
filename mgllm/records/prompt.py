"""What is sent to a model."""

from __future__ import annotations

import hashlib
import json
from typing import Literal

from mgllm.records.frozen import Frozen
from mgllm.records.scenario import Form, Reasoning, Score


class Message(Frozen):
    """One message of a conversation. A cloze prompt is a single `user` message to be continued."""

    role: Literal["system", "user"]
    """Who says it."""
    content: str
    """What is said."""


Block = Literal["speech", "cues", "shots", "shot_speech", "shot_cues"]
"""Of the item: its speech and its cue block. `shots`: all worked examples before the question;
inside it the speech and the cue block of each."""


class Span(Frozen):
    """Where a block is in a message: from character `start` (included) to `end` (not included)."""

    message: int
    """Index of the message."""
    block: Block
    """Which block it is."""
    start: int
    """First character."""
    end: int
    """One past the last character."""


class Prompt(Frozen):
    """A rendered prompt."""

    form: Form
    """Conversation or continuation."""
    messages: tuple[Message, ...]
    """In order."""
    spans: tuple[Span, ...] = ()
    """Where speech and cue block are, in worked examples too; an empty block has `start == end`."""
    sha256: str
    """Hash of form and messages: the prompt's name in records and caches."""


class Choice(Frozen):
    """A label as a backend sees it."""

    label: str
    """The label's id."""
    text: str
    """The words that continue the prompt (cloze: with a leading space) or that the reply should
    be."""


class Question(Frozen):
    """Everything that a backend needs to answer; two equal questions may share one reply."""

    prompt: Prompt
    """What is sent."""
    choices: tuple[Choice, ...]
    """The labels, in the order in which the prompt lists them."""
    score: Score
    """logprob: probabilities of the labels are asked for too; generate: only words; sample: words,
    drawn at random."""
    reasoning: Reasoning = "direct"
    """chain_of_thought: generate up to "Answer:" first, then score or read what follows."""
    temperature: float = 0.0
    """Sampling temperature."""
    max_tokens: int = 256
    """Upper bound of generated tokens."""
    seed: int = 0
    """Sampling seed of this question: a function of the run's seed and the epoch."""


def prompt_sha256(form: Form, messages: tuple[Message, ...]) -> str:
    """Content hash of a prompt: sha256 over its canonical JSON."""
    canonical = json.dumps([form, [[m.role, m.content] for m in messages]], ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def prompt_text(prompt: Prompt) -> str:
    """A prompt for people: messages under their roles."""
    return "\n".join(f"[{message.role}]\n{message.content.rstrip(chr(10))}" for message in prompt.messages)
