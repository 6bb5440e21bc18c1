"""Time and memory of `mgllm import imigue` on a set of the real size: 3.1 million frames.

python benchmarks/import_speed.py [--frames 8640] [--clips-only]

359 recordings of 8,640 frames (5.76 minutes) with 51 labels each: 3.1 million rows of 106 numbers,
18,309 clips. Recordings are links to four files of made-up numbers, so that they need no disk. The
import runs in a process of its own; its peak memory is that of the system's account.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

RECORDINGS, LABELS, FILES = 359, 51, 4
SECONDS, MEGABYTES = 180, 300
"""What the import may need at most."""


def make(folder: Path, frames: int) -> None:
    """Write the set."""
    random = np.random.default_rng(0)
    models = []
    for number in range(FILES):
        models.append(path := folder / f"model-{number}.csv")
        block = random.uniform(100, 900, (500, 35, 3))
        block[..., 2] = 0.9
        block[:, 8:15] = 0
        rows = [",".join(["0", *(f"{value:.3f}" for value in row)]) + "\n" for row in block.reshape(500, -1)]
        with path.open("w") as file:
            file.writelines(rows[n % len(rows)] for n in range(frames))
    starts = np.linspace(0, frames - 64, LABELS).astype(int)
    text = "".join(f"{place % 31 + 1},{start},{start + 62}\n" for place, start in enumerate(starts))
    for number in range(1, RECORDINGS + 1):
        name = f"{number:04d}"
        here = folder / "data" / name
        here.mkdir(parents=True)
        os.link(models[number % FILES], here / f"{name}_light_hand.csv")
        (here / f"{name}_label.csv").write_text(text)
    people = "".join(f"{number},{number % 72 + 1}\n" for number in range(1, RECORDINGS + 1))
    (folder / "people.csv").write_text(f"recording,subject\n{people}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=8640, help="of a recording")
    parser.add_argument("--clips-only", action="store_true", help="without complete recordings")
    given = parser.parse_args()
    with TemporaryDirectory() as made:
        folder = Path(made)
        make(folder, given.frames)
        words = ["import", "imigue", folder / "data", "-o", folder / "clips", "--json"]
        words += ["--subjects", folder / "people.csv"]
        words += [] if given.clips_only else ["--recordings", folder / "recordings"]
        began = time.perf_counter()
        command = [sys.executable, "-m", "mgllm", *map(str, words)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        wall, used = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    frames, peak = RECORDINGS * given.frames, used.ru_maxrss / 1024
    print(
        f"{frames:,} frames in {wall:.0f} s ({used.ru_utime + used.ru_stime:.0f} s of a core), {peak:.0f} MB"
    )
    print(f"wanted: at most {SECONDS} s and {MEGABYTES} MB")


if __name__ == "__main__":
    main()
