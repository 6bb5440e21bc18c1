"""Strangers' words and numbers as a picture writes them."""

from __future__ import annotations

from mgllm.pages.shell import visible


def short(text: str, length: int = 30) -> str:
    """At most so many characters, hidden ones named, for a picture."""
    text = visible(text)
    return text if len(text) <= length else f"{text[: length - 1]}…"


def signed(value: float, digits: int) -> str:
    """A difference with its sign, a true minus."""
    text = f"{value:+.{digits}f}"
    return (text.lstrip("+-") if float(text) == 0 else text).replace("-", "−")


def plain(value: float, digits: int) -> str:
    """A number with a true minus."""
    text = f"{value:.{digits}f}"
    return (text.lstrip("-") if float(text) == 0 else text).replace("-", "−")
