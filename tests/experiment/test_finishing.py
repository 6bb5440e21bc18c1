"""What a run that went wrong says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.experiment.finishing import Finished, advise, finish
from mgllm.records import Outcome, Record, Summary
from mgllm.store import RunWriter, read_run
from mgllm.testing.made_run import MadeRun, write_made_run

ONE = read_run(Path(__file__).parents[1] / "golden" / "run_1f59c6d").records[0]


def made(outcome: Outcome, **more: object) -> Record:
    return ONE.model_copy(update={"outcome": outcome, "answer": None, "text": "words", **more})


CUT = {"finish_reason": "length", "error": "the reply was cut at --max-tokens; raise it"}


@pytest.mark.parametrize(
    ("records", "says"),
    [
        ([made("unparsed", **CUT)] * 4, "nothing was answered: 4 unparsed; most often: the reply was cut at"),
        ([made("unparsed", **CUT)] * 4, "Give a larger --max-tokens"),
        ([made("unparsed", **CUT, reasoning_tokens=250)] * 4, "--reasoning-effort none"),
        ([made("unparsed", **{**CUT, "text": ""})] * 4, "--reasoning-effort none"),
        ([made("unparsed", **CUT)] * 3 + [made("answered")] * 2, "3 of 5 replies were cut"),
        ([made("unparsed", error="a\nb\x1b[2J")] * 2, r"most often: a\nb\x1b[2J"),
        ([made("refused")] * 3, "nothing was answered: 3 refused. The model declines the question"),
        ([made("failed", error="no answer within 5 s")] * 2, "most often: no answer within 5 s. Fix that"),
        (
            [made("unparsed", error="no label")] * 2 + [made("refused")],
            "2 unparsed, 1 refused; most often: no label. Look at the replies",
        ),
    ],
)
def test_what_to_do_is_said_in_one_line(records: list[Record], says: str) -> None:
    line = advise(records)
    assert line is not None
    assert says in line
    assert "\n" not in line


@pytest.mark.parametrize(
    "records",
    [
        [],
        [made("answered")] * 3,
        [made("answered")] * 2 + [made("unparsed", **CUT)] * 2,
        [made("answered"), made("refused"), made("unparsed"), made("failed")],
        [made("answered", finish_reason="length")] * 3,
    ],
)
def test_where_most_went_well_nothing_is_said(records: list[Record]) -> None:
    assert advise(records) is None


@pytest.mark.parametrize(
    ("answered", "failed", "records", "code"), [(3, 0, 3, 0), (0, 0, 3, 1), (2, 1, 3, 1), (2, 0, 2, 1)]
)
def test_the_exit_code_tells_a_run_without_answers(
    answered: int, failed: int, records: int, code: int
) -> None:
    summary = Summary(runs=(), arms=(), effects=())
    done = Finished(Path("r"), summary, "", planned=3, records=records, failed=failed, answered=answered)
    assert done.exit_code == code


def test_the_models_that_answered_stand_in_the_manifest(tmp_path: Path) -> None:
    made = MadeRun(items=3, arms=("text", "mg"), sampled=5, served_models=("a", "a", "b"), model="openai/a")
    write_made_run(tmp_path / "run", made)
    with RunWriter(tmp_path / "run") as writer:
        finished = finish(tmp_path / "run", writer, 30, None)
    assert dict(read_run(tmp_path / "run").manifest.served_models) == {"a": 24, "b": 6}
    assert "answered by a (24 records), b (6)" in " ".join(finished.table.split())
