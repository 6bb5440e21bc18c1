"""A metric is one module: what it says of itself is all that tables, files and pages know of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import numpy as np
import pytest

from mgllm.analysis import RunRecords, gate, narrate, render, summarise
from mgllm.analysis.metric import Floats, MeanMetric, Sample, Scale, known_metrics, metric, metrics, scale_of
from mgllm.commands.report import report
from mgllm.errors import InputError
from mgllm.records import Summary
from mgllm.testing.made_run import MadeRun, write_made_run
from tests.analysis.tables.readers import latex_tables, markdown_titled

MakeRun = Callable[..., RunRecords]


@pytest.fixture
def sureness() -> Iterator[str]:
    """A metric from outside, taken off the shelf again."""

    @metric("sureness")
    class Sureness(MeanMetric):
        """Mean probability of the most probable label."""

        scale, header = Scale("sureness", 100, 1, "points"), "sure %"
        scored, less_is_better, primary = True, True, True

        def of_item(self, sample: Sample) -> Floats:
            """Of each item."""
            return np.asarray(sample.probabilities_NL.max(axis=1))

    yield "sureness"
    metrics._things.pop("sureness")
    known_metrics.cache_clear()


def test_the_order_of_the_table() -> None:
    names = [each.name for each in known_metrics()]
    assert names == [
        *("accuracy", "balanced_accuracy", "macro_f1", "auc", "log_odds", "brier", "calibration_error"),
    ]
    assert [each.name for each in known_metrics() if each.primary] == ["accuracy", "log_odds"]
    assert [each.name for each in known_metrics() if each.less_is_better] == ["brier", "calibration_error"]
    assert known_metrics() is known_metrics()


def test_an_unknown_metric_is_named(made_run: MakeRun) -> None:
    with pytest.raises(InputError, match=r"unknown metric 'acuracy'.*accuracy"):
        scale_of("acuracy")
    summary = summarise([made_run(1)])
    strange = summary.effects[0].model_copy(update={"metric": "goodness"})
    with pytest.raises(InputError, match="unknown metric 'goodness'"):
        render(summary.model_copy(update={"effects": (strange,)}), "md")


def test_a_metric_from_outside_stands_last_in_effects_and_claims(made_run: MakeRun, sureness: str) -> None:
    run = made_run(1, sizes=(2,) * 45)
    assert known_metrics()[-1].name == sureness
    summary = summarise([run])
    main = [e for e in summary.effects if (e.arm, e.baseline) == ("text+mg", "text") and e.primary]
    assert [effect.metric for effect in main] == ["accuracy", "log_odds", sureness]
    assert main[-1].sign_flip_p is not None
    assert main[-1].bca_interval is not None
    assert [claim.metric for claim in summary.claims] == ["accuracy", "log_odds", sureness]
    for arm in summary.arms:
        sure = [max(r.probabilities.values()) for r in run.records if r.arm == arm.arm and r.probabilities]
        wanted = None if arm.arm == "none" else pytest.approx(np.mean(sure))
        assert arm.level(sureness) == wanted
    assert gate(summary, "text+mg<text") is None
    assert narrate(summary)


def test_a_metric_from_outside_is_in_every_format(made_run: MakeRun, sureness: str) -> None:
    summary = summarise([made_run(1)])
    text = render(summary, "md")
    header = next(grid[0] for title, grid in markdown_titled(text) if title.startswith("How good"))
    assert header[-3:-1] == ("sure%", "acc.minusprior")
    assert "Brier score, calibration error and sureness: lower is better" in " ".join(text.split())
    assert any("sure%" in grid[0] for grid in latex_tables(render(summary, "tex")))
    assert "sure %</th>" in render(summary, "html")
    assert "sureness" in render(summary, "md", shape="wide")
    flat = list(csv.DictReader(StringIO(render(summary, "csv"))))
    arm = next(row for row in flat if row["table"] == "arms" and row["arm"] == "text")
    known = next(each for each in summary.arms if each.arm == "text")
    assert float(arm[sureness]) == known.level(sureness)
    long = list(csv.DictReader(StringIO(render(summary, "csv", shape="long"))))
    assert sum(row["metric"] == sureness and row["about"] == "arm" for row in long) == 5


def test_a_summary_with_a_metric_from_outside_can_be_read_again(made_run: MakeRun, sureness: str) -> None:
    summary = summarise([made_run(1)])
    text = render(summary, "json")
    assert list(json.loads(text)["arms"][1]["further"]) == [sureness]
    again = Summary.model_validate_json(text)
    assert again == summary
    assert render(again, "md") == render(summary, "md")


def test_a_metric_from_outside_is_on_the_page(tmp_path: Path, sureness: str) -> None:
    made = MadeRun(items=40, arms=("text", "text+mg", "text+shuffled"))
    page = report([write_made_run(tmp_path / "run", made)], tmp_path / "page.html").path.read_text()
    assert "sureness, points" in page
    assert "sure %" in page


def test_without_metrics_from_outside_a_summary_has_no_further_keys(made_run: MakeRun) -> None:
    summary = summarise([made_run(1)])
    assert not any("further" in arm for arm in json.loads(render(summary, "json"))["arms"])
    assert render(summary, "csv").splitlines()[0].count("further") == 0
