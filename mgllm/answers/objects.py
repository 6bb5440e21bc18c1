"""Finds answers in JSON objects of a reply."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from mgllm.answers.naming import Names, only_label

_KEYS = (
    *("answer", "label", "verdict", "prediction", "classification", "class", "category", "choice", "result"),
    *("outcome", "decision", "judgment", "judgement", "conclusion", "assessment", "response", "output"),
    *("emotion", "state", "option", "guess", "final", "status", "mood", "feeling", "sentiment", "value"),
    *("antwort", "ergebnis", "respuesta", "réponse", "reponse", "risposta", "resposta", "ответ", "答案"),
    *("回答", "标签", "結論", "结论", "答え", "답", "정답", "उत्तर", "תשובה", "الإجابة", "คำตอบ"),
)
"""Last words of an answer's key, the clearest first: "answer", "final_answer", "predictedLabel"."""
_NO_KEY = re.compile(
    r"\b(?:wrong|incorrect|false|other|alternative|second|rejected|excluded|not|opposite|previous|initial|"
    r"first|possible|example|unlikely|least|true|correct|gold|expected|target)\b"
)
"""With one of these words a key is not that of the answer."""
_MOST_OBJECTS = 16
"""Braces at which an object is looked for, so that a long text of braces takes no time."""
_OPENS = re.compile(r"[{\[]")


class Stood(NamedTuple):
    """The answer in one object."""

    value: str | None
    """Its words; None if it answers, but not in words: by numbers, by false, or twice."""
    start: int
    """Index at which the object begins."""
    end: int
    """Index after its end."""


def answers_in_objects(text: str, names: Names) -> Iterator[Stood]:
    """The answer of each JSON object, and of each list of one string, that has one.

    >>> [one.value for one in answers_in_objects('{"why": "no", "answer": "calm"}', ())]
    ['calm']
    """
    decoder = json.JSONDecoder(object_pairs_hook=_Pairs)
    at = 0
    for _ in range(_MOST_OBJECTS):
        opens = _OPENS.search(text, at)
        if opens is None:
            return
        try:
            value, end = decoder.raw_decode(text, opens.start())
        except (ValueError, RecursionError):
            at = opens.end()
            continue
        for one in _parts(value):
            found = _answer(one, names)
            if found is not _NONE:
                yield Stood(found if isinstance(found, str) else None, opens.start(), end)
        at = end


_NONE = object()
"""The object gives no answer."""


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as pairs, so that repeated keys are kept."""


def _parts(value: Any) -> list[Any]:
    """The objects of a list of objects, or the value itself."""
    inner = [one for one in value if isinstance(one, _Pairs)] if type(value) is list else []
    return inner or [value]


def _answer(value: Any, names: Names) -> object:
    """The answer as a string; None if it answers in another way; _NONE if it does not answer."""
    if not isinstance(value, _Pairs):
        one = value[0] if isinstance(value, list) and len(value) == 1 else None
        return one if isinstance(one, str) else _NONE
    ranked = sorted(
        ((rank, one) for key, one in value if (rank := _rank(key)) is not None), key=lambda pair: pair[0]
    )
    if not ranked:
        return _by_label(value, names)
    labels = {found.label for _, one in ranked if isinstance(one, str) and (found := only_label(one, names))}
    inner = [one for rank, one in ranked if rank == ranked[0][0]]
    if len(labels) > 1 or any(one != inner[0] for one in inner):
        return None
    if isinstance(inner[0], list):
        nested = _answer(inner[0], names)
        return None if nested is _NONE else nested
    return inner[0] if isinstance(inner[0], str) else None


def _rank(key: str) -> int | None:
    """How clearly a key is that of an answer (0 is clearest); None if it is not."""
    words = re.sub(r"([a-z])([A-Z])", r"\1 \2", key).casefold().replace("_", " ").replace("-", " ").split()
    if not words or words[-1] not in _KEYS or _NO_KEY.search(" ".join(words[:-1])):
        return None
    return _KEYS.index(words[-1])


def _by_label(value: _Pairs, names: Names) -> object:
    """The answer of an object whose keys are labels: the one that is true, if all others are
    false."""
    if not any(only_label(key, names) for key, _ in value):
        return _NONE
    true = [key for key, one in value if one is True]
    plain = all(isinstance(one, bool) for _, one in value)
    return true[0] if plain and len(true) == 1 else None
