"""The contract of a check of a run folder, and the shelf of checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mgllm.experiment.verifying.evidence import Evidence
from mgllm.records.verification import CheckResult
from mgllm.registry import Shelf


@dataclass(frozen=True, slots=True)
class Found:
    """What a check saw."""

    looked_at: int
    """Things looked at."""
    wrong: int = 0
    """Those of them that are not as they should be."""
    first: str | None = None
    """The first of those: where, and what."""
    note: str | None = None
    """What is no fault and worth knowing."""


Look = Callable[[Evidence], Found | str]
"""Looks at a run folder; a string says why there is nothing to look at."""


@dataclass(frozen=True)
class Check:
    """One thing that is true of every whole run."""

    name: str
    """Its name."""
    about: str
    """What is true, in one phrase."""
    place: int
    """Where it stands in the list."""
    look: Look
    """Looks."""

    def result(self, evidence: Evidence) -> CheckResult:
        """What is found of a run."""
        found = self.look(evidence)
        if isinstance(found, str):
            return CheckResult(name=self.name, about=self.about, status="skipped", note=found)
        return CheckResult(
            name=self.name,
            about=self.about,
            status="failed" if found.wrong else "ok",
            looked_at=found.looked_at,
            wrong=found.wrong,
            first=found.first,
            note=found.note,
        )


checks: Shelf[Check] = Shelf("check", "mgllm.experiment.verifying")
"""`@check("NAME")` puts a check here."""


def check(name: str, *, about: str, place: int) -> Callable[[Look], Look]:
    """Decorator: register a check under `name`."""

    def put(look: Look) -> Look:
        checks.register(name)(Check(name, about, place, look))
        return look

    return put


def tally(places: Iterable[str | None], note: str | None = None) -> Found:
    """One entry for each thing looked at: None where it is right, else where it is and what is wrong."""
    looked_at, wrong, first = 0, 0, None
    for place in places:
        looked_at += 1
        if place is not None:
            wrong += 1
            first = first or place
    return Found(looked_at, wrong, first, note)
