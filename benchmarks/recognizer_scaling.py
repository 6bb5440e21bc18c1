"""How the recogniser's time and memory grow with frames, joints, batch and the size of the data
set.

    python benchmarks/recognizer_scaling.py [--quick] [--repeats 5] [--picture FILE.svg]

Time is processor time (user and system) of one thread on made-up clips. All sizes take turns; the
tables show medians and the exponent e of time ~ size^e, by all sizes and by the last two: 1 is
linear. Memory (Linux only) is that of child processes over a small and a large folder, above what
they hold after the imports. Writes 0.5 GB to the temporary directory and takes it away again.
`--quick` tries everything in seconds, and its numbers mean nothing. Exit 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import torch
from scaling_material import write_clips  # type: ignore[import-not-found]  # stands beside this script
from scaling_picture import draw_curves  # type: ignore[import-not-found]
from scaling_time import Curve, Shape, time_batches, time_sets  # type: ignore[import-not-found]

EXPONENT = 1.15
"""Highest that counts as linear."""
ADDED_KB = 6.0
"""Most that a clip more may cost in memory: half of its joints on disk."""
FIELDS = ("anonymous", "resident")
Memory = Mapping[str, float]


class Plan(NamedTuple):
    """Which sizes, and how much of each."""

    frames: tuple[int, ...] = (16, 32, 64, 128, 256)
    joints: tuple[int, ...] = (17, 25, 50, 75)
    batches: tuple[int, ...] = (8, 16, 32, 64)
    sets: tuple[int, ...] = (200, 1000, 5000)
    steps: int = 3
    """Of training a turn, where a data set is read."""
    encoded: int = 128
    """Clips a turn, where a data set is read."""
    folders: tuple[int, int] = (2000, 40000)
    """Clips of the folders whose memory is compared."""
    memory_steps: int = 12
    memory_encoded: int = 4000


QUICK = Plan((8, 16), (9, 17), (2, 4), (64, 128), 1, 16, (100, 400), 1, 64)


def main() -> int:
    """Measure, print tables, say whether the targets are met."""
    options = _options()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    plan, repeats = (QUICK, 1) if options.quick else (Plan(), options.repeats)
    with tempfile.TemporaryDirectory(prefix="mgllm-scaling-") as name:
        curves = [
            *time_batches(_axes(plan), repeats),
            time_sets(Path(name), plan.sets, plan.steps, plan.encoded, repeats),
        ]
        good = _print_times(curves, repeats)
        if options.picture:
            draw_curves(curves, options.picture)
        good &= _print_memory(_memory(Path(name), plan, min(repeats, 3)), plan)
    return 0 if good or options.quick else 1


def _axes(plan: Plan) -> dict[str, dict[int, Shape]]:
    return {
        "frames of a clip": {size: Shape(frames=size) for size in plan.frames},
        "joints": {size: Shape(joints=size) for size in plan.joints},
        "clips in a batch": {size: Shape(clips=size) for size in plan.batches},
    }


def _print_times(curves: Sequence[Curve], repeats: int) -> bool:
    base, good = Shape(), True
    print(f"Processor time, one thread, median of {repeats} turns; {base.clips} clips in a batch,")
    print(f"{base.frames} frames, {base.joints} joints where nothing else is said, the defaults (batch 32)")
    print(f"where a data set is read. Target: both exponents at most {EXPONENT}.")
    for curve in curves:
        print("\n" + _row(curve.axis, [f"{size:,}" for size in curve.sizes], ["exponent", "last two"]))
        print("|---" * (len(curve.sizes) + 3) + "|")
        for work, times in curve.times.items():
            exponents = [curve.exponent(work), curve.exponent(work, last=2)]
            good &= max(exponents) <= EXPONENT
            shown = [f"{exponent:.2f}" for exponent in exponents]
            print(_row(f"{work}, {curve.unit}", map(_number, times), shown))
    sets = curves[-1]
    for work, times in sets.times.items():
        each = [1e3 * took / size for took, size in zip(times, sets.sizes, strict=True)]
        print(_row(f"{work}, ms a clip", map(_number, each), ["", ""]))
    return good


def _row(name: str, cells: Iterable[str], more: Sequence[str]) -> str:
    return "| " + " | ".join([name, *cells, *more]) + " |"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:#.3g}"


def _memory_works(plan: Plan) -> dict[str, tuple[str, ...]]:
    steps, queue = str(plan.memory_steps), str(plan.folders[0])
    return {
        "pre-training": ("pretrain", steps),
        f"pre-training, queue of {plan.folders[0]:,} in both": ("pretrain", steps, queue),
        "encoding": ("encode", str(plan.memory_encoded)),
    }


def _memory(folder: Path, plan: Plan, repeats: int) -> dict[str, list[Memory]]:
    """By work, medians of the small and of the large folder."""
    for size in plan.folders:
        write_clips(folder / f"memory-{size}", size)
    found: dict[str, list[list[Memory]]] = {}
    for _ in range(repeats):
        for name, arguments in _memory_works(plan).items():
            both = [_child(folder / f"memory-{size}", arguments) for size in plan.folders]
            found.setdefault(name, []).append(both)
    return {name: [_medians(runs) for runs in zip(*pairs, strict=True)] for name, pairs in found.items()}


def _child(folder: Path, arguments: Sequence[str]) -> Memory:
    script = Path(__file__).with_name("scaling_memory.py")
    command = [sys.executable, str(script), str(folder), *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    held: Memory = json.loads(done.stdout)
    return held


def _medians(runs: Sequence[Memory]) -> Memory:
    return {field: median(run[field] for run in runs) for field in runs[0]}


def _print_memory(memory: Mapping[str, Sequence[Memory]], plan: Plan) -> bool:
    small, large = (f"{size:,} clips" for size in plan.folders)
    print("\nMB above the imports, highest at any time (resident: with the pages of the mapped file, which")
    print(f"the system may drop). Target: at most {ADDED_KB:g} KB of anonymous memory for a clip more.\n")
    print(f"| what | {small} | {large} | ratio | KB for a clip more |\n|---|---|---|---|---|")
    rows = [("the open folder, anonymous", "opened", next(iter(memory.values())))]
    rows += [(f"{work}, {field}", field, both) for work, both in memory.items() for field in FIELDS]
    good = True
    for name, field, (less, more) in rows:
        added = 1024 * (more[field] - less[field]) / (plan.folders[1] - plan.folders[0])
        good &= field == "resident" or added <= ADDED_KB
        ratio = more[field] / max(less[field], 0.1)
        print(f"| {name} | {less[field]:.0f} | {more[field]:.0f} | {ratio:.2f} | {added:.1f} |")
    return good


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5, help="turns that count")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, one turn")
    parser.add_argument("--picture", type=Path, help="file to draw the times into, svg or png")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
