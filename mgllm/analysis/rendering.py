"""A summary in the format asked for."""

from __future__ import annotations

from mgllm.analysis.flat import flat_csv
from mgllm.analysis.html import html
from mgllm.analysis.latex import latex
from mgllm.analysis.markdown import markdown
from mgllm.analysis.sections import lay_out
from mgllm.errors import InputError, unknown
from mgllm.records import Summary

PEOPLE = {"md": markdown, "tex": latex, "html": html}
"""Formats for people: rounded, with remarks."""
FORMATS = ("md", "csv", "tex", "html", "json")
"""What `compare --format` takes."""


def render(summary: Summary, form: str, *, margin: float | None = None, brief: bool = False) -> str:
    """The same bytes for the same summary.

    Args:
        summary: what to show.
        form: one of FORMATS.
        margin: also say whether the primary accuracy differences are within ± this share (0.05: five points).
        brief: without checks and exploratory differences; md, tex and html only.

    Raises:
        InputError: no such format, or a margin that is not positive.
    """
    if form == "json":
        return summary.model_dump_json(by_alias=True, indent=2) + "\n"
    if form == "csv":
        return flat_csv(summary)
    if form not in PEOPLE:
        raise InputError(f"--format: {unknown('format', form, FORMATS)}")
    return PEOPLE[form](lay_out(summary, margin=margin, brief=brief))
