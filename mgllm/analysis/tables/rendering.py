"""A summary in the format asked for."""

from __future__ import annotations

from mgllm.analysis.statistics.gates import with_margin
from mgllm.analysis.tables.sections import SHAPES, Layout, table_formats
from mgllm.errors import InputError, unknown
from mgllm.records import Summary


def render(
    summary: Summary,
    form: str,
    *,
    margin: float | None = None,
    brief: bool = False,
    shape: str = "tables",
    ids: bool = False,
) -> str:
    """The same bytes for the same summary.

    Args:
        summary: what to show.
        form: the name of a format: md, csv, tex, html, json, or one from outside.
        margin: also say whether accuracy differences are within ± this share (0.05: five points).
        brief: what was answered, how well, and the primary contrasts; md, tex and html only.
        shape: tables; wide: one contrast a line, metrics side by side; long: one number a line (also csv).
        ids: name the items gained and lost; md, tex and html only.

    Raises:
        InputError: no such format or shape, or a margin that is not positive.
    """
    if form not in (known := table_formats.names()):
        raise InputError(f"--format: {unknown('format', form, known)}")
    if shape not in SHAPES:
        raise InputError(f"--shape: {unknown('shape', shape, SHAPES)}")
    if margin is not None:
        summary = with_margin(summary, margin)
    return table_formats.get(form)(summary, Layout(brief=brief, shape=shape, ids=ids))
