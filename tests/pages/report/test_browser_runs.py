"""Whole runs in a real browser: the demo's, the Real-life Trial set's, two models side by side."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.commands._page_content import PageOptions
from mgllm.commands.import_ import import_dataset
from mgllm.commands.models_list import list_models
from mgllm.commands.report import report
from mgllm.items.loading import load_items
from mgllm.testing.made_run import MadeRun, write_made_run

FEW = ("text", "text+mg")
DEFAULT = ("none", "text", "mg", "text+mg", "text+shuffled", "text+filler")
NOISY = ("text+noisy@0.3", "text+noisy@0.6")


def test_all_bundled_scenarios_open(opened: Any, shelve: Any, tmp_path: Path) -> None:
    """All bundled scenarios, in two arms, by a scripted model; with times of gestures."""
    shelve()
    finished = mgllm.run(model="scripted/x", arms=FEW, results=tmp_path / "results")
    b = opened(report([finished.folder], tmp_path / "demo.html").path)
    assert b.status.startswith("72 of 72 items")
    assert len(b.all(".wide-only svg")) == len(b.all(".narrow-only svg")) == 1 + 5 * 3
    b.type_in("emotion-01a")
    b.one(".items tbody button").click()
    timeline = b.one("#item .timeline").get_attribute("aria-label")
    assert timeline.startswith("3 gestures: dustoffing clothes 0:10.7–0:11.9, ")
    assert "It was a long afternoon" in b.one("#item .turns").text


def test_two_models_on_one_page(opened: Any, tmp_path: Path) -> None:
    names = [
        write_made_run(tmp_path / f"run{n}", MadeRun(items=24, arms=FEW, model=f"made/{n}", seed=n))
        for n in (1, 2)
    ]
    page = report(names, tmp_path / "both.html", PageOptions(against=str(names[1]))).path
    b = opened(page)
    assert b.status.startswith("48 of 48")
    assert "made/1 − made/2" in b.one("#summary").text
    assert b.choose("group", "emotion · made/2").startswith("24 of 48")


def test_the_demo_run_opens(opened: Any, tmp_path: Path) -> None:
    """What `make demo` runs, over two items a scenario: the small model in all default arms."""
    if not any(row.default and row.folder for row in list_models()):
        pytest.skip("the default model's weights are not here; mgllm models pull smollm2-135m")
    finished = mgllm.run(model="local", limit=2, results=tmp_path / "results", display="none")
    b = opened(report([finished.folder], tmp_path / "demo.html").path)
    assert b.status.startswith("6 of 6 items")
    heads = [head.split(" · ")[:3] for head in b.texts("#summary h3")]
    names = ("deception", "emotion", "interview")
    assert heads == [[name, "local/smollm2-135m", "cloze, direct, logprob"] for name in names]
    assert len(b.all("#differences .wide-only svg")) == len(b.all("#confusion .wide-only svg")) == 3
    b.one(".items tbody button").click()
    assert b.texts("#item .card h3") == [*DEFAULT]
    assert "gestures: " in str(b.one("#item .timeline").get_attribute("aria-label"))
    assert b.one("#item .turns").text


def test_the_real_life_trial_set_opens(opened: Any, shelve: Any, rltd_items: Path, tmp_path: Path) -> None:
    """All 121 clips in all default arms and two noisy ones, by a scripted model."""
    shelve()
    arms = (*DEFAULT, *NOISY)
    which: dict[str, Any] = {"scenarios": ["deception"], "items": str(rltd_items), "arms": arms}
    finished = mgllm.run(model="scripted/x", **which, results=tmp_path / "results", display="none")
    assert finished.exit_code == 0
    options = PageOptions(items=str(rltd_items))
    b = opened(report([finished.folder], tmp_path / "rltd.html", options).path)
    assert b.status.startswith("121 of 121 items")
    assert "56" in b.one("#run").text
    assert [head for head in b.texts("h2") if head == "Wrong gestures"]
    assert b.choose("target", "deceptive").startswith("61 of 121")
    b.one(".items tbody button").click()
    assert b.dialog_open
    assert b.texts("#item .card h3") == [*arms]
    first = load_items(str(rltd_items))[0]
    told = ", ".join(gesture.label for gesture in first.gestures["annotated"].gestures)
    assert b.texts("#item .present") == [f"Gestures (no times given): {told}"]
    assert len(b.one("#item .turns").text) > 40


@pytest.fixture
def rltd_items(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    root = Path(os.environ.get("MGLLM_TEST_DATA", request.config.rootpath.parent / "shared" / "data"))
    if not (root / "rltd" / "Annotation").is_dir():
        pytest.skip(f"the Real-life Trial set is not in {root}; MGLLM_TEST_DATA names another folder")
    import_dataset("rltd", root / "rltd", tmp_path / "rltd")
    return tmp_path / "rltd" / "items.jsonl"
