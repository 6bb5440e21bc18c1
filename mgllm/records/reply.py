"""What came back, and what it was taken for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from pydantic import SkipValidation

from mgllm.records.frozen import Frozen

Outcome = Literal["answered", "unparsed", "refused", "failed"]
"""`failed`: no reply; `refused`: the model declined; `unparsed`: a reply without exactly one label."""


class Usage(Frozen):
    """Tokens, as the provider counts them."""

    prompt_tokens: int
    """Tokens read."""
    completion_tokens: int
    """Tokens written."""


class Position(NamedTuple):
    """One token that a model wrote, and its rivals."""

    token: str
    """What was written."""
    tops: Sequence[tuple[str, float]]
    """The shown tokens with their log-probabilities, in nats."""


class LabelScores(Frozen):
    """Log-probabilities of the labels, in nats."""

    total: Mapping[str, float]
    """By label id: the sum over the label's tokens. It decides."""
    mean: Mapping[str, float]
    """By label id: the mean per token."""
    missing_mass: float = 0.0
    """Probability that the provider did not show (top-k only): 1 − the sum of what it showed."""
    censored: tuple[str, ...] = ()
    """Labels outside the provider's top-k; their score is an upper bound, never zero probability."""


class Reply(Frozen):
    """A backend's answer to one question."""

    text: str | None = None
    """What the model wrote; absent where labels were only scored."""
    scores: LabelScores | None = None
    """The labels' log-probabilities, where asked for and given."""
    tokens: SkipValidation[tuple[Position, ...]] = ()
    """What the model wrote, token by token, where the backend was asked to show rivals and does. Servers'
    own values, hence unchecked; no record keeps them."""
    usage: Usage | None = None
    """Tokens used."""
    finish_reason: str | None = None
    """The provider's word for why it stopped: stop, length, content_filter …"""
    refusal: bool = False
    """The provider itself says that the model refused."""
    latency_s: float = 0.0
    """Seconds from the last attempt's start to its end."""
    attempts: int = 1
    """How often it was asked until it was answered or given up."""
    error: str | None = None
    """Why there is no reply; then everything above is empty and the outcome is `failed`."""


class Verdict(Frozen):
    """What a reply was taken for."""

    outcome: Outcome
    """One of four; a failure is never an answer."""
    answer: str | None = None
    """Label id, if answered."""
    correct: bool | None = None
    """Null unless answered and the item has a target."""
    hint: str | None = None
    """What the user could do about it, such as raising --max-tokens."""
