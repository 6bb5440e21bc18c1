"""`make fuzz N=10000`: changed files for every parser, counted in a file from which it goes on.

    python -m tests.fuzz.running N [PARSER …]

Each parser runs in a child process: one that hangs or dies is counted and begun again after the input.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from operator import itemgetter
from pathlib import Path
from typing import Any

from tests.fuzz.targets import all_targets
from tests.fuzz.trying import MEMORY_BYTES, OUTCOMES, SECONDS, Tried, bench

SEED = 1
"""Names all inputs: input N of a parser is the same on every machine."""
WANTED = 100_000
"""Inputs a parser that are asked for in all; the table says how many are still to run."""
HERE = Path(__file__).parent
COUNTS = HERE / "counts.json"
TABLE = HERE.parents[1] / "docs" / "results" / "fuzz.md"
SAVED_EVERY = 500
"""Inputs after which the counts are written."""
HANGS_S = 4 * SECONDS
"""Seconds without a word from the child: it does not even notice the alarm."""
MOST_EXAMPLES = 5
"""Kinds of failures that are kept for each parser."""
Counts = dict[str, Any]


def run(upto: int, names: Sequence[str]) -> None:
    """Feed each parser until it has had `upto` inputs."""
    counts = json.loads(COUNTS.read_text()) if COUNTS.exists() else {}
    for name in names or sorted(all_targets()):
        mine = counts.setdefault(name, {"done": 0, "slowest": 0.0, **dict.fromkeys(OUTCOMES, 0), "found": {}})
        while mine["done"] < upto:
            _feed(name, mine, min(upto, mine["done"] + SAVED_EVERY))
            COUNTS.write_text(json.dumps(counts, indent=1, sort_keys=True) + "\n")
            TABLE.write_text(table(counts), encoding="utf-8")
        print(f"{name}: {row(name, mine)}", flush=True)


def _feed(name: str, mine: Counts, stop: int) -> None:
    for tried in _tried(name, mine["done"], stop):
        mine["done"] = tried.number + 1
        mine[tried.outcome] += 1
        mine["slowest"] = round(max(mine["slowest"], tried.seconds), 2)
        if tried.outcome not in ("read", "refused") and len(mine["found"]) < MOST_EXAMPLES:
            mine["found"].setdefault(f"{tried.outcome}: {tried.what}"[:200], tried.number)


def _tried(name: str, start: int, stop: int) -> Iterator[Tried]:
    """Results in order, from as many children as it takes."""
    context = multiprocessing.get_context("spawn")
    while start < stop:
        here, there = context.Pipe(duplex=False)
        child = context.Process(target=_child, args=(there, name, start, stop), daemon=True)
        child.start()
        there.close()
        for tried in _received(here, start, stop):
            start = tried.number + 1
            yield tried
        child.kill()
        child.join()


def _received(here: Connection, number: int, stop: int) -> Iterator[Tried]:
    first_wait = 60.0  # a child starts
    while number < stop:
        try:
            if not here.poll(first_wait + HANGS_S):
                yield Tried(number, "too slow", HANGS_S, "does not even notice the alarm")
                return
            yield here.recv()
        except EOFError:
            yield Tried(number, "exception", 0.0, "the process died")
            return
        number, first_wait = number + 1, 0.0


def _child(there: Connection, name: str, start: int, stop: int) -> None:
    with bench(name, all_targets()[name]) as made:
        for number in range(start, stop):
            there.send(made.try_one(number, SEED))


def table(counts: Counts) -> str:
    """The page with a row for each parser."""
    lines = [f"| {name} | {row(name, mine)} |" for name, mine in sorted(counts.items())]
    found = [
        f"* {name}, input {number}: `{what.replace('`', chr(39)).replace('|', '/')}`"
        for name, mine in sorted(counts.items())
        for what, number in sorted(mine["found"].items(), key=itemgetter(1))
    ]
    return HEAD + "\n".join(lines) + "\n\n## What was found\n\n" + ("\n".join(found) or "Nothing.") + "\n"


def row(name: str, mine: Counts) -> str:
    """The cells of a parser."""
    numbers = [mine["done"], *(mine[outcome] for outcome in OUTCOMES)]
    left = max(0, WANTED - mine["done"])
    return " | ".join([*(f"{number:,}" for number in numbers), f"{mine['slowest']:.2f}", f"{left:,}"])


HEAD = f"""# Changed files for every parser

`make fuzz N=10000` changes valid files at random and gives them to the parser that reads such files:
bytes are flipped, cut, repeated and moved, and numbers and words become what no careful writer
writes. Input 17 of a parser is the same on every machine. A parser may read a file or refuse it in
one line. Anything else is counted: an exception that is not ours, more than {SECONDS:g} s, more than
{MEMORY_BYTES // 2**30} GB beyond what Python needs. Counts are kept in `tests/fuzz/counts.json`, and the next
call goes on from there; `make test` gives every parser some of these inputs. This page is written by
`make fuzz`.

| parser | inputs | read | refused | exceptions | too slow | too large | slowest, s | still to run |
|---|--:|--:|--:|--:|--:|--:|--:|--:|
"""


if __name__ == "__main__":
    run(int(sys.argv[1]), sys.argv[2:])
