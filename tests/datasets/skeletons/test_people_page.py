"""docs/people.md: its Python makes one set of two, and its tables are what the importers know."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from mgllm.commands.import_ import import_dataset
from mgllm.datasets.base import ImportChoices
from mgllm.datasets.skeletons._landmark_arrays import FORMS
from mgllm.datasets.skeletons._places import ACCEPTED
from mgllm.datasets.skeletons.bvh import Bvh
from mgllm.datasets.skeletons.mediapipe import Mediapipe
from mgllm.skeleton import open_dataset
from tests.datasets.skeletons.marks import CHEST, FOREHEAD, vector

PAGE = (Path(__file__).parents[3] / "docs" / "people.md").read_text(encoding="utf-8")


def test_its_python_puts_sets_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, sign, place, at in (("o1", "my", "chest", CHEST), ("o2", "think", "forehead_temple", FOREHEAD)):
        folder = tmp_path / "raw" / name / sign / "0"
        folder.mkdir(parents=True)
        np.save(folder / "0.npy", vector(at))
        places = tmp_path / f"{name}.csv"
        places.write_text(f"sign,place\n{sign},{place}\n")
        choices = ImportChoices(group=name, subject=name, places=places)
        import_dataset("mediapipe", tmp_path / "raw" / name, tmp_path / "sets" / name, choices)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(code, "docs/people.md", "exec"), {})
    people = open_dataset(tmp_path / "people")
    assert people.meta.classes == ("my", "think")
    assert people.column("group") == ("o1", "o2")
    assert people.column("location") == ("chest", "forehead_temple")
    assert {"group", "location", "mg_accept", "idle"} <= set(people.columns)


def test_its_commands_have_options_that_the_importers_use() -> None:
    for line in re.findall(r"(?:mgllm import (?:mediapipe|bvh)|\$A) .*", PAGE):
        heeds = Bvh.heeds if "import bvh" in line else Mediapipe.heeds
        assert {flag.lstrip("-") for flag in re.findall(r"--[a-z]+", line.split("`")[0])} <= heeds


def test_its_tables_name_all_places_and_lengths() -> None:
    assert all(f"`{place}`" in PAGE for place in ACCEPTED)
    lengths = {int(word) for row in re.findall(r"\n\| ([\d, ]+) \| \d+ ×", PAGE) for word in row.split(", ")}
    assert lengths == set(FORMS)
    places = set(
        re.findall(r": ([a-z_]+)(?= [·|])", PAGE[PAGE.index("| `o01.csv`") : PAGE.index("| place |")])
    )
    assert places <= set(ACCEPTED)
    assert len(places) > 5
