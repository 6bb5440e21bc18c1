"""The Python face in a real IPython kernel: twice in a row, with an error, and stopped by its button."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import mgllm

pytest.importorskip("ipykernel", reason="ipykernel is not installed (pip install '.[test]')")
pytest.importorskip("nbclient", reason="nbclient is not installed (pip install '.[test]')")

ROOT = Path(mgllm.__file__).parents[1]
SECONDS = 120
SERVER = """
from mgllm.testing import FakeServer, Behaviour
import mgllm
server = FakeServer(Behaviour(latency_s={latency}), say="lose").__enter__()
ask = dict(model="openai-compatible/fake", scenarios="emotion", limit=4)
ask |= dict(base_url=server.url, results={results!r})
"""


class Kernel:
    """Cells are run one after another, as a person would run them."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def begin(self, code: str) -> str:
        """Send a cell."""
        return str(self.client.execute(code))

    def end(self, request: str) -> list[dict[str, Any]]:
        """What the cell has put out, when it is done."""
        found: list[dict[str, Any]] = []
        while True:
            message = self.client.get_iopub_msg(timeout=SECONDS)
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            if message["msg_type"] == "status" and content["execution_state"] == "idle":
                return found
            found.append({"kind": message["msg_type"], **content})

    def run(self, code: str) -> list[dict[str, Any]]:
        """A cell from beginning to end."""
        return self.end(self.begin(code))


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from jupyter_client.manager import KernelManager

    manager = KernelManager(kernel_name="python3")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENAI_API_KEY": "none"}
    manager.start_kernel(cwd=str(tmp_path_factory.mktemp("notebook")), env=environment)
    yield manager
    manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel(manager: Any) -> Iterator[Kernel]:
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=SECONDS)
    yield Kernel(client)
    client.stop_channels()


def shown(outputs: list[dict[str, Any]]) -> dict[str, str]:
    """What the last expression of a cell is shown as, by media type."""
    errors = [one for one in outputs if one["kind"] == "error"]
    assert errors == []
    return next(one["data"] for one in outputs if one["kind"] == "execute_result")


def streamed(outputs: list[dict[str, Any]]) -> str:
    return "".join(one["text"] for one in outputs if one["kind"] == "stream")


def test_runs_in_cells(kernel: Kernel, tmp_path: Path) -> None:
    kernel.run(SERVER.format(latency=0, results=str(tmp_path)))
    first = kernel.run("mgllm.run(**ask)")
    second = kernel.run("mgllm.run(**ask)")
    for outputs in (first, second):
        assert "24 of 24 records, 24 answered" in shown(outputs)["text/plain"]
        assert "Verdict: emotion" in shown(outputs)["text/html"]
    lines = streamed(first).splitlines()
    assert lines[0].startswith("openai-compatible/fake: 24 ")
    assert " 24/24" in lines[-1]
    assert "\x1b" not in streamed(first)
    assert "IProgress" not in streamed(first)
    assert len(list(tmp_path.glob("2*"))) == 2


def test_a_cell_that_awaits_can_call_it_too(kernel: Kernel, tmp_path: Path) -> None:
    kernel.run(SERVER.format(latency=0, results=str(tmp_path)))
    outputs = kernel.run(
        "import asyncio\nawait asyncio.sleep(0)\nr = mgllm.run(**ask, display='none')\n"
        "await asyncio.sleep(0)\nmgllm.compare(r) == mgllm.load_run(r.folder).summary()"
    )
    assert shown(outputs)["text/plain"] == "True"
    assert streamed(outputs) == ""


def test_an_error_is_one_line_of_keywords_with_its_trace(kernel: Kernel, tmp_path: Path) -> None:
    kernel.run(SERVER.format(latency=0, results=str(tmp_path)))
    error = kernel.run("mgllm.run(**ask | dict(limit='many'))")[-1]
    assert (error["ename"], error["evalue"]) == (
        "InputError",
        "limit must be a whole number above 0, not 'many'",
    )
    error = kernel.run("mgllm.run(**ask | dict(arms=['txet']))")[-1]
    assert error["evalue"].startswith("unknown arm 'txet'. Did you mean 'text'?")
    assert any("_run" in line for line in error["traceback"])


def test_a_type_stays_seen_by_shift_tab(kernel: Kernel) -> None:
    kernel.run("import mgllm")
    reply = kernel.client.inspect("mgllm.run", reply=True, timeout=SECONDS)["content"]
    text = re.sub(r"\x1b\[[\d;]*m", "", reply["data"]["text/plain"])
    assert re.search(r"limit: '?int \| None'? = None", text)
    assert "limit: Ask so many items" in text


def test_the_stop_button_leaves_a_run_that_goes_on(kernel: Kernel, manager: Any, tmp_path: Path) -> None:
    kernel.run(SERVER.format(latency=0.2, results=str(tmp_path)))
    request = kernel.begin("mgllm.run(**ask, concurrency=1)")
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:  # a record is there: the run is in its middle
        records = list(tmp_path.glob("2*/records.jsonl"))
        if records and records[0].read_bytes().count(b"\n") >= 2:
            break
        time.sleep(0.05)
    manager.interrupt_kernel()
    outputs = kernel.end(request)
    assert outputs[-1]["ename"] == "KeyboardInterrupt"
    (folder,) = tmp_path.glob("2*")
    stopped = mgllm.load_run(folder)
    assert 2 <= len(stopped.records) < 24
    assert (folder / "table.md").is_file()
    code = "mgllm.run(resume='latest', results=ask['results'], concurrency=16)"
    assert "24 of 24 records" in shown(kernel.run(code))["text/plain"]
    assert len(list(tmp_path.glob("2*"))) == 1
