"""From a run's records to its summary and tables."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mgllm.analysis import RunRecords, render, served_models, summarise
from mgllm.errors import BudgetReached
from mgllm.records import Summary
from mgllm.store import RunWriter, read_run

TABLE_FORMATS = ("md", "csv", "tex")
"""Formats that stand in every run folder."""


@dataclass(frozen=True)
class Finished:
    """A run that has come to its end, or to a stop."""

    folder: Path
    """Its folder."""
    summary: Summary
    """What its tables show."""
    table: str
    """The table as markdown, without checks and exploratory differences; all of it is in `table.md`."""
    planned: int
    """Records that a whole run has."""
    records: int
    """Records it has."""
    failed: int
    """Records without a reply."""
    stopped: BudgetReached | None = None
    """Why it stopped early, if a budget did."""

    @property
    def exit_code(self) -> int:
        """0 whole, 1 some records failed, 3 stopped by a budget."""
        if self.stopped is not None:
            return self.stopped.exit_code
        return 1 if self.failed or self.records < self.planned else 0


def finish(folder: Path, writer: RunWriter, planned: int, stopped: BudgetReached | None) -> Finished:
    """Write `summary.json` and the tables of a run."""
    stored = read_run(folder)
    manifest = stored.manifest.model_copy(update={"served_models": served_models(stored.records)})
    writer.write_manifest(manifest)
    summary = summarise([RunRecords(manifest=manifest, records=stored.records)])
    tables = {suffix: render(summary, suffix) for suffix in TABLE_FORMATS}
    writer.write_tables(summary, tables)
    return Finished(
        folder=folder,
        summary=summary,
        table=render(summary, "md", brief=True),
        planned=planned,
        records=len(stored.records),
        failed=sum(record.outcome == "failed" for record in stored.records),
        stopped=stopped,
    )
