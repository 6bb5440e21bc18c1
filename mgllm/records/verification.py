"""What `mgllm verify` finds of a run folder."""

from __future__ import annotations

from typing import Literal

from mgllm.records.frozen import Frozen


class CheckResult(Frozen):
    """What one check found."""

    name: str
    """The check."""
    about: str
    """What is true of a complete run."""
    status: Literal["ok", "failed", "skipped"]
    """skipped: there is nothing to check, `note` says why."""
    looked_at: int = 0
    """Lines, records, prompts or numbers that were looked at."""
    wrong: int = 0
    """Those of them that are not as they should be."""
    first: str | None = None
    """The first of those: where, and what."""
    note: str | None = None
    """Why it was skipped, or something worth knowing that is not a fault."""


class Verification(Frozen):
    """What all checks found of one run."""

    run: str
    """Its folder."""
    whole: bool
    """No check failed."""
    checks: tuple[CheckResult, ...]
    """In the order of the run: manifest, records, prompts, item set, tables."""
