"""How long `mgllm run` takes at a server that limits the rate: 240 requests a minute, 360 records.

    python benchmarks/rate_limit.py [--quick] [--rpm N] [--retry-after S]

The server answers 240 requests in each minute and refuses the others with 429 and `Retry-After: 2`.
The ideal time is that of a client that knows the windows: one minute, and the rest of the requests.
`--quick` is a replica of the same shape: 40 requests in 6 s, 60 records, `Retry-After: 0.2`. Exit 1 if a
record has no answer, if a retry came before its time, or after more than twice the ideal time.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

LATENCY_S = 0.05
TIMES_IDEAL = 2.0


def main() -> int:
    """Measure once, print a table, say whether the targets are met."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="mgllm-rate-") as name:
        return _measure(Path(name), options)


def _measure(folder: Path, options: argparse.Namespace) -> int:
    records = options.limit * 3 // 2
    material = Path(__file__).with_name("load_material.py")
    subprocess.run([sys.executable, str(material), str(folder), str(records // 2)], check=True)
    limits = ["--limit", str(options.limit), "--window", str(options.window)]
    command = [sys.executable, "-m", "mgllm.testing.fake_server", "--latency", str(LATENCY_S), "--say", "won"]
    command += [*limits, "--retry-after", str(options.retry_after)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            url = server.stdout.readline().strip()
            took_s, code, said = _run(folder, url, options.rpm)
            stats = _stats(url)
        finally:
            server.terminate()
            server.communicate(timeout=10)
    answered = _answered(folder)
    ideal_s = options.window + (records - options.limit) * LATENCY_S / 16
    print(f"{options.limit} requests in {options.window:g} s, Retry-After: {options.retry_after:g}\n")
    print("| records | answered | refused with 429 | too early | wall s | ideal s | ratio |")
    print("|---|---|---|---|---|---|---|")
    counts = f"{records} | {answered} | {stats['status_429']} | {stats['early_retries']}"
    print(f"| {counts} | {took_s:.1f} | {ideal_s:.1f} | {took_s / ideal_s:.2f} |")
    print("\n" + "\n".join(line for line in said.splitlines() if "limits the rate" in line))
    good = code == 0 and answered == records and not stats["early_retries"]
    return 0 if good and took_s <= TIMES_IDEAL * ideal_s else 1


def _run(folder: Path, url: str, rpm: int | None) -> tuple[float, int, str]:
    """Seconds from the first request to the end, the exit code, and what stood on the screen."""
    where = ["--scenarios", str(folder / "scenarios"), "--prompts", str(folder / "prompts")]
    what = ["--items", str(folder / "items.jsonl"), "--arms", "text,text+mg", "--form", "chat"]
    whom = ["--model", "openai-compatible/fake", "--base-url", url, *(["--rpm", str(rpm)] if rpm else [])]
    how = ["--score", "generate", "--results", str(folder / "results"), "--display", "plain"]
    command = [sys.executable, "-m", "mgllm", "run", "load", *where, *what, *whom, *how]
    with (folder / "stderr.txt").open("w") as errors:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        while process.poll() is None and not _stats(url)["requests"]:  # the imports
            time.sleep(0.02)
        began = time.perf_counter()
        process.wait()
    return time.perf_counter() - began, process.returncode, (folder / "stderr.txt").read_text()


def _stats(url: str) -> dict[str, int]:
    with urllib.request.urlopen(url.removesuffix("/v1") + "/stats", timeout=5) as answer:
        found: dict[str, int] = json.load(answer)
    return found


def _answered(folder: Path) -> int:
    (path,) = (folder / "results").glob("*/records.jsonl")
    lines = path.read_text(encoding="utf-8").splitlines()
    return sum(json.loads(line)["outcome"] == "answered" for line in lines)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="40 requests in 6 s, 60 records")
    parser.add_argument("--rpm", type=int, help="--rpm of the run")
    parser.add_argument("--retry-after", type=float, help="seconds that a 429 asks to wait")
    options = parser.parse_args()
    options.limit, options.window = (40, 6.0) if options.quick else (240, 60.0)
    if options.retry_after is None:
        options.retry_after = 0.2 if options.quick else 2.0
    return options


if __name__ == "__main__":
    sys.exit(main())
