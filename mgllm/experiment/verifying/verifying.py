"""Runs all checks of a run folder."""

from __future__ import annotations

from pathlib import Path

from mgllm.experiment.verifying.base import checks
from mgllm.experiment.verifying.evidence import read_evidence
from mgllm.records.verification import Verification


def verify_folder(folder: Path) -> Verification:
    """Run every check on the shelf on a run folder.

    Raises:
        InputError: it is not a run, or a file in it cannot be read at all.
    """
    evidence = read_evidence(folder)
    shelf = sorted((checks.get(name) for name in checks.names()), key=lambda one: (one.place, one.name))
    results = tuple(one.result(evidence) for one in shelf)
    return Verification(
        run=str(folder), whole=all(result.status != "failed" for result in results), checks=results
    )
