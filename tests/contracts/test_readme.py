"""The README says what is so, and what it asks a reader to type works in a fresh clone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mgllm.cli import main
from mgllm.items.loading import load_items
from mgllm.prompts.scenarios import Folders, find_scenarios, scenario_names
from tests.guides import FENCE, ROOT, Command, Desk, Typed, commands, files

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = ROOT / "docs"
DEMO = json.loads((ROOT / "tests" / "golden" / "demo" / "effects.json").read_text(encoding="utf-8"))
MOST_LINES = 120
ROWS = 10
BIG = 200_000
"""Bytes of a picture of the README, at most."""


def between(mark: str, text: str = TEXT) -> str:
    """What stands between the comments of this name, in one line of text."""
    inside = text.partition(f"<!-- {mark} -->")[2].partition(f"<!-- /{mark} -->")[0]
    assert inside, mark
    return inside


def flat(text: str) -> str:
    return " ".join(text.split())


def test_it_is_short() -> None:
    assert len(TEXT.splitlines()) <= MOST_LINES


def test_the_difference_is_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    (shown,) = commands(between("diff"))
    with pytest.raises(SystemExit):
        main(shown.line.split()[1:])
    out = capsys.readouterr().out
    assert Typed(shown, 0, out).is_as_shown()
    lines = [line for line in shown.shown.splitlines() if line != "…"]
    assert len(lines) <= 10
    assert set(lines) <= set(out.splitlines())


def arm(name: str) -> str:
    (found,) = (a for a in DEMO["arms"] if a["row"]["scenario"] == "emotion" and a["arm"] == name)
    return f"{100 * found['accuracy']:.1f} %"


def gain(baseline: str) -> tuple[str, ...]:
    """Points and both ends of the range of the arm `text+mg` over another."""
    rows = [row for row in DEMO["effects"] if row[:4] == ["emotion", "accuracy", "text+mg", baseline]]
    ((_, _, _, _, _, difference, interval, *_),) = rows
    return tuple(f"{100 * value:.1f}".replace("-", "−") for value in (difference, *interval))


def test_the_result_is_that_of_the_demo() -> None:
    said = flat(between("result"))
    assert re.findall(r"[\d.]+ %", said) == [arm("text+mg"), arm("text"), arm("text+shuffled")]
    found = re.findall(r"([−\d.]+) points, ([−\d.]+) to ([−\d.]+)", said)
    assert found == [gain("text"), gain("text+shuffled")]
    assert all(float(low.replace("−", "-")) < 0 < float(high) for _, low, high in found)
    claims = [row for row in DEMO["claims"] if row["row"]["scenario"] == "emotion"]
    assert claims
    assert {row["verdict"] for row in claims} == {"not_shown"}
    assert "**not shown**" in said
    after = flat(TEXT.partition("<!-- /result -->")[2])
    assert "says nothing about gestures or models" in after[:300]


def test_the_demo_is_as_large_as_it_says() -> None:
    (said,) = re.findall(r"(\d+) scenarios × (\d+) items × (\d+) arms", flat(TEXT))
    names = scenario_names(Folders())
    scenarios = find_scenarios(names, Folders())
    items = {len(load_items(str(one.items_path()))) for one in scenarios}
    arms = {len(one.scenario.arms) for one in scenarios}
    assert {int(said[0])} == {len(names)}
    assert {int(said[1])} == items
    assert {int(said[2])} == arms
    assert f"{said[1]} interviews" in flat(between("result"))


def test_what_it_takes_is_what_was_measured() -> None:
    measured = flat((DOCS / "benchmarks.md").read_text(encoding="utf-8").partition("\n## The demo\n")[2])
    (takes,) = re.findall(r"\*\*(\d+ minutes) and ([\d.]+ GB)\*\*", flat(between("takes")))
    assert all(one in measured.partition("## ")[0] for one in takes)


def test_ten_things_to_want_and_where_to_read() -> None:
    table = TEXT.partition("| I want to … | read |\n|---|---|\n")[2].partition("\n\n")[0]
    rows = table.splitlines()
    assert len(rows) == ROWS
    for row in rows:
        pages = re.findall(r"\]\(([^)#]+)", row)
        assert pages, row
        assert [page for page in pages if not (ROOT / page).is_file()] == []


def test_pictures_are_small_and_made_by_a_script() -> None:
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", TEXT)
    assert [Path(name).name for name in shown] == ["gestures.gif", "page.png"]
    made = (ROOT / "examples" / "pictures.py").read_text(encoding="utf-8")
    for name in shown:
        assert 0 < (ROOT / name).stat().st_size <= BIG
        assert f'"{Path(name).name}"' in made


def test_every_block_is_typed_or_compared() -> None:
    assert {language for language, _ in FENCE.findall(TEXT)} <= {"bash", "console"}


def ready_first(given: list[Command]) -> list[Command]:
    """Clone and environment first: the page shows the difference before it says how to get mgllm."""
    begin = next(n for n, one in enumerate(given) if one.line.startswith("git clone"))
    return given[begin:] + given[:begin]


def test_a_reader_types_all_of_it(desk: Desk) -> None:
    typed = desk.type_in(ready_first(commands(TEXT)))
    failed = {one.command.line: one.out[-1500:] for one in typed if one.code != 0 or not one.is_as_shown()}
    assert failed == {}
    assert "## Verdict: emotion (made-up items)" in next(
        t.out for t in typed if t.command.line == "make demo"
    )
    assert (desk.clone / "report.html").is_file()
    assert desk.untracked() == ""


@pytest.mark.slow
def test_a_psychologist_types_all_of_it(desk: Desk) -> None:
    page = (DOCS / "for-psychologists.md").read_text(encoding="utf-8")
    typed = desk.type_in(commands(page), files(page))
    failed = {
        one.command.line: (one.command.shown, one.out[-1500:])
        for one in typed
        if one.code != 0 or not one.is_as_shown()
    }
    assert failed == {}
    assert desk.untracked() == ""
