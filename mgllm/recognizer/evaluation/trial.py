"""One evaluation: options, the test of a checkpoint, and its results.

The results are files in a folder: scores, each clip's prediction, confusions as a table and a
picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mgllm.errors import InputError
from mgllm.files.formulas import guarded
from mgllm.files.tables import csv_text
from mgllm.files.writing import replace_texts
from mgllm.progress import Display, Progress
from mgllm.recognizer.evaluation.confusions import ConfusionTable, confusion_table
from mgllm.recognizer.evaluation.pictures import draw_confusion
from mgllm.recognizer.evaluation.protocols import (
    RANDOM,
    Floor,
    Protocol,
    label_fraction,
    labelled,
    probabilities,
    random_floors,
    raw_floors,
)
from mgllm.recognizer.evaluation.splits import SplitOptions, check_labelled
from mgllm.recognizer.metrics import Scores, confusion_counts
from mgllm.recognizer.network.checkpoint import CheckpointConfig, Seen
from mgllm.recognizer.network.network import Recognizer, with_classes
from mgllm.recognizer.network.reading import ClipReader
from mgllm.recognizer.training.supervised import SupervisedOptions
from mgllm.records import Frozen
from mgllm.skeleton import SkeletonDataset
from mgllm.skeleton.selection import Split

SEMI = 0.1
"""Share of labels that `semi` learns from by default: our choice."""


class EvaluateOptions(Frozen):
    """How a checkpoint is evaluated."""

    protocol: Protocol = "linear"
    """`--protocol`."""
    which: SplitOptions = Field(default_factory=SplitOptions)
    """`--split`, `--train-on` …"""
    transductive: bool = False
    """`--transductive`: the test side may have people whom the checkpoint has seen."""
    label_fraction: float | None = Field(default=None, gt=0, le=1)
    """`--label-fraction`; by default all labels, and a tenth for `semi`."""
    unseen_classes: bool = False
    """`--unseen-classes`: test classes without a training clip count as wrong and are no error."""
    stream: Literal["spatial", "temporal", "fused"] | None = None
    """`--stream`; by default the checkpoint's."""
    floors: bool = True
    """False with `--no-floors`."""
    training: SupervisedOptions = Field(default_factory=SupervisedOptions)
    """Options of the classifier, and of fine-tuning."""

    @property
    def fraction(self) -> float:
        """Share of the labels that is used."""
        return self.label_fraction or (SEMI if self.protocol == "semi" else 1.0)


class Evaluation(Scores):
    """Scores, and what a reader needs to know about them."""

    protocol: Protocol
    """How clips were classified."""
    split: str
    """The split that was tested."""
    seed: int
    """Seed of the choice of labels, of fine-tuning and of the simple methods."""
    checkpoint: str
    """The checkpoint's folder, or `random`."""
    stream: str
    """The stream whose vector was used."""
    train_clips: int
    """Labelled clips that were learned from, in all folds together."""
    label_fraction: float
    """Share of the labels that was used."""
    transductive: bool
    """Whether the checkpoint had seen people of the test side."""
    labels_seen: bool
    """Whether it had seen their labels, too: then the numbers say nothing about other people."""
    shared_subjects: int
    """People on both sides of the split."""
    other_classes: tuple[str, ...] = ()
    """Classes of the classifier that the data set does not have, such as background: always
    wrong."""
    floors: tuple[Floor, ...] = ()
    """Scores of simple methods on the same split."""
    rows_from: dict[str, str] = Field(default_factory=dict)
    """By class, whose row `confusion.csv` has for it: its own (`tested`), that of its body part, or
    that of all classes."""
    files: tuple[str, ...] = ()
    """Files that were written."""

    @property
    def random_top1(self) -> float | None:
        """Share right of the same network with random weights, by the same protocol; None if it was
        not tested."""
        end = {"linear": ", linear", "knn": ", 1-NN"}.get(self.protocol, "never")
        found = [row for row in self.floors if row.name.startswith(RANDOM) and row.name.endswith(end)]
        return found[0].scores.top1 if found else None


class Trial:
    """The test of a checkpoint, split by split."""

    def __init__(
        self, network: Recognizer, config: CheckpointConfig, reader: ClipReader, options: EvaluateOptions
    ) -> None:
        self.network, self.config, self.reader, self.options = network, config, reader, options
        self.dataset = reader.dataset

    @property
    def other_classes(self) -> tuple[str, ...]:
        """Classes of the checkpoint's own classifier that the data set does not have."""
        if self.options.protocol != "classifier":
            return ()
        return tuple(name for name in self.config.classes if name not in self.dataset.meta.classes)

    def learned(self, split: Split) -> NDArray[np.int64]:
        """Labelled clips that are learned from."""
        fraction, seed = self.options.fraction, self.options.training.seed
        return label_fraction(self.dataset, split.train, fraction, seed)

    def probabilities(self, split: Split, display: Display) -> NDArray[np.float64]:
        """Probabilities of the test clips."""
        options = self.options
        train, test = self.learned(split), labelled(self.dataset, split.test)
        if options.protocol == "classifier":
            check_labelled(self.dataset, split, ["test"])
        else:
            check_classes(self.dataset, split, train, test, allowed=options.unseen_classes)
        network = self._network()
        trains = options.protocol in ("finetune", "semi")
        steps = options.training.steps(len(train)) if trains else 0
        with Progress(display if trains else "none", options.protocol, steps) as shown:
            p_NK = probabilities(
                options.protocol,
                network,
                self.reader,
                (train, test),
                options.training,
                on_step=lambda loss: shown.step(f"loss {loss:.3f}"),
            )
        if options.protocol != "classifier":
            return p_NK
        order = (*self.dataset.meta.classes, *self.other_classes)
        return p_NK[:, [self.config.classes.index(name) for name in order]]

    def floors(self, split: Split) -> tuple[Floor, ...]:
        """Scores of simple methods on the same clips; empty if nothing is learned."""
        train, test = self.learned(split), labelled(self.dataset, split.test)
        if not len(train):
            return ()
        seed, strength = self.options.training.seed, self.options.training.probe
        raw = raw_floors(self.reader, train, test, seed)
        return (*raw, *random_floors(self.config, self.reader, train, test, seed, strength))

    def _network(self) -> Recognizer:
        """A copy that may be trained."""
        stream = self.options.stream or self.config.stream
        if self.options.protocol == "classifier":
            return self.network
        return with_classes(deepcopy(self.network), self.dataset.meta.classes, stream)


def check_seen(
    config: CheckpointConfig,
    dataset: SkeletonDataset,
    splits: Sequence[Split],
    name: str,
    options: EvaluateOptions,
) -> tuple[Seen, ...]:
    """People of the test sides who were seen in training.

    With `--shared-subjects` they may have been, in clips of the other side: a checkpoint that has
    learned from more clips than there are on it has seen test clips.

    Raises:
        InputError: there are some, and the user did not allow it.
    """
    people = {dataset.clips[int(number)].subject for split in splits for number in split.test}
    seen = config.exposure(dataset, people)
    other_side = min(len(dataset) - len(split.test) for split in splits)
    by_design = options.which.shared_subjects and all(one.clips <= other_side for one in seen)
    if seen and not (options.transductive or by_design):
        known = sorted({person for entry in seen for person in entry.subjects}, key=lambda s: (len(s), s))
        more = f" and {len(known) - 5} more" if len(known) > 5 else ""
        how = "with their labels" if any(entry.labelled for entry in seen) else "without labels"
        raise InputError(
            f"{name} has seen {len(known)} of the test side's people in training ({how}): subject "
            f"{', '.join(known[:5])}{more}; test on other people, or allow it with --transductive "
            "(the result will say so)"
        )
    return seen


def check_classes(
    dataset: SkeletonDataset,
    split: Split,
    train: NDArray[np.int64],
    test: NDArray[np.int64],
    *,
    allowed: bool,
) -> None:
    """Refuse a split with a side without labels, or with a tested class without training clips.

    Raises:
        InputError: it is such a split.
    """
    check_labelled(dataset, split)
    untrained = np.setdiff1d(dataset.labels[test], dataset.labels[train])
    if len(untrained) and not allowed:
        names = ", ".join(f"'{dataset.meta.classes[label]}'" for label in untrained[:5])
        raise InputError(
            f"{dataset.path} split '{split.name}': {len(untrained)} classes are tested but have no training "
            f"clip: {names}; choose another split, or count them as wrong with --unseen-classes"
        )


def write_evaluation(
    found: Evaluation,
    dataset: SkeletonDataset,
    tested: NDArray[np.int64],
    p_NK: NDArray[np.float64],
    out: Path,
) -> tuple[str, ...]:
    """Write `evaluation.json`, `predictions.csv`, `confusion.csv` (for `--confusion`),
    `confusion.png`.

    Raises:
        InputError: the folder cannot be written.
    """
    classes = (*dataset.meta.classes, *found.other_classes)
    counts_KK = confusion_counts(p_NK, dataset.labels[tested])
    seen = ", its people seen in training" if found.transductive else ""
    title = f"{found.protocol}, {found.split}{seen}: top-1 {100 * found.top1:.1f} % of {found.n} clips"
    texts = {
        "evaluation.json": found.model_dump_json(indent=2) + "\n",
        "predictions.csv": _predictions(dataset, tested, p_NK, classes),
        "confusion.csv": confusion_of(dataset, found.other_classes, tested, p_NK).text,
    }
    replace_texts(out, texts)
    draw_confusion(counts_KK, classes, title, out / "confusion.png")
    return tuple(str(out / name) for name in (*texts, "confusion.png"))


def _predictions(
    dataset: SkeletonDataset, tested: NDArray[np.int64], p_NK: NDArray[np.float64], classes: tuple[str, ...]
) -> str:
    rows = []
    for number, p_K in zip(tested, p_NK, strict=True):
        clip, said = dataset.clips[int(number)], int(p_K.argmax())
        words = (clip.id, clip.subject, clip.label or "", classes[said])
        rows.append((*map(guarded, words), f"{p_K[said]:.4f}"))
    return csv_text([("id", "subject", "label", "predicted", "probability"), *rows])


def confusion_of(
    dataset: SkeletonDataset,
    others: tuple[str, ...],
    tested: NDArray[np.int64],
    p_NK: NDArray[np.float64],
) -> ConfusionTable:
    """The confusion file of all test clips; several folds are counted together."""
    classes = (*dataset.meta.classes, *others)
    counts = {
        name: dict(zip(classes, row, strict=True))
        for name, row in zip(classes, confusion_counts(p_NK, dataset.labels[tested]).tolist(), strict=True)
    }
    return confusion_table(counts, classes)
