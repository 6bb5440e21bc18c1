"""Whether a model reasoned before it answered, by all that a reply shows of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mgllm.backends.api.bodies import Json

_MARKUP = re.compile(
    r"</?(?:think|thinking|thought|reasoning|reflection)>|\[/?THINK\]|◁/?think▷|<\|channel\|>\s*analysis|"
    r"<\|?(?:begin|start|end)_of_thought\|?>|<seed:think>",
    re.IGNORECASE,
)
_EMPTY = re.compile(r"<(think|thinking|thought|reasoning)>\s*</\1>", re.IGNORECASE)
"""A block that a template closes at once: no thought."""
_FIELDS = ("reasoning_content", "reasoning", "thinking", "reasoning_details")
_SPARE = 16
"""Tokens beside the text's own that a reply may count without thoughts: end marks, a template's frame."""


def thought_tokens(body: Json) -> int:
    """Tokens of reasoning in a completion: as counted, else 1 or more where thoughts are seen; 0 for none."""
    usage, message = _mapping(body.get("usage")), _message(body)
    text = message.get("content")
    written = _count(usage.get("completion_tokens"))
    counted = max(
        _told(usage), _count(usage.get("total_tokens")) - _count(usage.get("prompt_tokens")) - written
    )
    if counted > 0:
        return counted
    shown = isinstance(text, str) and _MARKUP.search(_EMPTY.sub("", text)) is not None
    if shown or any(message.get(field) for field in _FIELDS):
        return max(written, 1)
    unseen = written - len(text.encode("utf-8", "replace")) if isinstance(text, str) else 0
    return unseen if unseen > _SPARE else 0


def was_cut(body: Json) -> bool:
    """Whether a completion ended at its bound of tokens."""
    return _choice(body).get("finish_reason") == "length"


def _told(usage: Mapping[str, Any]) -> int:
    """Tokens of reasoning as the server counts them."""
    details = (_mapping(usage.get(name)) for name in ("completion_tokens_details", "output_tokens_details"))
    return max(
        _count(usage.get("reasoning_tokens")), *(_count(one.get("reasoning_tokens")) for one in details)
    )


def _choice(body: Json) -> Mapping[str, Any]:
    choices = body.get("choices")
    return _mapping(choices[0]) if isinstance(choices, list) and choices else {}


def _message(body: Json) -> Mapping[str, Any]:
    return _mapping(_choice(body).get("message"))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
