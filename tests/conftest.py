"""What all tests share: a small scenario in a folder of its own, and a scripted backend on the shelf."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mgllm.backends.base import backends
from mgllm.flows.new_scenario import new_scenario
from mgllm.scenarios import Folders
from mgllm.testing import Script, ScriptedBackend
from mgllm.testing.scripted import Answer, say_by_hash

Shelve = Callable[..., ScriptedBackend]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No option of the developer's own, no hub."""
    for name in [name for name in os.environ if name.startswith("MGLLM_")]:
        if name not in ("MGLLM_CACHE", "MGLLM_TEST_DATA"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """A user's own folders with one scenario, `meeting`: four items of two people, labels agrees, objects."""
    mine = Folders(scenarios=tmp_path / "scenarios", prompts=tmp_path / "prompts")
    new_scenario("meeting", mine)
    return mine


@pytest.fixture
def shelve(monkeypatch: pytest.MonkeyPatch) -> Shelve:
    """Put a scripted backend on the shelf under `scripted`; asked for as `--model scripted/x`."""

    def put(answer: Answer = say_by_hash, script: Script | None = None) -> ScriptedBackend:
        made = ScriptedBackend(answer, script or Script())
        monkeypatch.setitem(backends._things, "scripted", lambda options: made)
        return made

    return put
