"""The seven functions at work, and what they return as it is looked at."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.commands.api._finished import FinishedRun
from mgllm.commands.api._shown_items import MOST_ROWS
from mgllm.items.loading import load_items
from mgllm.prompts.scenarios import Folders
from mgllm.testing.made_run import MadeRun, write_made_run
from tests.conftest import Shelve

ITEMS = Path(__file__).parents[3] / "scenarios" / "items" / "emotion.jsonl"
MARKUP = "<script>alert(1)</script>\u202e&<b>"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A results folder with two runs."""
    folder = tmp_path / "results"
    for name in ("20260101T000000Z_made_one_aaaaaa", "20260102T000000Z_made_two_bbbbbb"):
        write_made_run(folder / name, MadeRun(items=24, model=f"made/{name[-6:]}"))
    return folder


def test_a_run_in_a_word_a_path_a_value_or_a_list_is_the_same_run(results: Path) -> None:
    loaded = mgllm.load_run("latest", results)
    assert loaded.folder.name.endswith("bbbbbb")
    whole = mgllm.compare("latest", results=results)
    for same in (loaded, loaded.folder, str(loaded.folder), [loaded], (loaded.folder,), iter([loaded])):
        assert mgllm.compare(same) == whole
    assert loaded.summary() == whole


def test_several_runs_and_one_to_set_them_against(results: Path) -> None:
    one, other = (mgllm.load_run(path) for path in sorted(results.iterdir()))
    both = mgllm.compare([one, "latest"], results=results)
    assert {arm.row.model for arm in both.arms} == {"made/aaaaaa", "made/bbbbbb"}
    between = mgllm.compare("latest", against=one, results=results)
    assert len(between.effects) > len(mgllm.compare(other).effects)
    assert between == mgllm.compare(other, against=one.folder.name, results=results)


def test_a_report_is_where_it_was_wanted(results: Path, tmp_path: Path) -> None:
    page = mgllm.report("latest", str(tmp_path / "report.html"), results=results)
    assert page == tmp_path / "report.html"
    assert "made/bbbbbb" in page.read_text(encoding="utf-8")
    other = mgllm.report(mgllm.load_run("latest", results), tmp_path / "other.html", texts=False, redact=True)
    assert "20260102T000000Z" in page.read_text(encoding="utf-8")
    assert "20260102T000000Z" not in other.read_text(encoding="utf-8")


def test_a_loaded_run_is_one_line(results: Path) -> None:
    run = mgllm.load_run("latest", results)
    assert repr(run).startswith(f"LoadedRun({str(run.folder)!r}, model='made/bbbbbb', ")
    assert len(repr(run)) < 250


def test_a_run_shows_itself_and_goes_on_by_its_value(meeting: dict[str, Any], shelve: Shelve) -> None:
    shelve()
    run = mgllm.run(**meeting)
    assert run.exit_code == 0
    assert repr(run) == f"FinishedRun({str(run.folder)!r}, 24 of 24 records, 24 answered)"
    assert run._repr_html_() == run.summary._repr_html_()
    assert mgllm.compare(run) == run.summary
    assert mgllm.run(resume=run, results=meeting["results"]).folder == run.folder
    assert mgllm.run(resume="latest", results=meeting["results"]).summary == run.summary


def test_a_run_that_goes_on_keeps_its_own_options(meeting: dict[str, Any], shelve: Shelve) -> None:
    backend = shelve()
    run = mgllm.run(**meeting, limit=2, seed=7, max_requests=2)
    asked = len(backend.asked)
    more = mgllm.run(resume=run.folder, results=meeting["results"], max_requests=99)
    assert mgllm.load_run(more.folder).manifest.seed == 7
    assert more.records == more.planned == run.planned
    assert len(backend.asked) > asked


def test_one_name_is_as_good_as_a_list(meeting: dict[str, Any], shelve: Shelve) -> None:
    shelve()
    run = mgllm.run(**meeting | {"scenarios": "meeting"}, arms="text")
    assert {record.arm for record in mgllm.load_run(run.folder).records} == {"text"}


def test_a_run_inside_a_running_loop(meeting: dict[str, Any], shelve: Shelve) -> None:
    shelve()

    async def cell() -> list[FinishedRun]:
        return [mgllm.run(**meeting), mgllm.run(**meeting)]

    first, second = asyncio.run(cell())
    assert first.folder != second.folder
    assert first.summary.effects == second.summary.effects == mgllm.run(**meeting).summary.effects


def test_render_shows_the_baseline_and_what_differs(folders: Folders) -> None:
    mine: dict[str, Any] = {"scenarios_dir": folders.scenarios, "prompts_dir": folders.prompts}
    made = mgllm.render("meeting", item="meeting-p1-2", **mine)
    assert str(made) == repr(made)
    assert repr(made).startswith("meeting / meeting-p1-2, chat form, labels in the order ")
    assert repr(made).index("=== text ") < repr(made).index("=== text+mg ")
    assert "\n+ 0:" in repr(made)
    assert "folding arms" in made.text("text+mg")
    assert "folding arms" not in made.text("text")
    assert mgllm.render("meeting", **mine).item == "meeting-p1-1"
    only = mgllm.render("meeting", arms=["text", "mg"], form="cloze", seed=3, **mine)
    assert [arm.arm for arm in only.arms] == ["text", "mg"]
    with pytest.raises(mgllm.InputError, match=r"unknown arm of this scenario 'test'\. Did you mean 'text'"):
        made.text("test")


def test_what_anybody_wrote_is_escaped(folders: Folders, tmp_path: Path) -> None:
    """Ids, speech and gestures may come from anybody's files."""
    assert folders.scenarios is not None
    lines = [
        {
            "id": f"{number}<i>",
            "subject": f"s{number}{MARKUP[:25]}",
            "target": ("agrees", "objects")[number % 2],
            "speech": [{"speaker": "<u>", "text": f"{MARKUP} {number}", "start": 1.0, "end": 2.5}],
            "gestures": {
                "annotated": {"gestures": [{"label": f"<em>{n}", "start": n} for n in range(number)]}
            },
            "covariates": {"<s>": "<q>"},
        }
        for number in range(1, 5)
    ]
    source = tmp_path / "mine.jsonl"
    source.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    items = mgllm.load_items(source)
    mine: dict[str, Any] = {"scenarios_dir": folders.scenarios, "prompts_dir": folders.prompts}
    made = mgllm.render("meeting", items=source, item="2<i>", **mine)
    for html in (items._repr_html_(), items[1]._repr_html_(), made._repr_html_()):
        tags = set(re.findall(r"</?(\w+)", html))
        assert tags <= {"table", "caption", "thead", "tbody", "tr", "th", "td", "p", "strong"} | {
            *("pre", "details", "summary"),
        }
        assert "\u202e" not in html
        assert "&lt;i&gt;" in html
    for text in (repr(items), repr(items[1]), repr(made)):
        assert "\u202e" not in text


def test_items_are_the_items_of_the_file() -> None:
    items = mgllm.load_items(ITEMS)
    assert items == load_items(ITEMS)
    assert load_items(ITEMS)[0] == items[0]
    assert items[0].model_dump() == load_items(ITEMS)[0].model_dump()
    assert items.by_id("emotion-02b") is items[3]
    assert items[0].model_copy(update={"id": "x"}) != items[0]
    with pytest.raises(mgllm.InputError, match="Did you mean 'emotion-02b'"):
        items.by_id("emotion-2b")


def test_a_set_is_a_table_and_an_item_its_speech_and_gestures() -> None:
    items = mgllm.load_items(ITEMS)
    assert repr(items).splitlines()[0] == "24 items of 12 subjects:"
    assert len(repr(items).splitlines()) == 5
    assert items._repr_html_().count("<tr>") == MOST_ROWS + 1
    assert f"and {24 - MOST_ROWS} more" in items._repr_html_()
    page = items[0]._repr_html_()
    assert "It was a long afternoon out there" in page
    assert ">10.7–11.9</td>" in page
    assert ">touching or scratching neck</td>" in page
    assert "confidence" not in page


def test_transcribe_takes_what_the_command_takes(
    fake_detector: object, film: Any, small_classifier: Path, tmp_path: Path
) -> None:
    talk = film("talk.mkv")
    made = mgllm.transcribe(
        talk, tmp_path / "out", checkpoint=small_classifier, subject="s1", display="none",
        settings={"timeline.windows.seconds": 1.5},
    )  # fmt: skip
    assert made.out == tmp_path / "out"
    assert (tmp_path / "out" / "talk.mg.json").is_file()
    with pytest.raises(mgllm.InputError, match=r"nothing\.mkv"):
        mgllm.transcribe(tmp_path / "nothing.mkv", tmp_path / "out", checkpoint=small_classifier)
