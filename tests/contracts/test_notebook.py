"""examples/first-run.ipynb: run in a real kernel on the real small model, it shows what is stored in it.

MGLLM_REMAKE_GOLDEN=1 stores what today's code shows.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mgllm.commands.models_list import list_models

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "examples" / "first-run.ipynb"
REMAKE = bool(os.environ.get("MGLLM_REMAKE_GOLDEN"))
"""Read before the shared fixture clears all MGLLM_* of the environment."""
SECONDS = 300
"""Until a cell is given up; the run takes about 20 s on two cores."""
MOST_BYTES = 60_000
"""A notebook is read in the browser of a code host, and its changes are read in diffs."""
CLOSE = 0.02
"""Processors differ by less in a rounded number."""
NUMBER = re.compile(r"[+−-]?\d+(?:\.\d+)?")
CHANGING = re.compile(r"/home/|/root/|/tmp/|/work/|\d{8}T\d{6}Z|\d s\b")
"""Paths of a machine, names of runs, and times."""


@pytest.fixture(scope="module")
def stored() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    return content


def cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def plain(cell: dict[str, Any]) -> Iterator[str]:
    """What a cell shows, as plain text; of a picture, its kind."""
    for output in cell["outputs"]:
        if output["output_type"] == "stream":
            yield "".join(output["text"])
        yield "".join(output.get("data", {}).get("text/plain", ""))


def test_it_is_stored_as_it_was_run(stored: dict[str, Any]) -> None:
    assert NOTEBOOK.stat().st_size < MOST_BYTES
    outputs = [output for cell in cells(stored) for output in cell["outputs"]]
    assert {output["output_type"] for output in outputs} == {"stream", "execute_result"}
    assert [output["name"] for output in outputs if output["output_type"] == "stream"] == ["stdout"]
    kinds = [kind for output in outputs for kind in output.get("data", {})]
    assert kinds.count("text/html") >= 3
    assert kinds.count("image/png") == 1
    assert [cell["execution_count"] for cell in cells(stored)] == [*range(1, len(cells(stored)) + 1)]


def test_nothing_in_it_changes_from_run_to_run(stored: dict[str, Any]) -> None:
    for cell in cells(stored):
        for output in cell["outputs"]:
            pictureless = {k: v for k, v in output.get("data", {}).items() if k != "image/png"}
            assert not CHANGING.search(json.dumps(pictureless) + "".join(output.get("text", "")))


def test_it_shows_today_what_it_shows(
    stored: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed (pip install '.[test]')")
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed (pip install '.[test]')")
    if not any(one.default and one.folder for one in list_models()):
        pytest.skip("the default model's weights are not here; mgllm models pull smollm2-135m")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = nbclient.NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", record_timing=False)
    client.execute(cwd=str(tmp_path))
    for cell in notebook.cells:
        cell.metadata = {}
    if REMAKE:
        notebook.metadata = stored["metadata"]
        nbformat.write(notebook, NOTEBOOK)
        pytest.skip("stored again")
    assert len(list(tmp_path.glob("results/*/report.html"))) == 1
    for cell, wanted in zip(cells(notebook), cells(stored), strict=True):
        made, before = "\n".join(plain(cell)), "\n".join(plain(wanted))
        assert NUMBER.sub("#", made) == NUMBER.sub("#", before), cell["source"]
        assert numbers(made) == pytest.approx(numbers(before), abs=CLOSE), cell["source"]


def numbers(text: str) -> list[float]:
    return [float(found.replace("−", "-")) for found in NUMBER.findall(text)]
