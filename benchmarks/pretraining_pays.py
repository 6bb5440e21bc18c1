"""The table of docs/results/pretraining.md: does pre-training pay? Random weights stand beside it.

    python benchmarks/pretraining_pays.py UTD PEOPLE -o OUT

UTD is a folder of `mgllm import utd-mhad`. PEOPLE has landmarks of people at webcams, with the
columns `group` (one source each) and `location` (where the hand is): its recipe is in
docs/people.md. Every row is pre-trained by default and tested by the linear protocol, seed by
seed, beside the same network with random weights. What is in OUT already is not done again, so that
it may be stopped at any time.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np

from mgllm.commands.recognizer.evaluate import evaluate
from mgllm.commands.recognizer.pretrain import pretrain
from mgllm.recognizer.evaluation.splits import SplitOptions, training_side
from mgllm.recognizer.evaluation.trial import EvaluateOptions
from mgllm.recognizer.training.pretraining import PretrainOptions
from mgllm.recognizer.training.supervised import SupervisedOptions
from mgllm.skeleton import Clip, Layout, SkeletonDataset, open_dataset, write_dataset
from mgllm.skeleton.layout import Pair

PLACES = ("chest", "chin_jaw", "forehead_temple", "hands_together", "none")
"""Classes that every group to learn from has. With the others a class would be a source: the side
of the face is in one group alone."""
MOST = 38
"""Clips of a group and class, so that a class has about 150 in four groups and no group is most of
a class."""
SIDES = ("left", "right")


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    name: str
    folder: str
    """Folder of its data set in OUT; empty: UTD itself."""
    train_on: str
    test_on: str

    @property
    def which(self) -> SplitOptions:
        """Its two sides."""
        return SplitOptions(train_on=self.train_on, test_on=self.test_on)


_OFFICIAL = ("subject=1,3,5,7", "subject=2,4,6,8")
ROWS = (
    Row("UTD-MHAD, arms alone, 6 joints", "arms", *_OFFICIAL),
    Row("places of hands, 22 joints in 2-D", "places", "group=o01,o02,o03,o04", "group=o05,o09"),
    Row("UTD-MHAD from one person", "", "subject=1", "subject=2,4,6,8"),
    Row("UTD-MHAD, 20 joints", "", *_OFFICIAL),
)


def main() -> None:
    """Train and test what is missing, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("utd", type=Path)
    parser.add_argument("people", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, help="instead of the default length")
    given = parser.parse_args()
    utd, people = open_dataset(given.utd), open_dataset(given.people)
    arms = [f"{side}_{part}" for side in SIDES for part in ("elbow", "wrist", "hand")]
    _write_part(utd, arms, given.out / "arms")
    _write_places(people, given.out / "places")
    print("| set | clips: learned, tested | steps | random weights | pre-trained | change by seed |")
    print("| --- | --- | --- | --- | --- | --- |")
    for row in ROWS:
        print(_line(row, given), flush=True)


def _line(row: Row, given: argparse.Namespace) -> str:
    folder = given.out / row.folder if row.folder else given.utd
    dataset = open_dataset(folder)
    random = [_tested(row, folder, given, seed, trained=False) for seed in range(given.seeds)]
    trained = [_tested(row, folder, given, seed, trained=True) for seed in range(given.seeds)]
    learned = len(training_side(dataset, row.which))
    steps = PretrainOptions(epochs=given.epochs).steps(learned)
    change = ", ".join(
        f"{100 * (b['top1'] - a['top1']):+.1f}" for a, b in zip(random, trained, strict=True)
    ).replace("-", "−")
    cells = [row.name, f"{learned}, {random[0]['n']}", str(steps), _spread(random), _spread(trained), change]
    return f"| {' | '.join(cells)} |"


def _tested(
    row: Row, folder: Path, given: argparse.Namespace, seed: int, *, trained: bool
) -> dict[str, float]:
    sides = "-".join(_values(row.train_on))
    name = f"{row.folder or 'utd'}-{sides}-{given.epochs or 'default'}-{seed}"
    kept = given.out / f"{name if trained else name + '-random'}.json"
    if not kept.exists():
        print("…", kept.stem, file=sys.stderr, flush=True)
        checkpoint = "random"
        if trained:
            checkpoint = str(given.out / name)
            options = PretrainOptions(epochs=given.epochs, seed=seed)
            resume = (given.out / name / "training.safetensors").exists()
            if resume or not (given.out / name / "config.json").exists():
                pretrain(folder, given.out / name, options, row.which, resume=resume, display="plain")
        how = EvaluateOptions(
            protocol="linear", which=row.which, floors=False, training=SupervisedOptions(seed=seed)
        )
        found = evaluate(checkpoint, folder, how, display="none")
        kept.write_text(json.dumps({"top1": found.top1, "mean_class": found.mean_class, "n": found.n}))
    scores: dict[str, float] = json.loads(kept.read_text())
    return scores


def _spread(scores: list[dict[str, float]]) -> str:
    values = [100 * one["top1"] for one in scores]
    return f"{fmean(values):.1f} ({min(values):.1f}–{max(values):.1f})"


def _write_part(dataset: SkeletonDataset, joints: list[str], out: Path) -> None:
    """The data set with some joints alone, as another device would give it: no shoulders, no head."""
    if out.exists():
        return
    old = dataset.meta.layout
    edges: list[Pair] = [(a, b) for a, b in old.edges if a in joints and b in joints]
    edges.append(("left_elbow", "right_elbow"))  # a layout's graph is connected
    mirror = tuple(pair for pair in old.mirror if set(pair) <= set(joints))
    layout = Layout(joints=tuple(joints), edges=tuple(edges), mirror=mirror)
    places = [old.index(name) for name in joints]
    clips = (
        Clip(row.id, row.subject, dataset.clip(number)[:, places], row.label, row.fps, row.more)
        for number, row in enumerate(dataset.clips)
    )
    write_dataset(out, dataset.meta.model_copy(update={"layout": layout, "name": out.name}), clips)


def _write_places(dataset: SkeletonDataset, out: Path) -> None:
    """Clips whose place is known, labelled by it; a seeded sample of each group and class."""
    if out.exists():
        return
    meta = dataset.meta.model_copy(update={"classes": PLACES, "splits": {}, "name": out.name})
    write_dataset(out, meta, _placed(dataset))


def _placed(dataset: SkeletonDataset) -> Iterator[Clip]:
    groups = {
        group
        for row in ROWS
        if row.folder == "places"
        for side in (row.train_on, row.test_on)
        for group in _values(side)
    }
    taken: Counter[tuple[str, str]] = Counter()
    chosen = []
    for number in np.random.default_rng(0).permutation(len(dataset)).tolist():
        more = dataset.clips[number].more
        kind = more["group"], more["location"]
        if kind[0] in groups and kind[1] in PLACES and taken[kind] < MOST:
            taken[kind] += 1
            chosen.append(number)
    for number in sorted(chosen):
        row = dataset.clips[number]
        more = {"group": row.more["group"]}
        yield Clip(row.id, row.subject, dataset.clip(number), row.more["location"], row.fps, more)


def _values(side: str) -> list[str]:
    return side.partition("=")[2].split(",")


if __name__ == "__main__":
    main()
