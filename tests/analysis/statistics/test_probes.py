"""Which models know the items from metadata: the test, its level, and where the mark stands."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence

import numpy as np
import pytest

from mgllm.analysis import RunRecords, effects_between, lay_out, render, summarise
from mgllm.analysis.statistics.probes import marks, probe_rows
from mgllm.analysis.tables.sections import SHAPES, Layout
from mgllm.records import PROBES, ArmSummary, Claim, Effect, Record, Summary
from tests.analysis.conftest import make_record, make_run

MARK = "metadata known: without speech and gestures"


def probed(
    run: RunRecords, right: float | Sequence[bool], probe: str = "metadata", seed: int = 0
) -> RunRecords:
    """The run with a probe that is right with this chance, or about these items."""
    rng = np.random.default_rng(seed)
    asked = {record.item: record for record in run.records if record.arm == "text"}
    found: list[Record] = []
    for nth, (item, record) in enumerate(sorted(asked.items())):
        is_right = bool(rng.random() < right) if isinstance(right, float) else right[nth]
        answer = next(label for label in record.label_order if (label == record.target) == is_right)
        more = {"label_order": record.label_order, "target": record.target, "answer": answer}
        found.append(make_record(item=item, subject=record.subject, arm="", probe=probe, **more))
    scenario = run.manifest.scenarios[0].model_copy(update={"probes": (probe,)})
    return RunRecords(run.manifest.model_copy(update={"scenarios": (scenario,)}), [*run.records, *found])


def shares(run: RunRecords, answers: Sequence[str]) -> RunRecords:
    """The run with a metadata probe that gives these answers."""
    asked = sorted({record.item: record.target for record in run.records}.items())
    return probed(run, [answer == target for (_, target), answer in zip(asked, answers, strict=True)])


def test_a_model_that_is_always_right_is_marked() -> None:
    (row,) = probe_rows([probed(make_run(), 1.0)])
    assert (row.balanced_accuracy, row.constant, row.n, row.answered) == (1.0, 0.5, 24, 24)
    assert row.beats
    assert row.p is not None
    assert row.p < 0.05


@pytest.mark.parametrize("label", ["win", "lose"])
def test_a_constant_is_never_marked_however_rare_the_labels_are(label: str) -> None:
    run = make_run(sizes=(3,) * 10, labels=("win", "lose", "draw"))
    (row,) = probe_rows([shares(run, [label] * 30)])
    assert row.balanced_accuracy == pytest.approx(1 / 3)
    assert row.constant == pytest.approx(1 / 3)
    assert not row.beats
    assert row.p is None


def test_a_model_that_is_always_wrong_is_not_marked() -> None:
    (row,) = probe_rows([probed(make_run(), 0.0)])
    assert row.balanced_accuracy == 0
    assert not row.beats


def test_the_number_and_its_p_are_those_of_a_plain_jackknife() -> None:
    run = probed(make_run(sizes=(4,) * 15), 0.7, seed=5)
    (row,) = probe_rows([run])
    found = [record for record in run.records if record.probe]

    def balanced(records: Sequence[Record]) -> float:
        recalls = []
        for label in ("win", "lose"):
            mine = [record.correct for record in records if record.target == label]
            recalls.append(sum(map(bool, mine)) / len(mine))
        return sum(recalls) / 2

    without = [balanced([r for r in found if r.subject != who]) for who in {r.subject for r in found}]
    se = np.sqrt(14 / 15 * ((np.array(without) - np.mean(without)) ** 2).sum())
    from scipy.stats import t

    assert row.balanced_accuracy == pytest.approx(balanced(found))
    assert row.p == pytest.approx(2 * t.sf(abs(balanced(found) - 0.5) / se, 14))
    assert row.interval is not None
    assert row.interval[0] == pytest.approx(balanced(found) - t.ppf(0.975, 14) * se)


def test_a_guessing_model_is_marked_in_about_one_of_forty_runs() -> None:
    """p below .05 on the side of knowing: half of 5 %. 400 runs, bounds of a binomial at 99.9 %."""
    run = make_run(sizes=(4,) * 20)
    found = sum(probe_rows([probed(run, 0.5, seed=seed)])[0].beats for seed in range(400))
    assert 2 <= found <= 22


@pytest.fixture(scope="module")
def known() -> Summary:
    return summarise([probed(make_run(effect=2.0), 0.95, seed=1)])


def test_the_mark_is_at_every_number(known: Summary) -> None:
    rows: list[ArmSummary | Effect | Claim] = [*known.arms, *known.effects, *known.claims]
    assert {arm.arm for arm in known.arms} >= {"none", "text", "text+mg"}
    assert all(any(flag.startswith(MARK) for flag in row.flags) for row in rows)
    assert any(MARK in note for note in known.notes)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("brief", [False, True])
def test_the_mark_is_below_every_table_of_the_model(known: Summary, shape: str, brief: bool) -> None:
    report = lay_out(known, Layout(shape=shape, brief=brief))
    tables = [*report.head, *(table for section in report.sections for table in section.tables)]
    assert len(tables) > 3
    for table in tables:
        assert sum(remark.startswith("Metadata known: without") for remark in table.remarks) == 1, table.title


@pytest.mark.parametrize("form", ["md", "tex", "html", "csv", "json"])
def test_every_format_has_the_mark(known: Summary, form: str) -> None:
    assert "without speech and gestures, from covariates alone" in " ".join(
        render(known, form).replace("\n  ", " ").split()
    )


def test_one_number_a_line_has_the_mark_in_a_column(known: Summary) -> None:
    rows = list(csv.DictReader(render(known, "csv", shape="long").splitlines()))
    assert {row["metadata_known"] for row in rows} == {"True"}
    (probe,) = (row for row in rows if row["about"] == "probe")
    assert (probe["slice"], probe["metric"]) == ("probe=metadata", "balanced_accuracy")
    plain = csv.DictReader(render(summarise([make_run()]), "csv", shape="long").splitlines())
    assert "metadata_known" not in (plain.fieldnames or ())


def test_the_table_for_programs_has_the_probes(known: Summary) -> None:
    rows = list(csv.DictReader(render(known, "csv").splitlines()))
    (probe,) = (row for row in rows if row["table"] == "probes")
    assert (probe["probe"], probe["beats"], probe["constant"]) == ("metadata", "True", "0.5")


def test_another_model_has_no_mark() -> None:
    clean = make_run(seed=3, model="fake/two")
    both = summarise([probed(make_run(), 0.95, seed=1), clean])
    assert all(
        any(flag.startswith(MARK) for flag in arm.flags) == (arm.row.model == "fake/one") for arm in both.arms
    )
    report = lay_out(both, Layout())
    assert all(
        any(remark.startswith("Metadata known") for remark in table.remarks)
        == ("fake/one" in section.heading)
        for section in report.sections
        for table in section.tables
    )
    (models, *_) = report.models
    assert any(remark.startswith("Metadata known") and "fake/one" in remark for remark in models.remarks)


def test_a_difference_between_runs_has_the_mark_of_either(known: Summary) -> None:
    marked, clean = probed(make_run(), 0.95, seed=1), make_run(seed=3, model="fake/two")
    for runs in ([marked], [clean]), ([clean], [marked]):
        effects = effects_between(*runs)
        assert all(any(flag.startswith(MARK) for flag in effect.flags) for effect in effects)


@pytest.mark.parametrize("probe", [probe for probe in PROBES if probe != "metadata"])
def test_only_metadata_can_mark(probe: str) -> None:
    rows = probe_rows([probed(make_run(), 1.0, probe)])
    assert rows[0].beats
    assert marks(rows) == {}


def test_a_run_without_probes_has_the_summary_that_it_had() -> None:
    summary = summarise([make_run()])
    assert "probes" not in json.loads(summary.model_dump_json())
    assert "probe" not in render(summary, "md")


def test_items_without_targets_give_shares_alone() -> None:
    run = probed(make_run(), 0.5)
    bare = RunRecords(
        run.manifest, [r.model_copy(update={"target": None, "correct": None}) for r in run.records]
    )
    (row,) = probe_rows([bare])
    assert row.balanced_accuracy is None
    assert not row.beats
    assert sum(row.answer_shares.values()) == pytest.approx(1)
