"""How fast a recording of skeletons is transcribed, and whether memory grows with its length.

    python benchmarks/transcribe_speed.py [--minutes 10] [--repeats 3]

Each transcription is a process of its own, `mgllm transcribe` as a user calls it; wall time with
all that starting takes. The baseline is the same number of windows put through the network alone,
in batches that
stand ready. Memory: most anonymous memory of the process, for the length and for four times it.
Exit 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from pathlib import Path
from statistics import median
from subprocess import DEVNULL, Popen
from tempfile import TemporaryDirectory

import torch

from mgllm.commands.synth import RECORDINGS, SynthOptions, synthesize
from mgllm.recognizer.clips import Clips
from mgllm.recognizer.network.network import SHIPPED, load_recognizer
from mgllm.recognizer.timelines.timeline import WindowOptions

SECONDS, FPS = 12.0, 25
"""Target for ten minutes on two cores."""
GROWTH = 1.25
"""Most memory of a recording four times as long, as a factor: the same length differs by a fifth
from run to run (the allocator)."""


def main() -> int:
    """Measure and print."""
    options = _options()
    with TemporaryDirectory() as folder:
        short, long = (_made(Path(folder), minutes) for minutes in (options.minutes, 4 * options.minutes))
        turns = [_transcribed(short, Path(folder) / f"out{turn}") for turn in range(options.repeats)]
        wall = median(seconds for seconds, _ in turns)
        memory, longer = turns[0][1], _transcribed(long, Path(folder) / "long")[1]
    bare = _bare(options.minutes)
    frames = round(options.minutes * 60 * FPS)
    limit = SECONDS * options.minutes / 10
    print(f"{options.minutes:g} minutes, {frames:,} frames, median of {options.repeats}:\n")
    print("| what | measured | target |\n|---|---|---|")
    print(f"| `mgllm transcribe`, wall seconds | {wall:.1f} | ≤ {limit:g} |")
    print(f"| frames a second | {frames / wall:,.0f} | |")
    print(f"| the network alone on as many windows, wall seconds | {bare:.1f} | |")
    print(f"| most memory, MB | {memory:.0f} | |")
    print(f"| most memory of four times the length, MB | {longer:.0f} | ≤ {memory * GROWTH:.0f} |")
    return 0 if wall <= limit and longer <= memory * GROWTH else 1


def _made(folder: Path, minutes: float) -> Path:
    out = folder / f"{minutes:g}"
    synthesize(out, SynthOptions(recordings=1, minutes=minutes, seed=77))
    return out / RECORDINGS


def _transcribed(recordings: Path, out: Path) -> tuple[float, float]:
    """Wall seconds and most anonymous memory in MB."""
    words = [
        sys.executable,
        "-m",
        "mgllm",
        "transcribe",
        str(recordings),
        "-o",
        str(out),
        "--display",
        "none",
    ]
    began = time.monotonic()
    with Popen(words, stdout=DEVNULL, stderr=DEVNULL) as process:
        most = [0.0]
        watch = threading.Thread(target=_watch, args=(process, most))
        watch.start()
        code = process.wait()
        watch.join()
    if code:
        raise SystemExit(f"mgllm transcribe ended with {code}")
    return time.monotonic() - began, most[0]


def _watch(process: Popen[bytes], most: list[float]) -> None:
    status = Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        try:
            lines = status.read_text().splitlines()
        except OSError:
            return
        held = next((line for line in lines if line.startswith("RssAnon")), "RssAnon: 0 kB")
        most[0] = max(most[0], int(held.split()[1]) / 1024)
        time.sleep(0.02)


def _bare(minutes: float) -> float:
    """Wall seconds of the network alone on as many windows."""
    network, config = load_recognizer(SHIPPED)
    options = WindowOptions()
    windows = int(minutes * 60 / options.hop)
    shape = (options.batch, config.preprocessing.frames, len(config.layout.joints), config.dims)
    clips = Clips(torch.randn(shape), torch.ones(shape[:3], dtype=torch.bool))
    with torch.no_grad():
        network(clips)
        began = time.monotonic()
        for _ in range(-(-windows // options.batch)):
            network(clips)
        return time.monotonic() - began


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--repeats", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
