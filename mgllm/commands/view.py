"""`mgllm view`: a run's page in the browser while the run goes on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mgllm.commands._page_content import PageOptions, page_content, read_runs
from mgllm.errors import InputError
from mgllm.experiment.verifying.doubts import warn_of
from mgllm.pages.report.page import build_page
from mgllm.pages.report.serving import PageServer, PageSource
from mgllm.store import MANIFEST, PROMPTS, RECORDS, find_run


def view(runs: Sequence[str | Path], options: PageOptions, port: int = 0) -> PageServer:
    """A server of the runs' page, on 127.0.0.1; `serve` it. A run may have no records yet.

    Args:
        runs: folders, names, beginnings or ends of names, or `latest`; `latest` is looked up once.
        options: what is on the page.
        port: 0 takes a free one.

    Raises:
        InputError: a run is not there or is damaged, or the port is taken.
    """
    folders = [find_run(name, options.results) for name in runs]
    warn_of(read_runs(folders, options))

    def build(version: str) -> tuple[str, int]:
        stored = read_runs(folders, options)
        return build_page(page_content(stored, options), version=version), sum(len(s.records) for s in stored)

    try:
        return PageServer(PageSource(lambda: _version(folders), build), port)
    except OverflowError:
        raise InputError(f"--port {port} is not a port: 0 to 65535; leave it out for a free one") from None
    except OSError as error:
        why = error.strerror or error
        raise InputError(f"--port {port} cannot be used: {why}; leave it out for a free one") from None


def _version(folders: Sequence[Path]) -> str:
    """Sizes and times of the files that a page is made of."""
    stats = [
        (folder / name).stat()
        for folder in folders
        for name in (MANIFEST, RECORDS, PROMPTS)
        if (folder / name).is_file()
    ]
    return "-".join(f"{stat.st_size:x}.{stat.st_mtime_ns:x}" for stat in stats)
