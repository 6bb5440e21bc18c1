"""Groups from transcript to table: joined, shown with their mark, asked about, counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.cli import main
from mgllm.items.gesture_files import gesture_text
from mgllm.items.loading import load_items
from mgllm.records import Gesture, GestureFile
from mgllm.store import read_run

MARKED = "hand at head (exact gesture unclear)"
ARMS = ("text", "mg", "text+mg", "text+shuffled", "text+filler", "text+noisy@0.5", "text+noisy@1")


def cli(*words: str | Path) -> int:
    with pytest.raises(SystemExit) as caught:
        main(list(map(str, words)))
    assert isinstance(caught.value.code, int)
    return caught.value.code


@pytest.fixture
def joined(meeting: dict[str, Any], tmp_path: Path) -> Path:
    """The scenario's items with recognised gestures: a word and a group in each but the first."""
    (source,) = Path(meeting["scenarios_dir"]).rglob("*.jsonl")
    (tmp_path / "found").mkdir()
    for number, item in enumerate(load_items(source)):
        groups = ["hand at head", "hands together"][: number % 2 + 1] if number else []
        gestures = [Gesture(label="head up", start=0.5, end=1.0, confidence=0.6)] + [
            Gesture(label=label, start=2.0 + n, end=2.5 + n, confidence=0.7, level="group")
            for n, label in enumerate(groups)
        ]
        file = GestureFile(
            item=item.id,
            source="recognized",
            exposure="held_out",
            duration=10.0 + number,
            gestures=tuple(gestures),
        )
        (tmp_path / "found" / f"{item.id}.mg.json").write_text(gesture_text(file))
    out = tmp_path / "joined.jsonl"
    assert cli("items", "join", source, "--gestures", tmp_path / "found", "-o", out) == 0
    return out


def test_a_joined_item_keeps_the_level_and_says_it_only_of_groups(joined: Path) -> None:
    lines = joined.read_text().splitlines()
    levels = [[one.get("level") for one in gestures_of(line)] for line in lines]
    assert levels == [[None], [None, "group", "group"], [None, "group"], [None, "group", "group"]]
    items = load_items(joined)
    assert [one.level for one in items[2].gestures["recognized"].gestures] == ["word", "group"]


def gestures_of(line: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(line)["gestures"]["recognized"]["gestures"]
    return found


def test_groups_go_through_to_prompts_table_and_page(
    meeting: dict[str, Any], shelve: Any, joined: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shelve()
    finished = mgllm.run(
        **meeting, items=str(joined), arms=ARMS, cue_source="recognized", attribute=True, display="none"
    )
    stored = read_run(finished.folder)
    (scenario,) = stored.manifest.scenarios
    assert scenario.group_share == pytest.approx(5 / 9)
    prompts = stored.prompts()
    texts = {
        (record.item, record.arm): "\n".join(one.content for one in prompts[record.prompt_sha256].messages)
        for record in stored.records
    }
    for item in load_items(joined)[1:]:
        assert all(f"0:02.0–0:02.5 {MARKED}" in texts[item.id, arm] for arm in ("mg", "text+mg"))
        assert "exact gesture unclear" not in texts[item.id, "text+filler"]
        assert texts[item.id, "text+noisy@1"].count("(exact gesture unclear)") == texts[
            item.id, "text+mg"
        ].count("(exact gesture unclear)")
    assert cli("compare", finished.folder, "--full") == 0
    table = capsys.readouterr().out
    assert "56% of the micro-gestures shown are only groups of them" in " ".join(table.split())
    assert cli("report", finished.folder, "-o", tmp_path / "page.html", "--items", joined) == 0


def test_a_run_without_groups_says_nothing_of_them(
    meeting: dict[str, Any], shelve: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    shelve()
    finished = mgllm.run(**meeting, arms=("text", "text+mg"), display="none")
    assert "group_share" not in (finished.folder / "manifest.json").read_text()
    assert cli("compare", finished.folder, "--full") == 0
    assert "only groups" not in capsys.readouterr().out
