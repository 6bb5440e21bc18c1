"""`mgllm items references`: a table, files beside it, and what cannot be guessed in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mgllm.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`mgllm items …` in a folder with 20 balanced items, of which `sex` knows the target."""
    lines = [
        {
            "id": f"i{n}",
            "subject": f"s{n}",
            "target": ("lose", "win")[n % 2],
            "covariates": {"sex": "FM"[n % 2], "always": 1, "part": ("train", "test")[n // 10]},
        }
        for n in range(20)
    ]
    (tmp_path / "items.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    monkeypatch.chdir(tmp_path)

    def go(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            main(["items", *words])
        said = capsys.readouterr()
        assert isinstance(caught.value.code, int)
        return caught.value.code, said.out, said.err

    return go


def test_a_table_is_printed_and_nothing_is_written(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("references", "items.jsonl")
    assert code == 0
    cells = [[cell.strip() for cell in line.split("|")] for line in out.splitlines()]
    assert ["", "always", "50.0", "0.500", "50.0", "50.0", ""] in cells
    assert any(row[1:3] == ["sex", "100.0"] for row in cells)
    assert "- 20 items of 20 people" in out
    assert [path.name for path in tmp_path.iterdir()] == ["items.jsonl"]


def test_files_are_written_once(run: Run, tmp_path: Path) -> None:
    code, _, err = run("references", "items.jsonl", "--covariate", "sex", "-o", "out")
    assert code == 0
    assert "wrote out/predictions.csv" in err
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        *("predictions.csv", "references.csv", "references.json")
    ]
    assert len((tmp_path / "out" / "predictions.csv").read_text().splitlines()) == 1 + 2 * 20
    code, _, err = run("references", "items.jsonl", "-o", "out")
    assert code == 2
    assert "out/references.json exists already" in err


def test_a_column_divides_the_items(run: Run) -> None:
    code, out, _ = run("references", "items.jsonl", "--split", "part", "--json")
    made = json.loads(out)["references"]
    assert code == 0
    assert (made["n"], made["learned_from"], made["shared_subjects"]) == (10, 10, 0)
    assert [row["name"] for row in made["rows"]] == ["constant", "sex", "always", "all covariates"]


def test_a_seed_decides_the_folds(run: Run) -> None:
    first, again, other = (
        json.loads(run("references", "items.jsonl", "--seed", s, "--json")[1]) for s in "112"
    )
    assert first == again
    assert first["references"]["seed"] != other["references"]["seed"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("items.jsonl", "--covariate", "sxe"), "--covariate: unknown covariate 'sxe'. Did you mean 'sex'?"),
        (("items.jsonl", "--split", "sex"), "--split sex: no item has the value 'train' there"),
        (("items.jsonl", "--cue-source", "annotated"), "20 of 20 items have no annotated gestures"),
        (("items.jsonl", "--cue-source", "mine"), "--cue-source"),
        (("items.jsonl", "--seed", "x"), "--seed"),
        (("item.jsonl",), "item.jsonl does not exist"),
        (("items.jsonl", "--gestures", "none"), "none"),
    ],
)
def test_wrong_input_is_one_line(run: Run, words: tuple[str, ...], line: str) -> None:
    code, out, err = run("references", *words)
    assert (code, out) == (2, "")
    assert line in err
    assert len(err.strip().splitlines()) == 1


def test_the_old_name_says_so_and_gives_the_new_numbers(run: Run) -> None:
    code, out, err = run("baseline", "items.jsonl", "--json")
    assert code == 0
    assert "items baseline is now items references" in err
    assert [row["name"] for row in json.loads(out)["references"]["rows"]] == ["constant", "sex"]
    code, _, err = run("baseline", "items.jsonl", "--covariate", "sxe")
    assert code == 2
    assert "Did you mean 'sex'?" in err
