"""Finds the marks of thoughts: an open thought in a prompt, and the end of thoughts in a text."""

from __future__ import annotations

import re

from mgllm.answers.thoughts import FINAL, MARKS, Mark

_HARMONY_TURN = "<|start|>assistant"
_NAMED = re.compile(
    r"(?P<left>[<\[◁]\|?)(?P<name>[\w:.-]*"
    r"(?:think|thought|reason|reflect|ponder|scratch|analy[sz]|monolog|rationale|deliberat)"
    r"[\w:.-]*)(?P<right>\|?[>\]▷])",
    re.IGNORECASE,
)
"""An opener that is not in the table: the word in its brackets is about thinking. A closer does not
match, because of its slash."""


def open_mark(text: str, known: str) -> Mark | None:
    """The thought that `text` opens and does not close.

    Args:
        text: the end of a prompt, after the last message.
        known: the model's template and special tokens, which may contain the closer of an unusual
            opener.
    """
    openers = [*((text.rfind(mark.opener), mark) for mark in MARKS), *_unusual(text, known)]
    at, mark = max(openers, key=lambda found: (found[0], len(found[1].opener)))
    if at < 0 or (mark.closer is not None and text.find(mark.closer, at) >= 0):
        return None
    return mark


def close_thought(text: str, mark: Mark, template: str) -> str:
    """What to add to `text` so that its open thought ends and an answer follows."""
    assert mark.closer is not None
    if mark.closer == FINAL:
        return f"<|end|>{_HARMONY_TURN}{FINAL}"
    before = "\n" if text.endswith("\n") else "\n\n"
    if not mark.opener.startswith("<"):
        before = ""
    return before + mark.closer + _space_behind(mark, template)


def awaits_channel(text: str, template: str) -> bool:
    """Whether the prompt ends where gpt-oss writes first whether it thinks or answers."""
    return text.rstrip().endswith(_HARMONY_TURN) and "<|channel|>" in template


def thought_end(text: str, opened: Mark | None) -> int | None:
    """Index of the character of `text` at which thoughts end, 0 without any; None if one is still
    open.

    Args:
        text: what the model wrote.
        opened: the thought that the prompt itself opened.
    """
    marks = (*MARKS, opened) if opened is not None else MARKS
    closers = {mark.closer for mark in marks if mark.closer is not None}
    ends = [(text.rfind(closer), len(closer)) for closer in closers]
    at, length = max(ends)
    end = at + length if at >= 0 else 0
    if (opened is not None and opened.closer is not None and at < 0) or any(
        text.find(mark.opener, end) >= 0 for mark in marks
    ):
        return None
    return end


def is_mark(token: str) -> bool:
    """Whether a special token belongs to a mark, and must stay in a text to show its thoughts."""
    stripped = token.strip()
    parts = (part for mark in MARKS for part in (mark.opener, mark.closer))
    within = any(stripped in (part or "") for part in parts)
    return bool(stripped) and (within or _NAMED.fullmatch(stripped.replace("/", "")) is not None)


def _unusual(text: str, known: str) -> list[tuple[int, Mark]]:
    usual = {mark.opener for mark in MARKS}
    return [
        (found.start(), Mark(found[0], _closer_of(found, known)))
        for found in _NAMED.finditer(text)
        if found[0] not in usual and not _closes(found)
    ]


def _closes(found: re.Match[str]) -> bool:
    """Whether it is a closer without a slash, such as END_THINKING or end_of_thought."""
    return re.match(r"(?i)end|.*_end$", found["name"]) is not None


def _closer_of(found: re.Match[str], known: str) -> str | None:
    left, name, right = found["left"], found["name"], found["right"]
    slashed = (f"{left[0]}/{left[1:]}{name}{right}", f"{left}/{name}{right}")
    ended = [f"{left}{re.sub('(?i)begin|start', end, name)}{right}" for end in ("end", "END")]
    ended += [f"{left}{word}{right}" for word in (f"end_{name}", f"end_of_{name}", f"{name}_end")]
    return next((closer for closer in (*slashed, *ended) if closer != found[0] and closer in known), None)


def _space_behind(mark: Mark, template: str) -> str:
    """The line breaks that the template writes after the closer; two if it does not show any."""
    assert mark.closer is not None
    found = re.findall(re.escape(mark.closer) + r"((?:\\n|\n)*)", template)
    breaks = max((behind.replace("\\n", "\n") for behind in found), key=len, default="")
    return breaks or ("\n\n" if mark.opener.startswith("<") else "")
