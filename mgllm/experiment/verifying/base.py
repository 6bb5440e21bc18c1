"""The contract of a check of a run folder, and the shelf of checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mgllm.experiment.verifying.evidence import Evidence
from mgllm.records.verification import CheckResult
from mgllm.registry import Shelf


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found."""

    looked_at: int
    """Number of things checked."""
    wrong: int = 0
    """Number of faults."""
    first: str | None = None
    """The first fault: where, and what."""
    note: str | None = None
    """Worth knowing, but not a fault."""


Look = Callable[[Evidence], Found | str]
"""Checks a run folder; returns a string if there is nothing to check, with the reason."""


@dataclass(frozen=True)
class Check:
    """One thing that is true of every complete run."""

    name: str
    """Its name."""
    about: str
    """What is true, in one phrase."""
    place: int
    """Its place in the list: a lower number comes first."""
    look: Look
    """Does the check."""

    def result(self, evidence: Evidence) -> CheckResult:
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
"""`@check("NAME")` registers a check here."""


def check(name: str, *, about: str, place: int) -> Callable[[Look], Look]:
    """Decorator: register a check under `name`."""

    def put(look: Look) -> Look:
        checks.register(name)(Check(name, about, place, look))
        return look

    return put


def tally(places: Iterable[str | None], note: str | None = None) -> Found:
    """Count the entries, one for each thing checked: None if it is right, else where and what is
    wrong."""
    looked_at, wrong, first = 0, 0, None
    for place in places:
        looked_at += 1
        if place is not None:
            wrong += 1
            first = first or place
    return Found(looked_at, wrong, first, note)
