"""A part of the page is one function on the shelf, found by its registration line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mgllm.analysis.tables.columns import Table
from mgllm.commands._page_content import PageOptions, page_content, read_runs
from mgllm.pages.report.page import build_page, made_sections
from mgllm.pages.report.section import PageContent, Section, section, sections
from mgllm.testing.made_run import MadeRun, write_made_run


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> PageContent:
    made = MadeRun(items=20, arms=("none", "text", "text+mg", "text+shuffled", "text+noisy@0.5"))
    run = write_made_run(tmp_path_factory.mktemp("sections") / "run", made)
    return page_content(read_runs([run], PageOptions()), PageOptions())


@pytest.fixture
def words(content: PageContent) -> Iterator[str]:
    """A part from outside, taken off the shelf again."""

    @section("words")
    def words_section(content: PageContent) -> Section | None:
        """How many runs."""
        table = Table("Count <here>", ("runs",), ((str(len(content.runs)),),))
        return Section("words", "In words", "Counted.", tables=(("All", (table,)),))

    yield "words"
    sections._things.pop("words")


def test_the_parts_stand_in_the_order_of_the_page(content: PageContent) -> None:
    shown = ["differences", "arms", "calibration", "confusion", "places", "dose"]
    assert [part.id for part in made_sections(content)] == shown
    assert sections.names() == sorted([*shown, "gestures", "references"])


def test_a_part_is_called_as_on_the_shelf(content: PageContent) -> None:
    for name in sections.names():
        part = sections.get(name)(content)
        assert part is None or part.id == name


def test_a_part_from_outside_stands_last(content: PageContent, words: str) -> None:
    assert [part.id for part in made_sections(content)][-2:] == ["dose", words]
    page = build_page(content)
    assert page.index('<section id="dose"') < page.index('<section id="words"') < page.index('id="items"')
    assert "Count &lt;here&gt;" in page


def test_a_part_without_anything_to_show_is_left_out(content: PageContent) -> None:
    assert sections.get("gestures")(content) is None
    assert "gestures" not in {part.id for part in made_sections(content)}
