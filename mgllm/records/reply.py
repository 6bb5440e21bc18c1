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
    """Tokens written, hidden reasoning included."""
    estimated: bool = False
    """True where the server counted nothing and mgllm estimated from the words."""


class Rival(NamedTuple):
    """A token that a server shows at a position."""

    token: str
    """Its text, as the server spells it."""
    nats: float | None
    """Its log-probability as the server wrote it, made no better; None where it is no number."""
    raw: bytes | None = None
    """Its bytes, where the server tells them: a token may be a part of a character."""


class Position(NamedTuple):
    """One token that a model wrote, and its rivals."""

    token: str
    """What was written."""
    tops: Sequence[Rival]
    """The shown tokens, the written one mostly among them; empty where none are shown."""
    raw: bytes | None = None
    """Its bytes, where the server tells them."""


class ShownToken(Frozen):
    """A rival as a record keeps it."""

    token: str
    """Its text, as the server spells it."""
    bytes: tuple[int, ...] | None = None
    """Its bytes, where the server tells them."""
    logprob: float | None = None
    """Nats; null where the server wrote no number."""


class AnswerToken(Frozen):
    """One token of the written answer as a record keeps it, so that a score can be read again."""

    start: int
    """Where it stands in the record's `text`: bytes of UTF-8 before it."""
    token: str
    """What was written."""
    bytes: tuple[int, ...] | None = None
    """Its bytes, where the server tells them."""
    top: tuple[ShownToken, ...] = ()
    """The shown tokens."""


CensoredReason = Literal["no_tokens", "misaligned", "no_numbers", "not_shown", "not_parted", "unlikely"]
"""Why an answer has no probabilities: no tokens were shown; they do not spell the text; their values are no
log-probabilities; a label is outside the shown tokens; a token fits several labels; the model held the
answer that it wrote for unlikely."""


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
    own values, hence unchecked; a record keeps those of the answer."""
    kept: tuple[AnswerToken, ...] = ()
    """The tokens of a stored record, in place of `tokens`."""
    usage: Usage | None = None
    """Tokens used."""
    reasoning_tokens: int | None = None
    """Of the tokens written, those of hidden reasoning; None where the server does not tell."""
    cached_tokens: int | None = None
    """Of the tokens read, those that the server had cached; None where it does not tell."""
    served_model: str | None = None
    """The model that says it answered."""
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
    hint: str | None = None
    """What the server's reply lacks, in a line: thoughts alone, a cut prompt. Told where it is unparsed."""


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
    scores: LabelScores | None = None
    """The labels' log-probabilities: the backend's own, or those read where the written answer begins."""
    answer_tokens: tuple[AnswerToken, ...] = ()
    """The tokens that `scores` were read from."""
    censored: CensoredReason | None = None
    """Why an answer whose probabilities were asked for has none; null where it has, or none were asked."""
