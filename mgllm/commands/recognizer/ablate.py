"""`mgllm recognizer ablate`: trainings with one thing changed, within a budget of time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path

from mgllm.errors import TrainingStopped
from mgllm.files.writing import replace_texts
from mgllm.progress import Display, Progress
from mgllm.recognizer.evaluation.ablation import variants
from mgllm.recognizer.evaluation.ablation_run import (
    AblateOptions,
    Clock,
    Costs,
    Group,
    Schedule,
    by_training,
    measure_steps,
    plan,
    train_and_test,
)
from mgllm.recognizer.evaluation.ablation_table import (
    PUBLISHED,
    Ablation,
    AblationRow,
    latex_table,
    markdown_table,
)
from mgllm.recognizer.evaluation.protocols import Protocol, labelled
from mgllm.recognizer.evaluation.splits import both_sides, check_labelled
from mgllm.recognizer.metrics import Scores
from mgllm.recognizer.network.checkpoint import make_folder
from mgllm.skeleton import SkeletonDataset, check_dataset, open_dataset
from mgllm.skeleton.selection import Split

RowScores = dict[str, dict[Protocol, Scores]]


def ablate(
    path: Path, options: AblateOptions, *, out: Path | None = None, display: Display = "auto"
) -> Ablation:
    """Train and test all rows that fit into the budget. A row whose training fails is reported, and
    the others go on.

    Raises:
        InputError: data set, split or options cannot be used, or the budget is too small for the
            default.
    """
    clock = Clock(options.budget)
    dataset = open_dataset(path)
    check_dataset(dataset)
    splits = both_sides(dataset, options.which, options.training.seed)
    for split in splits:
        check_labelled(dataset, split)
    work = _Work(dataset, splits, options, clock)
    schedule = work.begin()
    if out is not None:
        make_folder(out)
    work.run(schedule, display)
    made = Ablation(
        dataset=dataset.meta.name,
        split=splits[0].name if len(splits) == 1 else f"{len(splits)} folds by {options.which.by}",
        schedule=schedule,
        minutes=clock.spent / 60,
        n=sum(len(labelled(dataset, split.test)) for split in splits),
        rows=tuple(row for row in work.rows.values() if row.seeds),
        dropped=tuple(
            row.name for row in work.rows.values() if not row.seeds and row.name not in work.failed
        ),
        unfinished=tuple(name for name, row in work.rows.items() if 0 < row.seeds < schedule.seeds),
        stopped=tuple(work.stopped),
        published=PUBLISHED.get(dataset.meta.name, ()),
    )
    return _written(made.model_copy(update={"markdown": markdown_table(made)}), out)


class _Work:
    """The rows of one ablation, and what is known of them so far."""

    def __init__(
        self, dataset: SkeletonDataset, splits: Sequence[Split], options: AblateOptions, clock: Clock
    ) -> None:
        self.dataset, self.splits, self.options, self.clock = dataset, splits, options, clock
        variants_ = variants(options.training, options.parts)
        self.groups: list[Group] = [*by_training(variants_, options.training)]
        self.rows = {row.name: AblationRow(part=row.part, name=row.name) for row in variants_}
        self.stopped: list[str] = []
        self.failed: set[str] = set()

    def begin(self) -> Schedule:
        """Time a step of each training and, with random weights, a test; then divide the budget."""
        base = self.options.training
        steps = measure_steps(self.dataset, self.splits[0], self.groups, base, self.clock)
        before = self.clock.spent
        self._train(self._floor, 0, 1)
        test = (self.clock.spent - before) / len(self.splits)
        return plan(self.groups, Costs(steps=steps, test=test), self.splits, self.options, before)

    @property
    def _floor(self) -> Group:
        """The default with random weights."""
        return next(group for group in self.groups if not group[0].trains)

    def run(self, schedule: Schedule, display: Display) -> None:
        """Train and test what is planned, then what was left out and fits after all."""
        work = list(zip(self.groups, schedule.seconds, strict=True))
        planned = [one for one in work if one[0][0].name not in schedule.dropped]
        with Progress(display, "ablate", schedule.seeds * len(planned)) as steps:
            steps.say(f"schedule: {schedule.words()}")
            if schedule.dropped:
                steps.say(f"left out, because the budget is too small: {'; '.join(schedule.dropped)}")
            for seed, (group, seconds) in product(range(schedule.seeds), planned):
                done = group is self._floor and seed == 0
                if done or self._train_in_time(group, (seed, schedule.epochs), seconds):
                    steps.step(f"seed {seed}, {group[0].name}")
            for group, seconds in (one for one in work if one not in planned):
                if self.clock.fits(schedule.seeds * seconds):
                    for seed in range(schedule.seeds):
                        self._train_in_time(group, (seed, schedule.epochs), seconds)
                        steps.step(f"seed {seed}, {group[0].name}")

    def _train_in_time(self, group: Group, how: tuple[int, int], seconds: float) -> bool:
        """Whether there was time for it."""
        if not self.clock.fits(seconds):
            return False
        before = self.clock.spent
        self._train(group, *how)
        self.clock.took(seconds, self.clock.spent - before)
        return True

    def _train(self, group: Group, seed: int, epochs: int) -> None:
        how = (seed, epochs)
        try:
            found = train_and_test(self.dataset, self.splits, group, self.options, how, self.clock)
        except TrainingStopped as error:
            self.stopped.append(f"{group[0].name}, seed {seed}: {error}")
            self.failed |= {row.name for row in group}
            return
        self._add(found or {})

    def _add(self, found: RowScores) -> None:
        for name, scores in found.items():
            row = self.rows[name]
            both = {"linear": row.linear.add(scores["linear"]), "knn": row.knn.add(scores["knn"])}
            self.rows[name] = row.model_copy(update=both)


def _written(made: Ablation, out: Path | None) -> Ablation:
    if out is None:
        return made
    texts = {
        "table.md": made.markdown,
        "table.tex": latex_table(made),
        "rows.json": made.model_dump_json(indent=2, exclude={"markdown", "files"}) + "\n",
    }
    replace_texts(out, texts)
    return made.model_copy(update={"files": tuple(str(out / name) for name in texts)})
