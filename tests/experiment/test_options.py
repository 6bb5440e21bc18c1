"""Options of a run as they are kept: every place in full, so that it resumes from any folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mgllm.experiment.options import AskOptions, ItemOptions, RunOptions, anchored
from mgllm.prompts.scenarios import Folders
from mgllm.records import Frozen

PLACES = {
    "scenarios": "mine/scenarios",
    "prompts": "mine/prompts",
    "gestures": "mine/gestures",
    "confusion": "mine/confusion.csv",
    "results": "mine/results",
}


def paths(options: Frozen) -> Iterator[tuple[str, Path]]:
    """Every path in the options, by its name."""
    for name in type(options).model_fields:
        value = getattr(options, name)
        if isinstance(value, Frozen):
            yield from paths(value)
        elif isinstance(value, Path):
            yield name, value


def test_every_place_is_kept_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "items.jsonl").touch()
    monkeypatch.chdir(tmp_path)
    given = RunOptions(
        model="local/models/mine",
        scenarios=("emotion", "mine/own.yaml"),
        folders=Folders(scenarios=Path(PLACES["scenarios"]), prompts=Path(PLACES["prompts"])),
        which=ItemOptions(items="items.jsonl", gestures=Path(PLACES["gestures"])),
        ask=AskOptions(confusion=Path(PLACES["confusion"])),
        results=Path(PLACES["results"]),
    )
    kept = anchored(given)
    assert dict(paths(kept)) == {
        "began_in": tmp_path,
        **{name: tmp_path / place for name, place in PLACES.items()},
    }
    assert kept.scenarios == ("emotion", str(tmp_path / "mine/own.yaml"))
    assert kept.which.items == str(tmp_path / "items.jsonl")
    assert kept.model == "local/models/mine"
    monkeypatch.chdir(tmp_path.parent)
    assert anchored(kept) == kept
