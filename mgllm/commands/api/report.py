"""`mgllm.report`: runs as one page that opens in a browser."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mgllm.commands._page_content import PageOptions
from mgllm.commands.api._door import python_door
from mgllm.commands.api._runs import AnyRun, run_place, run_places
from mgllm.commands.report import report as report_flow


@python_door
def report(  # noqa: PLR0913  # keywords of the public API
    runs: AnyRun | Iterable[AnyRun],
    out: str | Path = "report.html",
    *,
    against: AnyRun | None = None,
    items: str | Path | None = None,
    redact: bool = False,
    texts: bool = True,
    results: str | Path = "results",
) -> Path:
    """Write one page about runs: summary, plots, and every item down to its prompts and replies.

    Args:
        runs: One run or several, as for `compare`. Each has records.
        out: The page's file; a file of the same name is replaced.
        against: A run to subtract from each of the others, arm by arm.
        items: The item file of the runs, for the times of gestures and speech.
        redact: Leave out run ids, file names and folders of local models.
        texts: Show prompts and replies.
        results: The folder in which names are looked up.

    Returns:
        The page's file. It needs nothing else and can be sent by mail.

    Raises:
        InputError: A run is not there, is damaged or has no records, or the file cannot be written.

    Example:
        >>> mgllm.report("latest", "report.html")
        PosixPath('report.html')
    """
    options = PageOptions(
        against=None if against is None else str(run_place(against, "against")),
        items=None if items is None else str(items),
        redact=redact,
        texts=texts,
        results=Path(results),
    )
    return report_flow(run_places(runs), Path(out), options).path
