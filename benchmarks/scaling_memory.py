"""One process of `recognizer_scaling.py`: trains or encodes, and says how much memory it came to
hold.

    python benchmarks/scaling_memory.py FOLDER pretrain|encode COUNT [QUEUE]

COUNT: steps to train, or clips to encode, spread over the whole folder. QUEUE: keys to keep, where
it is not
the default. Prints JSON, in MB above what was held after the imports: `opened` (clip table read),
`anonymous` (most at any time) and `resident` (the same with the pages of the memory-mapped file,
which the system may drop at will). The resident peak is `VmHWM`, not `ru_maxrss`: that begins at
the parent's peak.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from scaling_material import (  # type: ignore[import-not-found]  # stands beside this script
    open_reader,
    start_training,
    train_steps,
)

from mgllm.recognizer.network.network import encode, new_recognizer
from mgllm.recognizer.network.two_streams import StreamOptions

SAMPLE_S = 0.01


def main(folder: str, work: str, count: str, queue: str = "") -> None:
    """Do the work, print what it held."""
    torch.set_num_threads(1)
    anonymous, resident = _held("RssAnon"), _held("VmRSS")
    reader = open_reader(Path(folder))
    opened = _held("RssAnon")
    with _highest_anonymous() as highest:
        if work == "pretrain":
            train_steps(start_training(reader, int(queue) if queue else None), int(count))
        else:
            network = new_recognizer(reader.layout, reader.channels, StreamOptions(), seed=0)
            spread = np.linspace(0, len(reader.dataset) - 1, int(count)).astype(np.int64)
            encode(network, reader, spread)
    found = {
        "opened": opened - anonymous,
        "anonymous": max(highest) - anonymous,
        "resident": _held("VmHWM") - resident,
    }
    print(json.dumps(found))


@contextmanager
def _highest_anonymous() -> Iterator[list[float]]:
    """Looks again and again; the list holds what was seen."""
    seen, stop = [_held("RssAnon")], threading.Event()

    def watch() -> None:
        while not stop.wait(SAMPLE_S):
            seen.append(_held("RssAnon"))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        stop.set()
        watcher.join()


def _held(field: str) -> float:
    """A line of Linux' `/proc/self/status`, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise SystemExit(f"/proc/self/status has no {field}; this needs Linux")


if __name__ == "__main__":
    main(*sys.argv[1:])
