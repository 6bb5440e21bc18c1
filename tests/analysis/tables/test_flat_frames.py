"""Records as a flat table."""

from __future__ import annotations

from collections.abc import Callable
from math import log

import numpy as np
import pytest

from mgllm.analysis import RunRecords, frame
from mgllm.analysis.statistics.runs import CLIP, log_odds
from mgllm.records import LabelScores, Record, Usage

MakeRun = Callable[..., RunRecords]


def test_one_row_per_record_with_flat_columns(random_run: MakeRun) -> None:
    run = random_run(1, missing=0.2)
    table = frame(run.records)
    assert len(table) == len(run.records)
    assert list(table["item"]) == [r.item for r in run.records]
    for kind in ("p", "logprob", "mean_logprob", "corrected"):
        assert {f"{kind}_win", f"{kind}_lose"} <= set(table.columns)
    answered = table[table.outcome == "answered"]
    assert np.allclose(answered.p_win + answered.p_lose, 1)
    assert table[table.outcome != "answered"].p_win.isna().all()
    rows = zip(table.itertuples(), run.records, strict=True)
    assert all(row.arm == r.arm and row.label_order == "win|lose" for row, r in rows)
    accuracy = table[table.arm == "mg"].correct.mean()
    assert accuracy == pytest.approx(
        np.mean([r.correct for r in run.records if r.arm == "mg" and r.correct is not None])
    )


def test_corrected_takes_off_the_prior_of_the_same_order_and_epoch(record: Callable[..., Record]) -> None:
    order = {"label_order": ("lose", "win")}
    told = {"win": -1.0, "lose": -2.0}
    records = [
        record(arm="none", logits={"win": -3.0, "lose": -0.5}),
        record(arm="none", logits={"win": -0.25, "lose": -3.0}, **order),
        record(arm="none", logits={"win": -9.0, "lose": -9.0}, epoch=1),
        record(logits=told),
        record(logits=told, item="i1", **order),
        record(logits=told, epoch=2),
    ]
    table = frame(records)
    assert list(table.corrected_win[3:5]) == [2.0, -0.75]
    assert list(table.corrected_lose[3:5]) == [-1.5, 1.0]
    assert np.isnan(table.corrected_win[5])


def test_usage_and_missing_mass_are_columns(record: Callable[..., Record]) -> None:
    scores = LabelScores(
        total={"win": -1.0, "lose": -2.0}, mean={"win": -1.0, "lose": -1.0}, missing_mass=0.25
    )
    one = record(answer="win", scores=scores, usage=Usage(prompt_tokens=7, completion_tokens=2))
    table = frame([one, record(item="i1", answer="win")])
    assert table.prompt_tokens[0] == 7
    assert table.missing_mass[0] == 0.25
    assert table.prompt_tokens.isna()[1]
    assert len(frame([])) == 0


def test_log_odds_keep_their_size_where_probabilities_saturate(record: Callable[..., Record]) -> None:
    sure = record(logits={"win": 0.0, "lose": -100.0})
    assert sure.probabilities is not None
    assert sure.probabilities["win"] == 1.0
    assert log_odds(sure) == pytest.approx(100.0)
    assert log_odds(sure.model_copy(update={"target": "lose"})) == pytest.approx(-100.0)


def test_log_odds_of_probabilities_alone_are_clipped(record: Callable[..., Record]) -> None:
    plain = record(answer="win", probabilities={"win": 0.8, "lose": 0.2})
    assert log_odds(plain) == pytest.approx(log(4))
    sure = record(answer="win", probabilities={"win": 1.0, "lose": 0.0})
    assert log_odds(sure) == pytest.approx(-log(CLIP), rel=1e-6)
    assert log_odds(record(answer="win")) is None
    assert log_odds(plain.model_copy(update={"target": None})) is None


def test_log_odds_over_many_labels_sum_the_others(record: Callable[..., Record]) -> None:
    logits = {"a": log(0.5), "b": log(0.3), "c": log(0.2)}
    one = record(logits=logits, target="b", label_order=("a", "b", "c"))
    assert log_odds(one) == pytest.approx(log(0.3 / 0.7))
