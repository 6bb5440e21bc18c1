"""`mgllm.load_run`: a stored run as a value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mgllm.analysis import RunRecords, frame, summarise
from mgllm.commands.api._door import python_door
from mgllm.commands.shown import ShownSummary, shown
from mgllm.errors import one_line
from mgllm.experiment.verifying.doubts import warn_of
from mgllm.records import Record, RunManifest
from mgllm.store import find_run, read_run

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class LoadedRun:
    """A run read back from its folder."""

    folder: Path
    """Its folder."""
    manifest: RunManifest
    """Everything that decided its numbers."""
    records: tuple[Record, ...]
    """Its records, the last line of every key."""

    def to_frame(self) -> pd.DataFrame:
        """One row for each record, with flat columns; docs/statistics.md lists them."""
        return frame(RunRecords(self.manifest, self.records).records)

    def summary(self) -> ShownSummary:
        """Arms, effects and claims."""
        return shown(summarise([RunRecords(manifest=self.manifest, records=self.records)]))

    def __repr__(self) -> str:
        """One line: a run may have thousands of records."""
        return one_line(
            f"LoadedRun({str(self.folder)!r}, model={self.manifest.model!r}, {len(self.records)} records)"
        )

    def _repr_html_(self) -> str:
        """Its short table, as a notebook shows it."""
        return self.summary()._repr_html_()


@python_door
def load_run(path: str | Path, results: str | Path = "results") -> LoadedRun:
    """Read a stored run.

    Args:
        path: The run: its folder, its name, the beginning or end of its name, or `"latest"`.
        results: The folder in which names are looked up.

    Returns:
        Folder, manifest and records; `to_frame()` gives the records as a pandas frame, `summary()`
        the effects.

    Raises:
        InputError: There is no such run, or it is damaged.

    Example:
        >>> run = mgllm.load_run("latest")
        >>> run.to_frame().groupby("arm").correct.mean()
    """
    stored = read_run(find_run(path, Path(results)))
    warn_of([stored])
    return LoadedRun(folder=stored.path, manifest=stored.manifest, records=stored.records)
