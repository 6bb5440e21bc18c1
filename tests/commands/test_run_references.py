"""`mgllm run --with-references`: guesses without a language model stand in the run's own tables."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.analysis import render
from mgllm.commands.verify import verify
from mgllm.errors import InputError
from mgllm.store import read_run


@pytest.fixture
def options(meeting: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """The scenario `meeting` over twelve people whose sex says how it went."""
    gestures = {"annotated": {"gestures": [{"label": "head up", "start": 1, "end": 2}], "duration": 9}}
    lines = [
        {
            **{"id": f"m{n}", "subject": f"s{n}", "speech": f"It was number {n}.", "gestures": gestures},
            **{"target": ("agrees", "objects")[n % 2], "covariates": {"sex": "FM"[n % 2]}},
        }
        for n in range(12)
    ]
    (tmp_path / "many.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return meeting | {"items": tmp_path / "many.jsonl", "arms": "text", "with_references": True}


def test_the_tables_of_a_run_show_them(options: dict[str, Any], shelve: Any) -> None:
    shelve()
    finished = mgllm.run(**options)
    (made,) = finished.summary.references
    assert (made.scenario, made.n, made.cue_source) == ("meeting", 12, "annotated")
    assert {row.name: row.uar for row in made.rows if row.kind in ("constant", "covariate")} == {
        "constant": 0.5,
        "sex": 1.0,
    }
    assert "References: guesses without a language model" in finished.table
    assert "References: guesses without a language model" in (finished.folder / "table.tex").read_text()
    table = render(finished.summary, "csv", tables=["references"])
    assert [row["name"] for row in csv.DictReader(StringIO(table))][:2] == ["constant", "sex"]
    (verified,) = verify([finished.folder])
    assert verified.whole


def test_a_run_without_them_has_no_trace_of_them(options: dict[str, Any], shelve: Any) -> None:
    shelve()
    finished = mgllm.run(**options | {"with_references": False})
    assert "references" not in (finished.folder / "summary.json").read_text()
    assert "references" not in (finished.folder / "manifest.json").read_text()


def test_a_resumed_run_keeps_them(options: dict[str, Any], shelve: Any) -> None:
    shelve()
    first = mgllm.run(**options | {"max_requests": 5})
    before = read_run(first.folder).manifest.scenarios[0].references
    finished = mgllm.run(resume=first.folder, results=options["results"], max_requests=100)
    assert finished.records == 12
    assert before is not None
    assert finished.summary.references == (before,)


def test_items_that_cannot_be_guessed_stop_before_the_first_question(
    options: dict[str, Any], shelve: Any
) -> None:
    backend = shelve()
    with pytest.raises(
        InputError, match="with_references=True, meeting: only one person has one of the targets"
    ):
        mgllm.run(**options | {"limit": 2})
    assert backend.asked == []
