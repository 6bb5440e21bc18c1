"""Models × arms and the claims: what a reader takes away."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mgllm.analysis import RunRecords, lay_out, render, summarise
from mgllm.analysis.tables.columns import Table
from mgllm.analysis.tables.sections import Layout
from mgllm.analysis.wording import estimate, level
from mgllm.records import Summary

MakeRun = Callable[..., RunRecords]


@pytest.fixture(scope="module")
def two(made_run: MakeRun) -> Summary:
    return summarise([made_run(1, missing=0.2), made_run(2, model="fake/two", id="2", missing=0.2)])


def models(summary: Summary) -> tuple[Table, ...]:
    return lay_out(summary, Layout(brief=True)).models


def test_a_row_for_each_model_and_the_claims_arms_first(two: Summary) -> None:
    accuracy, odds = models(two)
    assert accuracy.header == ("model", "text", "text+mg", "text+shuffled", "mg", "text+filler")
    assert odds.header == accuracy.header
    arms = {(arm.row.model, arm.arm): arm for arm in two.arms}
    for table, metric in ((accuracy, "accuracy"), (odds, "log_odds")):
        assert [row[0] for row in table.rows] == ["fake/one", "fake/two"]
        for row in table.rows:
            for name, cell in zip(table.header[1:], row[1:], strict=True):
                arm = arms[row[0], name]
                interval = arm.accuracy_interval if metric == "accuracy" else None
                assert cell == estimate(arm.level(metric), interval, metric)
                assert level(arm.level(metric), metric) in cell


def test_only_what_differs_is_in_a_rows_name(made_run: MakeRun) -> None:
    (alone, _) = models(summarise([made_run(1)]))
    assert (alone.header[0], alone.rows[0][0], alone.names) == ("scenario", "emotion", 1)
    assert alone.remarks[0] == "Asked: fake/one · cloze, direct, logprob · cues: annotated."
    efforts = [made_run(n, id=str(n), reasoning_effort=effort) for n, effort in enumerate(("low", "high"))]
    (table, _) = models(summarise(efforts))
    assert table.header[0] == "manner"
    assert [row[0][-4:] for row in table.rows] == [" low", "high"]
    assert table.remarks[0] == "Asked: emotion · fake/one · cues: annotated."


def test_rows_of_one_name_keep_their_lines(made_run: MakeRun) -> None:
    summary = summarise([made_run(1)])
    twice = summary.model_copy(update={"arms": (*summary.arms, *summary.arms)})
    assert len(models(twice)[0].rows) == 2


def test_answers_that_lack_are_counted_by_arm(two: Summary) -> None:
    remarks = " ".join(models(two)[0].remarks)
    for model in ("fake/one", "fake/two"):
        arms = [arm for arm in two.arms if arm.row.model == model]
        lost = [arm for arm in arms if arm.answered < arm.n]
        told = ", ".join(f"{arm.arm} {arm.n - arm.answered} of {arm.n}" for arm in lost)
        counts = {what: sum(getattr(arm, what) for arm in arms) for what in ("unparsed", "refused", "failed")}
        total = ", ".join(f"{count} {what}" for what, count in counts.items())
        assert f"Without an answer, {model}: {told} ({total})." in remarks


def test_whole_answers_are_said_to_be_whole(made_run: MakeRun) -> None:
    assert "All records are answered." in models(summarise([made_run(1)]))[0].remarks


def test_of_a_stopped_run_only_what_was_asked_counts(made_run: MakeRun) -> None:
    whole = made_run(1)
    kept = whole.records[: len(whole.records) // 3 - 2]
    summary = summarise([RunRecords(whole.manifest, kept)])
    asked = [arm for arm in summary.arms if arm.accuracy is not None]
    least, most = min(arm.n for arm in asked), max(arm.n for arm in asked)
    assert least < most
    remarks = models(summary)[0].remarks
    assert any(remark.startswith(f"{least} to {most} records of ") for remark in remarks)
    assert "All records so far are answered." in remarks
    assert "All records are answered." in models(summarise([whole]))[0].remarks


def test_cautions_of_arms_stand_under_the_short_table(two: Summary) -> None:
    flagged = tuple(
        arm.model_copy(update={"flags": ("leaked: 3 of 24 records (known)",), "constant": "win"})
        if arm.arm == "text+mg" and arm.row.model == "fake/two"
        else arm.model_copy(update={"flags": ()})
        for arm in two.arms
    )
    remarks = models(two.model_copy(update={"arms": flagged}))[0].remarks
    assert "Leaked: 3 of 24 records (known): fake/two · text+mg." in remarks
    assert "Constant answer 'win': fake/two · text+mg." in remarks


def test_a_dash_and_its_reason_stand_where_probabilities_lack(two: Summary) -> None:
    arms = tuple(
        arm.model_copy(update={"log_odds": None, "unscored": {"log_odds": "6 of 24 items have some"}})
        if arm.arm == "text"
        else arm
        for arm in two.arms
    )
    odds = models(two.model_copy(update={"arms": arms}))[1]
    assert odds.remarks == ("No number: 6 of 24 items have some: fake/one · text; fake/two · text.",)


def test_claims_have_verdict_reason_and_holm(two: Summary) -> None:
    none = {"supported": False, "flags": ()}
    changes = [
        none | {"verdict": "supported", "supported": True, "reason": None},
        none | {"verdict": "not_claimed", "reason": "leaked: 3 of 24", "p_holm": None},
        none | {"verdict": "supported_among_answered", "reason": "signs"},
        none | {"verdict": "not_shown", "reason": "no gain", "flags": ("few subjects: 9",)},
    ]
    claims = tuple(c.model_copy(update=change) for c, change in zip(two.claims, changes, strict=True))
    (table,) = lay_out(two.model_copy(update={"claims": claims})).claims
    cells = [dict(zip(table.header, row, strict=True)) for row in table.rows]
    assert [cell["verdict"] for cell in cells] == [
        "supported", "not claimed", "supported among the answered only", "not shown",
    ]  # fmt: skip
    assert [cell["reason"] for cell in cells] == ["", "leaked: 3 of 24", "signs", "no gain"]
    assert cells[1]["Holm p"] == ""
    assert table.strong == (f"fake/one, accuracy: {claims[0].words}.",)
    assert "Few subjects: 9: fake/two, log-odds." in table.remarks


def test_people_without_targets_see_what_was_answered(made_run: MakeRun) -> None:
    run = made_run(2)
    blind = [record.model_copy(update={"target": None, "correct": None}) for record in run.records]
    text = render(summarise([RunRecords(run.manifest, blind)]), "md", brief=True)
    assert "### What was answered" in text


def test_a_claim_without_speech_has_its_filler(two: Summary) -> None:
    claim = two.claims[0].model_copy(update={"arm": "mg", "over_text": None, "over_filler": 0.125})
    (table,) = lay_out(two.model_copy(update={"claims": (claim,)})).claims
    assert "over text" not in table.header
    assert table.rows[0][table.header.index("over filler")] == "+12.5"
