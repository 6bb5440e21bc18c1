"""`mgllm recognizer finetune`: give a checkpoint classes; train all of it, or the classifier."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mgllm.errors import InputError
from mgllm.progress import Display, Progress
from mgllm.recognizer.evaluation.protocols import label_fraction, labelled
from mgllm.recognizer.evaluation.splits import SplitOptions, training_side
from mgllm.recognizer.network.checkpoint import (
    CheckpointConfig,
    model_card,
    seen_of,
    versions,
    write_checkpoint,
)
from mgllm.recognizer.network.network import (
    BACKGROUND_NAME,
    Recognizer,
    encode,
    open_recognizer,
    with_classes,
)
from mgllm.recognizer.network.reading import ClipReader
from mgllm.recognizer.network.trunk import TRUNK_CLASSES
from mgllm.recognizer.training.probing import calibrate, fit_linear
from mgllm.recognizer.training.processes import choose_device
from mgllm.recognizer.training.supervised import SupervisedOptions, SupervisedTraining
from mgllm.recognizer.training.targets import accepting
from mgllm.recognizer.training.training_state import (
    STATE,
    check_place,
    clips_identity,
    load_state,
    save_state,
    weights_identity,
)
from mgllm.records import Frozen
from mgllm.skeleton import SkeletonDataset, check_dataset, open_dataset
from mgllm.skeleton.selection import select


class FinetuneOptions(Frozen):
    """How a checkpoint gets its classes."""

    which: SplitOptions = Field(default_factory=SplitOptions)
    """`--split`, `--train-on`."""
    label_fraction: float = Field(default=1.0, gt=0, le=1)
    """`--label-fraction`: share of each class's labels."""
    linear: bool = False
    """`--linear`: the encoder stays frozen."""
    calibrate_on: str | None = None
    """`--calibrate-on`: labelled clips of other people for calibration; None: no calibration."""
    trunk: bool = False
    """Whether movements of the trunk get a head of their own; so it is too if the checkpoint has
    one. The data set needs a class `background`. A linear classifier has no such head."""
    training: SupervisedOptions = Field(default_factory=SupervisedOptions)
    """All other options."""


class Finetuned(Frozen):
    """What fine-tuning made."""

    checkpoint: Path
    """Its folder."""
    kind: str
    """linear or finetuned."""
    clips: int
    """Labelled clips it learned from."""
    subjects: tuple[str, ...]
    """People in them."""
    classes: int
    """Classes it distinguishes."""
    loss: float | None
    """Of the last step; None for a linear classifier."""
    temperature: float
    """By which logits were divided; 1 without calibration."""


def finetune(
    name: str,
    path: Path,
    out: Path,
    options: FinetuneOptions,
    *,
    resume: bool = False,
    display: Display = "auto",
) -> Finetuned:
    """Fine-tune a checkpoint, or `random`, on labelled clips of a skeleton data set.

    Its state is written after every epoch, so that it can be resumed.

    Raises:
        InputError: data set, checkpoint or clips cannot be used, or there is a checkpoint in `out`
            already.
        TrainingStopped: the training failed; nothing is written.
    """
    check_place(out, resume=resume)
    dataset = open_dataset(path)
    check_dataset(dataset)
    base, config, reader = open_recognizer(name, dataset, options.training.seed)
    numbers = _learned_side(dataset, options)
    judged = _calibration_side(dataset, numbers, options.calibrate_on)
    base.to(choose_device(options.training.device))
    trunk = _trunk_classes(dataset.meta.classes) if _has_trunk(options, config) else ()
    network = with_classes(base, dataset.meta.classes, config.stream, trunk, seed=options.training.seed)
    loss = None
    if options.linear:
        _fit(network, reader, numbers, options.training)
    else:
        training = SupervisedTraining(network, reader, numbers, options.training)
        loss = _train(training, out, resume=resume, display=display)
    temperature = calibrate(network, reader, judged) if len(judged) else 1.0
    seen = seen_of(dataset, np.concatenate([numbers, judged]), labelled=True)
    made = config.model_copy(
        update={
            "kind": "linear" if options.linear else "finetuned",
            "classes": dataset.meta.classes,
            "trunk_classes": trunk,
            "subjects_seen": (*config.subjects_seen, seen),
            "training": {
                "from": name,
                **options.training.model_dump(mode="json"),
                "temperature": round(temperature, 4),
            },
            "versions": versions(),
        }
    )
    write_checkpoint(out, made, network.state_dict(), model_card(made))
    (out / STATE).unlink(missing_ok=True)
    return Finetuned(
        checkpoint=out,
        kind=made.kind,
        clips=len(numbers),
        subjects=seen_of(dataset, numbers, labelled=True).subjects,
        classes=len(dataset.meta.classes),
        loss=loss,
        temperature=temperature,
    )


def _has_trunk(options: FinetuneOptions, config: CheckpointConfig) -> bool:
    """Whether there is a head for the trunk: it is learned with all weights or not at all."""
    return not options.linear and (options.trunk or bool(config.trunk_classes))


def _trunk_classes(classes: tuple[str, ...]) -> tuple[str, ...]:
    """Classes of the trunk among these, if nothing can be said instead of them."""
    return tuple(name for name in TRUNK_CLASSES if name in classes) if BACKGROUND_NAME in classes else ()


def _fit(
    network: Recognizer, reader: ClipReader, numbers: NDArray[np.int64], options: SupervisedOptions
) -> None:
    """Fit the classifier."""
    features, labels = encode(network, reader, numbers), reader.dataset.labels[numbers]
    fit_linear(network, features, labels, options.probe, options.long_tail)


def _train(training: SupervisedTraining, out: Path, *, resume: bool, display: Display) -> float:
    """Train all weights; the loss of the last step."""
    clips = clips_identity(training.reader.dataset, training.numbers)
    identity = f"{clips} {weights_identity(training.model)}"
    if resume:
        load_state(training, identity, out)
    with Progress(display, "finetune", training.steps * training.options.epochs) as steps:
        steps.start_at(training.epochs_done * training.steps)
        while not training.finished:
            training.epoch(lambda loss: steps.step(f"loss {loss:.3f}"))
            save_state(training, identity, out)
    training.model.eval()
    return training.losses[-1]


def _learned_side(dataset: SkeletonDataset, options: FinetuneOptions) -> NDArray[np.int64]:
    """Clips to learn from; a linear classifier needs one label a clip."""
    if not dataset.meta.classes:
        raise InputError(f"{dataset.path} has no classes, so there is nothing to learn")
    side = training_side(dataset, options.which)
    numbers = label_fraction(dataset, side, options.label_fraction, options.training.seed)
    if not options.linear:
        numbers = np.concatenate([numbers, accepting(dataset, side)])
    if not len(numbers):
        raise InputError(f"{dataset.path}: no clip to learn from has a label")
    return numbers


def _calibration_side(
    dataset: SkeletonDataset, learned: NDArray[np.int64], where: str | None
) -> NDArray[np.int64]:
    """Labelled clips that fit the condition, of people who are not learned from."""
    if where is None:
        return np.array([], np.int64)
    fitting = np.asarray(select(dataset, where))
    chosen = np.concatenate([labelled(dataset, fitting), accepting(dataset, fitting)])
    if not len(chosen):
        raise InputError(f"--calibrate-on {where}: no such clip in {dataset.path} has a label")
    people = {dataset.clips[int(number)].subject for number in learned}
    shared = people & {dataset.clips[int(number)].subject for number in chosen}
    if shared:
        raise InputError(
            f"--calibrate-on {where}: subject {min(shared)} is also among those to learn from; "
            "probabilities are calibrated on other people (--train-on leaves them out)"
        )
    return chosen
