"""Makes the summary and the tables of a run from its records."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mgllm.analysis import RunRecords, render, served_models, summarise
from mgllm.errors import BudgetReached, one_line
from mgllm.records import Outcome, Record, Summary
from mgllm.store import RunWriter, read_run

TABLE_FORMATS = ("md", "csv", "tex")
"""Formats of the tables in every run folder."""


@dataclass(frozen=True)
class Finished:
    """A run that is complete or has stopped."""

    folder: Path
    """Its folder."""
    summary: Summary
    """What its tables show."""
    table: str
    """Verdict, models by arms and claims as markdown; everything else is in `table.md`."""
    planned: int
    """Records that a complete run has."""
    records: int
    """Records that this run has."""
    failed: int
    """Records without a reply."""
    stopped: BudgetReached | None = None
    """The budget that stopped it early, if one did."""
    answered: int = 0
    """Records with an answer."""
    advice: str | None = None
    """What to do if nothing was answered or most replies were cut off; else None."""

    @property
    def exit_code(self) -> int:
        """0 complete, 1 some records failed or nothing was answered, 3 stopped by a budget."""
        if self.stopped is not None:
            return self.stopped.exit_code
        nothing = self.records > 0 and not self.answered
        return 1 if self.failed or nothing or self.records < self.planned else 0


@dataclass
class Halted:
    """How far a run has come, for whoever ends it early."""

    folder: Path | None = None
    """Its folder, once there is one."""
    writer: RunWriter | None = None
    """What writes it."""
    planned: int = 0
    """Records that a complete run has."""
    finished: Finished | None = None
    """Its end, once tables are written."""

    @property
    def words(self) -> str:
        """What is kept and how to go on, in one line."""
        if self.folder is None:
            return "nothing was asked"
        tables = "" if self.finished is None else ", and tables are written"
        count = self.finished.records if self.finished else self.writer.lines if self.writer else 0
        there = f"{count:,} of {self.planned:,} records are kept{tables}"
        return f"{there}. Go on with: mgllm run --resume {shlex.quote(str(self.folder))}"


def finish(folder: Path, writer: RunWriter, planned: int, stopped: BudgetReached | None) -> Finished:
    """Write `summary.json` and the tables of a run."""
    stored = read_run(folder)
    manifest = stored.manifest.model_copy(update={"served_models": served_models(stored.records)})
    writer.write_manifest(manifest)
    summary = summarise([RunRecords(manifest=manifest, records=stored.records)])
    writer.write_tables(summary, run_tables(summary))
    return Finished(
        folder=folder,
        summary=summary,
        table=render(summary, "md", brief=True),
        planned=planned,
        records=len(stored.records),
        failed=sum(record.outcome == "failed" for record in stored.records),
        stopped=stopped,
        answered=sum(record.outcome == "answered" for record in stored.records),
        advice=advise(stored.records),
    )


def run_tables(summary: Summary) -> Mapping[str, str]:
    """The tables of a run folder, by the suffix of their files."""
    return {suffix: render(summary, suffix) for suffix in TABLE_FORMATS}


def advise(records: Sequence[Record]) -> str | None:
    """A line for a run in which nothing was answered, or more than half of the replies were cut
    off."""
    outcomes = Counter(record.outcome for record in records)
    cut = sum(record.finish_reason == "length" and record.outcome != "answered" for record in records)
    if outcomes["answered"] and cut <= len(records) / 2:
        return None
    if not records:
        return None
    counts = ", ".join(
        f"{count} {outcome}" for outcome, count in outcomes.most_common() if outcome != "answered"
    )
    what = (
        f"{cut} of {len(records)} replies were cut off"
        if outcomes["answered"]
        else f"nothing was answered: {counts}"
    )
    hints = Counter(record.error for record in records if record.error and record.outcome != "answered")
    why = f"; most often: {hints.most_common(1)[0][0]}" if hints else ""
    return one_line(f"{what}{why}. {_remedy(records, cut, outcomes)}")


def _remedy(records: Sequence[Record], cut: int, outcomes: Counter[Outcome]) -> str:
    """The most likely help."""
    if cut > len(records) / 2 or (cut and cut >= max(outcomes["failed"], outcomes["refused"])):
        thought = sum((record.reasoning_tokens or 0) > 0 for record in records)
        silent = sum(record.text == "" for record in records)
        if max(thought, silent) > cut / 2:
            return (
                "The model used all tokens for its thoughts: give --reasoning-effort none (or low), or a "
                "larger --max-tokens"
            )
        return "Give a larger --max-tokens"
    if outcomes["failed"] > len(records) / 2:
        return "Fix that, then go on with --resume"
    if outcomes["refused"] > len(records) / 2:
        return "The model declines the question: use another model or another wording (--paraphrase)"
    return "Look at the replies (mgllm show) and at what the server does (mgllm models probe)"
