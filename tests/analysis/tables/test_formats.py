"""A format is one function on the shelf."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mgllm.analysis import RunRecords, render, summarise
from mgllm.analysis.tables.sections import Layout, lay_out, table_format, table_formats
from mgllm.errors import InputError
from mgllm.records import Summary


@pytest.fixture
def titles() -> Iterator[str]:
    """A format from outside, taken off the shelf again."""

    @table_format("titles")
    def titles_alone(summary: Summary, layout: Layout) -> str:
        """A line per table."""
        report = lay_out(summary, layout)
        return "".join(f"{table.title}\n" for section in report.sections for table in section.tables)

    yield "titles"
    table_formats._things.pop("titles")


def test_a_format_from_outside(made_run: Callable[..., RunRecords], titles: str) -> None:
    summary = summarise([made_run(1)])
    assert "What was answered" in render(summary, titles).splitlines()
    assert render(summary, titles, shape="long") == "Every number, one a line\n"
    assert len(render(summary, titles, brief=True)) < len(render(summary, titles))


def test_the_formats_there_are(made_run: Callable[..., RunRecords]) -> None:
    assert table_formats.names() == ["csv", "html", "json", "md", "tex"]
    summary = summarise([made_run(1)])
    with pytest.raises(InputError, match=r"unknown format 'markdwn'\. Known: csv, html, json, md, tex"):
        render(summary, "markdwn")
    with pytest.raises(InputError, match=r"--shape: unknown shape 'lon'\. Did you mean 'long'\?"):
        render(summary, "md", shape="lon")
