"""Summaries that show themselves: as frames, and in notebooks; and as the values that they were."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import mgllm
from mgllm.analysis import RunRecords, render, summarise
from mgllm.commands.shown import ShownSummary, shown
from mgllm.errors import InputError
from mgllm.records import Summary
from mgllm.testing.made_run import MadeRun, write_made_run

MakeRun = Callable[..., RunRecords]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on disk in which strangers have written markup."""
    return write_made_run(tmp_path_factory.mktemp("runs") / "one", MadeRun(items=24, model="made/<b>one</b>"))


@pytest.fixture(scope="module")
def found(folder: Path) -> ShownSummary:
    return mgllm.compare([folder])


def test_it_is_the_summary_that_it_shows(folder: Path, found: ShownSummary) -> None:
    run = mgllm.load_run(folder)
    bare = summarise([RunRecords(run.manifest, run.records)])
    assert type(bare) is Summary
    assert isinstance(found, Summary)
    assert found == bare
    assert bare == found
    assert run.summary() == found
    assert found.model_dump() == bare.model_dump()
    assert found.model_dump_json(by_alias=True) == bare.model_dump_json(by_alias=True)
    assert Summary.model_validate_json(found.model_dump_json(by_alias=True)) == found
    other = found.model_copy(update={"notes": ("another",)})
    assert other != found
    assert isinstance(other, ShownSummary)
    assert found != "a summary"


def test_it_can_be_copied_and_pickled(found: ShownSummary) -> None:
    for again in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found), copy.copy(found)):
        assert again == found
        assert isinstance(again, ShownSummary)
        assert again.schema_ == "mgllm.summary/1"
        assert again.model_fields_set == found.model_fields_set


def test_a_frame_has_every_number(found: ShownSummary) -> None:
    table = found.to_frame()
    effect = found.effects[0]
    here = table[(table.about == "effect") & (table.arm == effect.arm) & (table.baseline == effect.baseline)]
    (value,) = here[here.metric == effect.metric].value
    assert value == effect.difference
    assert len(table) == render(found, "csv", shape="long").count("\n") - 1


def test_a_loaded_run_keeps_a_row_for_each_record(folder: Path) -> None:
    run = mgllm.load_run(folder)
    assert len(run.to_frame()) == len(run.records)


def test_a_notebook_shows_the_short_table_and_no_markup_of_strangers(
    folder: Path, found: ShownSummary
) -> None:
    for text in (found._repr_html_(), mgllm.load_run(folder)._repr_html_()):
        assert words_of(text) == words_of(render(found, "html", brief=True))
        assert '<td style="text-align: left">not' in text  # a verdict; numbers stay to the right
        assert "<h2>" not in text
        assert "Verdict: " in text
        assert "What was answered" not in text
        assert "<b>" not in text
        assert "&lt;b&gt;one&lt;/b&gt;" in text


def words_of(html: str) -> list[str]:
    """What stands between the tags."""
    return [words for words in re.split(r"<[^>]*>", html) if words.strip()]


def test_printed_it_is_the_short_table(found: ShownSummary) -> None:
    assert repr(found) == str(found) == render(found, "md", brief=True).rstrip("\n")


def test_it_draws_itself(found: ShownSummary, tmp_path: Path) -> None:
    plot = found.plot()
    assert plot._repr_png_().startswith(b"\x89PNG")
    assert 2_000 < len(plot._repr_png_()) < 60_000
    assert plot.save(tmp_path / "forest.svg").read_text(encoding="utf-8").startswith("<?xml")
    assert found.plot("accuracy").figure is not plot.figure
    with pytest.raises(InputError, match=r"unknown plot 'florest'\. Did you mean 'forest'"):
        found.plot("florest")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="nothing for the forest plot"):
        found.model_copy(update={"effects": ()}).plot()


def test_a_made_run_shows_itself_too(made_run_summary: Summary) -> None:
    assert shown(made_run_summary) == made_run_summary


@pytest.fixture
def made_run_summary(folder: Path) -> Summary:
    """As the ledger makes it."""
    run = mgllm.load_run(folder)
    return summarise([RunRecords(run.manifest, run.records)])
