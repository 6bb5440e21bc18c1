"""How long `mgllm --help` takes, over several runs, each in a new process.

    python benchmarks/help_speed.py [RUNS]

A person waits for the help, so it should take at most 0.3 s.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from statistics import median
from typing import NamedTuple

COMMANDS: tuple[list[str], ...] = (
    [],
    ["--help"],
    ["run", "--help"],
    ["compare", "--help"],
    ["recognizer", "evaluate", "--help"],
)
RUNS = 7
"""Enough that one run which had to wait for a busy machine does not decide the median."""
LONGEST = 0.3
"""Seconds; what the specification asks for."""


class Took(NamedTuple):
    """Seconds of one run."""

    waited: float
    """By the clock: longer on a busy machine."""
    computed: float
    """By the processor."""


def run(words: list[str]) -> Took:
    """Ask for help once."""
    began, before = time.perf_counter(), os.times()
    subprocess.run([sys.executable, "-m", "mgllm", *words], check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    computed = after.children_user + after.children_system - before.children_user - before.children_system
    return Took(time.perf_counter() - began, computed)


def main() -> None:
    """Print the table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    run([])  # the first run writes compiled modules
    print(
        f"| command | processor, median of {runs} | clock, median | clock, quickest | at most {LONGEST} s |"
    )
    print("|---|--:|--:|--:|---|")
    for words in COMMANDS:
        took = [run(words) for _ in range(runs)]
        computed, waited = median(one.computed for one in took), [one.waited for one in took]
        numbers = (computed, median(waited), min(waited))
        within = "yes" if computed <= LONGEST else "no"
        cells = [f"`{' '.join(['mgllm', *words])}`", *(f"{number:.2f} s" for number in numbers), within]
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
