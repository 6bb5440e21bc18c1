"""A message that names flags of the command line, in the words of Python: `--limit` is `limit`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from inspect import Parameter
from typing import get_args

from mgllm.records import Form, Reasoning, Score

_KEYWORDS = {
    "timeout": "timeout_s",
    "model-arg": "model_args",
    "scenarios": "scenarios_dir",
    "prompts": "prompts_dir",
    "no-store-text": "store_text",
    "no-text": "texts",
    "pair": "pairs",
    "set": "settings",
    "o": "out",
    "plot-of": "kind",
}
"""Keywords that are not spelled as their flags are."""
_VALUES: Mapping[str, tuple[str, ...]] = {
    "form": get_args(Form),
    "reasoning": get_args(Reasoning),
    "score": get_args(Score),
    "reasoning_effort": ("none", "minimal", "low", "medium", "high", "xhigh", "max"),
    "model": ("local",),
    "by": ("exposure",),
    "clips": ("recordings", "trimmed"),
}
"""Words that are values where they stand after a flag; other words go on with the sentence."""
_KINDS = {
    "an object {…}": "a dict",
    "true or false": "True or False",
    "text": "a string",
    "null": "None",
    "the name of a file or folder": "a path",
}
"""Kinds of values, in messages that begin with a keyword; others may be about files."""
_COMMAND_LINE = r"`mgllm [^`]*`|\bmgllm(?: [a-z]+)+(?: --[a-z-]+(?: [^\s`;:,)-]\S*)?)*"
_FLAG = r"(?<![\w-])(?:--(?P<long>[a-z][a-z-]*[a-z])|-(?P<short>o))(?![\w-])"
_PLACE = re.compile(f"{_COMMAND_LINE}|{_FLAG}")
_VALUE = re.compile(r"[ =]('[^']*'|[^\s(]\S*?)(?=[.,;:)]*(?:\s|$))")
_METAVAR = re.compile(r"[A-Z]+")
_PLAIN_WORD = re.compile(r"[a-z]+('s)?")


def in_python(message: str, parameters: Mapping[str, Parameter]) -> str:
    """The message with keywords for flags; whole command lines stay.

    Args:
        message: as errors anywhere in mgllm word it.
        parameters: of the function that was called.
    """
    parts, done = [], 0
    for found in _PLACE.finditer(message):
        flag = found["long"] or found["short"]
        if flag is None or found.start() < done:
            continue
        name = _KEYWORDS.get(flag, flag.replace("-", "_"))
        parts.append(message[done : found.start()])
        words, done = f"{found[0]} (of the command line)", found.end()
        if name in parameters:
            words, done = _spelled(message, name, found, parameters[name].default)
        parts.append(words)
    text = "".join([*parts, message[done:]])
    kind = next((kind for kind in _KINDS if re.match(rf"\w+ must be {re.escape(kind)}", text)), None)
    return text.replace(kind, _KINDS[kind], 1) if kind else text


def _spelled(message: str, name: str, found: re.Match[str], default: object) -> tuple[str, int]:
    """A keyword, with its value where one follows; and where the message goes on."""
    first = found.start() == 0
    if isinstance(default, bool):
        subject = first and message[found.end() :].startswith((":", " must", " '"))
        return name if subject else f"{name}={not default}", found.end()
    given = _VALUE.match(message, found.end())
    if given is not None and _is_value(name, given[1], subject=first and message[given.end() :][:1] == ":"):
        return _SPELLINGS.get(name, _assigned)(name, given[1]), given.end()
    bare = first or message[found.start() - 1] == "`"
    return name if bare else f"`{name}`", found.end()


def _is_value(name: str, word: str, *, subject: bool) -> bool:
    """Whether a word after a flag is its value; others go on with the sentence."""
    if word in _VALUES.get(name, ()):
        return True
    return not _PLAIN_WORD.fullmatch(word) or (subject and word != "is")


def _assigned(name: str, word: str) -> str:
    """`limit=3`, `score='sample'`, `items=FILE`."""
    return f"{name}={_literal(word)}"


def _literal(word: str) -> str:
    try:
        float(word)
    except ValueError:
        return word if word.startswith(("'", "{", "[")) or _METAVAR.fullmatch(word) else repr(word)
    return word


def _as_mapping(name: str, word: str) -> str:
    """`model_args={'top_p': 0.9}`, `model_args['top_p']`."""
    key, equals, value = word.partition("=")
    return f"{name}={{{key!r}: {_literal(value)}}}" if equals else f"{name}[{key!r}]"


def _as_list(name: str, word: str) -> str:
    """`arms=['text', 'mg']`."""
    return f"{name}={_names(word)}"


def _as_pairs(name: str, word: str) -> str:
    """`pairs=[('text+mg', 'mg')]`."""
    return f"{name}=[{tuple(_names(word))}]"


def _names(word: str) -> list[str]:
    return [part.strip() for part in word.strip("'").split(",")]


_SPELLINGS: Mapping[str, Callable[[str, str], str]] = {
    **dict.fromkeys(("model_args", "settings"), _as_mapping),
    "arms": _as_list,
    "pairs": _as_pairs,
}
"""How a value is written where it is more than a name, a word or a number."""
