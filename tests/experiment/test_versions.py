"""What made a run is known also where mgllm runs from a checkout that nobody has installed."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest

import mgllm
from mgllm.experiment.versions import commit, versions

ROOT = Path(__file__).parents[2]


def test_the_version_needs_no_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    assert set(versions()) == {"mgllm", "python"}
    assert versions()["mgllm"] == mgllm.__version__


def test_what_is_installed_is_listed_with_it() -> None:
    found = versions()
    assert found["numpy"] == importlib.metadata.version("numpy")
    assert found["mgllm"] == importlib.metadata.version("mgllm")


def test_the_build_reads_the_same_line() -> None:
    path = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["version"]["path"]
    assert f'__version__ = "{mgllm.__version__}"' in (ROOT / path).read_text()


def test_a_checkout_names_its_commit() -> None:
    found = commit()
    assert found is None or re.fullmatch(r"[0-9a-f]{40}(\+dirty)?", found)
