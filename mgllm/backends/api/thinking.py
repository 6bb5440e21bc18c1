"""Finds out whether a model reasoned before it answered, if its server does not count that."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mgllm.backends.api.bodies import Json
from mgllm.backends.api.replies import first_choice

_MARKUP = re.compile(
    r"</?(?:think|thinking|thought|reasoning|reflection)>|\[/?THINK\]|◁/?think▷|<\|channel\|>\s*analysis|"
    r"<\|?(?:begin|start|end)_of_thought\|?>|<seed:think>",
    re.IGNORECASE,
)
_EMPTY = re.compile(r"<(think|thinking|thought|reasoning)>\s*</\1>", re.IGNORECASE)
"""A block that a template opens and closes at once: not a thought."""
_FIELDS = ("reasoning_content", "reasoning", "thinking", "reasoning_details")
_SPARE = 16
"""Extra tokens that a reply without thoughts may count: end marks and the template's own tokens."""


def uncounted_thoughts(body: Json) -> int:
    """Tokens of reasoning: 1 or more if thoughts are seen, or more was written than is shown; else
    0.

    What a server counts itself is in `Reply.reasoning_tokens`.
    """
    usage, message = body.get("usage"), (first_choice(body) or {}).get("message")
    count = usage.get("completion_tokens") if isinstance(usage, Mapping) else None
    written = count if isinstance(count, int) and not isinstance(count, bool) else 0
    fields = message if isinstance(message, Mapping) else {}
    text = fields.get("content")
    shown = isinstance(text, str) and _MARKUP.search(_EMPTY.sub("", text)) is not None
    if shown or any(fields.get(field) for field in _FIELDS):
        return max(written, 1)
    unseen = written - len(text.encode("utf-8", "replace")) if isinstance(text, str) else 0
    return unseen if unseen > _SPARE else 0
