"""The runs that a command names, read: each once, none against itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mgllm.errors import InputError
from mgllm.store import StoredRun, find_run, read_run


def named_runs(
    runs: Sequence[str | Path], results: Path, against: str | Path | None = None
) -> list[StoredRun]:
    """The runs in the order named, the one they are set against last.

    A folder named twice is read once; one that the others are set against is not set against itself.

    Args:
        runs: folders, names, beginnings or ends of names, or `latest`.
        results: where names are looked up.
        against: another run, likewise.

    Raises:
        InputError: a run is not there or is damaged, is a copy of another, or is set against itself.
    """
    folders = {folder.resolve(): folder for name in runs for folder in [find_run(name, results)]}
    if against is not None:
        other = find_run(against, results)
        folders.pop(other.resolve(), None)
        if not folders:
            raise InputError(f"--against {against} is the run itself; name another run")
        folders[other.resolve()] = other
    found = [read_run(folder) for folder in folders.values()]
    seen: dict[str, Path] = {}
    for run in found:
        if (twin := seen.setdefault(run.manifest.id, run.path)) != run.path:
            raise InputError(f"{run.path} and {twin} are one run ('{run.manifest.id}'); name it once")
    return found


def refuse_empty(runs: Sequence[StoredRun], why: str) -> None:
    """Refuse a run without records.

    Raises:
        InputError: it has none; `why` says what to do.
    """
    for run in runs:
        if not run.records:
            raise InputError(f"{run.path} has no records yet; {why}")
