"""How a fake server behaves, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from pydantic import Field

from mgllm.records import Frozen


class FakeReply(Frozen):
    """One completion, in more detail than its text."""

    text: str | None
    """The message's content; null as with tool calls."""
    tops: tuple[Mapping[str, float], ...] = ()
    """By position of a token: probability of each shown token; the most likely one is the token written."""
    finish_reason: str = "stop"
    """The provider's word for why the model stopped."""
    refusal: str | None = None
    """The provider's own field for a refusal."""


class Fault(Frozen):
    """One answer that is no completion."""

    status: int = 500
    """HTTP status; 0 drops the connection."""
    body: str = '{"error": {"message": "made to fail", "type": "server_error"}}'
    """The body as sent."""
    headers: Mapping[str, str] = Field(default_factory=dict)
    """Headers as sent, such as Retry-After."""


class Behaviour(Frozen):
    """What a fake server does to its clients. Faults are a function of seed, request and attempt."""

    latency_s: float = Field(default=0.0, ge=0)
    """Seconds before every completion."""
    rate_429: float = Field(default=0.0, ge=0, le=1)
    """Share of requests answered with 429 and `Retry-After`."""
    retry_after_s: float = Field(default=1.0, ge=0)
    """Seconds that a 429 asks to wait."""
    rate_500: float = Field(default=0.0, ge=0, le=1)
    """Share of requests answered with 500."""
    rate_drop: float = Field(default=0.0, ge=0, le=1)
    """Share of requests whose connection is cut."""
    seed: int = 0
    """Of the faults."""
    faults: tuple[Fault, ...] = ()
    """Given to the first requests for a completion, one each, before anything else."""
    logprobs: Literal["on", "null", "absent"] = "on"
    """Given where asked for, given as null, or left out."""
    max_top_logprobs: int = 20
    """A larger `top_logprobs` is a 400."""
    rejects: tuple[str, ...] = ()
    """Request parameters answered with a 400 that names them."""
    completions: bool = True
    """Whether there is a completions endpoint."""
    model: str | None = None
    """The one model there is; null: any."""
    max_model_len: int | None = None
    """The context that the list of models names, as vLLM's does."""
    api_key: str | None = None
    """The key that is asked for; null: none."""
    context: int | None = None
    """Prompts are cut to so many tokens without a word."""


Say = Callable[[Sequence[Mapping[str, str]]], str | FakeReply]
"""From the messages of a request to what is answered; a completion's prompt is one `user` message."""
