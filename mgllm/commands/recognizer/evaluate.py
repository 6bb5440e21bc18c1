"""`mgllm recognizer evaluate`: the field's protocols on people that a checkpoint has never seen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mgllm.errors import InputError
from mgllm.progress import Display
from mgllm.recognizer.evaluation.protocols import labelled
from mgllm.recognizer.evaluation.splits import both_sides, tested_side
from mgllm.recognizer.evaluation.trial import (
    EvaluateOptions,
    Evaluation,
    Trial,
    check_seen,
    confusion_of,
    write_evaluation,
)
from mgllm.recognizer.metrics import score
from mgllm.recognizer.network.checkpoint import CheckpointConfig, Seen, make_folder
from mgllm.recognizer.network.network import open_recognizer
from mgllm.recognizer.training.processes import choose_device
from mgllm.skeleton import SkeletonDataset, check_dataset, open_dataset
from mgllm.skeleton.selection import Split, shared_people


def evaluate(
    name: str, path: Path, options: EvaluateOptions, *, out: Path | None = None, display: Display = "auto"
) -> Evaluation:
    """Evaluate a checkpoint on a skeleton data set.

    Raises:
        InputError: data set, checkpoint or split cannot be used, or the test side has been seen.
        TrainingStopped: fine-tuning failed.
    """
    dataset = open_dataset(path)
    check_dataset(dataset)
    network, config, reader = open_recognizer(name, dataset, options.training.seed)
    splits = _splits(dataset, config, options, name)
    seen = check_seen(config, dataset, splits, name, options)
    if out is not None:
        make_folder(out)
    trial = Trial(network.to(choose_device(options.training.device)), config, reader, options)
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
        shared_subjects=len(_shared(dataset, splits, seen, options)),
        rows_from=confusion_of(dataset, trial.other_classes, tested, p_NK).rows_from,
        floors=trial.floors(splits[0]) if options.floors and len(splits) == 1 else (),
    )
    if out is None:
        return found
    return found.model_copy(update={"files": write_evaluation(found, dataset, tested, p_NK, out)})


def _shared(
    dataset: SkeletonDataset, splits: Sequence[Split], seen: Sequence[Seen], options: EvaluateOptions
) -> set[str]:
    """People on both sides, also if only the checkpoint has learned from them."""
    known = {person for one in seen for person in one.subjects} if options.which.shared_subjects else set()
    return known | {person for split in splits for person in shared_people(dataset, split)}


def _splits(
    dataset: SkeletonDataset, config: CheckpointConfig, options: EvaluateOptions, name: str
) -> tuple[Split, ...]:
    if not dataset.meta.classes:
        raise InputError(f"{dataset.path} has no classes, so there is nothing to evaluate")
    if options.protocol != "classifier":
        return both_sides(dataset, options.which, options.training.seed)
    if config.kind == "pretrained":
        raise InputError(f"{name} has no classifier; make one with: mgllm recognizer finetune {name} …")
    lacking = [label for label in dataset.meta.classes if label not in config.classes]
    if lacking:
        raise InputError(f"{name} does not know '{lacking[0]}', a class of {dataset.path}")
    if options.stream not in (None, config.stream):
        raise InputError(f"--stream {options.stream}: the classifier of {name} reads {config.stream}")
    if options.which.folds is not None:
        raise InputError("--folds: a classifier is not trained again; use --test-on or --split")
    return (tested_side(dataset, options.which),)


def _split_name(splits: Sequence[Split], options: EvaluateOptions) -> str:
    if len(splits) == 1:
        return splits[0].name
    return f"{len(splits)} folds by {options.which.by}"
