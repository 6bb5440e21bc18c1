"""Reads what a server's list of models says about one model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from mgllm.backends.api.bodies import Json
from mgllm.records import Frozen

_CONTEXT = (
    *("max_model_len", "context_length", "context_window", "max_context_length", "max_input_tokens"),
    *("inputTokenLimit", "input_token_limit"),
)
"""Names of vLLM and SGLang; OpenRouter and Together; Groq; LM Studio; Anthropic; Google."""
_YEAR_6000 = 2**37
"""In seconds since 1970; a larger number has another unit."""
_ENDS = (
    "shutdown_date",
    "shutdown_at",
    "deprecation_date",
    "expiration_date",
    "sunset_date",
    "retirement_date",
)
"""Names for the day on which a model is shut down; OpenAI's comes first."""


class Listed(Frozen):
    """A model in a list."""

    known: bool = False
    """Whether the list names it."""
    context: int | None = None
    """Tokens of its context, if the list says it."""
    ends: date | None = None
    """The day on which it is shut down, if the list says it."""

    def ending(self, name: str, today: date) -> str | None:
        """A warning if the model is shut down within sixty days, or was."""
        if self.ends is None or (days := (self.ends - today).days) > _WARNED_DAYS:
            return None
        if days < 0:
            return (
                f"{name} should have been shut down on {self.ends}: runs with it may not be repeatable; use "
                "another model"
            )
        return (
            f"{name} will be shut down on {self.ends}, in {days} days; after that, runs with it cannot be "
            "repeated"
        )


_WARNED_DAYS = 60
"""Warn so many days before the end; our choice, as time to repeat a study."""


def read_list(body: Json, name: str) -> Listed:
    """What a list of models says about one; nothing if it does not name it, or is not a list."""
    entry = next((one for one in _entries(body) if _is(one.get("id"), name)), None)
    if entry is None:
        return Listed()
    sizes = (value for value in (entry.get(key) for key in _CONTEXT) if type(value) is int and value > 0)
    days = (day for day in (_day(entry.get(key)) for key in _ENDS) if day is not None)
    return Listed(known=True, context=next(sizes, None), ends=next(days, None))


def _entries(body: Json) -> Iterator[Mapping[str, Any]]:
    models = body.get("data", body.get("models"))
    for model in models if isinstance(models, list) else ():
        if isinstance(model, dict):
            yield model


def _is(listed: object, name: str) -> bool:
    """Whether both names mean the same model; Google writes models/NAME."""
    return isinstance(listed, str) and listed.removeprefix("models/") == name.removeprefix("models/")


def _day(value: object) -> date | None:
    """A day written as 2026-12-11, with or without a time after it, or in seconds since 1970."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _YEAR_6000:
        return date.fromordinal(date(1970, 1, 1).toordinal() + value // 86_400)
    match = re.match(r"\d{4}-\d{2}-\d{2}(?!\d)", value) if isinstance(value, str) else None
    try:
        return date.fromisoformat(match[0]) if match else None
    except ValueError:
        return None
