"""A served page in a real browser: it waits for the first answer, and grows with its run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

pytest.importorskip("selenium", reason="pip install 'mgllm[test]' brings selenium")

from selenium.webdriver.support.ui import Select

import mgllm
from mgllm.commands._page_content import PageOptions, page_content, read_runs
from mgllm.commands.report import report
from mgllm.commands.view import view
from mgllm.errors import InputError
from mgllm.pages.report.page import run_facts
from mgllm.pages.report.serving import PageServer
from mgllm.records import Question, Reply
from mgllm.store import RunWriter
from mgllm.testing.made_run import MadeRun, made_answers, write_made_run
from mgllm.testing.scripted import say_by_hash

FEW = ("text", "text+mg")


@contextmanager
def served(server: PageServer) -> Iterator[str]:
    """The address of a server that answers meanwhile; leave the page before the server goes."""
    thread = Thread(target=server.serve)
    thread.start()
    try:
        yield server.address
    finally:
        server.close()
        thread.join()


def wait_until(condition: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_served_page_grows_with_its_run(opened: Any, tmp_path: Path) -> None:
    made = MadeRun(items=20, arms=FEW)
    run = write_made_run(tmp_path / "run", MadeRun(items=16, arms=FEW))
    with served(view([run], PageOptions())) as address:
        b = opened(address)
        assert b.status.startswith("16 of 16")
        Select(b.one("[name=target]")).select_by_visible_text("win")
        with RunWriter(run) as writer:
            for prompt, record in list(made_answers(made))[16 * 2 :]:
                writer.keep_prompt(prompt)
                writer.append(record)
        b.wait_for(lambda: b.status.startswith("10 of 20"), 30)
        assert "40 records" in b.one("#summary").text
        assert b.one("#live").text == "live: 40 records"
        b.get("about:blank")  # before the server goes, so that its next look does not fail


def test_a_run_that_is_just_starting_is_waited_for(opened: Any, shelve: Any, tmp_path: Path) -> None:
    """A real run, held up before its first answer: the page says so, and fills when answers come."""
    may_answer, results = Event(), tmp_path / "results"

    def held_up(question: Question) -> Reply | str:
        assert may_answer.wait(60)
        return say_by_hash(question)

    shelve(held_up)
    asked: dict[str, Any] = {
        "model": "scripted/x",
        "scenarios": ["emotion"],
        "results": results,
        "display": "none",
    }
    run = Thread(target=lambda: mgllm.run(**asked))
    run.start()
    try:
        wait_until(lambda: list(results.glob("*/manifest.json")))
        with served(view(["latest"], PageOptions(results=results))) as address:
            b = opened(address)
            assert b.texts(".waiting") == [
                "Nothing is answered yet. This page updates itself when records arrive."
            ]
            assert b.status == "0 of 0 items"
            parts = b.texts("header nav a")
            assert [parts[0], *parts[-2:]] == ["In words", "What was run", "Items"]
            assert "Differences between arms" not in parts
            may_answer.set()
            b.wait_for(lambda: b.status.startswith("24 of 24 items; text+mg compared with the baseline"), 60)
            b.wait_for(lambda: b.one("#live").text == "live: 144 records")
            assert b.texts(".waiting") == []
            assert "Arms" in b.texts("header nav a")
            assert b.run("return document.getElementById('theme').hidden") is False
            b.get("about:blank")
    finally:
        may_answer.set()
        run.join()


def test_the_first_answers_are_shown_one_by_one(opened: Any, tmp_path: Path) -> None:
    """Whatever stands in the run so far makes a page; an arm that comes later is the one looked at."""
    made = MadeRun(items=12, arms=("none", *FEW, "text+shuffled"))
    run = write_made_run(tmp_path / "run", made)
    lines = (run / "records.jsonl").read_bytes().splitlines(keepends=True)
    (run / "records.jsonl").write_bytes(b"")
    (run / "prompts.jsonl").unlink()
    with served(view([run], PageOptions())) as address:
        b = opened(address)
        for count, told in ((2, "1 of 1 items; text compared"), (48, "12 of 12 items; text+mg compared")):
            (run / "records.jsonl").write_bytes(b"".join(lines[:count]) + lines[0][: 40 * (count < 48)])
            b.wait_for(lambda n=count: b.one("#live").text == f"live: {n} records", 30)
            assert b.status.startswith(told)
        b.get("about:blank")


@pytest.mark.parametrize("against", [True, False])
def test_one_of_two_runs_may_be_empty(tmp_path: Path, against: bool) -> None:
    full, empty = (write_made_run(tmp_path / n, MadeRun(items=8, arms=FEW, model=n)) for n in ("one", "two"))
    (empty / "records.jsonl").write_bytes(b"")
    options = PageOptions(against=str(empty) if against else None)
    content = page_content(read_runs([full, empty][: 1 if against else 2], options), options)
    assert [facts.waiting for facts in run_facts(content.runs)] == [False, True]
    with pytest.raises(InputError, match=r"two has no records yet; a page needs at least one \(`mgllm view`"):
        report([full, empty], tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()
