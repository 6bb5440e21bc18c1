"""A reply, and the outcome that it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from pydantic import SkipValidation

from mgllm.records.frozen import Frozen

Outcome = Literal["answered", "unparsed", "refused", "failed"]
"""`failed`: no reply; `refused`: the model declined; `unparsed`: a reply without exactly one
label."""


class Usage(Frozen):
    """Tokens, as the provider counts them."""

    prompt_tokens: int
    """Tokens read."""
    completion_tokens: int
    """Tokens written, hidden reasoning included."""
    estimated: bool = False
    """True where the server counted nothing and mgllm estimated from the words."""


class Rival(NamedTuple):
    """A token that a server shows at a position."""

    token: str
    """Its text, as the server spells it."""
    nats: float | None
    """Its log-probability as the server wrote it, unchanged; None if it is not a number."""
    raw: bytes | None = None
    """Its bytes, if the server shows them: a token may be a part of a character."""


class Position(NamedTuple):
    """One token that a model wrote, and its rivals."""

    token: str
    """What was written."""
    tops: Sequence[Rival]
    """The shown tokens, usually with the written one; empty if none are shown."""
    raw: bytes | None = None
    """Its bytes, if the server shows them."""


class ShownToken(Frozen):
    """A rival as a record keeps it."""

    token: str
    """Its text, as the server spells it."""
    bytes: tuple[int, ...] | None = None
    """Its bytes, if the server shows them."""
    logprob: float | None = None
    """Nats; null if the server wrote no number."""


class AnswerToken(Frozen):
    """One token of the written answer as a record keeps it, so that a score can be read again."""

    start: int
    """Where it is in the record's `text`: bytes of UTF-8 before it."""
    token: str
    """What was written."""
    bytes: tuple[int, ...] | None = None
    """Its bytes, if the server shows them."""
    top: tuple[ShownToken, ...] = ()
    """The shown tokens."""


CensoredReason = Literal["no_tokens", "misaligned", "no_numbers", "not_shown", "not_parted", "unlikely"]
"""Why an answer has no probabilities: no tokens were shown; they do not spell the text; their
values are not log-probabilities; a label is not among the shown tokens; a token fits several
labels; the shown probabilities make the written answer unlikely."""


class LabelScores(Frozen):
    """Log-probabilities of the labels, in nats."""

    total: Mapping[str, float]
    """By label id: the sum over the label's tokens. It decides."""
    mean: Mapping[str, float]
    """By label id: the mean per token."""
    missing_mass: float = 0.0
    """Probability that the provider did not show (top-k only): 1 − the sum of what it showed."""
    censored: tuple[str, ...] = ()
    """Labels outside the provider's top-k; their score is an upper bound, never zero
    probability."""


class Reply(Frozen):
    """A backend's answer to one question."""

    text: str | None = None
    """What the model wrote; absent where labels were only scored."""
    scores: LabelScores | None = None
    """The labels' log-probabilities, where asked for and given."""
    tokens: SkipValidation[tuple[Position, ...]] = ()
    """What the model wrote, token by token, if the backend was asked to show rivals and does. These
    are the server's own values and are not checked; a record keeps those of the answer."""
    kept: tuple[AnswerToken, ...] = ()
    """The tokens of a stored record, in place of `tokens`."""
    usage: Usage | None = None
    """Tokens used."""
    reasoning_tokens: int | None = None
    """Of the tokens written, those of hidden reasoning; None if the server does not say."""
    cached_tokens: int | None = None
    """Of the tokens read, those that the server had cached; None if it does not say."""
    served_model: str | None = None
    """The model that the server names in its reply."""
    finish_reason: str | None = None
    """The provider's word for why it stopped: stop, length, content_filter …"""
    refusal: bool = False
    """The provider itself says that the model refused."""
    latency_s: float = 0.0
    """Seconds from the last attempt's start to its end."""
    attempts: int = 1
    """How often it was asked until there was a reply, or no further attempt; refusals because of
    the rate do not count."""
    error: str | None = None
    """Why there is no reply; then everything above is empty and the outcome is `failed`."""
    hint: str | None = None
    """What is missing in the server's reply, in one line: only thoughts, a cut prompt. Shown if the
    reply is unparsed."""


class Verdict(Frozen):
    """The outcome of a reply, and its answer."""

    outcome: Outcome
    """One of four; a failure is never an answer."""
    answer: str | None = None
    """Label id, if answered."""
    correct: bool | None = None
    """Null unless answered and the item has a target."""
    hint: str | None = None
    """What the user could do about it, such as raising --max-tokens."""
    scores: LabelScores | None = None
    """The labels' log-probabilities: the backend's own, or those read where the written answer
    begins."""
    answer_tokens: tuple[AnswerToken, ...] = ()
    """The tokens that `scores` were read from."""
    censored: CensoredReason | None = None
    """Why an answer has no probabilities although they were asked for; null if it has some, or none
    were asked for."""
