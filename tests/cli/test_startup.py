"""`mgllm --help` is quick because nothing heavy is loaded: counted, not timed."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = (
    *(
        "torch",
        "transformers",
        "tokenizers",
        "datasets",
        "pandas",
        "numpy",
        "scipy",
        "statsmodels",
        "sklearn",
    ),
    *("openai", "httpx", "httpx2", "aiohttp", "rich", "jinja2", "yaml"),
    *("safetensors", "matplotlib", "av", "mediapipe", "cv2"),
)


def loaded_after(code: str) -> set[str]:
    script = f"{code}\nimport sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_mgllm_loads_nothing_heavy() -> None:
    assert not loaded_after("import mgllm, mgllm.cli") & set(HEAVY)


def test_the_door_knows_no_models_of_records_and_no_shelf() -> None:
    modules = loaded_after("import mgllm, mgllm.cli")
    shelves = (
        "mgllm.records",
        "mgllm.prompts",
        "mgllm.backends",
        "mgllm.datasets",
        "mgllm.analysis",
        "mgllm.commands",
    )
    assert not [name for name in modules if name.startswith(shelves)]


def test_the_counting_would_notice() -> None:
    assert loaded_after("import mgllm.commands.run") & set(HEAVY)


@pytest.mark.parametrize(
    "words", [["--help"], ["recognizer", "--help"], ["recognizer", "pretrain", "--help"]], ids=" ".join
)
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    asked = f"""
from mgllm.cli import main
try:
    main({words!r})
except SystemExit as left:
    assert left.code == 0
print()"""
    assert not loaded_after(asked) & set(HEAVY)


@pytest.mark.parametrize(
    "words",
    [["--help"], ["-h"], ["run", "--help"], ["scenario", "--help"], ["recognizer", "--help"], ["--version"]],
)
def test_help_is_there_for_all(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mgllm", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "mgllm" in done.stdout
    assert done.stderr == ""


def test_public_names_are_found_lazily() -> None:
    import mgllm

    assert set(dir(mgllm)) >= {"run", "compare", "load_run", "load_items"}
    assert callable(mgllm.load_items)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        mgllm.nothing  # type: ignore[attr-defined]  # noqa: B018
