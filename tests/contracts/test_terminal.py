"""Nothing that others wrote controls a terminal: every command, with hostile names and contents."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import mgllm
from mgllm.cli.app import app, main
from mgllm.cli.usage import _commands
from mgllm.prompts.scenarios import Folders
from mgllm.records import Question, Reply
from mgllm.testing import say

Captured = pytest.CaptureFixture[str]
HOSTILE = "evil\x1b[2J\x1b]0;title\x07\x1b]52;c;aGk=\x07\x9b31m\u202edrow\u2066\u200f\u0085\u2028\rover"
NAME = "na\u202eme\u200f"
"""What an item's id or a label may have in it: no control character, but marks that turn the writing."""
NOT_WALKED = {
    "recognizer rebuild": "takes no name, and would train for a day",
    "synth": "takes no name; without options it makes a data set",
}
"""Commands that are not called with hostile words, and why."""


def all_commands() -> list[tuple[str, Any]]:
    return list(_commands(typer.main.get_command(app)))


def invocations() -> Iterator[list[str]]:
    """Each command with a hostile word for every argument; and so with each of its options in turn."""
    for path, command in all_commands():
        if path in NOT_WALKED:
            continue
        words = [HOSTILE for one in command.params if one.param_type_name == "argument"]
        yield [*path.split(), *words]
        for one in command.params:
            if one.param_type_name == "option" and not one.is_flag:
                yield [*path.split(), *words, max(one.opts, key=len), *[HOSTILE] * max(1, one.nargs)]


def called(capsys: Captured, *words: str) -> str:
    """What a command writes to both streams."""
    with pytest.raises(SystemExit) as caught:
        main(list(words))
    out, err = capsys.readouterr()
    assert "internal error" not in err
    assert caught.value.code in (0, 1, 2, 4), err
    return out + err


def obeyed(text: str) -> set[str]:
    """Characters that a terminal would obey."""
    return {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs") and c not in "\n\t"}


@pytest.mark.parametrize("path", [path for path, _ in all_commands() if path not in NOT_WALKED])
def test_hostile_words_are_written_as_escapes(
    path: str, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / HOSTILE).write_text(HOSTILE, encoding="utf-8")
    mine = [words for words in invocations() if words[: len(path.split())] == path.split()]
    assert mine
    for words in mine:
        written = called(capsys, *words)
        assert obeyed(written) == set(), words


def test_every_command_is_walked() -> None:
    known = {path for path, _ in all_commands()}
    assert set(NOT_WALKED) < known
    assert len(known) > 25


@pytest.fixture
def hostile_run(meeting: dict[str, Any], folders: Folders, shelve: Any, tmp_path: Path) -> str:
    """A run whose items, ids, labels, title and replies are hostile."""
    assert folders.scenarios is not None
    path = folders.scenarios / "meeting.yaml"
    escaped = json.dumps(HOSTILE).replace("\\u2028", "").replace("\\u0085", "")
    text = path.read_text().replace("title: Meeting", f"title: {escaped}")
    path.write_text(text)
    own = (folders.scenarios / "items/meeting.jsonl").read_text()
    lines = [json.loads(line) for line in own.splitlines()]
    for nth, line in enumerate(lines):
        line["id"], line["subject"] = f"{NAME}{nth}", f"{NAME}{line['subject']}"
        line["speech"] = [{"speaker": "A", "text": HOSTILE}]
    items = tmp_path / "items.jsonl"
    items.write_text("".join(f"{json.dumps(line)}\n" for line in lines))

    def answer(question: Question) -> Reply:
        return say(question, question.choices[0].label, 0.9).model_copy(update={"text": HOSTILE})

    shelve(answer)
    return str(mgllm.run(**meeting | {"items": str(items), "seed": 3}).folder)


def test_hostile_contents_are_written_as_escapes(
    hostile_run: str, folders: Folders, capsys: Captured, tmp_path: Path
) -> None:
    items = ["--items", str(tmp_path / "items.jsonl")]
    mine = ["--scenarios", str(folders.scenarios), "--prompts", str(folders.prompts)]
    results = ["--results", str(Path(hostile_run).parent)]
    model = ["--model", "scripted/x"]
    seen = ""
    for words in (
        ["render", "meeting", *mine, *items],
        ["render", "meeting", *mine, *items, "--diff"],
        ["render", "meeting", *mine, *items, "--json"],
        ["scenario", "list", *mine],
        ["scenario", "show", "meeting", *mine],
        ["scenario", "check", "meeting", *mine, *items],
        ["run", "meeting", *mine, *items, *model, "--results", str(tmp_path / NAME), "--display", "plain"],
        ["run", "meeting", *mine, *items, *model, "--dry-run"],
        ["run", "meeting", *mine, *items, *model, "--dry-run", "--json"],
        ["show", hostile_run],
        ["show", hostile_run, "--item", f"{NAME}0"],
        ["show", hostile_run, "--item", f"{NAME}0", "--json"],
        ["show", hostile_run, "--item", f"{NAME}9"],
        ["runs", *results],
        ["verify", hostile_run],
        ["score", hostile_run, *results],
        *(["compare", hostile_run, "--full", "--ids", "--format", form] for form in ("md", "json")),
        *(["compare", hostile_run, "--shape", shape] for shape in ("wide", "long")),
        ["report", hostile_run, "-o", str(tmp_path / f"{NAME}.html")],
        ["export", "records", hostile_run, "-o", str(tmp_path / f"{NAME}.csv")],
        ["items", "join", str(tmp_path / "items.jsonl"), "-o", str(tmp_path / f"{NAME}.jsonl")],
        ["human", "export", "meeting", *mine, *items, "--raters", "6", "-o", str(tmp_path / f"forms{NAME}")],
    ):
        written = called(capsys, *words)
        assert obeyed(written) == set(), words
        seen += written
    assert "\\x1b]52;c;aGk=\\x07" in seen
    assert "na\\u202eme\\u200f0" in seen
    assert "\\u009b31m" in seen


@pytest.mark.parametrize("form", ["csv", "tex", "html"])
def test_tables_for_other_programs_have_no_control_characters(
    form: str, hostile_run: str, capsys: Captured
) -> None:
    written = called(capsys, "compare", hostile_run, "--format", form)
    assert {c for c in obeyed(written) if unicodedata.category(c) == "Cc"} == set()


def test_progress_and_warnings_are_shown_as_escapes(capsys: Captured) -> None:
    from mgllm.progress import Progress, warn

    for display in ("plain", "rich"):
        with Progress(display, HOSTILE, 2) as progress:
            progress.say(f"say {HOSTILE}")
            progress.note(f"note {HOSTILE}")
            progress.step(f"[red]{HOSTILE}")
    warn([f"two\nlines {HOSTILE}"])
    err = capsys.readouterr().err
    assert "]52;c;aGk=" in err
    assert "\x1b]52" not in err
    assert "two\\nlines" in err
    assert not obeyed(err) & set("\x07\x9b\u202e\u2066\u200f\u2028")


def test_a_bar_on_a_terminal_shows_escapes_in_all_of_its_parts(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mgllm.progress import Progress

    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", "900")
    hostile = "\u202e\u2066\u200f"
    for counted in ("steps", "records"):
        with Progress("rich", f"name{hostile}", 2, counted) as progress:
            progress.step(f"state{hostile}")
            progress.note(f"note{hostile}")
    err = capsys.readouterr().err
    for part in ("name", "state", "note"):
        assert f"{part}\\u202e" in err
    assert not obeyed(err) & set(hostile)
