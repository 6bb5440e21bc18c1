"""What a correct harness records for an animal, and whether a harness did."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from mgllm.records import Outcome, Record

Measured = Literal["given", "maybe", "none"]
"""Whether an answer has probabilities: always; if the harness can read them; or never."""
ANYTHING = "…"
"""In `sends`: the parameter is there, with any value."""
LEAST_SECRET = 8
"""From this number on, consecutive characters of a secret count as a part of it."""


@dataclass(frozen=True)
class Right:
    """What must be true after an animal was asked some questions. All else is free."""

    outcomes: tuple[Outcome, ...]
    """Every question has one of these; empty: no question may be recorded."""
    answer: str | None = None
    """The label that every answer names."""
    measured: Measured = "none"
    """Whether an answer has probabilities."""
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """By label: bounds of its probability, if there is one."""
    counts: Mapping[Outcome, int] = field(default_factory=dict)
    """Number of questions by outcome in a visit of two items in two arms."""
    exit_code: tuple[int, ...] = ()
    """Exit codes; empty: the code that follows from the outcomes."""
    hint: str = ""
    """Regular expression, found in `error` of every record without an answer."""
    says: tuple[str, ...] = ()
    """Regular expressions, each found in what is printed; case is ignored."""
    sends: Mapping[str, object] = field(default_factory=dict)
    """Parameters of the last question."""
    omits: tuple[str, ...] = ()
    """Parameters that are not in the last question."""
    fields: Mapping[str, object] = field(default_factory=dict)
    """Fields that every answered record has."""
    hides: tuple[str, ...] = ()
    """Strings of which no eight consecutive characters may be in a file or in what is printed."""
    escapes: bool = False
    """Whether control and bidi characters must not be printed."""

    @property
    def exits(self) -> tuple[int, ...]:
        """Exit codes that are right: 0 if all is complete, 1 if some failed or nothing was
        answered."""
        if self.exit_code:
            return self.exit_code
        if self.counts:
            return (1,) if self.counts.get("failed") or not self.counts.get("answered") else (0,)
        codes = {0 if outcome == "answered" else 1 for outcome in self.outcomes}
        return tuple(sorted(codes))


class Visit(NamedTuple):
    """The result of a visit to an animal."""

    records: Sequence[Record]
    """The stored records."""
    exit_code: int
    """Exit code of the command."""
    printed: str
    """Text on stdout and stderr."""
    asked: Mapping[str, Any] | None = None
    """The last question that names the labels, as it was sent."""
    files: Mapping[str, str] = {}
    """Text of every file written, by name."""


def misses(right: Right, visit: Visit) -> list[str]:
    """What a visit recorded wrongly, a line for each; empty if all is right."""
    return [
        *_of_records(right, visit.records),
        *_of_counts(right, visit),
        *_of_words(right, visit),
        *_of_request(right, visit.asked),
        *_of_secrets(right, visit),
    ]


def _of_records(right: Right, records: Sequence[Record]) -> Iterator[str]:
    for record in records:
        where = f"{record.item} {record.arm}"
        if record.outcome not in right.outcomes:
            yield f"{where}: {record.outcome} ({record.answer}; {record.error}), not {_or(right.outcomes)}"
        elif record.outcome == "answered":
            yield from (f"{where}: {line}" for line in _of_answer(right, record))
        elif not re.search(right.hint, record.error or "", re.IGNORECASE):
            yield f"{where}: the hint {record.error!r} does not say /{right.hint}/"


def _of_answer(right: Right, record: Record) -> Iterator[str]:
    if right.answer is not None and record.answer != right.answer:
        yield f"answered {record.answer}, not {right.answer}"
    shown = record.probabilities
    if shown is None and right.measured == "given":
        yield f"has no probabilities ({record.censored_reason})"
    if shown is not None and right.measured == "none":
        yield f"has probabilities {dict(shown)}, which are not in the reply"
    for label, (low, high) in right.bounds.items():
        if shown is not None and not low <= shown[label] <= high:
            yield f"gives {label} {shown[label]:.3f}, not between {low} and {high}"
    for name, value in right.fields.items():
        if getattr(record, name) != value:
            yield f"{name} is {getattr(record, name)!r}, not {value!r}"


def _of_counts(right: Right, visit: Visit) -> Iterator[str]:
    for outcome, count in right.counts.items():
        found = sum(record.outcome == outcome for record in visit.records)
        if found != count:
            yield f"{found} questions are {outcome}, not {count}"
    if right.outcomes and not visit.records:
        yield "nothing was recorded"
    if visit.exit_code not in right.exits:
        yield f"exit code {visit.exit_code}, not {_or(map(str, right.exits))}"


def _of_words(right: Right, visit: Visit) -> Iterator[str]:
    if "internal error" in visit.printed or "Traceback" in visit.printed:
        yield f"an internal error: {visit.printed[-300:]}"
    for pattern in right.says:
        if not re.search(pattern, visit.printed, re.IGNORECASE):
            yield f"what is printed does not say /{pattern}/"
    if right.escapes and (
        found := re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", visit.printed)
    ):
        yield f"{found[0]!r} is printed unescaped"


def _of_request(right: Right, asked: Mapping[str, Any] | None) -> Iterator[str]:
    if asked is None:
        if right.sends or right.omits:
            yield "no question that names the labels was asked"
        return
    for name, value in right.sends.items():
        if name not in asked or not _sent(asked[name], value):
            yield f"the last question sent {name}={asked.get(name)!r}, not {value!r}"
    for name in right.omits:
        if name in asked:
            yield f"the last question still sent {name}"


def _sent(found: object, value: object) -> bool:
    """Whether a parameter has the right value; an object may have more keys."""
    if isinstance(value, Mapping):
        return isinstance(found, dict) and all(found.get(key) == one for key, one in value.items())
    return value in (ANYTHING, found)


def _of_secrets(right: Right, visit: Visit) -> Iterator[str]:
    for secret in right.hides:
        pieces = [secret[at : at + LEAST_SECRET] for at in range(len(secret) - LEAST_SECRET + 1)]
        for name, text in {**visit.files, "what is printed": visit.printed}.items():
            if any(piece in text for piece in pieces):
                yield f"a part of the key is in {name}"


def _or(words: Iterable[str]) -> str:
    return " or ".join(words) or "recorded at all"


def in_words(right: Right) -> str:
    """What a correct harness records, in one line."""
    parts = [_outcome_words(right)]
    if right.answer is not None or "answered" in right.outcomes:
        measured = {
            "given": "with probabilities",
            "maybe": "with or without probabilities",
            "none": "without probabilities",
        }
        bounds = [
            f"{label} {low:g} to {high:g}"
            for label, (low, high) in right.bounds.items()
            if (low, high) != (0, 1)
            if (low, high) != (0, 1)
        ]
        parts.append(measured[right.measured] + (f" ({', '.join(bounds)})" if bounds else ""))
    parts += [f"{name} is {value}" for name, value in right.fields.items()]
    parts += [
        f"sends {name}" + ("" if value == ANYTHING else f" {value}") for name, value in right.sends.items()
    ]
    parts += [f"sends no {name}" for name in right.omits]
    parts += ["the key is in no file or output"] if right.hides else []
    parts += ["no terminal escape is printed"] if right.escapes else []
    return "; ".join(parts) + f"; exit {_or(map(str, right.exits))}"


def _outcome_words(right: Right) -> str:
    if right.counts:
        return ", ".join(f"{count} {outcome}" for outcome, count in right.counts.items())
    named = {"answered": f"answered {right.answer}" if right.answer else "answered"}
    return _or(named.get(outcome, outcome) for outcome in right.outcomes)
