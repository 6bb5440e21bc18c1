"""Every parser of files that others made: what it reads, and how it is called."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mgllm.arms.confusion import load_confusion
from mgllm.backends.api.address import Secret
from mgllm.backends.api.bodies import read_answer
from mgllm.backends.api.replies import read_reply
from mgllm.commands.new_scenario import new_scenario
from mgllm.commands.render import render_item
from mgllm.datasets.base import ImportChoices, ImportedSkeletons, datasets
from mgllm.datasets.subjects import read_subjects
from mgllm.experiment.options import RunOptions
from mgllm.experiment.prices import PriceList
from mgllm.files.json_files import read_json
from mgllm.files.yaml_files import read_yaml
from mgllm.items.folds import read_folds
from mgllm.items.gesture_files import gesture_text, read_gesture_file
from mgllm.items.loading import load_items
from mgllm.prompts.scenarios import Folders
from mgllm.records import Choice, Message, Prompt, Question, prompt_sha256
from mgllm.records.human import RaterFile
from mgllm.store import OPTIONS, read_options, read_run
from mgllm.testing.zoo.mutating import mutate as changed_reply
from tests.fuzz import seeds

Make = Callable[[Path], Path]
Read = Callable[[Path], object]
CHOICES: Mapping[str, object] = {
    "fps": 25.0,
    "unit": "cm",
    "picture": "640x480",
    "illustrative": True,
    "speakers": "all",
}
"""What importers are asked with, where they use it."""
OWN: Mapping[str, Mapping[str, object]] = {
    "eaf-speech": {"tier": ("speech",)},
    "imigue-speech": {"speakers": "interviewee"},
}
"""What one importer is asked with beside it, or instead."""
NOT: Mapping[str, set[str]] = {"whisper": {"unit"}}
"""What one importer is not asked with."""


@dataclass(frozen=True)
class Target:
    """A parser."""

    make: Make
    """Writes valid files into an empty folder; returns what is read."""
    read: Read
    """Reads it; may raise nothing but mgllm's own errors."""
    files: str = "*"
    """The files that are changed."""


def importer(name: str) -> Target:
    return Target(seeds.IMPORTS.get(name, seeds.mixed), partial(_imported, name))


def _imported(name: str, source: Path) -> None:
    made = datasets.get(name)
    heeds: frozenset[str] = getattr(made(), "heeds", frozenset())
    asked = {**CHOICES, **OWN.get(name, {})}
    given = {key: value for key, value in asked.items() if key in heeds - NOT.get(name, set())}
    read = (partial(made, ImportChoices.model_validate(given)) if given else made)().read(source)
    if isinstance(read, ImportedSkeletons):
        for _ in read.clips:
            pass


def _gestures(folder: Path) -> Path:
    path = folder / "talk.mg.json"
    path.write_text(gesture_text(seeds.TRANSCRIPT), encoding="utf-8")
    return path


def _table(suffix: str, folder: Path) -> Path:
    rows = [{"id": name, "subject": "s", "target": "agrees", "speech": "It was."} for name in "ab"]
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    text = json.dumps(rows) if suffix == "json" else "".join(f"{line}\n" for line in lines)
    (folder / f"items.{suffix}").write_text(text)
    return folder / f"items.{suffix}"


def _sheet(folder: Path) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    for row in (("id", "subject", "target", "speech"), ("a", "s", "agrees", "It was."), ("b", 2, "x", None)):
        book.active.append(row)
    book.save(folder / "items.xlsx")
    return folder / "items.xlsx"


def _one_file(name: str, text: str, folder: Path) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


PRICES = "prices:\n  openai/x:\n    in: 1.5\n    out: 6\n"
FOLDS = '{"folds": [["1", "2"], ["3"]], "by": "subject"}'
PEOPLE = "Link,Video_id,Sub_id\nhttps://x.org/1,0001,1\nhttps://x.org/2,2,07\n"
RATINGS = """{"schema": "mgllm.ratings/1", "form": "f1", "consent": true, "started": "2026-11-02",
 "finished": "2026-11-03",
 "ratings": [{"n": 1, "label": "agrees", "seconds": 4.5}, {"n": 2, "label": null, "seconds": 3}]}"""


def _own_folders(folder: Path) -> Folders:
    return Folders(scenarios=folder / "scenarios", prompts=folder / "prompts")


def _scenario(folder: Path) -> Path:
    new_scenario("meeting", _own_folders(folder))
    return folder


def _rendered(folder: Path) -> object:
    return render_item("meeting", None, RunOptions(model="local", folders=_own_folders(folder)))


def _confusion(folder: Path) -> Path:
    (folder / "confusion.csv").write_text("true,nod,shrug,missed\nnod,8,1,1\nshrug,0,3,2\n(none),0.1,0.2,\n")
    return folder / "confusion.csv"


def _options(folder: Path) -> Path:
    (folder / OPTIONS).write_text(RunOptions(model="local").model_dump_json())
    return folder


def _dataset(folder: Path) -> Path:
    from mgllm.commands.import_ import import_dataset

    (folder / "source").mkdir()
    import_dataset("utd-mhad", seeds.IMPORTS["utd-mhad"](folder / "source"), folder / "set")
    shutil.rmtree(folder / "source")
    return folder / "set"


def _opened(folder: Path) -> object:
    from mgllm.skeleton import check_dataset, open_dataset

    return check_dataset(open_dataset(folder))


def _checkpoint(folder: Path) -> Path:
    import torch
    from safetensors.torch import save_file

    import mgllm.recognizer

    shipped = Path(mgllm.recognizer.__file__).parent / "network" / "shipped"
    shutil.copy(shipped / "config.json", folder / "config.json")
    save_file({"w": torch.zeros(4, 3)}, folder / "model.safetensors")
    return folder


def _weights(folder: Path) -> None:
    from mgllm.recognizer.network.checkpoint import read_config, read_weights

    read_config(folder)
    read_weights(folder)


def _poses(folder: Path) -> Path:
    import numpy as np

    from mgllm.skeleton.skeleton_file import About, Recording, skeleton_bytes

    about = About(joints=("neck", "head"), fps=25, picture=(640, 480))
    path = folder / "talk.skeleton.npz"
    path.write_bytes(skeleton_bytes(Recording(np.ones((3, 2, 3), np.float32), about)))
    return path


def _skeleton(path: Path) -> object:
    from mgllm.skeleton.skeleton_file import read_skeleton_file

    return read_skeleton_file(path)


def _replies(folder: Path) -> Path:
    for number in range(12):
        (folder / f"{number}.json").write_bytes(changed_reply(number).body)
    return folder


def _answered(folder: Path) -> None:
    messages = (Message(role="user", content="Deceptive or truthful?"),)
    prompt = Prompt(form="chat", messages=messages, spans=(), sha256=prompt_sha256("chat", messages))
    choices = (Choice(label="lie", text="deceptive"), Choice(label="truth", text="truthful"))
    question = Question(prompt=prompt, choices=choices, score="generate")
    for path in folder.iterdir():
        read_reply(read_answer(200, {}, path.read_bytes(), Secret(None, None)).body, question)


FILES: Mapping[str, Target] = {
    "items jsonl": Target(seeds.items, load_items),
    "items csv": Target(partial(_table, "csv"), load_items),
    "items json": Target(partial(_table, "json"), load_items),
    "items xlsx": Target(_sheet, load_items),
    "prices": Target(partial(_one_file, "prices.yaml", PRICES), lambda path: read_yaml(path, PriceList)),
    "folds": Target(partial(_one_file, "folds.json", FOLDS), read_folds),
    "people": Target(partial(_one_file, "people.csv", PEOPLE), read_subjects),
    "ratings": Target(
        partial(_one_file, "rater-01.json", RATINGS),
        lambda path: read_json(path, RaterFile, 10**7, "ratings"),
    ),
    "gesture transcript": Target(_gestures, read_gesture_file),
    "scenario": Target(_scenario, _rendered, "scenarios/*.yaml"),
    "template": Target(_scenario, _rendered, "prompts/*.j2"),
    "confusion": Target(_confusion, load_confusion),
    "options": Target(_options, lambda folder: read_options(folder, RunOptions)),
    "run": Target(seeds.run_folder, read_run, "run/*.json*"),
    "skeleton data set": Target(_dataset, _opened),
    "checkpoint": Target(_checkpoint, _weights),
    "skeleton file": Target(_poses, _skeleton),
    "reply": Target(_replies, _answered),
}


def all_targets() -> dict[str, Target]:
    """All parsers by name; an importer is one of them from the moment that it is on its shelf."""
    return {**{f"import {name}": importer(name) for name in datasets.names()}, **FILES}
