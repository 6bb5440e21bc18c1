"""What all commands print alike: results on stdout, as JSON or in words; the rest on stderr."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from pydantic import Field
from typer.testing import CliRunner

from mgllm.cli import options as o
from mgllm.cli.printing import echo_file, print_json, print_made, print_notes, print_written
from mgllm.errors import shown
from mgllm.records import Frozen

Captured = pytest.CaptureFixture[str]


class Made(Frozen):
    """What a command made."""

    path: Path = Path("a/b")
    words: str = "Größe"
    schema_: str = Field(default="made/1", alias="schema")


def in_words(made: Made) -> None:
    typer.echo(f"made {made.words}")


def test_a_value_is_printed_in_words(capsys: Captured) -> None:
    print_made(Made(), in_words, as_json=False)
    assert capsys.readouterr() == ("made Größe\n", "")


@pytest.mark.parametrize(("by_alias", "name"), [(False, "schema_"), (True, "schema")])
def test_or_as_json_and_nothing_else(capsys: Captured, by_alias: bool, name: str) -> None:
    print_made(Made(), in_words, as_json=True, by_alias=by_alias)
    out, err = capsys.readouterr()
    assert json.loads(out) == {"path": "a/b", "words": "Größe", name: "made/1"}
    assert "Größe" in out  # for people, too
    assert err == ""


def test_json_is_indented(capsys: Captured) -> None:
    print_json({"a": [1]})
    assert capsys.readouterr().out == '{\n  "a": [\n    1\n  ]\n}\n'


def test_notes_and_files_go_to_stderr_a_line_each(capsys: Captured) -> None:
    print_notes(["one", "two"])
    print_written([Path("x"), "y"])
    assert capsys.readouterr() == ("", "note: one\nnote: two\nwrote x\nwrote y\n")


def test_nothing_to_say_is_nothing_said(capsys: Captured) -> None:
    print_notes(())
    print_written(())
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], {}),
        (["--arms", "text, mg,"], {"arms": ("text", "mg")}),
        (["--limit", "3", "--json"], {"limit": 3, "json": True}),
    ],
)
def test_what_was_said_is_what_counts(words: list[str], said: dict[str, object]) -> None:
    app, found = typer.Typer(), list[dict[str, object]]()

    @app.command()
    def command(
        context: typer.Context, arms: o.Arms = None, limit: o.Limit = None, json: o.Json = False
    ) -> None:
        found.append(o.given(context, "left_out"))

    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert found == [said]


def test_words_of_strangers_do_not_steer_the_terminal() -> None:
    assert shown("a\x1b]52;c\u202eb\u2028c\r") == "a\\x1b]52;c\\u202eb\\u2028c\\r"
    assert shown("−12 %\u202f|\ttwo\nlines हार्दिक 👨\u200d👩") == "−12 %\u202f|\ttwo\nlines हार्दिक 👨\u200d👩"


@pytest.mark.parametrize(
    ("terminal", "written"), [(False, "a\\x1b[2Jb\u202e\tc\n"), (True, "a\\x1b[2Jb\\u202e\tc\n")]
)
def test_the_text_of_a_file_keeps_its_marks_for_a_pipe_and_not_for_a_terminal(
    terminal: bool, written: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    echo_file("a\x1b[2Jb\u202e\tc")
    assert capsys.readouterr().out == written
