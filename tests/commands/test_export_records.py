"""`mgllm export records`: the frame of a run as a file, typed, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import mgllm
from mgllm.cli import main
from mgllm.commands.export_records import export_records
from mgllm.errors import InputError
from mgllm.testing.made_run import MadeRun, write_made_run
from tests.spoiling import one, spoil_lines

Told = Callable[..., tuple[int, str, str]]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """Run the command line: exit code, stdout, stderr."""

    def go(*words: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            main([str(word) for word in words])
        said = capsys.readouterr()
        assert isinstance(caught.value.code, int)
        return caught.value.code, said.out, said.err

    return go


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """Some answers missing, no tokens cached, none thought over."""
    return write_made_run(tmp_path / "made", MadeRun(items=6, missing=0.3))


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".CSV"])
def test_the_file_holds_the_frame(ending: str, made: Path, tmp_path: Path) -> None:
    out = tmp_path / f"new/records{ending}"
    written = export_records([made], out)
    read = pd.read_parquet(out) if ending == ".parquet" else pd.read_csv(out)
    frame = mgllm.load_run(made).to_frame()
    assert list(read.columns) == ["run", *frame.columns]
    assert (written.records, written.columns, written.runs) == (len(frame), len(read.columns), ("made",))
    assert set(read["run"]) == {"made"}
    for name in ("item", "arm", "answer", "text", "label_order", "error"):
        assert read[name].fillna("").tolist() == frame[name].fillna("").tolist(), name
    for name in ("log_odds", "p_win", "logprob_lose", "prompt_tokens"):
        expected = frame[name].astype(float).fillna(-99).tolist()
        assert read[name].astype(float).fillna(-99).tolist() == pytest.approx(expected), name
    assert [str(value) for value in read["correct"]] == [
        {True: "True", False: "False"}.get(value, "<NA>" if ending == ".parquet" else "nan")
        for value in frame["correct"].astype(object)
    ]


def test_parquet_knows_the_type_of_every_column(made: Path, tmp_path: Path) -> None:
    export_records([made], out := tmp_path / "records.parquet")
    parquet = pytest.importorskip("pyarrow.parquet")
    schema = parquet.read_schema(out)
    kinds = {field.name: str(field.type) for field in schema}
    assert {kinds[name] for name in ("correct", "subject_known", "censored", "masked", "refusal")} == {"bool"}
    assert {kinds[name] for name in ("epoch", "shuffle", "prompt_tokens", "cached_tokens", "shots")} == {
        "int64"
    }
    assert {kinds[name] for name in ("p_win", "log_odds", "cue_f1", "latency_s")} == {"double"}
    assert {kinds[name] for name in ("text", "answer", "exposure", "probe", "error", "run")} <= {
        "string",
        "large_string",
    }
    assert "null" not in kinds.values()


def test_several_runs_of_other_labels_stand_in_one_table(
    made: Path, whole_run: Path, tmp_path: Path, told: Told
) -> None:
    out = tmp_path / "both.parquet"
    code, said, err = told("export", "records", made, whole_run, made, "-o", out, "--json")
    assert (code, err) == (0, "")
    report = json.loads(said)
    read = pd.read_parquet(out)
    assert report["records"] == len(read)
    assert read.groupby("run").size().to_dict() == {
        "made": 36,
        whole_run.name: len(mgllm.load_run(whole_run).records),
    }
    assert read.loc[read["run"] == "made", "p_agrees"].isna().all()


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1+1|cmd", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_a_stranger_is_a_formula(cell: str, copied_run: Path, tmp_path: Path) -> None:
    spoil_lines(lambda lines: one(lines).update(text=cell, error=cell))(copied_run)
    export_records([copied_run], out := tmp_path / "records.csv")
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(row["text"] == f"'{cell}" == row["error"] for row in rows) == 1
    words = {name for name in rows[0] if not name.startswith(("p_", "log", "mean_", "corrected_"))}
    assert not [row[name] for row in rows for name in words if row[name].startswith(("=", "+", "-", "@"))]
    assert any(row["log_odds"].startswith("-") for row in rows), "numbers are left as they are"
    export_records([copied_run], whole := tmp_path / "records.parquet")
    assert cell in set(pd.read_parquet(whole)["text"])


def test_words_of_any_script_and_length_come_back(copied_run: Path, tmp_path: Path) -> None:
    text = 'ж, "ü"\n新\r\n; \u2028'
    spoil_lines(lambda lines: one(lines).update(text=text))(copied_run)
    export_records([copied_run], out := tmp_path / "records.csv")
    with out.open(encoding="utf-8", newline="") as file:
        assert text in {row["text"] for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("out", "why"),
    [
        ("records.xlsx", "unknown ending '.xlsx'"),
        ("records", "unknown ending ''"),
        (".csv", "unknown ending"),
    ],
)
def test_other_endings_are_one_line(out: str, why: str, made: Path, tmp_path: Path, told: Told) -> None:
    code, _, err = told("export", "records", made, "-o", tmp_path / out)
    assert code == 2
    assert why in err
    assert ".csv, .parquet" in err
    assert err.count("\n") == 1


def test_nothing_is_written_over(made: Path, tmp_path: Path, told: Told) -> None:
    (tmp_path / "records.csv").write_text("mine", encoding="utf-8")
    (tmp_path / "folder.csv").mkdir()
    assert told("export", "records", made, "-o", tmp_path / "records.csv")[0] == 2
    assert (tmp_path / "records.csv").read_text(encoding="utf-8") == "mine"
    assert "is a folder" in told("export", "records", made, "-o", tmp_path / "folder.csv")[2]
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert "cannot be written" in told("export", "records", made, "-o", tmp_path / "file/records.csv")[2]


def test_runs_that_are_not_there_and_options_of_transcripts_are_refused(
    made: Path, tmp_path: Path, told: Told
) -> None:
    assert told("export", "records", "nowhere", "-o", tmp_path / "a.csv", "--results", tmp_path)[0] == 2
    assert (
        "--fps has no effect on records"
        in told("export", "records", made, "-o", tmp_path / "a.csv", "--fps", "25")[2]
    )
    (tmp_path / "made/records.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="nothing to export"):
        export_records([made], tmp_path / "a.csv")


def test_a_run_is_named_as_everywhere(made: Path, tmp_path: Path, told: Told) -> None:
    code, said, err = told("export", "records", "latest", "-o", tmp_path / "a.csv", "--results", tmp_path)
    assert (code, said) == (
        0,
        f"36 records of 1 run, {len(pd.read_csv(tmp_path / 'a.csv').columns)} columns\n",
    )
    assert err == f"wrote {tmp_path / 'a.csv'}\n"
