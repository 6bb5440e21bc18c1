"""`mgllm report`: runs as one page that a reader opens in a browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mgllm.commands._named_runs import refuse_empty
from mgllm.commands._page_content import PageOptions, page_content, read_runs
from mgllm.errors import InputError
from mgllm.experiment.verifying.doubts import warn_of
from mgllm.files.writing import naming_unwritten, replace_text
from mgllm.pages.report.page import build_page


@dataclass(frozen=True)
class WrittenPage:
    """A page on disk."""

    path: Path
    """Where."""
    size: int
    """Bytes."""
    records: int
    """Records that it shows."""


def report(runs: Sequence[str | Path], out: Path, options: PageOptions | None = None) -> WrittenPage:
    """Write the page of one or more runs, each of which has records.

    Args:
        runs: folders, names, beginnings or ends of names, or `latest`.
        out: the page's file; one of the same name is replaced.
        options: what is in it.

    Raises:
        InputError: there is no such run, it is damaged or has no records, or the file cannot be
            written.
    """
    options = options or PageOptions()
    stored = read_runs(runs, options)
    warn_of(stored)
    refuse_empty(stored, "a page needs at least one (`mgllm view` waits for records)")
    page = build_page(page_content(stored, options))
    _write(out, page)
    return WrittenPage(out, len(page.encode()), sum(len(run.records) for run in stored))


def _write(out: Path, page: str) -> None:
    """Completely or not at all."""
    if out.is_dir():
        raise InputError(f"{out} is a folder; give a file: -o report.html")
    with naming_unwritten(out, "; choose another -o"):
        out.parent.mkdir(parents=True, exist_ok=True)
        replace_text(out, page)
