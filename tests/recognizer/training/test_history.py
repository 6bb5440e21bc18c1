"""Means of an epoch against loops; the table."""

from __future__ import annotations

import csv
from io import StringIO
from statistics import fmean

import pytest
import torch

from mgllm.recognizer.network.fusion import FusionReport
from mgllm.recognizer.training.dual_stream import StepLosses
from mgllm.recognizer.training.history import EpochMeans, EpochRow, history_csv
from mgllm.recognizer.training.losses import Contrast


def step(loss: float, share: float = 0.25, apart: float = 1.0) -> StepLosses:
    """A step of four clips against fifty; `apart` 0: all vectors are one."""
    same = Contrast(torch.ones(4), torch.full((4, 50), 1 - apart), torch.zeros(4, 50, dtype=torch.bool))
    return StepLosses(
        loss=torch.tensor(float(loss), requires_grad=True),
        parts={"spatial": torch.tensor(2.0 * loss), "balance": torch.tensor(0.1)},
        compared={"spatial": same},
        fusion=FusionReport(torch.tensor([share, 1 - share]), torch.tensor(0.0)),
        temperature=0.1,
    )


def epoch(*steps: StepLosses, number: int = 0) -> EpochRow:
    means = EpochMeans()
    for place, one in enumerate(steps):
        means.add(one, {"spatial": 1.0 + place, "temporal": 4.0})
    return means.row(number, 0.01, 2.5)


def test_a_row_holds_means_over_steps() -> None:
    losses = (1.0, 2.0, 6.0)
    row = epoch(*(step(loss, share) for loss, share in zip(losses, (0.2, 0.3, 0.7), strict=True)), number=4)
    assert row.epoch == 5
    assert row.loss == pytest.approx(fmean(losses))
    assert row.parts == pytest.approx({"spatial": 6.0, "balance": 0.1})
    assert row.gap == pytest.approx({"spatial": 1.0})
    assert row.share_spatial == pytest.approx(0.4)
    assert (row.gradient_spatial, row.gradient_temporal) == (2.0, 4.0)
    assert (row.learning_rate, row.seconds, row.collapsed) == (0.01, 2.5, "")
    assert row.verdict.startswith("spatial: learning")


def test_a_collapse_is_judged_on_the_mean_and_named() -> None:
    row = epoch(step(1, apart=0), step(1, apart=0))
    assert row.collapsed.startswith("spatial: collapsed: all clips get nearly the same vector")
    assert epoch(step(1, apart=0), step(1, apart=1)).collapsed == ""


def test_where_nothing_is_contrasted_the_verdict_says_so() -> None:
    row = epoch(step(1)._replace(compared={}))
    assert (row.verdict, row.collapsed, row.gap) == ("no pair is compared", "", {})


def test_the_table_has_a_line_an_epoch_and_a_column_a_number() -> None:
    rows = [epoch(step(1)), epoch(step(0.123456789), number=1)]
    table = list(csv.DictReader(StringIO(history_csv(rows))))
    assert list(table[0]) == [
        "epoch",
        "loss",
        "loss_spatial",
        "loss_balance",
        "gap_spatial",
        "share_spatial",
        "gradient_spatial",
        "gradient_temporal",
        "learning_rate",
        "seconds",
    ]
    assert [line["epoch"] for line in table] == ["1", "2"]
    assert table[1]["loss"] == "0.123457"
    assert history_csv([]) == "epoch\n"


def test_a_row_survives_json() -> None:
    row = epoch(step(1))
    assert EpochRow.model_validate(row.model_dump(mode="json")) == row
