"""Recognisers that are trained from the start, each without some people, to read just these.

A training that was interrupted goes on where its last complete epoch ended.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mgllm.errors import InputError
from mgllm.items.folds import same_as
from mgllm.progress import Display, Progress
from mgllm.recognizer.evaluation.protocols import labelled
from mgllm.recognizer.network.checkpoint import (
    CONFIG,
    CheckpointConfig,
    Seen,
    make_folder,
    model_card,
    seen_of,
    versions,
    write_checkpoint,
)
from mgllm.recognizer.network.network import Recognizer, load_recognizer, with_classes
from mgllm.recognizer.network.reading import ClipReader
from mgllm.recognizer.training.pretraining import Pretraining, PretrainOptions
from mgllm.recognizer.training.processes import Processes, choose_device
from mgllm.recognizer.training.supervised import SupervisedOptions, SupervisedTraining
from mgllm.recognizer.training.training_state import (
    STATE,
    clips_identity,
    load_state,
    save_state,
    weights_identity,
)
from mgllm.records import Frozen
from mgllm.skeleton import SkeletonDataset
from mgllm.transcription.clip_sets import Reading, recordings_among
from mgllm.transcription.folding import Fold, folds_content

PRETRAINED = "pretrained"
"""Folder of a fold whose training is not finished: the state of its first part."""


class FitOptions(Frozen):
    """How a recogniser is trained from the start: first without labels, then with them."""

    pretraining: PretrainOptions = Field(default_factory=PretrainOptions)
    """Without labels."""
    finetuning: SupervisedOptions = Field(default_factory=SupervisedOptions)
    """With labels."""

    def steps(self, dataset: SkeletonDataset, numbers: NDArray[np.int64]) -> int:
        """Progress of both trainings on some clips."""
        known = len(labelled(dataset, numbers))
        return self.pretraining.steps(len(numbers)) + self.finetuning.steps(known)


class CrossFit(NamedTuple):
    """Who learns from whom, and reads whom."""

    learn: SkeletonDataset
    """With labels; may be the set that is read."""
    read: SkeletonDataset
    """Its people have the same names as those of `learn`."""
    by: str
    """The column whose values are not divided."""
    folds: tuple[Fold, ...]
    """Of both sets."""
    options: FitOptions
    """How each recogniser is trained."""

    def train(self, fold: Fold) -> NDArray[np.int64]:
        """Clips to learn from; a complete recording among clips is none."""
        whole = recordings_among(self.learn)
        return np.setdiff1d(fold.outside(self.learn.column(self.by)), whole)

    def test(self, fold: Fold) -> NDArray[np.int64]:
        """Clips to read."""
        return fold.inside(self.read.column(self.by))

    def content(self, seed: int, more: Mapping[str, Any]) -> dict[str, Any]:
        """What decides the transcripts, as `folds.json` has it."""
        options = self.options.model_dump(mode="json")
        for part in options.values():
            del part["device"]
        sets = {"learned_from": self.learn, "read": self.read}
        about = {key: {"name": one.meta.name, "sha256": one.sha256} for key, one in sets.items()}
        return {
            "schema": "mgllm.folds/1",
            "by": self.by,
            "seed": seed,
            **about,
            "options": {**options, **more},
            "folds": folds_content(self.folds, self.by),
        }


def check_fit(learn: SkeletonDataset, read: SkeletonDataset) -> None:
    """Refuse two data sets of which one cannot be read by who learns from the other.

    Raises:
        InputError: there are no classes, other joints, or no person with labels in both.
    """
    if not learn.meta.classes:
        what = "has no classes, so --cross-fit has nothing to learn"
        raise InputError(f"{learn.path} {what}; give a data set with labels to --learn-from")
    a, b = learn.meta, read.meta
    if (a.layout.joints, a.dims, a.units) != (b.layout.joints, b.dims, b.units):
        raise InputError(
            f"{learn.path} has other joints, dimensions or units than {read.path}; import both in one way"
        )
    known = {same_as(learn.clips[int(n)].subject) for n in labelled(learn, np.arange(len(learn)))}
    if known.isdisjoint(same_as(row.subject) for row in read.clips):
        raise InputError(
            f"nobody of {read.path} has labels in {learn.path}: people are the same if their names are "
            f"(here '{read.clips[0].subject}', there '{learn.clips[0].subject}'); import both with the same "
            "--subjects, or, if they are other people, use recognizer finetune and --checkpoint"
        )


def cross_fitted(
    work: CrossFit, wanted: NDArray[np.int64], folder: Path, display: Display
) -> Iterator[Reading]:
    """For each fold with clips to read a recogniser that has learned from the others.

    Args:
        work: folds, sets and options.
        wanted: clips that shall be read.
        folder: for the recognisers; those that are complete in it are not trained again.
        display: how progress is shown.

    Raises:
        InputError: no clip to learn from has a label, or the state of a training is damaged.
        TrainingStopped: a training failed.
    """
    todo = [
        (place, fold, numbers)
        for place, fold in enumerate(work.folds, 1)
        if len(numbers := np.intersect1d(work.test(fold), wanted))
    ]
    total = sum(work.options.steps(work.learn, work.train(fold)) for _, fold, _ in todo)
    with Progress(display, "cross-fit", total) as shown:
        counter = _Counter(shown)
        for place, fold, numbers in todo:
            own = folder / f"fold-{place}"
            if (own / CONFIG).is_file():  # it is written last
                counter.skip(work.options.steps(work.learn, work.train(fold)))
            else:
                _Fitting(work, fold, own, counter).run()
            shutil.rmtree(own / PRETRAINED, ignore_errors=True)
            (own / STATE).unlink(missing_ok=True)
            network, config = load_recognizer(own)
            network.to(choose_device(work.options.finetuning.device))
            yield Reading(work.read, numbers, network, config, own)


class _Counter:
    """Steps that are done, in this process or before."""

    def __init__(self, shown: Progress) -> None:
        self._shown, self._done = shown, 0

    def skip(self, steps: int) -> None:
        """These are done already."""
        self._done += steps
        if steps:
            self._shown.start_at(self._done)

    def step(self, state: str) -> None:
        """One more."""
        self._done += 1
        self._shown.step(state)


class _Fitting:
    """The training of a fold's recogniser; its state is written after each epoch."""

    def __init__(self, work: CrossFit, fold: Fold, folder: Path, counter: _Counter) -> None:
        self._work, self._fold, self._folder, self._counter = work, fold, folder, counter

    @cached_property
    def numbers(self) -> NDArray[np.int64]:
        """Clips to learn from."""
        return self._work.train(self._fold)

    def run(self) -> None:
        """Train, and write the checkpoint."""
        learn, options = self._work.learn, self._work.options
        known = labelled(learn, self.numbers)
        if not len(known):
            what = "none of the clips to learn from has a label"
            raise InputError(f"{learn.path} {self._fold.name}: {what}; make fewer folds")
        reader = ClipReader(learn, options.pretraining.preprocessing)
        first = Pretraining(reader, self.numbers, options.pretraining, Processes())
        self._train(first, clips_identity(learn, self.numbers), self._folder / PRETRAINED)
        base = Recognizer(first.model.query).to(first.device)
        network = with_classes(base, learn.meta.classes, "fused", seed=options.finetuning.seed)
        second = SupervisedTraining(network, reader, known, options.finetuning)
        clips = f"{clips_identity(learn, known)} {weights_identity(network)}"
        self._train(second, clips, self._folder)
        self._write(network.eval(), first.options, known)

    def _train(self, training: Pretraining | SupervisedTraining, clips: str, folder: Path) -> None:
        make_folder(folder)
        if (folder / STATE).is_file():
            load_state(training, clips, folder)
        self._counter.skip(training.epochs_done * training.steps)
        while not training.finished:
            training.epoch(lambda loss: self._counter.step(f"{self._fold.name}, loss {loss:.2f}"))
            save_state(training, clips, folder)

    def _write(self, network: Recognizer, fitted: PretrainOptions, known: NDArray[np.int64]) -> None:
        learn = self._work.learn
        config = CheckpointConfig(
            kind="finetuned",
            encoder=fitted.encoder,
            layout=learn.meta.layout,
            dims=learn.meta.dims,
            classes=learn.meta.classes,
            preprocessing=fitted.preprocessing,
            subjects_seen=(self._seen(self.numbers, labels=False), self._seen(known, labels=True)),
            training=self._work.options.model_dump(mode="json"),
            versions=versions(),
        )
        note = f"{self._fold.name}: made by cross-fitting; it reads only people whom it has not seen"
        write_checkpoint(self._folder, config, network.state_dict(), model_card(config, (note,)))

    def _seen(self, numbers: NDArray[np.int64], *, labels: bool) -> Seen:
        """People of both data sets are the same, however their numbers are spelled."""
        read, seen = self._work.read, seen_of(self._work.learn, numbers, labelled=labels)
        if read is self._work.learn:
            return seen
        known = set(map(same_as, seen.subjects))
        people = {*seen.subjects, *(row.subject for row in read.clips if same_as(row.subject) in known)}
        made_of = dict.fromkeys((*seen.made_of, read.meta.name, *read.meta.made_of))
        return seen.model_copy(
            update={
                "subjects": tuple(sorted(people, key=lambda name: (len(name), name))),
                "made_of": tuple(made_of),
            }
        )
