"""Does the contact branch help, and does balanced fusion over three? The same training with each.

    mgllm recognizer rebuild -o REBUILT --people PEOPLE
    python benchmarks/recognizer_branches.py REBUILT [--clips 8000] [--epochs 2] [--seeds 0,1,2]

Every row learns from the same sample of REBUILT/learned from random weights, and is tested on
made-up clips of unseen ranges and on windows of people who were left out for calibration: the share
in which the most probable class is one that would be right, and of windows without contact in which
it is a gesture. Prints Markdown.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import numpy as np

from mgllm.commands.recognizer.rebuild import FewEpochs, OneEpoch
from mgllm.recognizer.metrics import score
from mgllm.recognizer.network.network import BACKGROUND_NAME, Recognizer, classify, new_recognizer
from mgllm.recognizer.network.reading import ClipReader
from mgllm.recognizer.network.trunk import TRUNK_CLASSES
from mgllm.recognizer.network.two_streams import StreamOptions
from mgllm.recognizer.training.supervised import train_supervised
from mgllm.recognizer.training.targets import targets_of
from mgllm.seeds import stream
from mgllm.skeleton import open_dataset
from mgllm.skeleton.selection import select
from mgllm.synthetic.definitions import ILLUSTRATIVE

ROWS = {
    "two streams, balanced": StreamOptions(),
    "three branches, concatenated": StreamOptions(contact="contacts", fusion="concat"),
    "three branches, gated": StreamOptions(contact="contacts", fusion="gated"),
    "three branches, balanced": StreamOptions(contact="contacts"),
}


class Row(NamedTuple):
    """Shares of one training."""

    made_up: float
    touches: float
    false: float


def main() -> None:
    """Train each row with each seed and print the table."""
    options = _options()
    dataset = open_dataset(options.rebuilt / "learned")
    reader = ClipReader(dataset, OneEpoch().preprocessing)
    train = np.asarray(select(dataset, "part=train"))
    print("| | made-up, unseen ranges: macro-recall | people: right | people at rest: a gesture |")
    print("|---|---|---|---|")
    for name, streams in ROWS.items():
        rows = [_trained(reader, train, streams, seed, options) for seed in options.seeds]
        cells = [f"{100 * fmean(column):.1f} {_range(column)}" for column in zip(*rows, strict=True)]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def _trained(
    reader: ClipReader, train: np.ndarray, streams: StreamOptions, seed: int, options: argparse.Namespace
) -> Row:
    dataset = reader.dataset
    chosen = stream(seed, "branches").choice(train, options.clips, replace=False)
    base = new_recognizer(dataset.meta.layout, 2, streams, seed=seed)
    network = Recognizer(base.streams, dataset.meta.classes, "fused", TRUNK_CLASSES)
    train_supervised(network, reader, chosen, FewEpochs(epochs=options.epochs, seed=seed))
    return _tested(network, reader)


def _tested(network: Recognizer, reader: ClipReader) -> Row:
    dataset = reader.dataset
    made = np.asarray(select(dataset, "part=test"))[:6000]
    people = np.asarray(select(dataset, "part=validation;people=yes"))
    scores = score(classify(network, reader, made).double().numpy(), dataset.labels[made])
    said_N = classify(network, reader, people).argmax(1).numpy()
    right_NK = targets_of(dataset, network.classes)[people]
    none = [network.classes.index(name) for name in (BACKGROUND_NAME, ILLUSTRATIVE)]
    touched_N = ~right_NK[:, none].any(1)
    right_N = right_NK[np.arange(len(people)), said_N]
    return Row(scores.mean_class, right_N[touched_N].mean(), 1 - right_N[~touched_N].mean())


def _range(column: tuple[float, ...]) -> str:
    return f"[{100 * min(column):.1f}, {100 * max(column):.1f}]"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rebuilt", type=Path)
    parser.add_argument("--clips", type=int, default=8000)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--seeds", type=lambda text: [int(one) for one in text.split(",")], default=[0])
    return parser.parse_args()


if __name__ == "__main__":
    main()
