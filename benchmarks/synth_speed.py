"""How fast micro-gestures are made up, on one thread.

    python benchmarks/synth_speed.py [--clips 6000] [--repeats 5]

Processor time (user and system) of one thread; medians. Exit 1 when the target is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from mgllm.commands.synth import SynthOptions, synthesize
from mgllm.synthetic import Difficulty, make_clips, make_recording

TARGET = 2000.0
"""Clips a second and core."""
MINUTES = 10


def main() -> int:
    """Measure, print a table, say whether the target is met."""
    options = _options()
    difficulty = Difficulty()
    frames = sum(len(clip.joints) for clip in make_clips(0, options.clips, difficulty))
    made = _median(lambda: _make(options.clips, difficulty), options.repeats)
    written = _median(lambda: _write(options.clips), options.repeats)
    recorded = _median(lambda: make_recording(0, 0, MINUTES * 60, difficulty), options.repeats)
    mean = frames / options.clips
    print(f"Medians of {options.repeats} turns; {options.clips:,} clips of {mean:.1f} frames:\n")
    print("| what | a second and core | target |\n|---|---|---|")
    print(f"| clips made | {options.clips / made:,.0f} | ≥ {TARGET:,.0f} |")
    print(f"| clips made, written and checked | {options.clips / written:,.0f} | |")
    print(f"| frames of a {MINUTES}-minute recording | {MINUTES * 60 * 25 / recorded:,.0f} | |")
    return 0 if options.clips / made >= TARGET else 1


def _make(number: int, difficulty: Difficulty) -> None:
    for _ in make_clips(0, number, difficulty):
        pass


def _write(number: int) -> None:
    with TemporaryDirectory() as folder:
        synthesize(Path(folder), SynthOptions(clips=number))


def _median(work: Callable[[], object], repeats: int) -> float:
    """Seconds of processor time, after one turn that does not count."""
    taken = []
    for turn in range(repeats + 1):
        began = time.process_time()
        work()
        if turn:
            taken.append(time.process_time() - began)
    return median(taken)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--clips", type=int, default=6000, help="clips a turn")
    parser.add_argument("--repeats", type=int, default=5, help="turns that count")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
