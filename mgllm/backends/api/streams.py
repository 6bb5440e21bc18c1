"""Joins a stream of events to one completion, for servers that stream although they were not asked
to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

_LINES = re.compile(r"\r\n|\n|\r")
"""Line ends in a stream; text inside JSON may contain other ones that Python would split at."""
_END = "[DONE]"
_JOINED = ("content", "reasoning_content", "reasoning", "refusal")
"""Parts of a message that arrive in pieces."""


def looks_streamed(text: str) -> bool:
    """Whether a body is a stream of events, by its first line."""
    return re.match(r"\s*(?:data|event|id|retry)?:", text) is not None


def join_events(text: str, parse: Callable[[str], Any]) -> dict[str, Any] | None:
    """The completion made from all events, an error event as it is, or None if the stream is
    incomplete.

    Args:
        text: the body.
        parse: from JSON to a value; a ValueError or RecursionError ends the stream there.
    """
    joined = _Joined()
    for payload in _payloads(text):
        if payload == _END:
            return joined.whole()
        try:
            event = parse(payload)
        except (ValueError, RecursionError, MemoryError):
            return None
        if isinstance(event, dict) and event.get("error"):
            return event
        if isinstance(event, dict):
            joined.add(event)
    return joined.whole() if joined.choice.get("finish_reason") else None


class _Joined:
    """The events so far. Pieces are joined at the end: adding to a text each time takes long."""

    def __init__(self) -> None:
        self.choice: dict[str, Any] = {}
        self._top: dict[str, Any] = {}
        self._message: dict[str, Any] = {}
        self._pieces: dict[str, list[str]] = {}
        self._shown: list[Any] = []

    def add(self, event: dict[str, Any]) -> None:
        self._top |= {name: event[name] for name in ("model", "usage") if event.get(name)}
        choices = event.get("choices")
        part = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(part, dict):
            return
        self.choice |= {name: part[name] for name in ("finish_reason", "error") if part.get(name)}
        piece = part.get("delta") or part.get("message")
        piece = piece if isinstance(piece, dict) else {"content": part.get("text")}
        for name in _JOINED:
            if isinstance(piece.get(name), str):
                self._pieces.setdefault(name, []).append(piece[name])
        if piece.get("tool_calls"):
            self._message["tool_calls"] = piece["tool_calls"]
        shown = part.get("logprobs")
        if isinstance(shown, dict) and isinstance(shown.get("content"), list):
            self._shown += shown["content"]

    def whole(self) -> dict[str, Any]:
        """The completion."""
        message = {**self._message, **{name: "".join(pieces) for name, pieces in self._pieces.items()}}
        shown = {"logprobs": {"content": self._shown}} if self._shown else {}
        return {**self._top, "choices": [{**self.choice, **shown, "message": message}]}


def _payloads(text: str) -> Iterator[str]:
    """The data of each event."""
    for line in _LINES.split(text):
        name, _, value = line.partition(":")
        if name.strip() == "data" and value.strip():
            yield value.strip()
