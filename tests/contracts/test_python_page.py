"""The code of docs/python.md, run from top to bottom on the real small model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.commands.models_list import list_models
from mgllm.commands.synth import SynthOptions, synthesize

PAGE = (Path(__file__).parents[2] / "docs" / "python.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_every_function_has_its_row_and_its_example() -> None:
    functions = [name for name in mgllm.__all__ if callable(getattr(mgllm, name)) and name.islower()]
    assert len(functions) == 7
    for name in functions:
        assert f"| `mgllm.{name}` |" in PAGE
        assert any(f"mgllm.{name}(" in block for block in BLOCKS), name


def test_the_code_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if not any(one.default and one.folder for one in list_models()):
        pytest.skip("the default model's weights are not here; mgllm models pull smollm2-135m")
    monkeypatch.chdir(tmp_path)
    synthesize(Path("made"), SynthOptions(recordings=1, minutes=0.2))
    capsys.readouterr()
    seen: dict[str, Any] = {}
    for block in BLOCKS:
        exec(block, seen)
    printed = capsys.readouterr().out
    said = PAGE.rstrip().rpartition("\n")[2].strip()
    assert printed.rstrip().endswith(said)
    assert "=== text+mg ===" in printed
    assert "max_requests=3 is reached" in printed
    assert "24 items of 12 subjects:" in printed
    assert seen["made"].transcripts == 1
    made = {"forest.svg", "accuracy.png", "report.html", "transcripts", "results", "made"}
    assert {path.name for path in tmp_path.iterdir()} == made
