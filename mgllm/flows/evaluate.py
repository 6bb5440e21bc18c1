"""`mgllm recognizer evaluate`: the field's protocols on people that a checkpoint has never seen."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mgllm.errors import InputError
from mgllm.flows.evaluation_files import write_evaluation
from mgllm.flows.progress import Display, Steps
from mgllm.flows.recognizer_opening import open_recognizer, with_classes
from mgllm.flows.recognizer_splits import SplitOptions, both_sides, check_labelled, tested_side
from mgllm.recognizer.checkpoint import CheckpointConfig, Seen, make_folder
from mgllm.recognizer.floors import Floor, random_floors, raw_floors
from mgllm.recognizer.metrics import Scores, score
from mgllm.recognizer.network import Recognizer
from mgllm.recognizer.processes import choose_device
from mgllm.recognizer.protocols import Protocol, label_fraction, labelled, probabilities
from mgllm.recognizer.reading import ClipReader
from mgllm.recognizer.supervised import SupervisedOptions
from mgllm.records import Frozen
from mgllm.skeleton import SkeletonDataset, check_dataset, open_dataset
from mgllm.skeleton.selection import Split, shared_people

SEMI = 0.1
"""Share of labels that `semi` learns from if nothing is said."""


class EvaluateOptions(Frozen):
    """How a checkpoint is evaluated."""

    protocol: Protocol = "linear"
    """`--protocol`."""
    which: SplitOptions = Field(default_factory=SplitOptions)
    """`--split`, `--train-on` …"""
    transductive: bool = False
    """`--transductive`: the test side may hold people whom the checkpoint has seen."""
    label_fraction: float | None = Field(default=None, gt=0, le=1)
    """`--label-fraction`; none: all labels, a tenth for `semi`."""
    unseen_classes: bool = False
    """`--unseen-classes`: test classes without a training clip count as wrong instead of being an error."""
    stream: Literal["spatial", "temporal", "fused"] | None = None
    """`--stream`; none: the checkpoint's."""
    floors: bool = True
    """False with `--no-floors`."""
    training: SupervisedOptions = Field(default_factory=SupervisedOptions)
    """Of the classifier, and of fine-tuning."""

    @property
    def fraction(self) -> float:
        """Share of labels that are learned from."""
        return self.label_fraction or (SEMI if self.protocol == "semi" else 1.0)


class Evaluation(Scores):
    """Scores, and all that must be known to read them."""

    protocol: Protocol
    """How clips were classified."""
    split: str
    """Who was tested."""
    seed: int
    """Of labels' choice, fine-tuning and floors."""
    checkpoint: str
    """Its folder, or `random`."""
    stream: str
    """Whose vector was used."""
    train_clips: int
    """Labelled clips learned from, in all folds together."""
    label_fraction: float
    """Share of the labels that was used."""
    transductive: bool
    """Whether the checkpoint had seen people of the test side."""
    labels_seen: bool
    """Whether it had seen even their labels: then the numbers say nothing of other people."""
    shared_subjects: int
    """Persons on both sides of the split."""
    other_classes: tuple[str, ...] = ()
    """Classes that a classifier tells and the data set has not, such as background: always wrong."""
    floors: tuple[Floor, ...] = ()
    """What simple methods reach on the same split."""
    files: tuple[str, ...] = ()
    """What was written."""


def evaluate(
    name: str, path: Path, options: EvaluateOptions, *, out: Path | None = None, display: Display = "auto"
) -> Evaluation:
    """Evaluate a checkpoint on a skeleton data set.

    Raises:
        InputError: data set, checkpoint or split cannot be used, or the test side has been seen.
        TrainingStopped: fine-tuning went astray.
    """
    dataset = open_dataset(path)
    check_dataset(dataset)
    network, config, reader = open_recognizer(name, dataset, options.training.seed)
    splits = _splits(dataset, config, options, name)
    seen = _check_seen(config, dataset, splits, name, allowed=options.transductive)
    if out is not None:
        make_folder(out)
    trial = _Trial(network.to(choose_device(options.training.device)), config, reader, options)
    p_NK = np.concatenate([trial.probabilities(split, display) for split in splits])
    tested = np.concatenate([labelled(dataset, split.test) for split in splits])
    found = Evaluation(
        **score(p_NK, dataset.labels[tested]).model_dump(),
        protocol=options.protocol,
        split=_split_name(splits, options),
        seed=options.training.seed,
        checkpoint=name,
        stream=options.stream or config.stream,
        train_clips=sum(len(trial.learned(split)) for split in splits),
        label_fraction=options.fraction,
        transductive=bool(seen),
        labels_seen=any(entry.labelled for entry in seen),
        other_classes=trial.other_classes,
        shared_subjects=len({person for split in splits for person in shared_people(dataset, split)}),
        floors=trial.floors(splits[0]) if options.floors and len(splits) == 1 else (),
    )
    if out is None:
        return found
    return found.model_copy(update={"files": write_evaluation(found, dataset, tested, p_NK, out)})


class _Trial:
    """A checkpoint put to the test, split by split."""

    def __init__(
        self, network: Recognizer, config: CheckpointConfig, reader: ClipReader, options: EvaluateOptions
    ) -> None:
        self.network, self.config, self.reader, self.options = network, config, reader, options
        self.dataset = reader.dataset

    @property
    def other_classes(self) -> tuple[str, ...]:
        """Classes of the checkpoint's own classifier that the data set has not."""
        if self.options.protocol != "classifier":
            return ()
        return tuple(name for name in self.config.classes if name not in self.dataset.meta.classes)

    def learned(self, split: Split) -> NDArray[np.int64]:
        """Labelled clips that are learned from."""
        fraction, seed = self.options.fraction, self.options.training.seed
        return label_fraction(self.dataset, split.train, fraction, seed)

    def probabilities(self, split: Split, display: Display) -> NDArray[np.float64]:
        """Of the test clips."""
        options = self.options
        train, test = self.learned(split), labelled(self.dataset, split.test)
        if options.protocol == "classifier":
            check_labelled(self.dataset, split, ["test"])
        else:
            _check_classes(self.dataset, split, train, test, allowed=options.unseen_classes)
        network = self._network()
        trains = options.protocol in ("finetune", "semi")
        steps = options.training.steps(len(train)) if trains else 0
        with Steps(display if trains else "none", options.protocol, steps) as shown:
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
        """On the same clips; none where nothing is learned."""
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


def _splits(
    dataset: SkeletonDataset, config: CheckpointConfig, options: EvaluateOptions, name: str
) -> tuple[Split, ...]:
    if not dataset.meta.classes:
        raise InputError(f"{dataset.path} has no classes: there is nothing to evaluate")
    if options.protocol != "classifier":
        return both_sides(dataset, options.which, options.training.seed)
    if config.kind == "pretrained":
        raise InputError(f"{name} has no classifier; make one with: mgllm recognizer finetune {name} …")
    lacking = [label for label in dataset.meta.classes if label not in config.classes]
    if lacking:
        raise InputError(f"{name} does not tell '{lacking[0]}', a class of {dataset.path}")
    if options.stream not in (None, config.stream):
        raise InputError(f"--stream {options.stream}: the classifier of {name} reads {config.stream}")
    if options.which.folds is not None:
        raise InputError("--folds: a classifier learns nothing more; say --test-on, or --split")
    return (tested_side(dataset, options.which),)


def _check_seen(
    config: CheckpointConfig,
    dataset: SkeletonDataset,
    splits: Sequence[Split],
    name: str,
    *,
    allowed: bool,
) -> tuple[Seen, ...]:
    """Who of the test sides has been seen in training; refused unless allowed."""
    people = {dataset.clips[int(number)].subject for split in splits for number in split.test}
    seen = config.exposure(dataset, people)
    if seen and not allowed:
        known = sorted({person for entry in seen for person in entry.subjects}, key=lambda s: (len(s), s))
        more = f" and {len(known) - 5} more" if len(known) > 5 else ""
        how = "with their labels" if any(entry.labelled for entry in seen) else "without labels"
        raise InputError(
            f"{name} has seen {len(known)} of the test side's people in training ({how}): subject "
            f"{', '.join(known[:5])}{more}; test on others, or say --transductive, which the result will show"
        )
    return seen


def _check_classes(
    dataset: SkeletonDataset,
    split: Split,
    train: NDArray[np.int64],
    test: NDArray[np.int64],
    *,
    allowed: bool,
) -> None:
    """See that there are labelled clips on both sides, and training clips of each tested class."""
    check_labelled(dataset, split)
    lacking = np.setdiff1d(dataset.labels[test], dataset.labels[train])
    if len(lacking) and not allowed:
        names = ", ".join(f"'{dataset.meta.classes[label]}'" for label in lacking[:5])
        raise InputError(
            f"{dataset.path} split '{split.name}': {len(lacking)} classes are tested but have no training "
            f"clip: {names}; choose other sides, or count them as wrong with --unseen-classes"
        )


def _split_name(splits: Sequence[Split], options: EvaluateOptions) -> str:
    if len(splits) == 1:
        return splits[0].name
    return f"{len(splits)} folds by {options.which.by}"
