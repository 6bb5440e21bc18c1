"""All rows of docs/results/recognizer-utd-mhad.md: trains, tests, and prints the table.

    python benchmarks/utd_rows.py D -o OUT --jobs 2

Every row is a `mgllm recognizer` command, printed with the row. What is in OUT already is not done
again, so that it may be stopped at any time. People 2, 4, 6, 8 are tested once a row and seed;
nothing is chosen here.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

TRAIN = "subject=1,3,5,7"
TEST = "subject=2,4,6,8"
COLUMNS = ("top1", "mean_class", "macro_f1", "ece")


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    name: str
    pretrain: tuple[str, ...] | None
    """Flags of the pre-training; None: random weights."""
    evaluate: tuple[str, ...]
    """Flags of the evaluation."""

    @property
    def words(self) -> str:
        """Its flags, without those that say who is learned from and who is tested."""
        sides = (*_SIDES, *_DEFAULT)
        asked = " ".join(word for word in self.evaluate if word not in sides)
        if self.pretrain is None:
            return f"random {asked}"
        made = " ".join(word for word in self.pretrain if word not in sides)
        return f"{made} / {asked}" if made else asked


def main() -> None:
    """Run what is missing, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    trainings = list(dict.fromkeys(row.pretrain for row in ROWS))
    with ThreadPoolExecutor(given.jobs) as pool:
        work = [(flags, seed) for flags in trainings for seed in range(given.seeds)]
        list(pool.map(lambda one: _rows_of(given, *one), work))
    print(_table(given.out, given.seeds))


def _rows_of(given: argparse.Namespace, flags: tuple[str, ...] | None, seed: int) -> None:
    """One training and the evaluations that read it."""
    checkpoint = "random"
    if flags is not None:
        checkpoint = str(given.out / f"{_slug(flags)}-{seed}")
        if not (Path(checkpoint) / "done").exists():
            resume = ["--resume"] if (Path(checkpoint) / "training.safetensors").exists() else []
            words = ["pretrain", str(given.dataset), *flags, "-o", checkpoint, *resume]
            (Path(checkpoint) / "done").write_text(_mgllm(words, seed))
    for row in (row for row in ROWS if row.pretrain == flags):
        place = given.out / f"{_slug((row.name,))}-{seed}.json"
        if not place.exists():
            words = ["evaluate", checkpoint, str(given.dataset), *row.evaluate, "--no-floors"]
            place.write_text(_mgllm(words, seed))


def _mgllm(words: Sequence[str], seed: int) -> str:
    command = [sys.executable, "-m", "mgllm", "recognizer", *words, "--seed", str(seed), "--json"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    print("…", *command[3:], file=sys.stderr, flush=True)
    done = subprocess.run(
        [*command, "--display", "none"], env=environment, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def _table(out: Path, seeds: int) -> str:
    lines = [
        "| row | top-1 mean (range) | mean class | macro F1 | ECE | flags |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in ROWS:
        files = [out / f"{_slug((row.name,))}-{seed}.json" for seed in range(seeds)]
        found = [json.loads(file.read_text()) for file in files if file.exists()]
        if found:
            cells = [
                _spread([one[key] for one in found]) for key in ("top1", "mean_class", "macro_f1", "ece")
            ]
            lines.append(f"| {row.name} | {' | '.join(cells)} | `{row.words}` |")
    return "\n".join(lines)


def _spread(values: Sequence[float]) -> str:
    return f"{100 * fmean(values):.1f} ({100 * min(values):.1f}–{100 * max(values):.1f})"


def _slug(words: Sequence[str]) -> str:
    text = "".join(c if c.isalnum() else "-" for c in " ".join(words).lower())
    return "-".join(part for part in text.split("-") if part)


_DEFAULT = ("--train-on", TRAIN)
_SIDES = ("--train-on", TRAIN, "--test-on", TEST)
_ALL = ("--epochs", "15")  # all clips, the test people's among them, for as many steps as the default has


def _evaluate(protocol: str, *more: str) -> tuple[str, ...]:
    return ("--protocol", protocol, *_SIDES, *more)


ROWS = (
    Row("default, linear", _DEFAULT, _evaluate("linear")),
    Row("default, 1-NN", _DEFAULT, _evaluate("knn")),
    Row("default, fine-tuned", _DEFAULT, _evaluate("finetune")),
    Row("random weights, linear", None, _evaluate("linear")),
    Row("random weights, 1-NN", None, _evaluate("knn")),
    Row("from scratch, all labels", None, _evaluate("finetune")),
    Row("default, linear, 10 % of labels", _DEFAULT, _evaluate("linear", "--label-fraction", "0.1")),
    Row("default, linear, 50 % of labels", _DEFAULT, _evaluate("linear", "--label-fraction", "0.5")),
    Row("default, fine-tuned, 10 % of labels", _DEFAULT, _evaluate("semi", "--label-fraction", "0.1")),
    Row("default, fine-tuned, 50 % of labels", _DEFAULT, _evaluate("semi", "--label-fraction", "0.5")),
    Row("from scratch, 10 % of labels", None, _evaluate("semi", "--label-fraction", "0.1")),
    Row("spatial stream of the default, linear", _DEFAULT, _evaluate("linear", "--stream", "spatial")),
    Row("spatial stream of the default, 1-NN", _DEFAULT, _evaluate("knn", "--stream", "spatial")),
    Row("temporal stream of the default, linear", _DEFAULT, _evaluate("linear", "--stream", "temporal")),
    Row("temporal stream of the default, 1-NN", _DEFAULT, _evaluate("knn", "--stream", "temporal")),
    *(
        row
        for fusion in ("concat", "sum", "gated")
        for row in (
            Row(f"fusion {fusion}, linear", (*_DEFAULT, "--fusion", fusion), _evaluate("linear")),
            Row(f"fusion {fusion}, 1-NN", (*_DEFAULT, "--fusion", fusion), _evaluate("knn")),
        )
    ),
    Row("transductive, linear", _ALL, _evaluate("linear", "--transductive")),
    Row("transductive, 1-NN", _ALL, _evaluate("knn", "--transductive")),
)

if __name__ == "__main__":
    main()
