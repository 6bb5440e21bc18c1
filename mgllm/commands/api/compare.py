"""`mgllm.compare`: what the gestures did, over one or more runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from mgllm.commands.api._door import python_door
from mgllm.commands.api._runs import AnyRun, run_place, run_places
from mgllm.commands.compare import compare as compare_flow
from mgllm.commands.shown import ShownSummary


@python_door
def compare(  # noqa: PLR0913  # keywords of the public API
    runs: AnyRun | Iterable[AnyRun],
    *,
    against: AnyRun | None = None,
    results: str | Path = "results",
    redact: bool = False,
    by: str | None = None,
    items: str | Path | None = None,
    pairs: Sequence[tuple[str, str]] = (),
) -> ShownSummary:
    """Arms against the baseline arm, over one run or several together.

    Args:
        runs: One run or several: folders, names, beginnings or ends of names, `"latest"`, or what
            `run` and `load_run` returned. All claims of a call are one family for Holm's
            correction.
        against: A run to subtract from each of the others, arm by arm.
        results: The folder in which names are looked up.
        redact: Leave out run ids, ids of items, file names and folders of local models.
        by: A covariate of the items, or `"exposure"`: each of its values becomes a slice.
        items: With `by`: the item set that the runs asked, if it is no longer where they found it.
        pairs: Further contrasts, each an arm and the arm that is subtracted from it.

    Returns:
        A summary: `.effects`, `.arms`, `.claims` …; `to_frame()` has a number a row, `plot()`
        draws, and a notebook shows the short table.

    Raises:
        InputError: A run is not there, is damaged or has no records, or no item has such a
            covariate.

    Example:
        >>> summary = mgllm.compare("latest", pairs=[("text+mg", "mg")])
        >>> summary.plot()
    """
    return compare_flow(
        run_places(runs),
        against=None if against is None else run_place(against, "against"),
        results=Path(results),
        redact=redact,
        by=by,
        items=None if items is None else str(items),
        pairs=pairs,
    )
