"""`mgllm verify`: whether run folders are complete and their files fit together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mgllm.experiment.verifying.verifying import verify_folder
from mgllm.records.verification import Verification
from mgllm.store import find_run


def verify(runs: Sequence[str | Path], results: Path = Path("results")) -> tuple[Verification, ...]:
    """Check runs in every way; each folder once.

    Args:
        runs: folders, names, beginnings or ends of names, or `latest`.
        results: where names are looked up.

    Raises:
        InputError: a run is not there, or cannot be read at all.
    """
    folders = {folder.resolve(): folder for name in runs for folder in [find_run(name, results)]}
    return tuple(verify_folder(folder) for folder in folders.values())
