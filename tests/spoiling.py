"""Run folders with one thing changed by hand, and the check that must see it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import mgllm
from mgllm.backends.base import backends
from mgllm.commands.new_scenario import new_scenario
from mgllm.prompts.scenarios import Folders
from mgllm.records import Question, Reply
from mgllm.testing import Script, ScriptedBackend, say
from mgllm.testing.scripted import say_by_hash

Lines = list[dict[str, Any]]


class Spoil(NamedTuple):
    """One change by hand."""

    name: str
    check: str
    """The check that must see it."""
    by: Callable[[Path], None]


def make_whole(root: Path) -> Path:
    """A run of the scenario `meeting` that is whole: words and scores kept, a reply shared, a model named."""
    mine = Folders(scenarios=root / "scenarios", prompts=root / "prompts")
    new_scenario("meeting", mine)
    with shelved(ScriptedBackend(_named, Script())):
        return mgllm.run(
            model="scripted/x",
            scenarios=["meeting"],
            scenarios_dir=mine.scenarios,
            prompts_dir=mine.prompts,
            results=root / "results",
            shuffles=2,
        ).folder


@contextmanager
def shelved(backend: ScriptedBackend) -> Iterator[None]:
    """The backend is on the shelf as `scripted`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(backends._things, "scripted", lambda options: backend)
        yield


def _named(question: Question) -> Reply:
    told = question.prompt.messages[-1].content
    reply = say(question, "objects", 0.7) if "folding arms" in told else say_by_hash(question)
    return reply.model_copy(update={"served_model": "scripted-x"})


def read_lines(file: Path) -> Lines:
    """The values of a file of lines."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]


def write_lines(file: Path, lines: Lines) -> None:
    """The file again."""
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def spoil_lines(change: Callable[[Lines], object], name: str = "records.jsonl") -> Callable[[Path], None]:
    """Change the lines of a file."""

    def by(folder: Path) -> None:
        lines = read_lines(folder / name)
        change(lines)
        write_lines(folder / name, lines)

    return by


def spoil_json(name: str, change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    """Change a JSON file."""

    def by(folder: Path) -> None:
        content = json.loads((folder / name).read_text(encoding="utf-8"))
        change(content)
        (folder / name).write_text(json.dumps(content, indent=2), encoding="utf-8")

    return by


def spoil_text(name: str, change: Callable[[str], str]) -> Callable[[Path], None]:
    """Change a text file."""

    def by(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert change(text) != text
        (folder / name).write_text(change(text), encoding="utf-8")

    return by


def one(lines: Lines, arm: str = "text+mg", nth: int = 0) -> dict[str, Any]:
    """The nth record of an arm that shares no reply."""
    return [line for line in lines if line["arm"] == arm and line["shared_with"] is None][nth]


def other(label: str) -> str:
    """The scenario's other label."""
    return {"agrees": "objects", "objects": "agrees"}[label]


def add(**changes: Any) -> Callable[[Path], None]:
    """A copy of a record with these changes, as a further line."""
    return spoil_lines(lambda lines: lines.append({**one(lines), **changes}))


def change(**changes: Any) -> Callable[[Path], None]:
    """These changes in one record."""
    return spoil_lines(lambda lines: one(lines).update(changes))


def flip(line: dict[str, Any], *, with_probabilities: bool = False) -> None:
    """The other answer, with `correct` to match."""
    line["answer"] = other(line["answer"])
    line["correct"] = line["answer"] == line["target"]
    if with_probabilities:
        line["probabilities"] = {other(label): p for label, p in line["probabilities"].items()}


def of_one_item(lines: Lines) -> Lines:
    """All records of the first item."""
    return [line for line in lines if line["item"] == lines[0]["item"]]


def _relabelled(lines: Lines) -> None:
    for line in of_one_item(lines):
        line["target"] = other(line["target"])
        line["correct"] = line["answer"] == line["target"]


def _drop(folder: Path, name: str) -> None:
    (folder / name).unlink()


def _not_utf8(folder: Path) -> None:
    file = folder / "prompts.jsonl"
    file.write_bytes(b'{"sha256": "\xff\xfe"}\n' + file.read_bytes())


def _asked_again(lines: Lines) -> None:
    again = dict(one(lines), latency_s=9.0, text="something else")
    flip(again)
    lines.append(again)


def _without_first_item(lines: Lines) -> None:
    lines[:] = [line for line in lines if line["item"] != lines[0]["item"]]


def _bare(lines: Lines) -> None:
    lines[0] = {"sha256": lines[0]["sha256"]}


def _name(line: dict[str, Any]) -> str:
    return "/".join(str(line[part]) for part in ("scenario", "item", "arm", "epoch", "shuffle", "cell"))


SPOILS = (
    Spoil(
        "a scenario twice",
        "manifest",
        spoil_json("manifest.json", lambda m: m["scenarios"].append(m["scenarios"][0])),
    ),
    Spoil("no record", "lines", spoil_lines(lambda lines: lines.insert(3, {"scenario": "meeting"}))),
    Spoil("a list", "lines", spoil_text("records.jsonl", lambda text: "[1]\n" + text)),
    Spoil("another model takes a key", "run", add(model="other/y", answer=None, outcome="failed")),
    Spoil("another scenario", "run", add(scenario="elsewhere")),
    Spoil("another arm", "plan", add(arm="text+other")),
    Spoil("a later epoch", "plan", add(epoch=1)),
    Spoil("a shuffle too many", "plan", add(arm="text+shuffled", shuffle=2)),
    Spoil("another manner", "plan", change(form="cloze")),
    Spoil("a label less", "labels", change(label_order=["agrees"])),
    Spoil("a label twice", "labels", change(label_order=["agrees", "agrees"])),
    Spoil("a strange answer", "labels", change(answer="laughs", correct=False)),
    Spoil("a strange probability", "labels", change(probabilities={"agrees": 0.5, "laughs": 0.5})),
    Spoil("an item too many", "items", add(item="ghost")),
    Spoil("somebody else", "items agree", change(subject="somebody else")),
    Spoil(
        "labels the other way round",
        "items agree",
        spoil_lines(lambda lines: one(lines)["label_order"].reverse()),
    ),
    Spoil("asked once more", "replaced", spoil_lines(_asked_again)),
    Spoil("a line twice", "replaced", spoil_lines(lambda lines: lines.append(lines[4]))),
    Spoil("a line less", "complete", spoil_lines(lambda lines: lines.remove(one(lines, "text")))),
    Spoil(
        "an item less",
        "complete",
        spoil_lines(_without_first_item),
    ),
    Spoil(
        "correct is false",
        "correct",
        spoil_lines(lambda lines: one(lines).update(correct=not one(lines)["correct"])),
    ),
    Spoil("correct without a target", "correct", change(target=None, correct=True)),
    Spoil("unparsed with an answer", "correct", change(outcome="unparsed")),
    Spoil("answered without one", "correct", change(answer=None, correct=None)),
    Spoil("sum of 2", "probabilities", change(probabilities={"agrees": 1.0, "objects": 1.0})),
    Spoil("below 0", "probabilities", change(probabilities={"agrees": 1.5, "objects": -0.5})),
    Spoil("one label alone", "probabilities", change(probabilities={"agrees": 1.0})),
    Spoil("censored with probabilities", "probabilities", change(censored=True)),
    Spoil("a flipped answer", "replies", spoil_lines(lambda lines: flip(one(lines)))),
    Spoil(
        "flipped with its probabilities",
        "replies",
        spoil_lines(lambda lines: flip(one(lines), with_probabilities=True)),
    ),
    Spoil("a probability moved", "replies", change(probabilities={"agrees": 0.31, "objects": 0.69})),
    Spoil(
        "a changed word", "prompt hashes", spoil_text("prompts.jsonl", lambda t: t.replace("the", "thy", 1))
    ),
    Spoil("a list among prompts", "prompt hashes", spoil_text("prompts.jsonl", lambda text: "[1]\n" + text)),
    Spoil("not UTF-8", "prompt hashes", _not_utf8),
    Spoil("hashes alone", "prompt hashes", spoil_lines(_bare, "prompts.jsonl")),
    Spoil("no prompts", "prompts", lambda folder: _drop(folder, "prompts.jsonl")),
    Spoil("a prompt less", "prompts", spoil_lines(lambda lines: lines.pop(2), "prompts.jsonl")),
    Spoil("another prompt's hash", "prompts", change(prompt_sha256="0" * 64)),
    Spoil(
        "a span too long",
        "spans",
        spoil_lines(lambda lines: lines[1]["spans"][0].update(end=10**6), "prompts.jsonl"),
    ),
    Spoil("shared with nobody", "shared", change(shared_with="meeting/nobody/text/0/0")),
    Spoil(
        "shared with another question",
        "shared",
        spoil_lines(lambda lines: one(lines).update(shared_with=_name(one(lines, "text")))),
    ),
    Spoil("another model answered", "served models", change(served_model="scripted-y")),
    Spoil(
        "an item of somebody else",
        "item set",
        spoil_lines(lambda lines: [line.update(subject="x") for line in of_one_item(lines)]),
    ),
    Spoil("an item of the other label", "item set", spoil_lines(_relabelled)),
    Spoil(
        "a number in the summary",
        "summary",
        spoil_json("summary.json", lambda summary: summary["arms"][1].update(accuracy=0.991)),
    ),
    Spoil("a row less", "summary", spoil_json("summary.json", lambda summary: summary["effects"].pop())),
    Spoil(
        "a word in the summary",
        "summary",
        spoil_json("summary.json", lambda summary: summary["claims"][0].update(words="supported: +50.0")),
    ),
    Spoil("no summary", "summary", lambda folder: _drop(folder, "summary.json")),
    Spoil("a summary of words", "summary", spoil_text("summary.json", lambda _: "fine")),
    Spoil("another table", "tables", spoil_text("table.md", lambda text: text.replace("0", "9", 1))),
    Spoil("no table", "tables", lambda folder: _drop(folder, "table.csv")),
)
"""At least one for every check."""
