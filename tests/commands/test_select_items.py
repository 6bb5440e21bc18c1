"""`mgllm items select`: some items of a set, by list, file and condition."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mgllm.cli import main
from mgllm.items.loading import load_items
from mgllm.items.official import EMOTION_TEST, EMOTION_TRAIN, VIDEO_LISTS

Say = Callable[..., tuple[int, str, str]]
ROWS = [
    {"id": "0001", "subject": "7", "target": "win", "covariates": {"sex": "F", "age": 31, "clean": True}},
    {"id": "0009", "subject": "7", "target": "lose", "covariates": {"sex": "F", "age": 32, "clean": True}},
    {"id": "0010", "subject": "8", "target": "win", "covariates": {"sex": "M", "age": 40, "clean": False}},
    {"id": "0016", "subject": "12", "covariates": {"sex": "M"}},
]


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    monkeypatch.chdir(tmp_path)
    Path("I.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in ROWS))

    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            main(["items", "select", *words])
        said = capsys.readouterr()
        assert isinstance(caught.value.code, int)
        return caught.value.code, said.out, said.err

    return run


def kept(say: Say, *words: str) -> list[str]:
    Path("O.jsonl").unlink(missing_ok=True)
    assert say("I.jsonl", *words, "-o", "O.jsonl")[0] == 0
    return [item.id for item in load_items("O.jsonl")]


def test_the_official_lists_are_known_by_number(say: Say) -> None:
    assert VIDEO_LISTS == {"imigue-train": EMOTION_TRAIN, "imigue-test": EMOTION_TEST}
    assert kept(say, "--official", "imigue-train") == ["0001"]
    assert kept(say, "--official", "imigue-test") == ["0009", "0010", "0016"]


def test_what_was_kept_is_said_and_items_stay_as_they_are(say: Say) -> None:
    code, out, err = say("I.jsonl", "--official", "imigue-test", "-o", "new")
    assert (code, out) == (0, "3 of 4 items, 3 subjects: 1 lose, 1 win\n")
    assert err.splitlines() == [
        "note: 97 of 100 ids of --official imigue-test are not in the set: 12, 28, 35, 43, 49, …",
        "wrote new/items.jsonl",
    ]
    assert load_items("new") == load_items("I.jsonl")[1:]


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        (["sex=F"], ["0001", "0009"]),
        (["sex!=F"], ["0010", "0016"]),
        (["clean=true"], ["0001", "0009"]),
        (["clean!=true"], ["0010", "0016"]),
        (["age=31-32"], ["0001", "0009"]),
        (["subject=08,12"], ["0010", "0016"]),
        (["target=win"], ["0001", "0010"]),
        (["id=1, 16"], ["0001", "0016"]),
        (["sex=F", "target=lose"], ["0009"]),
    ],
)
def test_conditions_on_facts_must_all_hold(say: Say, where: list[str], ids: list[str]) -> None:
    assert kept(say, *(word for one in where for word in ("--where", one))) == ids


@pytest.mark.parametrize(
    "text",
    ["0016\n# why\n\n1\n", "recording,why\n16,x\n0001,y\n", "why;Video_id\nx;16\ny;1\n", "\ufeffid\n16\n1\n"],
)
def test_a_file_names_items_by_line_or_column(say: Say, text: str) -> None:
    Path("ids.txt").write_text(text, encoding="utf-8")
    assert kept(say, "--ids", "ids.txt") == ["0001", "0016"]
    assert kept(say, "--ids", "ids.txt", "--where", "sex=M") == ["0016"]


def test_ids_that_are_not_there_are_counted(say: Say) -> None:
    Path("ids.txt").write_text("1\n77\n78\n")
    _, _, err = say("I.jsonl", "--ids", "ids.txt", "-o", "O.jsonl")
    assert "note: 2 of 3 ids of --ids ids.txt are not in the set: 77, 78" in err


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ([], "nothing to select by; give --where NAME=VALUE, --ids FILE or --official NAME"),
        (["--official", "imigue"], "unknown official list 'imigue'"),
        (["--where", "sex"], "--where 'sex' is not a condition; write NAME=VALUE,VALUE or NAME!=VALUE"),
        (["--where", "sex="], "is not a condition"),
        (["--where", "=F"], "is not a condition"),
        (["--where", "gender=F"], "unknown fact 'gender'"),
        (["--where", "sex=W"], "no item has sex 'W'. It is one of F, M"),
        (["--where", "sex=F", "--where", "target=win", "--where", "age=32"], "fits all conditions together"),
        (["--ids", "none.txt"], "none.txt"),
        (["--ids", "empty.txt"], "empty.txt names no items; write an id in each line"),
        (["--ids", "other.txt"], "no item of the set has one of these 2 ids: x, y; items are 0001"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(say: Say, words: list[str], line: str) -> None:
    Path("empty.txt").write_text("# nobody\n")
    Path("other.txt").write_text("x\ny\n")
    code, out, err = say("I.jsonl", *words, "-o", "O.jsonl")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert line in err
    assert not Path("O.jsonl").exists()


def test_no_file_is_written_over(say: Say) -> None:
    code, _, err = say("I.jsonl", "--where", "sex=F", "-o", "I.jsonl")
    assert code == 2
    assert "exists already" in err


def test_json_says_the_same(say: Say) -> None:
    _, out, _ = say("I.jsonl", "--where", "sex=F", "-o", "O.jsonl", "--json")
    said = json.loads(out)
    assert (said["items"], said["of"], said["subjects"], said["targets"]) == (2, 4, 1, {"lose": 1, "win": 1})
