"""`mgllm compare --plot`: a file beside the table, or one line and nothing."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from mgllm.cli import main
from mgllm.testing.made_run import MadeRun, write_made_run

Captured = pytest.CaptureFixture[str]
MODELS = ("made/one", "made/two")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("runs")
    return [str(write_made_run(folder / model[-3:], MadeRun(items=24, model=model))) for model in MODELS]


def run(arguments: list[str]) -> object:
    """The exit code."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code or 0


def test_the_forest_of_all_runs_stands_beside_the_table(
    runs: list[str], tmp_path: Path, capsys: Captured
) -> None:
    assert run(["compare", *runs]) == 0
    table = capsys.readouterr().out
    assert run(["compare", *runs, "--plot", str(tmp_path / "forest.svg")]) == 0
    assert capsys.readouterr().out == table
    words = {element.text for element in ET.parse(tmp_path / "forest.svg").getroot().iter()}
    assert {*MODELS, "accuracy, points"} <= words


def test_the_accuracy_of_arms_is_asked_by_name(runs: list[str], tmp_path: Path) -> None:
    where = str(tmp_path / "accuracy.png")
    assert run(["compare", *runs, "--plot", where, "--plot-of", "accuracy"]) == 0
    assert Image.open(where).width == 990


@pytest.mark.parametrize("plot", [["forest.jpg"], ["no/forest.svg"], ["a.svg", "--plot-of", "trees"]])
def test_what_cannot_be_drawn_is_refused_before_any_table(
    runs: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured, plot: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["compare", *runs, "--plot", *plot]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert said.err.startswith("mgllm: --plot")
    assert list(tmp_path.iterdir()) == []
