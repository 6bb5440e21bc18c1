"""What must not be kept is in no file that a run can write: its folder, its log, pages and exports."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mgllm.cli.app import main
from mgllm.prompts.scenarios import Folders
from mgllm.store import run_names
from tests.served import Json, RuledServer, refusal, said

KEY = "sk-test-9d41c0ffee5ca1ab1e"
SPOKEN, FILE = "marmalade", "zanzibar"


@pytest.fixture
def items(folders: Folders, tmp_path: Path) -> Path:
    """The items of `meeting` with a word that is found again, in a file with a name that is."""
    assert folders.scenarios is not None
    lines = (folders.scenarios / "items" / "meeting.jsonl").read_text().splitlines()
    made = [json.loads(line) for line in lines]
    for number, item in enumerate(made):
        item |= {"speech": f"I would say {SPOKEN} {number}.", "terms": "restricted"}
    file = tmp_path / f"{FILE}.jsonl"
    file.write_text("\n".join(map(json.dumps, made)))
    return file


def echoing(body: Mapping[str, Any]) -> Json | tuple[int, Json]:
    """Repeats prompt and key: in an answer, in an error, in a reply that cannot be read."""
    words = str(body["messages"][-1]["content"])
    if SPOKEN not in words:
        return said(body, "agrees")
    if f"{SPOKEN} 0" in words:
        return refusal(f"cannot answer '{words}' with the key {KEY}")
    if f"{SPOKEN} 1" in words:
        return {"object": "error", "detail": f"{words} {KEY}"}
    return said(body, f"I hear {SPOKEN} and {KEY[:12]}.\nAnswer: agrees")


def call(*words: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    code = ended.value.code
    assert isinstance(code, int)
    return code


@pytest.fixture
def run(folders: Folders, items: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run `meeting` on the echoing server, with a log; returns the folder."""
    monkeypatch.setenv("ECHO_KEY", KEY)

    def go(*more: str) -> Path:
        with RuledServer(echoing) as server:
            words = ["run", "meeting", "--model", "openai-compatible/x", "--base-url", server.url]
            words += ["--api-key-env", "ECHO_KEY", "--items", str(items), "--arms", "text,text+mg"]
            words += ["--scenarios", str(folders.scenarios), "--prompts", str(folders.prompts)]
            words += ["--results", str(tmp_path / "results"), "--log-file", str(tmp_path / "run.log")]
            assert call(*words, "--display", "none", "--max-retries", "0", *more) == 1
        (name,) = run_names(tmp_path / "results")
        return tmp_path / "results" / name

    return go


def derived(folder: Path, where: Path, *flags: str) -> None:
    """Everything that can be made of a run."""
    where.mkdir()
    assert call("report", folder, "-o", where / "page.html", *flags) == 0
    if "--no-text" not in flags:
        assert call("export", "records", folder, "-o", where / "records.csv") == 0


def holding(pattern: str, *places: Path) -> list[str]:
    """Files in which a pattern is found, in their bytes or in their names."""
    files = [file for place in places for file in ([place] if place.is_file() else place.rglob("*"))]
    assert files
    return [
        file.name
        for file in files
        if file.is_file() and re.search(pattern.encode(), file.name.encode() + file.read_bytes())
    ]


def any_part(secret: str, length: int = 8) -> str:
    """A pattern of any so many of its characters in a row."""
    return "|".join(re.escape(secret[at : at + length]) for at in range(len(secret) - length + 1))


def test_a_log_has_times_levels_and_outcomes(run: Any, tmp_path: Path) -> None:
    folder = run()
    lines = (tmp_path / "run.log").read_text().splitlines()
    form = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO   |WARNING) \S.*")
    assert all(form.fullmatch(line) for line in lines)
    assert lines[0].endswith("INFO    mgllm run openai-compatible/x begins")
    assert lines[-1].endswith("INFO    mgllm run openai-compatible/x ends")
    assert any(line.endswith(f"begins {folder}: 8 records") for line in lines)
    assert sum(": answered" in line for line in lines) == 4
    assert (
        sum("WARNING meeting/" in line and ": failed: (its words are left out" in line for line in lines) == 4
    )


def test_restricted_items_reach_no_log(run: Any, tmp_path: Path) -> None:
    folder = run()
    assert holding(SPOKEN, folder) != []  # the run itself keeps them, and the server did repeat them
    assert holding(SPOKEN, tmp_path / "run.log") == []


@pytest.mark.parametrize(("flags", "held"), [((), False), (("--no-store-text",), True)])
def test_free_items_reach_a_log_unless_no_text_is_to_be_stored(
    run: Any, items: Path, tmp_path: Path, flags: tuple[str, ...], held: bool
) -> None:
    items.write_text(items.read_text().replace('"terms": "restricted"', '"terms": "open"'))
    run(*flags)
    assert (holding(SPOKEN, tmp_path / "run.log") == []) is held


def test_an_error_about_items_reaches_no_log(folders: Folders, items: Path, tmp_path: Path) -> None:
    items.write_text(items.read_text().replace('"target": "agrees"', f'"target": "{SPOKEN}"', 1))
    words: list[str | Path] = [
        "run",
        "meeting",
        "--model",
        "local",
        "--items",
        items,
        "--log-file",
        tmp_path / "run.log",
    ]
    assert call(*words, "--scenarios", folders.scenarios or "", "--prompts", folders.prompts or "") == 2
    last = (tmp_path / "run.log").read_text().splitlines()[-1]
    assert "WARNING mgllm run local stops: InputError: (its words are left out" in last
    assert SPOKEN not in last


def test_without_stored_text_no_file_has_a_word_of_prompt_or_reply(run: Any, tmp_path: Path) -> None:
    folder = run("--no-store-text")
    derived(folder, tmp_path / "made")
    assert holding(SPOKEN, folder, tmp_path / "made", tmp_path / "run.log") == []
    errors = [json.loads(line)["error"] for line in (folder / "records.jsonl").read_text().splitlines()]
    assert "400: (the server's words are not kept: --no-store-text)" in errors


def test_no_file_has_a_part_of_the_key(run: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = run()
    derived(folder, tmp_path / "made")
    assert holding(any_part(KEY), folder, tmp_path / "made", tmp_path / "run.log") == []
    said = capsys.readouterr()
    assert not re.search(any_part(KEY), said.out + said.err)


@pytest.mark.parametrize("form", ["md", "csv", "tex", "html", "json"])
def test_a_redacted_table_names_no_run_item_and_file(
    run: Any, items: Path, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = run()
    capsys.readouterr()
    format_flag = ["--json"] if form == "json" else ["--format", form]
    assert call("compare", folder, "--redact", "--full", *format_flag) == 0
    said = capsys.readouterr().out
    ids = [json.loads(line)["id"] for line in items.read_text().splitlines()]
    assert len(said) > 500
    assert [word for word in (folder.name, FILE, "127.0.0.1", *ids) if word in said] == []


def test_a_redacted_page_and_plot_name_no_run_and_no_file(run: Any, tmp_path: Path) -> None:
    folder = run()
    derived(folder, tmp_path / "made", "--redact", "--no-text")
    for ending in ("svg", "png", "pdf"):
        assert call("compare", folder, "--redact", "--plot", tmp_path / "made" / f"plot.{ending}") == 0
    assert holding(f"{folder.name}|{FILE}|127.0.0.1|{SPOKEN}", tmp_path / "made") == []


@pytest.mark.parametrize("place", ["--api-key", "--api_key", "--key"])
def test_a_key_cannot_be_given_but_by_the_environment(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("run", "emotion", "--model", "openai-compatible/x", f"{place}={KEY}") == 2
    assert call("run", "emotion", "--model", "openai-compatible/x", "--model-arg", f"api_key={KEY}") == 2
    assert KEY not in capsys.readouterr().err
