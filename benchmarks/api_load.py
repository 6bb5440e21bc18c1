"""What `mgllm run` costs against an API: 2,000 prompts of ~400 tokens to a loopback server, 64 in
flight.

    python benchmarks/api_load.py [--faults] [--items 1000] [--repeats 3]

Whole processes are timed, imports and all: `mgllm run`, and for comparison a bare aiohttp loop that
sends the same requests. They take turns; the table shows medians. `--faults`: 10 % of requests are
answered with 429 and `Retry-After: 1`, 2 % with 500, 1 % are dropped; then what counts is that all
is answered and that no retry came before its time. Exit 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

LATENCY_S = 0.05
WIDTH = 64
FAULTS = ("--rate-429", "0.1", "--retry-after", "1", "--rate-500", "0.02", "--rate-drop", "0.01")
WALL_RATIO = 2.5
CPU_MS = 4.0


class Timing(NamedTuple):
    """One whole process."""

    wall_s: float
    cpu_ms: float
    """User and system, a prompt."""
    peak_mb: float
    log_mb: float
    """What it wrote."""
    answered: int
    early: int
    """Retries before their time."""


class Load(NamedTuple):
    """What is to be done, and where."""

    folder: Path
    prompts: int
    server: Sequence[str]
    """Options of the fake server."""


def main() -> int:
    """Measure, print a table, say whether the targets are met."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="mgllm-load-") as name:
        material = Path(__file__).with_name("load_material.py")
        subprocess.run([sys.executable, str(material), name, str(options.items)], check=True)
        load = Load(Path(name), 2 * options.items, FAULTS if options.faults else ())
        timings: dict[str, list[Timing]] = {"bare aiohttp loop": [], "mgllm run": []}
        for turn in range(options.repeats):
            timings["bare aiohttp loop"].append(_measure(load, _bare, turn))
            timings["mgllm run"].append(_measure(load, _mgllm, turn))
    print(_table(timings, load, options.repeats, faults=options.faults))
    return 0 if _good(timings, load, faults=options.faults) else 1


def _bare(load: Load, url: str, log: Path) -> list[str]:
    script = Path(__file__).with_name("bare_loop.py")
    return [str(script), url, str(load.folder / "requests.jsonl"), str(log / "log.jsonl"), str(WIDTH)]


def _mgllm(load: Load, url: str, log: Path) -> list[str]:
    where = ["--scenarios", str(load.folder / "scenarios"), "--prompts", str(load.folder / "prompts")]
    what = ["--items", str(load.folder / "items.jsonl"), "--arms", "text,text+mg", "--form", "chat"]
    whom = ["--model", "openai-compatible/fake", "--base-url", url, "--concurrency", str(WIDTH)]
    how = ["--score", "generate", "--results", str(log), "--display", "none", "--max-retries", "12"]
    return ["-m", "mgllm", "run", "load", *where, *what, *whom, *how]


def _measure(load: Load, command: Callable[[Load, str, Path], list[str]], turn: int) -> Timing:
    """Run one process against a server of its own."""
    log = load.folder / f"{getattr(command, '__name__', 'client')}-{turn}"
    log.mkdir()
    with _server(load.server) as url:
        arguments = [sys.executable, *command(load, url, log)]
        began = time.perf_counter()
        with (log / "stderr.txt").open("w") as errors:
            process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, used = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        with urllib.request.urlopen(url.removesuffix("/v1") + "/stats", timeout=5) as answer:
            stats = json.load(answer)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}:\n{_tail(log)}")
    written = sum(path.stat().st_size for path in log.rglob("*") if path.is_file())
    cpu_ms = 1e3 * (used.ru_utime + used.ru_stime) / load.prompts
    early = stats["early_retries"]
    return Timing(wall_s, cpu_ms, used.ru_maxrss / 1024, written / 1e6, stats["answered"], early)


def _tail(log: Path) -> str:
    return (log / "stderr.txt").read_text()[-2000:]


@contextmanager
def _server(options: Sequence[str]) -> Iterator[str]:
    """A fake server as a process; yields its URL."""
    command = [sys.executable, "-m", "mgllm.testing.fake_server", "--latency", str(LATENCY_S), "--say", "won"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
            process.communicate(timeout=10)


def _table(timings: dict[str, list[Timing]], load: Load, repeats: int, *, faults: bool) -> str:
    """Markdown: medians, and the ratio of the walls."""
    kind = "10 % 429 (Retry-After: 1), 2 % 500, 1 % dropped" if faults else "no faults"
    lines = [
        f"{load.prompts:,} prompts, {WIDTH} in flight, {1e3 * LATENCY_S:.0f} ms latency, {kind}; "
        f"whole processes, interleaved, median of {repeats}, {os.cpu_count()} processors:",
        "",
        "| client | wall s | CPU ms a prompt | peak MB | written MB | answered | retries too early |",
        "|---|---|---|---|---|---|---|",
    ]
    for client, runs in timings.items():
        wall, cpu, peak, log = (median(run[i] for run in runs) for i in range(4))
        answered, early = min(run.answered for run in runs), max(run.early for run in runs)
        lines.append(f"| {client} | {wall:.2f} | {cpu:.2f} | {peak:.0f} | {log:.1f} | {answered} | {early} |")
    target = "" if faults else f" (target ≤ {WALL_RATIO}; CPU ≤ {CPU_MS:g} ms a prompt)"
    return "\n".join([*lines, "", f"Wall ratio: {_ratio(timings):.2f}{target}"])


def _ratio(timings: dict[str, list[Timing]]) -> float:
    bare, ours = (median(run.wall_s for run in runs) for runs in timings.values())
    return ours / bare


def _good(timings: dict[str, list[Timing]], load: Load, *, faults: bool) -> bool:
    ours = timings["mgllm run"]
    if not all(run.answered >= load.prompts and run.early == 0 for run in ours):
        return False
    return faults or (_ratio(timings) <= WALL_RATIO and median(run.cpu_ms for run in ours) <= CPU_MS)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--faults", action="store_true", help="answer some requests with errors")
    parser.add_argument("--items", type=int, default=1000, help="two prompts each")
    parser.add_argument("--repeats", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
