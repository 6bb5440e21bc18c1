"""`mgllm recognizer ablate`: trainings with one thing changed, within a budget of time."""

from __future__ import annotations

import time
from itertools import product
from pathlib import Path

from mgllm.errors import TrainingStopped
from mgllm.files.writing import replace_texts
from mgllm.progress import Display, Progress
from mgllm.recognizer.evaluation.ablation import variants
from mgllm.recognizer.evaluation.ablation_run import (
    PROTOCOLS,
    AblateOptions,
    Ablation,
    AblationRow,
    by_training,
    latex_table,
    markdown_table,
    plan,
    train_and_test,
)
from mgllm.recognizer.evaluation.protocols import Protocol, labelled
from mgllm.recognizer.evaluation.splits import both_sides, check_labelled
from mgllm.recognizer.network.checkpoint import make_folder
from mgllm.skeleton import check_dataset, open_dataset


def ablate(
    path: Path, options: AblateOptions, *, out: Path | None = None, display: Display = "auto"
) -> Ablation:
    """Train and test all rows. A row whose training fails is reported, and the others go on.

    Raises:
        InputError: data set, split or options cannot be used, or the budget is too small for two
            epochs.
    """
    began = time.monotonic()
    dataset = open_dataset(path)
    check_dataset(dataset)
    splits = both_sides(dataset, options.which, options.training.seed)
    for split in splits:
        check_labelled(dataset, split)
    rows = variants(options.training, options.parts)
    schedule = plan(dataset, splits, rows, options)
    if out is not None:
        make_folder(out)
    found: dict[str, dict[Protocol, list[float]]] = {row.name: {"linear": [], "knn": []} for row in rows}
    stopped: list[str] = []
    deadline = began + 60 * options.budget
    groups = by_training(rows)
    with Progress(display, "ablate", schedule.seeds * len(groups)) as steps:
        steps.say(f"schedule: {schedule.words()}")
        for seed, group in product(range(schedule.seeds), groups):
            if time.monotonic() > deadline and found[group[-1].name]["linear"]:
                continue
            try:
                scores = train_and_test(dataset, splits, group, options, (seed, schedule.epochs))
            except TrainingStopped as error:
                stopped.append(f"{group[0].name}, seed {seed}: {error}")
                continue
            for name, protocol in product(scores, PROTOCOLS):
                found[name][protocol].append(scores[name][protocol])
            steps.step(f"seed {seed}, {group[0].name}")
    made = Ablation(
        dataset=dataset.meta.name,
        split=splits[0].name if len(splits) == 1 else f"{len(splits)} folds by {options.which.by}",
        schedule=schedule,
        minutes=(time.monotonic() - began) / 60,
        n=sum(len(labelled(dataset, split.test)) for split in splits),
        rows=tuple(
            AblationRow(part=row.part, name=row.name, linear=tuple(tops["linear"]), knn=tuple(tops["knn"]))
            for row in rows
            if (tops := found[row.name])["linear"]
        ),
        unfinished=tuple(row.name for row in rows if len(found[row.name]["linear"]) < schedule.seeds),
        stopped=tuple(stopped),
    )
    return _written(made.model_copy(update={"markdown": markdown_table(made)}), out)


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
