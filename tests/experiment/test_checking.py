"""What `scenario check` says of labels that begin alike and of names that differ only in spelling."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.commands._options import from_flat
from mgllm.commands.dry_run import dry_run
from mgllm.commands.join import JoinOptions, join_items
from mgllm.errors import InputError
from mgllm.experiment.checking import check_here
from mgllm.experiment.options import ItemOptions, RunOptions
from mgllm.prompts.scenarios import Folders


def write_labels(folders: Folders, texts: tuple[str, str], clozes: tuple[str, str]) -> Path:
    """Give the scenario `meeting` other words for its two labels."""
    assert folders.scenarios is not None
    path = folders.scenarios / "meeting.yaml"
    said = [
        f'  - {{id: {label}, text: "{text}", cloze: "{cloze}"}}'
        for label, text, cloze in zip(("agrees", "objects"), texts, clozes, strict=True)
    ]
    found = path.read_text().split("\n")
    at = next(n for n, line in enumerate(found) if line.startswith("  - {id: agrees"))
    path.write_text("\n".join([*found[:at], *said, *found[at + 2 :]]))
    return path


def check(folders: Folders, items: Path | None = None) -> tuple[str, ...]:
    which = ItemOptions(items=str(items) if items is not None else None)
    return check_here("meeting", RunOptions(model="local", folders=folders, which=which)).notes


@pytest.mark.parametrize(
    ("clozes", "line"),
    [
        (
            (" fight", " fighter"),
            "'agrees': its cloze ' fight' is the beginning of the cloze ' fighter' of label 'objects'",
        ),
        (
            (" quite tense", " quite"),
            "'objects': its cloze ' quite' is the beginning of the cloze ' quite tense' of label",
        ),
    ],
)
def test_a_cloze_text_that_begins_another_is_refused(
    folders: Folders, clozes: tuple[str, str], line: str
) -> None:
    path = write_labels(folders, ("agrees", "objects"), clozes)
    with pytest.raises(InputError) as caught:
        check(folders)
    assert str(caught.value).startswith(f"{path} label {line}")
    assert "is always the more probable one" in str(caught.value)


def test_a_scenario_without_cloze_is_asked_in_chat_alone(folders: Folders) -> None:
    path = write_labels(folders, ("tense", "tense at times"), (" fight", " fighter"))
    text = path.read_text()
    assert text.count(", cloze: meeting_cloze.j2}") == 1
    path.write_text(text.replace(", cloze: meeting_cloze.j2}", "}"))
    notes = check(folders)
    assert [
        note for note in notes if note.startswith("label text 'tense' is the beginning of 'tense at times'")
    ]


def test_labels_that_part_are_right(folders: Folders) -> None:
    write_labels(folders, ("in favour", "in doubt"), (" in favour", " in doubt"))
    assert not [note for note in check(folders) if "beginning" in note]


@pytest.fixture
def twins(folders: Folders, tmp_path: Path) -> Path:
    """Items of `meeting` in which one person is written in two ways."""
    assert folders.scenarios is not None
    lines = (folders.scenarios / "items" / "meeting.jsonl").read_text().strip().split("\n")
    items = [json.loads(line) for line in lines]
    items[0]["subject"], items[1]["subject"] = "Jos\u00e9", "JOSE\u0301"
    path = tmp_path / "twins.jsonl"
    path.write_text("".join(json.dumps(item) + "\n" for item in items))
    return path


LINE = "'Jos\u00e9' and 'JOSE\\u0301' differ only in spelling"


def test_check_and_join_note_names_that_differ_in_spelling_alone(
    folders: Folders, twins: Path, tmp_path: Path
) -> None:
    assert [note for note in check(folders, twins) if LINE in note]
    assert not [note for note in check(folders) if "in spelling" in note]
    gestures = tmp_path / "mg"
    gestures.mkdir()
    file = {"schema": "mgllm.gestures/1", "source": "recognized", "gestures": []}
    first = json.loads(twins.read_text().split("\n")[0])["id"]
    (gestures / "a.mg.json").write_text(json.dumps({**file, "item": first}))
    joined = join_items(JoinOptions(items=str(twins), gestures=gestures, out=tmp_path / "out"))
    assert LINE in joined.notes[0]


def test_a_run_warns_before_it_asks_whatever_it_displays(
    meeting: dict[str, Any], shelve: Any, twins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shelve()
    options = {**meeting, "items": str(twins), "arms": ("text", "text+mg"), "display": "none"}
    for ask in (mgllm.run, lambda **said: dry_run(from_flat(said))):
        ask(**options)
        lines = [line for line in capsys.readouterr().err.split("\n") if line.startswith("warning: ")]
        assert len(lines) == 1
        assert LINE in lines[0]
