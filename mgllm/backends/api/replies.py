"""Makes a reply from the JSON of a completion."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from mgllm.backends.api.bodies import Json
from mgllm.backends.api.tokens import read_positions
from mgllm.backends.api.usage import Spent, read_spent
from mgllm.records import Question, Reply

CUT_SHARE = 0.5
"""If the server read fewer tokens than this share of the prompt's words, it cannot have read all of
it."""
_NAME_CHARACTERS = 200
"""Longest name of a model, a finish reason or a tool."""
_REASONS = {
    **dict.fromkeys(("max_tokens", "max_output_tokens", "max_new_tokens", "model_length"), "length"),
    **dict.fromkeys(("token_limit", "context_length", "model_context_window_exceeded"), "length"),
    **dict.fromkeys(("content_filtered", "safety", "prohibited_content", "blocklist"), "content_filter"),
    **dict.fromkeys(("spii", "recitation", "refusal", "sensitive", "guardrail_intervened"), "content_filter"),
    **dict.fromkeys(("end_turn", "stop_sequence", "eos", "eos_token", "eos_found"), "stop"),
}
"""Finish reasons of Gemini, Anthropic, Mistral, Bedrock and others, with OpenAI's words for
them."""
_THOUGHTS = ("reasoning_content", "reasoning", "thinking", "thoughts")
"""Fields in which servers give what a model thought before it answered."""


class Said(NamedTuple):
    """What a message contains."""

    text: str
    """The words of the answer."""
    thoughts: str
    """The words of the thoughts before it."""
    refusal: str | None
    """The words of the provider's own field for a refusal; None if it is not set."""
    tool: str | None
    """The name of the tool that was called, if one was."""


_THOUGHT_PART = re.compile(r"think|thought|reason|analysis|refusal", re.IGNORECASE)
"""Types of content parts that do not belong to the answer."""


def read_reply(body: Json, question: Question) -> Reply:
    """The reply in a completion that has a choice.

    A part that cannot be read is left out; the words stay. If the server says that it read far
    fewer tokens than the prompt has words, it cut the prompt, and its answer does not count: the
    reply's error is set. A count of 0 says nothing: some servers leave out cached tokens.
    """
    choice = first_choice(body)
    if choice is None:
        return Reply(error="the server's reply has no choice; look into the server's log")
    said = _said(choice)
    spent = read_spent(body.get("usage"), question, said.text + said.thoughts)
    name = model_name(body.get("model"))
    read, words = spent.usage.prompt_tokens, words_of(question)
    if not spent.usage.estimated and read < CUT_SHARE * words:
        return Reply(
            error=f"the server cut the prompt: it read {read} tokens of at least {words}; give it a larger "
            "context (Ollama: set num_ctx; version 0.30 counts wrongly, update it)",
            usage=spent.usage,
            served_model=name,
        )
    reason = finish_reason(choice)
    return Reply(
        text=said.text or said.refusal or "",
        tokens=read_positions(choice) if question.score == "logprob" else (),
        usage=spent.usage,
        reasoning_tokens=spent.reasoning,
        cached_tokens=spent.cached,
        served_model=name,
        finish_reason=reason,
        refusal=said.refusal is not None or reason == "content_filter",
        hint=_hint(said, reason, spent, question),
    )


def first_choice(body: Json) -> Mapping[str, Any] | None:
    """The first choice of a completion; None if there is none, or it cannot be read."""
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    return choice if isinstance(choice, dict) and choice else None


def finish_reason(choice: Mapping[str, Any]) -> str | None:
    """Why the model stopped, in OpenAI's words; an unknown word stays as it is."""
    given = choice.get("finish_reason")
    if isinstance(given, Mapping):  # SGLang's own form
        given = given.get("type")
    if not isinstance(given, str) or not given:
        return None
    plain = re.sub(r"^finish_?reason[_.]|\s", "", given.lower())
    known = _REASONS.get(plain, plain if plain in {*_REASONS.values()} else None)
    return known or _printable(given[:_NAME_CHARACTERS])


def model_name(given: object) -> str | None:
    """The name of the model that answered, safe to print; only the last part of a path."""
    if not isinstance(given, str) or not given.strip():
        return None
    name = _printable(given.strip())
    is_file = "\\" in name or ("/" in name and name.endswith(".gguf"))
    if is_file or re.match(r"[/~.]|[A-Za-z]:/|file:", name):
        name = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    return name[:_NAME_CHARACTERS] or None


def words_of(question: Question) -> int:
    """Words of the prompt: a lower bound of its tokens in languages with spaces."""
    return sum(len(message.content.split()) for message in question.prompt.messages)


def _said(choice: Mapping[str, Any]) -> Said:
    message = choice.get("message") or choice.get("delta")
    if isinstance(message, str):
        message = {"content": message}
    if not isinstance(message, Mapping):
        message = {"content": choice.get("text")}
    refusal = message.get("refusal")
    if refusal is not True and not (isinstance(refusal, str) and refusal):
        refusal = _parts(message.get("content"), "refusal") or None
    thoughts = next((t for name in _THOUGHTS if (t := _plain(message.get(name)))), "")
    return Said(
        text=_text(message.get("content")),
        thoughts=thoughts or _thoughts_in(message.get("content")),
        refusal="" if refusal is True else refusal,
        tool=_tool(message.get("tool_calls") or message.get("function_call")),
    )


def _text(content: object) -> str:
    """The words of a message: a string, a list of parts, or nothing, as with tool calls.

    An object is an answer in JSON that the server has already parsed: it is written as text again.
    """
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(_plain(part) for part in content if not _is_thought(part))
    if isinstance(content, dict) and content:
        return _plain(content) or json.dumps(content, ensure_ascii=False)
    return "" if content is None or isinstance(content, dict) else str(content)


def _plain(part: object) -> str:
    """The text of a part; empty if the part is a thought or has no text."""
    if isinstance(part, Mapping):
        if _THOUGHT_PART.search(str(part.get("type", ""))):
            return ""
        part = part.get("text")
    if isinstance(part, Mapping):
        part = part.get("value")
    return part if isinstance(part, str) else ""


def _is_thought(part: object) -> bool:
    kind = part.get("type") if isinstance(part, Mapping) else None
    return isinstance(kind, str) and re.match("thinking|reasoning|thought", kind) is not None


def _thoughts_in(content: object) -> str:
    """The words of the parts that are thoughts."""
    parts = content if isinstance(content, list) else ()
    return _parts(content, "thinking") or "".join(_plain(part) for part in parts if _is_thought(part))


def _printable(name: str) -> str:
    """A name without characters that could control a terminal."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in name)


def _parts(content: object, kind: str) -> str:
    """The words of the parts of one kind, if the content is a list."""
    parts = content if isinstance(content, list) else ()
    return "".join(_text(part.get(kind)) for part in parts if isinstance(part, Mapping))


def _tool(calls: object) -> str | None:
    """The name of the first tool that was called, empty if it has no name; None without a tool."""
    if not calls:
        return None
    call = calls[0] if isinstance(calls, list) else calls
    inner = call.get("function", call) if isinstance(call, Mapping) else None
    name = inner.get("name") if isinstance(inner, Mapping) else None
    return name[:_NAME_CHARACTERS] if isinstance(name, str) else ""


def _hint(said: Said, reason: str | None, spent: Spent, question: Question) -> str | None:
    """What is missing in the reply and what to do, in a line; None if it is complete."""
    hidden = spent.reasoning or 0
    if reason == "length":
        about = "about " if spent.usage.estimated else ""
        thinking = f", {hidden} of them for hidden reasoning" if hidden else ""
        less = " or a lower --reasoning-effort, such as none" if hidden or said.thoughts else ""
        return (
            f"the reply was cut off at --max-tokens {question.max_tokens} after "
            f"{about}{spent.usage.completion_tokens} tokens{thinking}; give a larger --max-tokens{less}"
        )
    if said.text.strip() or said.refusal is not None:
        return None
    if said.tool is not None or reason in {"tool_calls", "function_call", "tool_use"}:
        named = f" ({said.tool})" if said.tool else ""
        return f"the model called a tool{named} instead of writing an answer"
    if hidden or said.thoughts.strip():
        spent_on = f"{hidden} tokens" if hidden else "all its words"
        return (
            f"the model used {spent_on} for reasoning and wrote no answer; give a lower --reasoning-effort, "
            "such as none, or a larger --max-tokens"
        )
    return None
