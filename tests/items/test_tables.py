"""Item sets through `datasets`: csv, parquet, json, folders, and a hub that is not there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from mgllm.errors import InputError
from mgllm.items.joining import join_gestures
from mgllm.items.loading import load_items
from mgllm.records import Turn

GESTURES = {"annotated": {"gestures": [{"label": "nod", "start": 1.5}]}}


def refusal(source: Path | str) -> str:
    with pytest.raises(InputError) as caught:
        load_items(source)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def write_csv(folder: Path, text: str, name: str = "items.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8-sig")
    return path


def test_csv_cells_are_text_other_columns_covariates_and_gestures_json(tmp_path: Path) -> None:
    cell = json.dumps(GESTURES).replace('"', '""')
    path = write_csv(
        tmp_path, f'id,subject,speech,target,age,gestures\n007,01,"Well, no.",win,33,"{cell}"\n008,01,NA,,,\n'
    )
    first, second = load_items(path)
    assert (first.id, first.subject, first.target) == ("007", "01", "win")
    assert first.speech == (Turn(text="Well, no."),)
    assert first.gestures["annotated"].gestures[0].start == 1.5
    assert first.covariates == {"age": "33"}
    assert second.speech[0].text == "NA"
    assert (second.target, dict(second.covariates), dict(second.gestures)) == (None, {}, {})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,subject,speech\na,s,Well, no\n", "row 1 has 4 cells, the header 3"),
        ("id,subject\na,s\nb\n", "row 2 has 1 cells, the header 2"),
        ("id,subjct\na,s\n", "has no column 'subject'. Did you mean 'subjct'?"),
        ("id,subject,id\na,s,b\n", "two columns are called 'id'"),
        ("id,subject,\na,s,b\n", "a column has no name"),
        ("id,subject\n", "has no items"),
        ("", "has no items"),
        ("id\0,subject\na,s\n", "NUL bytes"),
        ('id,subject\na,"s\n', "cannot be read as csv"),
        ("id,subject\na,s\na,t\n", "items.csv row 2 id: 'a' is already the id of items.csv row 1"),
        ("id,subject\na,\n", "row 1 subject: is missing"),
        ("id,subject,gestures\na,s,{\n", "row 1 gestures ends inside a JSON value"),
        ("id,subject,terms\na,s,shut\n", "row 1 terms: must be 'open' or 'restricted'"),
    ],
)
def test_bad_csv_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = write_csv(tmp_path, text)
    message = refusal(path)
    assert words in message
    assert message.startswith(str(path))


@pytest.mark.parametrize(("separator", "name"), [(";", "semicolons"), ("\t", "tabs"), (",", "commas")])
def test_csv_as_spreadsheets_write_it(tmp_path: Path, separator: str, name: str) -> None:
    others = "".join({",", ";", "\t"} - {separator})
    rows = [("id", "subject", "speech"), ("a", "s", f'"one{separator} two"'), ("b", "t", f"x{others}y")]
    one, two = load_items(write_csv(tmp_path, "".join(separator.join(row) + "\n" for row in rows)))
    assert [turn.text for turn in (*one.speech, *two.speech)] == [f"one{separator} two", f"x{others}y"]
    short = "".join(separator.join(row) + "\n" for row in [*rows, ("c", "u", "x", "y")])
    assert f"row 3 has 4 cells, the header 3; put text with {name} in quotes" in refusal(
        write_csv(tmp_path, short)
    )


def test_csv_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("id,subject\né,s\n".encode("cp1252"))
    assert "not UTF-8" in refusal(path)


def test_parquet_keeps_types_and_drops_nulls(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "id": [1, 2],
            "subject": ["s", "t"],
            "age": [1.5, float("nan")],
            "gestures": [GESTURES, None],
            "covariates": [{"sex": "F"}, {"sex": None}],
        }
    )
    path = tmp_path / "x.parquet"
    frame.to_parquet(path)
    first, second = load_items(path)
    assert first.id == "1"
    assert dict(first.covariates) == {"age": 1.5, "sex": "F"}
    assert first.gestures["annotated"].gestures[0].label == "nod"
    assert (dict(second.covariates), dict(second.gestures)) == ({}, {})


def test_parquet_columns_of_lists_must_be_fields(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pd.DataFrame({"id": ["a"], "subject": ["s"], "frames": [[1, 2]]}).to_parquet(path)
    assert "column 'frames' is not a field of an item" in refusal(path)


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(b"no")
    assert refusal(path).startswith(f"{path} cannot be loaded: ")


@pytest.mark.parametrize("lines", [True, False])
def test_json_as_list_or_as_lines(tmp_path: Path, lines: bool) -> None:
    content: list[dict[str, Any]] = [
        {"id": "a", "subject": "s", "speech": "Yes.", "gestures": GESTURES},
        {"id": "b", "subject": "t", "covariates": {"sex": "F"}},
    ]
    text = "\n".join(map(json.dumps, content)) if lines else json.dumps(content)
    path = tmp_path / "x.json"
    path.write_text(text)
    first, second = load_items(path)
    assert first.gestures["annotated"].gestures[0].start == 1.5
    assert dict(first.covariates) == {}
    assert dict(second.covariates) == {"sex": "F"}
    assert second.speech == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a":', "ends inside a JSON value"),
        ("[1, 2]", "row 1 has no item: it must be an object"),
        ("", "no items"),
        ("[]", "no items"),
        ('[{"id": "a", "subject": "s"}, {"id": "b"}]', "row 2 subject: is missing"),
        ('[{"id": "a", "subject": "s", "frames": [1]}]', "row 1 'frames' is not a field of an item"),
        ('[{"id": "a", "subject": "s", "x": NaN}]', "NaN is not a JSON number; leave the field out"),
        ('{"id": "a", "subject": "s"}\n{"id": "a", "subject": "s"}', "x.json:2 id: 'a' is already the id"),
        ('[{"id": "a", "id": "b", "subject": "s"}]', "the key 'id' appears twice"),
    ],
)
def test_bad_json_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    assert words in refusal(path)


TEXTS = (
    "2024-01-05",
    "007",
    "1e5",
    "0x1F",
    "true",
    "NaN",
    "None",
    "null",
    "12:30",
    "1_000",
    "-0",
    "+1",
    "NA",
)


@pytest.mark.parametrize("suffix", ["csv", "json", "jsonl", "parquet"])
def test_texts_stay_what_they_are_in_every_kind_of_file(tmp_path: Path, suffix: str) -> None:
    rows = [{"id": text, "subject": text, "target": text, "speech": text} for text in TEXTS]
    path = tmp_path / f"x.{suffix}"
    frame = pd.DataFrame(rows)
    if suffix == "csv":
        frame.to_csv(path, index=False)
    elif suffix == "parquet":
        frame.to_parquet(path)
    else:
        text = json.dumps(rows) if suffix == "json" else "\n".join(map(json.dumps, rows))
        path.write_text(text)
    for item, text in zip(load_items(path), TEXTS, strict=True):
        assert (item.id, item.subject, item.target, item.speech) == (text, text, text, (Turn(text=text),))


def test_an_id_that_looks_like_a_date_finds_its_gestures(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps([{"id": "2024-01-05", "subject": "s"}, {"id": "2024-02-06", "subject": "t"}]))
    folder = tmp_path / "mg"
    folder.mkdir()
    file = {"schema": "mgllm.gestures/1", "item": "2024-01-05", "source": "annotated", "gestures": []}
    (folder / "a.mg.json").write_text(json.dumps(file))
    joined = join_gestures(load_items(path), folder)
    assert [item.id for item in joined.items if item.gestures] == ["2024-01-05"]


def test_columns_of_days_and_numbers_become_their_texts(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    days = pd.to_datetime(["2024-01-05", "2024-02-06"])
    frame = pd.DataFrame({"id": days, "subject": [7, 8], "seen": days + pd.Timedelta(hours=2)})
    frame["day"] = days.date
    frame.to_parquet(path)
    first, second = load_items(path)
    assert (first.id, first.subject) == ("2024-01-05", "7")
    assert (second.id, second.subject) == ("2024-02-06", "8")
    assert first.covariates == {"seen": "2024-01-05T02:00:00", "day": "2024-01-05"}


def test_a_json_file_may_hold_one_item_spread_over_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("\ufeff" + json.dumps({"id": "a", "subject": 7, "age": 33, "speech": "Yes."}, indent=1))
    (item,) = load_items(path)
    assert (item.subject, dict(item.covariates)) == ("7", {"age": 33})


@pytest.mark.parametrize("suffix", ["csv", "json", "jsonl"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_is_taken_and_no_other_mark(tmp_path: Path, suffix: str, end: str) -> None:
    said = "Yes.\u2028No.\x85Well.\u2029"
    if suffix == "csv":
        lines = ["id,subject,speech", f"a,s,{said}", f"b,t,{said}", ""]
    else:
        rows = ({"id": one, "subject": "s", "speech": said} for one in "ab")
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(end.join(lines).encode())
    assert [(item.id, item.speech[0].text) for item in load_items(path)] == [("a", said), ("b", said)]


def test_a_cell_may_be_longer_than_the_csv_library_likes(tmp_path: Path) -> None:
    said = "word " * 40_000 + "end"
    (item,) = load_items(write_csv(tmp_path, f'id,subject,speech\na,s,"{said}"\n'))
    assert item.speech[0].text == said
    message = refusal(write_csv(tmp_path, f"id,subject,speech\na,s,{'x' * 5_000_001}\n"))
    assert "cannot be read as csv: field larger than field limit (5000000)" in message


def test_texts_of_a_hub_data_set_stay_what_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))
    for name, text in {
        "csv": "id,subject\n007,2024-01-05\n",
        "json": '[{"id": "1e5", "subject": "07"}]',
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / f"train.{name}").write_text(text)
    load, build = datasets.load_dataset, datasets.load_dataset_builder
    here = {"org/c": str(tmp_path / "csv"), "org/j": str(tmp_path / "json")}
    cache = str(tmp_path / "cache")
    monkeypatch.setattr(
        datasets, "load_dataset", lambda name, split: load(here[name], split=split, cache_dir=cache)
    )
    monkeypatch.setattr(datasets, "load_dataset_builder", lambda name: build(here[name], cache_dir=cache))
    assert [(item.id, item.subject) for item in load_items("org/c")] == [("007", "2024-01-05")]
    assert [(item.id, item.subject) for item in load_items("org/j:train")] == [("1e5", "07")]


def test_a_folder_is_all_its_files_of_one_kind(tmp_path: Path) -> None:
    write_csv(tmp_path, "id,subject\nb,s\n", "2.csv")
    write_csv(tmp_path, "id,subject\na,s\n", "1.csv")
    assert [item.id for item in load_items(tmp_path)] == ["a", "b"]
    (tmp_path / "x.json").write_text("{}")
    assert "has files of several kinds (.csv, .json)" in refusal(tmp_path)


def test_other_kinds_of_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("x")
    assert "is not an item file; they end in .jsonl, " in refusal(path)


def test_a_hub_that_cannot_be_asked_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets.config

    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    message = refusal("nobody-here/nothing:test")
    assert message.startswith(
        "nobody-here/nothing:test is not a file here; as a data set of the hub it cannot be loaded: "
    )


@pytest.mark.parametrize(("splits", "ids"), [(["test"], ["a", "b"]), (["train", "test"], None)])
def test_a_hub_data_set_needs_its_split_named_where_it_has_several(
    monkeypatch: pytest.MonkeyPatch, splits: list[str], ids: list[str] | None
) -> None:
    import datasets

    features = datasets.Features(
        {
            "id": datasets.Value("string"),
            "subject": datasets.Value("int64"),
            "target": datasets.ClassLabel(2, ["no", "yes"]),
        }
    )
    table = datasets.Dataset.from_dict(
        {"id": ["a", "b"], "subject": [7, 8], "target": [1, 0]}, features=features
    )
    monkeypatch.setattr(
        datasets,
        "load_dataset",
        lambda name, split: table if split else datasets.DatasetDict(dict.fromkeys(splits, table)),
    )
    if ids is None:
        assert refusal("org/set") == "org/set has several splits; choose one: org/set:train, org/set:test"
    else:
        items = load_items("org/set")
        assert [item.id for item in items] == ids
        assert [item.subject for item in items] == ["7", "8"]
        assert [item.target for item in items] == ["yes", "no"]
    assert len(load_items("org/set:test")) == 2


def test_parquet_that_becomes_much_larger_than_its_file_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "items.parquet"
    rows = 3000
    ids = [f"i{n}" for n in range(rows)]
    pd.DataFrame({"id": ids, "speech": ["a" * 10_000] * rows}).to_parquet(path)
    assert path.stat().st_size < 1_000_000
    monkeypatch.setattr("mgllm.items.tables.MOST_BYTES", 20_000_000)
    assert "has more than 20,000,000 bytes when it is read" in refusal(path)
    monkeypatch.setattr("mgllm.items.tables.MOST_CELLS", 5000)
    assert "has 3,000 rows of 2 columns; divide it" in refusal(path)
