"""`mgllm items set`: people, covariates, sides and a clean flag, into a new file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mgllm.cli import main
from mgllm.items.loading import load_items
from mgllm.items.official import IMIGUE_TRAIN_SUBJECTS

Say = Callable[..., tuple[int, str, str]]
ROWS = [
    {"id": "0001", "subject": "0001", "subject_known": False, "covariates": {"sex": "F"}},
    {"id": "0009", "subject": "0009", "subject_known": False},
    {"id": "0010", "subject": "0010", "subject_known": False},
    {"id": "0002", "subject": "0002", "subject_known": False},
]
VIDEO = "Link,Video_id,Sub_id\nx,1,2\ny,9,02\nz,10,3\nw,2,71\n"
"""People 2 and, as `02`, 2 again are in the training split of micro-gestures; 3 and 71 are not."""


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    monkeypatch.chdir(tmp_path)
    Path("I.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in ROWS))
    Path("Video.csv").write_text(VIDEO)

    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            main(["items", "set", *words])
        said = capsys.readouterr()
        assert isinstance(caught.value.code, int)
        return caught.value.code, said.out, said.err

    return run


def checkpoint(folder: Path, **people: list[str]) -> str:
    """A folder with a checkpoint's config, which names who was seen in each data set."""
    from mgllm.recognizer.network.checkpoint import CheckpointConfig, Seen
    from mgllm.recognizer.network.reading import Preprocessing
    from mgllm.recognizer.network.two_streams import StreamOptions
    from mgllm.skeleton.layouts import load_layout

    seen = [
        Seen(dataset=name, sha256="0" * 64, subjects=tuple(who), clips=9, labelled=False)
        for name, who in people.items()
    ]
    config = CheckpointConfig(
        kind="pretrained",
        encoder=StreamOptions(),
        layout=load_layout("imigue22"),
        dims=2,
        preprocessing=Preprocessing(),
        subjects_seen=tuple(seen),
        training={},
        versions={},
    )
    folder.mkdir()
    (folder / "config.json").write_text(config.model_dump_json(by_alias=True))
    return str(folder)


def test_people_are_set_and_known(say: Say) -> None:
    code, out, err = say("I.jsonl", "--subjects", "Video.csv", "-o", "O.jsonl")
    assert (code, out) == (0, "4 items of 3 subjects\n")
    assert [(item.subject, item.subject_known) for item in load_items("O.jsonl")] == [
        ("2", True),
        ("2", True),
        ("3", True),
        ("71", True),
    ]
    assert err == "wrote O.jsonl\n"
    Path("Video.csv").write_text(VIDEO.replace("x,1,2", "x,1,5"))
    _, _, err = say("O.jsonl", "--subjects", "Video.csv", "-o", "P.jsonl")
    assert "note: 1 items had another subject, which is replaced: 0001" in err


def test_clean_is_false_for_people_of_the_official_training_split(say: Say) -> None:
    assert 2 in IMIGUE_TRAIN_SUBJECTS
    assert not {3, 71} & set(IMIGUE_TRAIN_SUBJECTS)
    words = ("--subjects", "Video.csv", "--clean-of", "imigue-mg-train")
    code, out, err = say("I.jsonl", *words, "-o", "O.jsonl")
    assert (code, out) == (0, "4 items of 3 subjects; set: clean; 2 items are clean\n")
    assert "note: 1 of 3 people are among the 37 of imigue-mg-train" in err
    assert [item.covariates["clean"] for item in load_items("O.jsonl")] == [False, False, True, True]


def test_clean_of_a_checkpoint_is_by_whom_it_has_seen(say: Say, tmp_path: Path) -> None:
    seen = checkpoint(tmp_path / "seen", iMiGUE=["03"], made_up=["71"])
    assert say("I.jsonl", "--subjects", "Video.csv", "--clean-of", seen, "-o", "all.jsonl")[0] == 0
    assert [item.covariates["clean"] for item in load_items("all.jsonl")] == [True, True, False, False]
    only = ("--clean-of", seen, "--dataset", "iMiGUE")
    assert say("I.jsonl", "--subjects", "Video.csv", *only, "-o", "one.jsonl")[0] == 0
    assert [item.covariates["clean"] for item in load_items("one.jsonl")] == [True, True, False, True]
    both = (*only, "--clean-of", "imigue-mg-train")
    assert say("I.jsonl", "--subjects", "Video.csv", *both, "-o", "two.jsonl")[0] == 0
    assert [item.covariates["clean"] for item in load_items("two.jsonl")] == [False, False, False, True]


def test_covariates_come_by_item_or_by_person(say: Say) -> None:
    Path("facts.csv").write_text("video_id;sex;age\n1;M;31\n9;F;\n77;F;1\n")
    code, out, err = say("I.jsonl", "--covariates", "facts.csv", "-o", "O.jsonl")
    assert (code, out) == (0, "4 items of 4 subjects (some are recordings); set: sex, age\n")
    assert err.splitlines() == [
        "note: 2 items have no row in facts.csv: 0010, 0002",
        "note: 1 rows of facts.csv belong to no item: 77",
        "note: 1 items had another value of a covariate, which is replaced: 0001",
        "wrote O.jsonl",
    ]
    first, second, *others = load_items("O.jsonl")
    assert (dict(first.covariates), dict(second.covariates)) == ({"sex": "M", "age": "31"}, {"sex": "F"})
    assert [dict(item.covariates) for item in others] == [{}, {}]
    Path("people.csv").write_text("subject,hand\n2,left\n71,right\n")
    words = ("--subjects", "Video.csv", "--covariates", "people.csv")
    assert say("I.jsonl", *words, "-o", "P.jsonl")[0] == 0
    hands = [item.covariates.get("hand") for item in load_items("P.jsonl")]
    assert hands == ["left", "left", None, "right"]


def test_sides_of_a_protocol_become_a_covariate(say: Say) -> None:
    code, _, err = say("I.jsonl", "--official", "imigue", "-o", "O.jsonl")
    assert code == 0
    assert "note: 1 items are on neither side of imigue: 0002" in err
    sides = [item.covariates.get("official") for item in load_items("O.jsonl")]
    assert sides == ["train", "test", "test", None]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ([], "nothing to set; give --subjects FILE, --covariates FILE, --official NAME or --clean-of POOL"),
        (["--dataset", "x", "--official", "imigue"], "give it with --clean-of FOLDER"),
        (["--official", "smg"], "unknown protocol 'smg'. Known: imigue"),
        (
            ["--subjects", "short.csv"],
            "does not name 3 of 4 recordings: 0002, 0009, 0010; add a line for each",
        ),
        (["--subjects", "none.csv"], "none.csv"),
        (["--clean-of", "imigue-mg-train"], "the people of 4 items are not known"),
        (["--subjects", "Video.csv", "--clean-of", "imigue"], "unknown pool 'imigue'"),
        (["--subjects", "Video.csv", "--clean-of", "."], "is not a checkpoint"),
        (["--covariates", "keyless.csv"], "keyless.csv:1 has no column that says which item a row is of"),
        (["--covariates", "bare.csv"], "bare.csv:1 has no column with facts besides 'id'"),
        (["--covariates", "target.csv"], "column 'target' is a field of items, not a covariate; rename it"),
        (["--covariates", "twice.csv"], "twice.csv:3 id: '1' appears twice"),
        (["--covariates", "other.csv"], "has no row for any item; its first id is 'x'; items are 0001"),
        (["--covariates", "empty.csv"], "empty.csv has no rows"),
        (["--covariates", "marks.csv"], "marks.csv"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(say: Say, words: list[str], line: str) -> None:
    files = {
        "short": "recording,subject\n1,2\n",
        "keyless": "name,sex\n1,F\n",
        "bare": "id\n1\n",
        "target": "id,target\n1,win\n",
        "twice": "id,sex\n0001,F\n1,M\n",
        "other": "id,sex\nx,F\n",
        "empty": "id,sex\n",
        "marks": "id,sex\n1,F,M\n",
    }
    for name, text in files.items():
        Path(f"{name}.csv").write_text(text)
    code, out, err = say("I.jsonl", *words, "-o", "O.jsonl")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert line in err
    assert not Path("O.jsonl").exists()
