"""A summary in the format asked for."""

from __future__ import annotations

from mgllm.analysis.statistics.gates import with_margin
from mgllm.analysis.tables.flat import flat_csv
from mgllm.analysis.tables.html import html
from mgllm.analysis.tables.latex import latex
from mgllm.analysis.tables.long import long_csv
from mgllm.analysis.tables.markdown import markdown
from mgllm.analysis.tables.sections import SHAPES, Layout, lay_out
from mgllm.errors import InputError, unknown
from mgllm.records import Summary

PEOPLE = {"md": markdown, "tex": latex, "html": html}
"""Formats for people: rounded, with remarks."""
FORMATS = ("md", "csv", "tex", "html", "json")
"""What `compare --format` takes."""


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
        form: one of FORMATS.
        margin: also say whether accuracy differences are within ± this share (0.05: five points).
        brief: what was answered, how well, and the primary contrasts; md, tex and html only.
        shape: tables; wide: one contrast a line, metrics side by side; long: one number a line (also csv).
        ids: name the items gained and lost; md, tex and html only.

    Raises:
        InputError: no such format or shape, or a margin that is not positive.
    """
    if form not in FORMATS:
        raise InputError(f"--format: {unknown('format', form, FORMATS)}")
    if shape not in SHAPES:
        raise InputError(f"--shape: {unknown('shape', shape, SHAPES)}")
    if margin is not None:
        summary = with_margin(summary, margin)
    if form == "json":
        return summary.model_dump_json(by_alias=True, indent=2) + "\n"
    if form == "csv":
        return long_csv(summary) if shape == "long" else flat_csv(summary)
    return PEOPLE[form](lay_out(summary, Layout(brief=brief, shape=shape, ids=ids)))
