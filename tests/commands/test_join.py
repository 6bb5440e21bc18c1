"""`mgllm items join`: a new file with all items, and nothing written over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mgllm.cli import main
from mgllm.items.loading import load_items

SRT = "1\n00:00:01,000 --> 00:00:02,000\nIt was.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = [{"id": name, "subject": f"p{name}", "target": "win"} for name in "abc"]
    (tmp_path / "items.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    for name in ("speech", "gestures", "empty"):
        (tmp_path / name).mkdir()
    for name in ("a", "b", "nobody"):
        (tmp_path / "speech" / f"{name}.srt").write_text(SRT)
    for name in ("a", "c"):
        file = {"schema": "mgllm.gestures/1", "item": name, "source": "recognized", "exposure": "held_out"}
        gestures = [{"label": "head up", "start": 1, "end": 2, "confidence": 0.5}]
        content = {**file, "duration": 9, "gestures": gestures}
        (tmp_path / "gestures" / f"{name}.mg.json").write_text(json.dumps(content))
    return tmp_path


@pytest.fixture
def join(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> object:
    monkeypatch.chdir(folder)

    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            main(["items", "join", *words])
        told = capsys.readouterr()
        assert isinstance(caught.value.code, int)
        return caught.value.code, told.out, told.err

    return run


def test_gestures_and_speech_are_joined_into_a_new_file(join: object, folder: Path) -> None:
    assert callable(join)
    code, out, err = join("items.jsonl", "--gestures", "gestures", "--speech", "speech", "-o", "J.jsonl")
    assert code == 0
    assert out == "3 items of 3 subjects: 2 gesture transcripts and 2 speech transcripts joined\n"
    assert err.splitlines() == [
        "note: 1 items have no gesture file: b",
        "note: 1 items have no speech file: c",
        "note: 1 speech files are not named after an item of the set and are left out: nobody.srt",
        "wrote J.jsonl",
    ]
    a, b, c = load_items(folder / "J.jsonl")
    assert [list(item.gestures) for item in (a, b, c)] == [["recognized"], [], ["recognized"]]
    assert [len(item.speech) for item in (a, b, c)] == [1, 1, 0]
    assert a.gestures["recognized"].exposure == "held_out"
    assert {item.target for item in (a, b, c)} == {"win"}


def test_a_folder_gets_an_items_file_that_can_be_joined_again(join: object, folder: Path) -> None:
    assert callable(join)
    assert join("items.jsonl", "--speech", "speech", "-o", "new/one")[0] == 0
    assert join("new/one", "--gestures", "gestures", "-o", "new/two")[0] == 0
    whole, _, _ = load_items(folder / "new" / "two")
    assert whole.speech
    assert whole.gestures
    assert [path.name for path in (folder / "new" / "two").iterdir()] == ["items.jsonl"]


def test_json_says_the_same(join: object) -> None:
    assert callable(join)
    _, out, _ = join("items.jsonl", "--speech", "speech", "-o", "J.jsonl", "--json")
    told = json.loads(out)
    assert (told["file"], told["items"], told["with_speech"], told["with_gestures"]) == ("J.jsonl", 3, 2, 0)
    assert len(told["notes"]) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["items.jsonl", "-o", "J.jsonl"],
            "nothing to join; give --gestures DIR, --speech DIR or both",
        ),
        (["items.jsonl", "--speech", "empty", "-o", "J.jsonl"], "has no transcripts of speech"),
        (["items.jsonl", "--gestures", "empty", "-o", "J.jsonl"], "has no *.mg.json files"),
        (["items.jsonl", "--speech", "speech", "-o", "items.jsonl"], "exists already"),
        (["items.jsonl", "--speech", "speech", "-o", "."], "exists already"),
        (["items.jsonl", "--speech", "speech", "-o", "J.csv"], "items are written as *.jsonl"),
        (["none.jsonl", "--speech", "speech", "-o", "J.jsonl"], "none.jsonl does not exist"),
        (["items.jsonl", "--speech", "speech", "-o", "items.jsonl/J.jsonl"], "items.jsonl is a file"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    join: object, folder: Path, words: list[str], said: str
) -> None:
    assert callable(join)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    code, out, err = join(*words)
    assert code == 2
    assert out == ""
    (line,) = err.splitlines()
    assert said in line
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_nothing_matched_is_exit_2(join: object, folder: Path) -> None:
    assert callable(join)
    (folder / "empty" / "z.srt").write_text(SRT)
    code, _, err = join("items.jsonl", "--gestures", "gestures", "--speech", "empty", "-o", "J.jsonl")
    assert code == 2
    assert "named after an item of the set" in err
    assert not (folder / "J.jsonl").exists()
