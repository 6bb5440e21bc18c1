"""Applies a model's chat template; makes sure that no word is lost and no thought is left open."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mgllm.answers.thoughts import FINAL, Mark
from mgllm.backends.weights.thoughts import awaits_channel, close_thought, open_mark
from mgllm.errors import FatalBackendError
from mgllm.records import Message, Question, Reasoning

Turn = dict[str, Any]
"""A message in the form of chat templates."""
_PARTS_AS_CODE = re.compile(r"""\[?\{['"]type['"]: ?['"]text['"], ?['"]text['"]: ?.*""", re.DOTALL)
"""A list of parts that a template printed as Python code: not a text that a model should read."""
_SHOWN = 60
"""Characters of a prompt that an error quotes."""


def has_template(tokenizer: Any) -> bool:
    return bool(getattr(tokenizer, "chat_template", None))


def templated(tokenizer: Any, question: Question, effort: str | None = None) -> str:
    """The prompt in the model's chat template. With direct reasoning a thought that it opens is
    closed.

    A template may need contents as lists of parts, or have no system role: then the messages are
    given in that form. Every word of them must be in the text.

    Raises:
        FatalBackendError: the template refuses the messages, loses a part of them, or opens a
            thought and it is not known how to close it.
    """
    text = _whole_text(tokenizer, question, effort)
    if question.reasoning == "chain_of_thought":
        return text
    return text + closing(tokenizer, _tail(text, question.prompt.messages[-1].content))


def opened_thought(tokenizer: Any, text: str, messages: Sequence[Message]) -> Mark | None:
    """The mark of the thought that the end of a prompt opens, if it opens one."""
    return open_mark(_tail(text, messages[-1].content), _known(tokenizer))


def closing(tokenizer: Any, tail: str) -> str:
    """The text that closes the thought that the template opens; empty if it opens none.

    Args:
        tokenizer: with its template.
        tail: what the template writes after the last message.

    Raises:
        FatalBackendError: it is not known how to close the thought.
    """
    template = _source(tokenizer)
    if awaits_channel(tail, template):
        return FINAL
    mark = open_mark(tail, _known(tokenizer))
    if mark is None:
        return ""
    if mark.closer is None:
        raise FatalBackendError(
            f"the model's chat template opens a thought with {mark.opener}, and it is not known how to "
            "close it, so labels cannot be scored as its answer; use --reasoning chain_of_thought"
        )
    return close_thought(tail, mark, template)


def writes_thoughts(tokenizer: Any, tail: str) -> bool:
    """Whether the model thinks after a prompt with this end, as far as the template shows it."""
    return awaits_channel(tail, _source(tokenizer)) or open_mark(tail, _known(tokenizer)) is not None


def generation_tail(tokenizer: Any, reasoning: Reasoning, effort: str | None = None) -> str:
    """What the template writes after the last message, tried with a question of two words.

    Raises:
        FatalBackendError: the template refuses the question.
    """
    message = Message(role="user", content="Which one?")
    text = _first_whole(tokenizer, (message,), _switches(reasoning, effort))
    return _tail(text, message.content)


def _whole_text(tokenizer: Any, question: Question, effort: str | None) -> str:
    return _first_whole(tokenizer, question.prompt.messages, _switches(question.reasoning, effort))


def _switches(reasoning: Reasoning, effort: str | None) -> dict[str, object]:
    """Variables by which templates let a model think or not: two names, and the effort if it is
    given."""
    thinks = reasoning == "chain_of_thought"
    given: dict[str, object] = {} if effort is None else {"reasoning_effort": effort}
    return {"enable_thinking": thinks, "thinking": thinks, **given}


def _first_whole(tokenizer: Any, messages: Sequence[Message], switches: Mapping[str, object]) -> str:
    """The text of the first way to give the messages that keeps all of their words."""
    refusal: Exception | None = None
    lost: str | None = None
    for turns in _ways(messages):
        try:
            text = _apply(tokenizer, turns, switches)
        except _refusals() as error:
            refusal = refusal or error
            continue
        missing = _missing(text, messages)
        if missing is None:
            return text
        lost = lost or missing
    if lost is not None:
        raise FatalBackendError(
            f"the model's chat template leaves out or changes a part of the prompt ('{lost}'), so the model "
            "would not read the question as it is; use another model, or fix its chat template"
        )
    raise FatalBackendError(
        f"the model's chat template refuses the prompt: {refusal}; use another model, or fix its template"
    )


def _refusals() -> tuple[type[Exception], ...]:
    """What templates raise: on purpose, or because a content is not a string or not a list."""
    from jinja2.exceptions import TemplateError

    return (TemplateError, TypeError, ValueError, KeyError, AttributeError, IndexError)


def _ways(messages: Sequence[Message]) -> Iterator[list[Turn]]:
    turns = [{"role": m.role, "content": m.content} for m in messages]
    yield turns
    yield _in_parts(turns)
    system = "\n\n".join(m.content for m in messages if m.role == "system").strip()
    if system:
        yield _folded(turns, system)
        yield _in_parts(_folded(turns, system))


def _apply(tokenizer: Any, turns: Sequence[Turn], switches: Mapping[str, object]) -> str:
    text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True, **switches)
    assert isinstance(text, str)
    return text


def _in_parts(turns: Sequence[Turn]) -> list[Turn]:
    return [{**turn, "content": [{"type": "text", "text": turn["content"]}]} for turn in turns]


def _folded(turns: Sequence[Turn], system: str) -> list[Turn]:
    """The system message at the beginning of the first user message, for templates without that
    role."""
    users = [turn for turn in turns if turn["role"] != "system"] or [{"role": "user", "content": ""}]
    first = {"role": "user", "content": f"{system}\n\n{users[0]['content']}".strip()}
    return [first, *users[1:]]


def _missing(text: str, messages: Sequence[Message]) -> str | None:
    """The first words that the text loses of the messages; None if it has all of them, in their
    order.

    White space is not compared: templates remove it.
    """
    spaced, at = " ".join(_PARTS_AS_CODE.sub("", text).split()), 0
    for message in messages:
        content = " ".join(message.content.split())
        found = spaced.find(content, at)
        if found < 0:
            return _first_lost(content, spaced)
        at = found + len(content)
    return None


def _first_lost(content: str, text: str) -> str:
    """The words of a message from the first one that is missing in the text."""
    words = content.split(" ")
    kept, lost = 0, len(words)
    while lost - kept > 1:  # a beginning of n words is in the text for every n up to some number
        middle = (kept + lost) // 2
        kept, lost = (middle, lost) if " ".join(words[:middle]) in text else (kept, middle)
    return " ".join(words[kept:])[:_SHOWN]


def _tail(text: str, content: str) -> str:
    """The text after the last message."""
    said = content.strip()
    at = text.rfind(said)
    if at < 0:  # the template changed white space inside: look for the last word
        said = said.split()[-1]
        at = text.rfind(said)
    return text[at + len(said) :]


def _source(tokenizer: Any) -> str:
    template = tokenizer.chat_template
    return "\n".join(map(str, template.values())) if isinstance(template, Mapping) else str(template)


def _known(tokenizer: Any) -> str:
    """Texts that may contain the closer of an unusual thought: the template, and added tokens."""
    added = getattr(tokenizer, "added_tokens_encoder", None) or {}
    return "\n".join((_source(tokenizer), *map(str, added)))
