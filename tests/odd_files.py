"""The corpus of odd files in `tests/files`: what is right for each, and what a command makes of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import Field

from mgllm.cli import main
from mgllm.commands.import_ import import_dataset
from mgllm.errors import InputError
from mgllm.files.yaml_files import read_yaml
from mgllm.records import Frozen, Item
from mgllm.skeleton import open_dataset

FILES = Path(__file__).parent / "files"
EXPECTED = "expected.yaml"
ABOUT = "README.md"


class Case(Frozen):
    """A file, or a folder that belongs together, and what is right for it."""

    file: str
    """Path in `tests/files`."""
    format: str
    """Name of the importer that it is meant for; `items` for item files."""
    options: tuple[str, ...] = ()
    """More words of the command line."""
    read: tuple[str, ...] | None = None
    """What is read, a line each: turns, gestures or clips; None if the file is refused."""
    notes: tuple[str, ...] = ()
    """Words that the notes must have."""
    refused: tuple[str, ...] = ()
    """Words that the one line of error must have."""
    empty: str | None = None
    """Why it is right to read nothing from it: a file that says that nothing was said or seen."""
    also: tuple[str, ...] = ()
    """Other importers that may read it, too."""

    @property
    def path(self) -> Path:
        return FILES / self.file

    @property
    def name(self) -> str:
        return " ".join([self.format, self.file, *self.options])


class Corpus(Frozen):
    """`expected.yaml`."""

    cases: tuple[Case, ...] = Field(min_length=60)


def cases() -> tuple[Case, ...]:
    return read_yaml(FILES / EXPECTED, Corpus).cases


class Outcome(Frozen):
    """What a command did."""

    code: int
    """Exit code."""
    said: tuple[str, ...]
    """Lines of error."""
    read: tuple[str, ...] = ()
    """Turns, gestures or clips, a line each."""
    notes: str = ""
    """All notes."""
    trace: bool = False
    """Whether there was a trace."""


def import_file(
    case: Case, format_name: str, out: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...] = ()
) -> Outcome:
    """`mgllm import FORMAT FILE`."""
    words = [word.replace("FILES/", f"{FILES}/") for word in options]
    outcome = _run(["import", format_name, str(case.path), "-o", str(out), *words, "--json"], capsys)
    read = read_folder(out) if outcome.code == 0 else ()
    return outcome.model_copy(update={"read": read})


def import_directly(case: Case, format_name: str, out: Path) -> Outcome:
    """The same without the command line, which takes most of the time; anything but a refusal is
    raised."""
    try:
        import_dataset(format_name, case.path, out)
    except InputError as error:
        return Outcome(code=2, said=tuple(str(error).splitlines()))
    return Outcome(code=0, said=(), read=read_folder(out))


def join_speech(case: Case, folder: Path, capsys: pytest.CaptureFixture[str]) -> Outcome:
    """`mgllm items join --speech` for an item that has the file's name and says something already."""
    speech = folder / "speech"
    speech.mkdir(parents=True)
    shutil.copy(case.path, speech / case.path.name)
    items = folder / "items.jsonl"
    items.write_text(json.dumps({"id": case.path.stem, "subject": "p", "speech": "Said before."}) + "\n")
    joined = folder / "joined.jsonl"
    outcome = _run(
        ["items", "join", str(items), "--speech", str(speech), "-o", str(joined), "--json"], capsys
    )
    return outcome.model_copy(update={"read": _items(joined) if joined.exists() else ()})


def read_items(case: Case, out: Path, capsys: pytest.CaptureFixture[str]) -> Outcome:
    """An item file through `mgllm items join`, which writes it as JSONL."""
    gestures = out / "gestures"
    gestures.mkdir(parents=True)
    about = {"schema": "mgllm.gestures/1", "item": "1", "source": "annotated", "gestures": []}
    (gestures / "1.mg.json").write_text(json.dumps(about))
    words = ["items", "join", str(case.path), "--gestures", str(gestures), "-o", str(out / "items.jsonl")]
    outcome = _run([*words, "--json"], capsys)
    if outcome.code:
        return outcome
    items = [Item.model_validate_json(line) for line in (out / "items.jsonl").read_text("utf-8").splitlines()]
    told = [f"{i.id} {i.subject} {i.target}: {' '.join(t.text for t in i.speech)}{_facts(i)}" for i in items]
    return outcome.model_copy(update={"read": tuple(told)})


def _facts(item: Item) -> str:
    return "".join(f", {name} {value}" for name, value in item.covariates.items())


def _run(words: list[str], capsys: pytest.CaptureFixture[str]) -> Outcome:
    capsys.readouterr()
    code: Any = 0
    try:
        main(words)
    except SystemExit as end:
        code = end.code
    told = capsys.readouterr()
    return Outcome(
        code=code or 0,
        said=tuple(line for line in told.err.splitlines() if line.startswith("mgllm: ")),
        notes=_notes(told.out) + told.err,
        trace="Traceback" in told.err + told.out,
    )


def _notes(printed: str) -> str:
    try:
        report = json.loads(printed)
    except ValueError:
        return printed
    return "\n".join(_texts(report))


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return []


def read_folder(out: Path) -> tuple[str, ...]:
    """What an import wrote, a line each."""
    if (out / "items.jsonl").exists():
        return _items(out / "items.jsonl")
    if (out / "dataset.json").exists():
        return _clips(out)
    return _gestures(out)


def _items(path: Path) -> tuple[str, ...]:
    items = [Item.model_validate_json(line) for line in path.read_text("utf-8").splitlines()]
    return tuple(
        f"{_of(item.id, len(items))}{_time(turn.start, turn.end)}{turn.speaker}: {turn.text}"
        for item in items
        for turn in item.speech
    )


def _gestures(out: Path) -> tuple[str, ...]:
    files = [json.loads(path.read_text("utf-8")) for path in sorted(out.glob("*.mg.json"))]
    return tuple(
        f"{_of(file['item'], len(files))}{_time(one.get('start'), one.get('end'))}{one['label']}"
        for file in files
        for one in file["gestures"]
    )


def _clips(out: Path) -> tuple[str, ...]:
    """Clips with how many of their frames show a person, and how far a joint moves in a frame."""
    found = open_dataset(out)
    joints, dims = len(found.meta.layout.joints), found.meta.dims
    told = []
    for number, row in enumerate(found.clips):
        x_TVC = found.clip(number)[..., :dims]
        seen = int(np.isfinite(x_TVC).all(-1).any(-1).sum())
        rate = "frame rate unknown" if row.fps is None else f"{row.fps:.10g} a second"
        told.append(
            f"{row.id} of {row.subject}, {row.label or 'no label'}: {seen} of {row.length} frames, {rate}, "
            f"{joints} joints, {_moved(x_TVC):.2g} {found.meta.units} a frame"
        )
    return tuple(told)


def _moved(x_TVC: NDArray[np.float32]) -> float:
    steps_TV = np.linalg.norm(np.diff(x_TVC, axis=0), axis=-1)
    known = steps_TV[np.isfinite(steps_TV)]
    return float(known.mean()) if known.size else 0.0


def _of(item: str, items: int) -> str:
    return f"{item} | " if items > 1 else ""


def _time(start: float | None, end: float | None) -> str:
    known = [f"{round(one, 3):.10g}" for one in (start, end) if one is not None]
    return f"{'–'.join(known)} " if known else ""
