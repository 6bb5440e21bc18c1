"""What `run` and `compare` print: the short table, one over all models, one table by name."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from mgllm.analysis.tables.width import display_width
from mgllm.backends.base import backends
from mgllm.cli import main
from mgllm.errors import FatalBackendError
from mgllm.testing.made_run import MadeRun, write_made_run

Told = tuple[str, str]
Run = Callable[..., Told]


@pytest.fixture
def mgllm(capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line: what it wrote to stdout and stderr."""

    def go(*words: str, code: int = 0) -> Told:
        with pytest.raises(SystemExit) as caught:
            main(list(words))
        told = capsys.readouterr()
        assert caught.value.code == code, told.err
        return told.out, told.err

    return go


@pytest.fixture
def asked(meeting: dict[str, Any]) -> list[str]:
    """The words of a run of `meeting`, but for its models."""
    where = ("scenarios", "prompts", "results")
    folders = {**meeting, "scenarios": meeting["scenarios_dir"], "prompts": meeting["prompts_dir"]}
    words = [word for name in where for word in (f"--{name}", str(folders[name]))]
    return ["run", "meeting", "--display", "none", *words]


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Two models' runs on disk."""
    where = tmp_path_factory.mktemp("runs")
    return [str(write_made_run(where / name, MadeRun(items=48, model=f"made/{name}"))) for name in ("a", "b")]


def test_several_models_end_with_one_table(mgllm: Run, asked: list[str], shelve: Any) -> None:
    shelve()
    out, err = mgllm(*asked, "--model", "scripted/a", "--model", "scripted/b")
    assert out.count("## Verdict: meeting") == 1
    assert "by model and arm" in out
    for model in ("scripted/a", "scripted/b"):
        assert f"| {model} " in out
    assert err.count("run: ") == 2
    assert "mgllm compare --full " in err
    assert max(map(display_width, out.splitlines())) <= 80


def test_one_model_ends_with_its_table_and_the_folder_has_all(
    mgllm: Run, asked: list[str], shelve: Any, meeting: dict[str, Any]
) -> None:
    shelve()
    out, err = mgllm(*asked, "--model", "scripted/a")
    assert out.startswith("## Verdict: meeting")
    assert "### What was answered" not in out
    assert "(all tables: table.md)" in err
    (folder,) = Path(meeting["results"]).iterdir()
    whole = (folder / "table.md").read_text(encoding="utf-8")
    head = out.split("### ")[0].strip()
    assert whole.startswith(head)
    assert "### What was answered" in whole


def test_what_others_did_is_told_where_a_later_model_cannot_be_asked(
    mgllm: Run, asked: list[str], shelve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelve()

    def refused(_: Any) -> Any:
        raise FatalBackendError("the key was refused")

    monkeypatch.setitem(backends._things, "refusing", refused)
    out, err = mgllm(*asked, "--model", "scripted/a", "--model", "refusing/b", code=2)
    assert out.startswith("## Verdict: meeting")
    assert "the key was refused" in err


def test_several_models_as_json_are_one_list(mgllm: Run, asked: list[str], shelve: Any) -> None:
    shelve()
    out, _ = mgllm(*asked, "--model", "scripted/a", "--model", "scripted/b", "--json")
    first, second = json.loads(out)
    assert first["run"] != second["run"]
    planned, _ = mgllm(*asked, "--model", "scripted/a", "--model", "scripted/b", "--json", "--dry-run")
    assert [plan["model"] for plan in json.loads(planned)] == ["scripted/a", "scripted/b"]
    assert "Verdict" not in out


def test_compare_is_short_and_full_has_all(mgllm: Run, two_runs: list[str]) -> None:
    short, _ = mgllm("compare", *two_runs)
    full, _ = mgllm("compare", *two_runs, "--full")
    for title in ("## Verdict", "Accuracy by model and arm", "### Claim", "## Notes"):
        assert title in short
        assert title in full
    for title in (
        "### What was answered",
        "### Checks",
        "### Exploratory",
        "### Position bias",
        "correct ~ arm",
    ):
        assert title not in short
        assert title in full
    assert short.index("## Verdict") == 0
    assert len(short.splitlines()) < 70
    for text in (short, full):
        assert max(map(display_width, text.splitlines())) <= 80


def test_options_show_what_they_ask_for_in_the_short_table(mgllm: Run, two_runs: list[str]) -> None:
    assert "within ±5.0 points" in " ".join(mgllm("compare", two_runs[0], "--margin", "5")[0].split())
    pair, _ = mgllm("compare", two_runs[0], "--pair", "text+mg,mg")
    assert "| text+mg − mg " in pair
    assert "| mg − text " not in pair
    assert "made/a − made/b" in mgllm("compare", two_runs[0], "--against", two_runs[1])[0]
    assert ", gained: " in mgllm("compare", two_runs[0], "--ids")[0]


def test_one_table_by_name_in_every_format(mgllm: Run, two_runs: list[str]) -> None:
    text, _ = mgllm("compare", *two_runs, "--table", "claims", "--format", "csv")
    rows = list(csv.DictReader(StringIO(text)))
    assert [(row["model"], row["metric"]) for row in rows] == [
        (f"made/{name}", metric) for name in "ab" for metric in ("accuracy", "log_odds")
    ]
    assert list(json.loads(mgllm("compare", *two_runs, "--table", "models", "--json")[0])) == ["models"]
    tex, _ = mgllm("compare", *two_runs, "--table", "checks", "--format", "tex")
    assert r"\label{tab:mgllm-checks-made-a}" in tex
    two, _ = mgllm("compare", *two_runs, "--table", "claims", "--table", "verdict")
    assert two.index("## Verdict") < two.index("### Claim")
    _, err = mgllm("compare", *two_runs, "--table", "clams", code=2)
    assert err.count("\n") == 1
    assert "Did you mean 'claims'? Known: checks, claims, " in err
    _, err = mgllm("compare", *two_runs, "--table", "gestures", code=2)
    assert "there is nothing to show: only runs made with `mgllm run --attribute` have it" in err


def test_mistakes_stay_one_line(mgllm: Run, tmp_path: Path) -> None:
    for words in (["compare"], ["compare", "nowhere", "--results", str(tmp_path)]):
        _, err = mgllm(*words, code=2)
        assert err.strip().count("\n") == 0


def test_nothing_steers_the_terminal(mgllm: Run, tmp_path: Path) -> None:
    folder = write_made_run(tmp_path / "x", MadeRun(items=24, model="made/\x1b[31mred"))
    out, _ = mgllm("compare", str(folder), "--full")
    assert "\x1b" not in out
    assert r"made/\x1b[31mred" in out.replace("\\\\", "\\")
