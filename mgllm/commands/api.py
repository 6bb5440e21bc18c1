"""The Python face of `mgllm run` and of a stored run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mgllm.analysis import RunRecords, frame, summarise
from mgllm.commands._options import from_flat
from mgllm.commands.run import run as run_flow
from mgllm.commands.shown import ShownSummary, shown
from mgllm.experiment.finishing import Finished
from mgllm.experiment.verifying.doubts import warn_of
from mgllm.records import Record, RunManifest
from mgllm.store import find_run, read_run

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class LoadedRun:
    """A run read back from its folder."""

    folder: Path
    """Its folder."""
    manifest: RunManifest
    """Everything that decided its numbers."""
    records: tuple[Record, ...]
    """Its records, the last line of every key."""

    def to_frame(self) -> pd.DataFrame:
        """One row per record, flat columns; see docs/statistics.md."""
        return frame(RunRecords(self.manifest, self.records).records)

    def summary(self) -> ShownSummary:
        """Arms, effects and claims."""
        return shown(summarise([RunRecords(manifest=self.manifest, records=self.records)]))

    def _repr_html_(self) -> str:
        """Its short table, as a notebook shows it."""
        return self.summary()._repr_html_()


def run(*, resume: str | Path | None = None, **options: object) -> Finished:
    """Run scenarios on a model, as `mgllm run` does.

    Args:
        resume: a run to go on with.
        options: the command line's options by name, dashes as underscores: `model="local"`,
            `scenarios=["emotion"]`, `items="items.jsonl"`, `arms=("text", "text+mg")`, `limit=12` …

    Returns:
        The run's folder, summary and table.

    Raises:
        InputError: anything that does not fit, before any call.
    """
    finished = run_flow(from_flat({"display": "none", **options}), resume)
    return replace(finished, summary=shown(finished.summary))


def load_run(path: str | Path, results: Path = Path("results")) -> LoadedRun:
    """Read a run by its folder, its name, the beginning or end of it, or `latest`.

    Raises:
        InputError: there is none, or it is damaged.
    """
    stored = read_run(find_run(path, results))
    warn_of([stored])
    return LoadedRun(folder=stored.path, manifest=stored.manifest, records=stored.records)
