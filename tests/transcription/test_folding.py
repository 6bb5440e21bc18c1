"""Folds of people: as large as each other, people without labels apart, and those of a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mgllm.errors import InputError
from mgllm.items.folds import read_folds
from mgllm.skeleton import Clip, SkeletonDataset, open_dataset, write_dataset
from mgllm.transcription.folding import Fold, changed, given_folds, make_folds

Make = Callable[..., SkeletonDataset]


@pytest.fixture
def people(toy_set: Path, tmp_path: Path) -> Make:
    """A data set with so many labelled clips of each person; 0: one clip without a label."""

    def make(name: str, **clips: int) -> SkeletonDataset:
        toy = open_dataset(toy_set)
        rows = [
            Clip(f"{who}-{n}", who.removeprefix("p"), toy.clip(n), "nod" if count else None, 25.0)
            for who, count in clips.items()
            for n in range(max(count, 1))
        ]
        meta = toy.meta.model_copy(update={"splits": {}})
        return write_dataset(tmp_path / name, meta, rows).dataset

    return make


def test_folds_are_of_one_size_and_people_without_labels_are_apart(people: Make) -> None:
    learn = people("learn", p1=4, p2=3, p3=2, p4=3, p5=0)
    read = people("read", p0001=1, p6=1, p2=1)
    folds = make_folds(learn, read, 2, "subject", 0)
    assert [(set(one.values), one.unlabelled) for one in folds[:2]] == [
        ({"1", "3"}, False),
        ({"2", "4"}, False),
    ]
    assert (folds[2].values, folds[2].unlabelled, len(folds)) == (("5", "6"), True, 3)
    first = folds[0]
    assert {learn.clips[n].subject for n in first.outside(learn.column("subject"))} == {"2", "4", "5"}
    assert [read.clips[n].subject for n in first.inside(read.column("subject"))] == ["0001"]
    with pytest.raises(InputError, match="5 folds by subject cannot be made from 4 values with labels"):
        make_folds(learn, read, 5, "subject", 0)


def write(path: Path, folds: object) -> Path:
    path.write_text(json.dumps({"folds": folds, "by": "subject"}))
    return path


def test_both_forms_of_a_file_are_read(tmp_path: Path) -> None:
    lists = read_folds(write(tmp_path / "a.json", [["1", 2], ["x"]]))
    assert lists == read_folds(write(tmp_path / "b.json", [{"subjects": [1, "2"]}, {"subjects": ["x"]}]))
    assert lists == (("1", "2"), ("x",))
    with pytest.raises(InputError, match="1 stands in it twice; each person is in one fold"):
        read_folds(write(tmp_path / "twice.json", [["1"], ["0001"]]))
    for wrong in ([{"people": ["1"]}, ["2"]], "1", [["1"]]):
        with pytest.raises(InputError, match=r"wrong\.json"):
            read_folds(write(tmp_path / "wrong.json", wrong))


def test_a_files_folds_are_those_of_people_who_are_here(people: Make, tmp_path: Path) -> None:
    learn, read = people("learn", p1=2, p2=1, p3=1), people("read", p1=1, p9=1)
    file = write(tmp_path / "folds.json", [["0001", "8"], ["2", "3"], ["7"]])
    folds, nowhere = given_folds(file, learn, read, None)
    assert [one.values for one in folds] == [("1",), ("2", "3"), (), ("9",)]
    assert (folds[3].unlabelled, nowhere) == (True, ("7", "8"))
    with pytest.raises(InputError, match="has 3 folds and --cross-fit is 5; leave --cross-fit out"):
        given_folds(file, learn, read, 5)
    with pytest.raises(InputError, match=r"3 of .* is in no fold; add"):
        given_folds(write(tmp_path / "few.json", [["1"], ["2"]]), learn, read, None)
    with pytest.raises(InputError, match="are all in one fold; others must be learned from"):
        given_folds(write(tmp_path / "one.json", [["1", "2", "3"], ["7"]]), learn, read, None)


def test_what_has_changed_is_named() -> None:
    before = {"seed": 0, "options": {"a": {"b": 1}}, "folds": [1]}
    assert changed(before, before) is None
    assert changed(before, {**before, "seed": 1}) == "seed was 0 and is now 1"
    assert changed(before, {**before, "options": {"a": {"b": 2}}}) == "options.a.b was 1 and is now 2"
    assert changed(before, {**before, "folds": [2]}) == "folds are others"


def test_numbers_are_the_same_however_they_are_spelled() -> None:
    fold = Fold(name="f", values=("7", "a"))
    assert fold.inside(["0007", "7", "17", "a", "A"]).tolist() == [0, 1, 3]
    assert fold.outside(["0007", "7", "17", "a", "A"]).tolist() == [2, 4]
