"""`mgllm recognizer pretrain`: learn to distinguish clips without labels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mgllm.files.writing import replace_text
from mgllm.progress import Display, Progress
from mgllm.recognizer.evaluation.pictures import draw_history
from mgllm.recognizer.evaluation.splits import SplitOptions, training_side
from mgllm.recognizer.network.checkpoint import (
    CheckpointConfig,
    model_card,
    seen_of,
    versions,
    write_checkpoint,
)
from mgllm.recognizer.network.reading import ClipReader, hidden_joints
from mgllm.recognizer.training.history import history_csv
from mgllm.recognizer.training.pretraining import Pretraining, PretrainOptions
from mgllm.recognizer.training.processes import joined_processes
from mgllm.recognizer.training.training_state import (
    STATE,
    check_place,
    clips_identity,
    load_state,
    save_state,
)
from mgllm.records import Frozen
from mgllm.skeleton import SkeletonDataset, check_dataset, open_dataset
from mgllm.skeleton.partial import look_at, partial_notes

HISTORY, PICTURE = "history.csv", "training.png"


class Pretrained(Frozen):
    """What a pre-training made."""

    checkpoint: Path
    """Its folder."""
    epochs: int
    """Epochs done."""
    clips: int
    """Clips it learned from."""
    subjects: tuple[str, ...]
    """People in them."""
    seconds: float
    """Seconds that the epochs took."""
    clips_per_second: float
    """Over all of them."""
    loss: float
    """Mean of the last epoch."""
    verdict: str
    """Whether it is learning, in words."""
    notes: tuple[str, ...] = ()
    """What takes the place of a root or a scale that the clips do not have."""
    leads: bool = True
    """Whether this process prints the result; of several that train together, one does."""


def pretrain(
    path: Path,
    out: Path,
    options: PretrainOptions,
    which: SplitOptions,
    *,
    resume: bool = False,
    display: Display = "auto",
) -> Pretrained:
    """Pre-train on clips of a skeleton data set; the checkpoint is written after every epoch.

    Raises:
        InputError: data set, clips or options cannot be used, or there is a checkpoint already.
        TrainingStopped: the training failed; the last epoch's checkpoint is kept.
    """
    check_place(out, resume=resume)
    dataset = open_dataset(path)
    check_dataset(dataset)
    numbers = training_side(dataset, which)
    notes = _lacking(dataset, numbers, options)
    with joined_processes(options.device) as processes:
        training = Pretraining(ClipReader(dataset, options.preprocessing), numbers, options, processes)
        identity = clips_identity(dataset, numbers)
        if resume:
            load_state(training, identity, out)
        keep = _keeper(training, identity, out, notes) if processes.leads else _nothing
        try:
            _train(training, keep, display, notes)
        finally:
            if processes.leads and training.history:
                draw_history(training.history, out / PICTURE)
        if processes.leads:
            (out / STATE).unlink(missing_ok=True)
    return _report(training, out).model_copy(update={"notes": notes})


def _lacking(
    dataset: SkeletonDataset, numbers: NDArray[np.int64], options: PretrainOptions
) -> tuple[str, ...]:
    """What the clips do not have, of what their preparation uses."""
    how = options.preprocessing
    found = look_at(dataset, numbers, how.preparation, hidden_joints(dataset.meta.layout, how))
    return partial_notes(found, how.preparation)


def _train(training: Pretraining, keep: Callable[[], None], display: Display, notes: tuple[str, ...]) -> None:
    total = training.epochs * training.steps
    with Progress(display if training.processes.leads else "none", "pretrain", total) as steps:
        for note in notes:
            steps.say(f"note: {note}")
        steps.start_at(training.epochs_done * training.steps)
        while not training.finished:
            row = training.epoch(lambda loss: steps.step(f"loss {loss:.3f}"))
            keep()
            steps.note(f"epoch {row.epoch}/{training.epochs}, loss {row.loss:.3f}; {row.verdict}")


def _nothing() -> None:
    pass


def _keeper(training: Pretraining, identity: str, out: Path, notes: tuple[str, ...]) -> Callable[[], None]:
    dataset = training.reader.dataset
    seen = seen_of(dataset, training.numbers.tolist(), labelled=False)

    def keep() -> None:
        config = CheckpointConfig(
            kind="pretrained",
            encoder=training.options.encoder,
            layout=dataset.meta.layout,
            dims=dataset.meta.dims,
            preprocessing=training.options.preprocessing,
            subjects_seen=(seen,),
            training={"epochs_done": training.epochs_done, **training.options.model_dump(mode="json")},
            versions=versions(),
        )
        last = training.history[-1]
        course = f"{training.epochs_done} of {training.epochs} epochs; {last.verdict}"
        card = model_card(config, (course, *notes))
        write_checkpoint(out, config, training.recognizer().state_dict(), card)
        replace_text(out / HISTORY, history_csv(training.history))
        save_state(training, identity, out)

    return keep


def _report(training: Pretraining, out: Path) -> Pretrained:
    numbers = training.numbers.tolist()
    last, seconds = training.history[-1], sum(row.seconds for row in training.history)
    size = min(training.options.batch, len(numbers))
    return Pretrained(
        checkpoint=out,
        epochs=training.epochs_done,
        clips=len(numbers),
        subjects=seen_of(training.reader.dataset, numbers, labelled=False).subjects,
        seconds=seconds,
        clips_per_second=len(training.history) * training.steps * size / max(seconds, 1e-9),
        loss=last.loss,
        verdict=last.verdict,
        leads=training.processes.leads,
    )
