"""What a caller of Python may give for a run, as folders and names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

from mgllm.commands.api.load_run import LoadedRun
from mgllm.errors import InputError
from mgllm.experiment.finishing import Finished

AnyRun: TypeAlias = str | Path | LoadedRun | Finished
"""A folder, a name, a part of a name, `"latest"`, or what `run` and `load_run` return."""


def run_place(run: object, keyword: str) -> str | Path:
    """The folder or the name of one run.

    Raises:
        InputError: the value is not a run.
    """
    if isinstance(run, LoadedRun | Finished):
        return run.folder
    if isinstance(run, str | Path) and str(run):
        return run
    raise InputError(
        f"{keyword} must be a run, not {run!r:.60}: a folder, a name or 'latest', or what run() or "
        "load_run() returned"
    )


def run_places(runs: AnyRun | Iterable[AnyRun]) -> Sequence[str | Path]:
    """Folders or names of one run or several.

    Raises:
        InputError: there is none, or a value is not a run.
    """
    if isinstance(runs, str | Path | LoadedRun | Finished) or not isinstance(runs, Iterable):
        return [run_place(runs, "runs")]
    places = [run_place(run, "runs") for run in runs]
    if not places:
        raise InputError("runs is empty: name at least one run, such as 'latest'")
    return places
