"""`mgllm plan-study`: a number, a table, a curve; what does not fit is one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mgllm.cli import main
from mgllm.testing.made_run import MadeRun, write_made_run


def cli(*words: str | Path) -> int:
    with pytest.raises(SystemExit) as caught:
        main(["plan-study", *map(str, words)])
    assert isinstance(caught.value.code, int)
    return caught.value.code


def test_it_says_how_many_people(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    picture = tmp_path / "power.svg"
    assert cli("--effect", "10", "--items", "5", "--plot", picture) == 0
    said = capsys.readouterr()
    words = " ".join(said.out.split())
    assert words.startswith(
        "55 people with 5 items each (275 items) find a difference of 10.0 points in 80 %"
    )
    assert "people items df power detectable" in words
    assert "items each people for 80 % people for 90 %" in words
    assert "arms that differ in 25 % of the items, an ICC of 0.1" in words
    assert said.err == f"wrote {picture}\n"
    assert picture.read_text(encoding="utf-8").startswith("<?xml")


def test_json_has_the_plan(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli("--effect", "0.5", "--nats", "--sd", "1", "--items", "1", "--icc", "0", "--json") == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["people"] == 34
    assert plan["design"]["sd"] == 1.0
    assert [point["power"] for point in plan["curve"]] == sorted(point["power"] for point in plan["curve"])


def test_few_people_are_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    few = "With fewer than 20 people"
    assert cli("--effect", "20", "--items", "10") == 0
    assert few in " ".join(capsys.readouterr().out.split())
    assert cli("--effect", "10", "--items", "5") == 0
    assert few not in " ".join(capsys.readouterr().out.split())


def test_a_first_run_gives_what_was_not_given(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run = write_made_run(tmp_path / "run", MadeRun(items=60, per_subject=3, missing=0))
    for more in ([], ["--nats"]):
        assert cli("--effect", "5", "--from", run, "--icc", "0.3", "--json", *more) == 0
        plan = json.loads(capsys.readouterr().out)
        assert plan["design"]["items"] == pytest.approx(3)
        assert plan["design"]["icc"] == 0.3
        assert (plan["design"]["sd"] is not None) == bool(more)
        assert "text+mg − text" in plan["from_run"]
    bare = write_made_run(tmp_path / "bare", MadeRun(items=12, arms=("none", "text")))
    assert cli("--effect", "5", "--from", bare) == 2
    assert "no primary contrast has pairs" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--items", "5"], "--effect"),
        (["--effect", "10"], "--items is missing"),
        (
            ["--effect", "0", "--items", "5"],
            "--effect must be a number above 0 and below 100, in per cent, not 0",
        ),
        (["--effect", "-3", "--items", "5"], "--effect must be a number above 0"),
        (["--effect", "-3", "--items", "5", "--nats", "--sd", "1"], "--effect must be above 0, not -3"),
        (["--effect", "nan", "--items", "5"], "--effect must be"),
        (["--effect", "40", "--items", "5"], "needs arms that differ in at least 40 % of the pairs, not 25"),
        (["--effect", "10", "--items", "0.5"], "--items must be 1 or more, not 0.5"),
        (["--effect", "10", "--items", "5", "--icc", "2"], "--icc must be at most 1, not 2"),
        (
            ["--effect", "10", "--items", "5", "--power", "100"],
            "--power must be a number above 5 and below 100, in per cent, not 100",
        ),
        (["--effect", "10", "--items", "5", "--people", "3"], "--people 3: below 5 people"),
        (["--effect", "10", "--items", "5", "--sd", "1"], "--sd is for --nats"),
        (["--effect", "1", "--items", "5", "--nats"], "--sd is missing"),
        (["--effect", "0.001", "--items", "1"], "more than 1,000,000 people"),
        (["--effect", "10", "--items", "5", "--plot", "x.doc"], "must end in .svg, .png or .pdf"),
        (["--effect", "10", "--from", "nowhere"], "nowhere"),
    ],
)
def test_what_does_not_fit_is_one_line(
    words: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli(*words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert line in said.err
    assert said.err.count("\n") == 1
