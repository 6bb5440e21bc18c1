"""How often the printed interval holds the truth, the printed p cries wolf and a claim stands on
nothing.

    python benchmarks/coverage.py [--replicates 2000] [--seed 0] [-o docs/results/coverage.md]

By simulation, through the code that prints. Exit 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from coverage_cells import NAMES, RLTD, Cell, cells, simulate  # type: ignore[import-not-found]
from coverage_claims import Nothing, nothings, simulate as count_claims  # type: ignore[import-not-found]
from coverage_made import effective  # type: ignore[import-not-found]
from coverage_tally import Counts  # type: ignore[import-not-found]
from coverage_today import misses as misses_of_today, tables as tables_of_today, today  # type: ignore[import-not-found]

SHORT = dict(zip(NAMES, ("accuracy", "balanced", "macro-F1", "AUC", "log-odds", "Brier"), strict=True))
Found = list[tuple[Cell, dict[str, Counts]]]


def main() -> int:
    """Simulate, print or write a page, say whether the targets are met."""
    options = _options()
    began = time.process_time()
    found = [
        (cell, _told(cell.name, simulate(cell, cell.times * options.replicates, options.seed)))
        for cell in cells()
    ]
    kinds = nothings()
    for kind in kinds:
        count_claims(kind, options.replicates, options.seed)
        _told(kind.name, kind.supported)
    accuracy = today(options.replicates, options.seed)
    missed = [
        *(miss for cell, counts in found for miss in _misses(cell, counts)),
        *(miss for kind in kinds for miss in kind.misses()),
        *misses_of_today(accuracy),
    ]
    parts = {
        "INTERVALS": "\n".join(_intervals(found)),
        "ERRORS": "\n".join(_errors(found)),
        "CLAIMS": "\n".join(_claims(kinds)),
        "TODAY": "\n".join(tables_of_today(accuracy, options.replicates)),
        "MISSES": "\n".join(f"* {miss}" for miss in missed) or "* none",
        "REPLICATES": f"{options.replicates:,}",
        "COMMAND": f"python benchmarks/coverage.py --replicates {options.replicates} --seed {options.seed}",
        "SECONDS": f"{time.process_time() - began:.0f}",
        "MARGIN": f"{100 * 1.96 * np.sqrt(0.05 * 0.95 / options.replicates):.1f}",
        "RLTD_SIZES": f"{sum(RLTD)} items of {len(RLTD)} people, {effective(RLTD):.1f} effective, "
        f"largest {max(RLTD)}",
    }
    text = Path(__file__).with_name("coverage_page.md").read_text(encoding="utf-8")
    for name, value in parts.items():
        text = text.replace(f"{{{name}}}", value)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    print(text)
    return 1 if missed else 0


def _told(name: str, counted: dict[str, Counts]) -> dict[str, Counts]:
    print(name, file=sys.stderr, flush=True)
    return counted


def _misses(cell: Cell, counts: dict[str, Counts]) -> list[str]:
    return [
        f"{SHORT[metric]}, {cell.name}: {miss}"
        for metric, each in counts.items()
        for miss in each.misses(cell.null)
    ]


def _intervals(found: Found) -> list[str]:
    lines = [_head("cell", [SHORT[name] for name in NAMES])]
    for cell, counts in found:
        lines.append(_line(cell.name, [_covered(counts.get(name)) for name in NAMES]))
    return lines


def _covered(counts: Counts | None) -> str:
    """Coverage; in brackets the share of replicates that have an interval, where it is not all."""
    if counts is None:
        return ""
    tally = counts.covers
    total = max(counts.asked, 1)
    if not tally.of:
        return "none"
    return f"{tally}" if tally.of > 0.995 * total else f"{tally} ({100 * tally.of / total:.0f})"


def _errors(found: Found) -> list[str]:
    lines = [_head("cell", [SHORT[name] for name in NAMES])]
    for cell, counts in found:
        if cell.null:
            cells_ = [str(counts[name].rejects) if name in counts else "" for name in NAMES]
            lines.append(_line(cell.name, cells_))
    return lines


def _claims(kinds: list[Nothing]) -> list[str]:
    names = ("accuracy", "accuracy, p alone", "log_odds", "log_odds, p alone")
    lines = [_head("nothing to claim", [name.replace("_", "-") for name in names])]
    for kind in kinds:
        lines.append(_line(kind.name, [str(kind.supported[name]) for name in names]))
    return lines


def _head(first: str, names: list[str]) -> str:
    return f"| {first} | {' | '.join(names)} |\n|---|{'--:|' * len(names)}"


def _line(first: str, told: list[str]) -> str:
    return f"| {first} | {' | '.join(told)} |"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--replicates", type=int, default=2000, help="experiments a cell")
    parser.add_argument("--seed", type=int, default=0, help="of everything")
    parser.add_argument("-o", "--output", type=Path, help="a file for the page")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
