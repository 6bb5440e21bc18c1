"""Strict YAML: one line that names file, line and key, whatever is wrong."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings, strategies as st

from mgllm.commands.new_scenario import new_scenario
from mgllm.errors import InputError
from mgllm.files.yaml_files import read_yaml
from mgllm.prompts.scenarios import Folders
from mgllm.records import Scenario


@pytest.fixture
def good(folders: Folders) -> Path:
    assert folders.scenarios is not None
    return folders.scenarios / "meeting.yaml"


def problem(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_yaml(path, Scenario)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    return message


def test_a_good_scenario_is_read(good: Path) -> None:
    scenario = read_yaml(good, Scenario)
    assert scenario.name == "meeting"
    assert [label.id for label in scenario.labels] == ["agrees", "objects"]
    assert scenario.baseline == "text"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("title:", "tittle:", "unknown key 'tittle'. Did you mean 'title'?"),
        ("version: 1 ", "version: one ", "version"),
        ("version: 1 ", "version: 0 ", "must be 1 or more"),
        ("ethics: >-", "ethic: >-", "unknown key 'ethic'"),
        ("text: agrees", "txt: agrees", "unknown key 'labels.0.txt'"),
        ("id: objects", "id: agrees", "two labels have the id 'agrees'"),
        ('cloze: " against"', 'cloze: "  "', "cloze is blank"),
        ("version: 1 ", "version: 1\nversion: 2 ", "'version' appears twice"),
        ("question: What", "question: *question", "aliases"),
        ("name: meeting", "name: [meeting", "not valid YAML"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(good: Path, old: str, new: str, words: str) -> None:
    text = good.read_text()
    assert old in text
    good.write_text(text.replace(old, new))
    message = problem(good)
    assert words in message
    assert f"{good}:" in message


@pytest.mark.parametrize(
    ("line", "fault", "words"),
    [
        (
            "  - {id: objects",
            "  - {id: no",
            'labels.1.id: YAML reads no as true or false.*put it in quotes: id: "no"$',
        ),
        ("  - {id: objects", "  - {id: On", 'reads On as true or false, .*quotes: id: "On"$'),
        ("  - {id: objects", "  - {id: 007", 'reads 007 as a number, .*quotes: id: "007"$'),
        (
            "  - {id: objects",
            "  - {id: 2026-11-30",
            'reads 2026-11-30 as a date, .*quotes: id: "2026-11-30"$',
        ),
        ("  - {id: objects", "  - {id: null", 'reads null as nothing, .*quotes: id: "null"$'),
        ("  - {id: objects", "  - {id: ~", 'reads ~ as nothing, .*quotes: id: "~"$'),
        ("  - {id: objects", "  - {id: ", "labels.1.id: is empty; write text there$"),
        ("text: agrees", "text: 3.50", 'labels.0.text: YAML reads 3.50 as a number, .*quotes: text: "3.50"$'),
        (
            "question: ",
            "arms: [text, off]\nquestion: ",
            'arms.1: YAML reads off as .*put it in quotes: "off"$',
        ),
        ("question: ", "text: {yes: Yes.}\nquestion: ", 'text: YAML reads yes as .*in quotes: "yes": …$'),
    ],
)
def test_text_that_yaml_takes_for_something_else_is_to_be_quoted(
    good: Path, line: str, fault: str, words: str
) -> None:
    good.write_text("\n".join(t for t in good.read_text().split("\n") if not t.startswith("text:")))
    text = good.read_text()
    assert line in text
    number = text[: text.index(line)].count("\n") + 1
    good.write_text(text.replace(line, fault, 1))
    message = problem(good)
    assert re.search(words, message), message
    assert message.startswith(f"{good}:{number} ")


def test_the_line_is_that_of_the_key(good: Path) -> None:
    lines = good.read_text().split("\n")
    where = next(nth for nth, line in enumerate(lines, 1) if line.startswith("title:"))
    good.write_text("\n".join(lines).replace("title:", "tittle:"))
    assert f"{good}:{where} " in problem(good)


@pytest.mark.parametrize(
    "content", [b"", b"# nothing\n", b"- a\n- b\n", b"42", b"\xff\xfe\x00", b"\x00", b"a: 1\n\tb: 2"]
)
def test_files_that_are_no_scenario(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    assert problem(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "does not exist" in problem(tmp_path / "none.yaml")


def test_a_giant_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: b\n" * 300_000)
    assert "at most" in problem(path)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=json_values)
@example(value={"\n\x1b[2J": None})
def test_generated_yaml_is_read_or_refused_in_one_line(tmp_path: Path, value: object) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(yaml.safe_dump(value, allow_unicode=True), encoding="utf-8")
    assert problem(path)  # nothing that small is a scenario


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.sampled_from(sorted(Scenario.model_fields)), value=json_values)
def test_a_scenario_with_one_generated_value(tmp_path: Path, key: str, value: object) -> None:
    mine = Folders(scenarios=tmp_path / "s", prompts=tmp_path / "p")
    assert mine.scenarios is not None
    path = mine.scenarios / "meeting.yaml"
    if not path.exists():
        new_scenario("meeting", mine)
    content = yaml.safe_load(path.read_text())
    changed = tmp_path / "changed.yaml"
    changed.write_text(yaml.safe_dump(content | {key: value}, allow_unicode=True), encoding="utf-8")
    refusal = None
    try:
        read_yaml(changed, Scenario)
    except InputError as error:
        refusal = str(error)
    assert refusal is None or ("\n" not in refusal and str(changed) in refusal)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("!!bool maybe", "'maybe' is not of the type bool"),
        ("!!int ''", "'' is not of the type int"),
        ("!!timestamp x", "'x' is not of the type timestamp"),
        ("!!float y", "'y' is not of the type float"),
        ("!!int " + "1:" * 50_000 + "1", "a number has too many digits"),
        ("1:" * 50_000 + "1", "a number has too many digits"),
        ("9" * 5000, "a number has too many digits"),
        ("&a [1]\nb: *a", "aliases (*name) are not allowed"),
    ],
)
def test_tags_and_numbers_that_cannot_be_are_named_with_their_line(
    tmp_path: Path, value: str, words: str
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(f"version: 1\ntitle: {value}\n")
    line = problem(path)
    assert words in line
    assert f"{path}:" in line


def test_a_pipe_or_a_folder_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yaml")
    assert "it is a pipe or a device" in problem(tmp_path / "a.yaml")
    assert "it is a folder" in problem(tmp_path)


def test_what_is_deep_is_refused(good: Path) -> None:
    good.write_text("question: " + "[" * 20_000)
    assert "is not valid YAML" in problem(good)
