"""A wheel holds all data, and mgllm finds it there: in an empty folder, without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
READING = """
from importlib.resources import files
from pathlib import Path

import mgllm
from mgllm.cues.vocabularies import load_vocabulary, vocabulary_names
from mgllm.items.loading import load_items
from mgllm.pages.shell import asset, page_environment
from mgllm.prompts.scenarios import Folders, bundled_folder, find_scenarios
from mgllm.recognizer.network.network import SHIPPED
from mgllm.synthetic.definitions import load_definitions

assert Path(mgllm.__file__).parent == Path({site!r}) / "mgllm", mgllm.__file__
assert all(load_vocabulary(name).classes for name in vocabulary_names())
assert load_definitions()
for found in find_scenarios((), Folders()):
    assert load_items(str(found.items_path()))
    names = [found.wording(form, None).template for form in ("chat", "cloze")]
    assert all((bundled_folder("prompts") / name).is_file() for name in names)
for package, style in (("mgllm.pages.report", "page.css"), ("mgllm.pages.forms", "form.css")):
    assert asset(package, style)
assert "page.html" in page_environment("mgllm.pages.report").list_templates()
assert "form.html" in page_environment("mgllm.pages.forms").list_templates()
assert files("mgllm.pages.forms").joinpath("assets", "consent.txt").is_file()
assert (SHIPPED / "model.safetensors").stat().st_size > 1_000_000
print("all of it")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = (
        "wheel",
        "--no-deps",
        "--no-index",
        "--no-build-isolation",
        "--wheel-dir",
        str(folder),
        str(ROOT),
    )
    subprocess.run([*PIP, *build], check=True, timeout=300)
    return next(folder.glob("mgllm-*.whl"))


def tracked(*folders: str) -> set[str]:
    """Files of the checkout that are no leavings of Python."""
    return {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_every_file_is_in_it(wheel: Path) -> None:
    held = set(ZipFile(wheel).namelist())
    bundled = {f"mgllm/_bundled/{path}" for path in tracked("scenarios", "prompts")}
    assert tracked("mgllm") | bundled <= held


def test_it_reads_its_own_data_in_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    install = ("install", "--no-deps", "--no-index", "--target", str(site), str(wheel))
    subprocess.run([*PIP, *install], check=True, timeout=300)
    surroundings = {**os.environ, "PYTHONPATH": str(site)}

    def run(*words: str) -> str:
        command = [sys.executable, *words]
        done = subprocess.run(
            command, cwd=empty, env=surroundings, check=True, capture_output=True, text=True, timeout=120
        )
        return done.stdout

    assert run("-c", READING.format(site=str(site))) == "all of it\n"
    assert "emotion" in run("-m", "mgllm", "scenario", "list")
    assert "A micro-gesture is" in run("-m", "mgllm", "render", "emotion", "--arm", "text+mg")
