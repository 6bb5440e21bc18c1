"""From the JSON of a completion to a reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mgllm.backends.api.client import Json
from mgllm.records import Position, Question, Reply, Rival, Usage

CUT_SHARE = 0.5
"""A prompt of which the server read fewer tokens than this share of its words cannot have been read whole."""


def read_reply(body: Json, question: Question) -> Reply:
    """The reply in a completion, its error set where there is none.

    Where the server says that it read far fewer tokens than the prompt has words, it cut the prompt, and
    what it answers is no answer to the question. A count of 0 says nothing: some servers leave out what
    they had cached.
    """
    try:
        return _read(body, question)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        return Reply(error=f"the server's reply is not in OpenAI's form ({type(error).__name__}: {error})")


def words_of(question: Question) -> int:
    """Words of the prompt: a lower bound of its tokens in languages that write spaces."""
    return sum(len(message.content.split()) for message in question.prompt.messages)


def read_positions(choice: Mapping[str, Any]) -> tuple[Position, ...]:
    """The tokens of a choice with their rivals, in either of the protocol's two shapes; none if not given."""
    logprobs = choice.get("logprobs") or {}
    if logprobs.get("content"):
        return tuple(
            Position(e["token"], [Rival(t["token"], t["logprob"]) for t in e.get("top_logprobs") or ()])
            for e in logprobs["content"]
        )
    tokens, tops = logprobs.get("tokens") or (), logprobs.get("top_logprobs") or ()
    return tuple(
        Position(token, [Rival(name, value) for name, value in (top or {}).items()])
        for token, top in zip(tokens, tops, strict=False)
    )


def _read(body: Json, question: Question) -> Reply:
    if not body.get("choices"):
        return Reply(error="the server's reply holds no choice; look into the server's log")
    usage = _usage(body.get("usage"))
    words = words_of(question)
    if usage is not None and 0 < usage.prompt_tokens < CUT_SHARE * words:
        return Reply(
            error=f"the server cut the prompt: it read {usage.prompt_tokens} tokens of at least {words}; "
            "give it a larger context (Ollama: set num_ctx; 0.30 counts wrongly, update it)"
        )
    choice: Mapping[str, Any] = body["choices"][0]
    message: Mapping[str, Any] = choice.get("message") or {"content": choice.get("text")}
    tokens = read_positions(choice) if question.score == "logprob" else ()
    return Reply(
        text=_text(message.get("content")) or str(message.get("refusal") or ""),
        tokens=tokens,
        usage=usage,
        finish_reason=choice.get("finish_reason"),
        refusal=bool(message.get("refusal")) or choice.get("finish_reason") == "content_filter",
    )


def _text(content: object) -> str:
    """The words of a message: a string, a list of parts, or nothing as with tool calls."""
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content)
    return "" if content is None else str(content)


def _usage(counts: Mapping[str, Any] | None) -> Usage | None:
    if not counts:
        return None
    return Usage(
        prompt_tokens=int(counts.get("prompt_tokens") or 0),
        completion_tokens=int(counts.get("completion_tokens") or 0),
    )
