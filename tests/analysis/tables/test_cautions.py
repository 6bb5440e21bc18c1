"""What must stand under a table before anybody believes it: notes, flags, remarks, in every format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mgllm.analysis import Covariate, Report, RunRecords, lay_out, narrate, render, summarise
from mgllm.analysis.tables.columns import Table
from mgllm.analysis.tables.sections import SHAPES, Layout
from mgllm.records import Record, Summary
from tests.analysis.conftest import make_manifest, make_record

MakeRun = Callable[..., RunRecords]
PEOPLE = ("md", "html", "tex")


def changed(run: RunRecords, change: Callable[[Record], dict[str, Any]]) -> RunRecords:
    return RunRecords(run.manifest, [r.model_copy(update=change(r)) for r in run.records])


def tables(report: Report) -> list[Table]:
    return [*report.claims, *(table for section in report.sections for table in section.tables)]


def remarks(summary: Summary, title: str, **layout: Any) -> list[str]:
    """Remarks under all tables of this title."""
    found = [table for table in tables(lay_out(summary, Layout(**layout))) if table.title.startswith(title)]
    assert found, title
    return [remark for table in found for remark in (*table.remarks, *table.strong)]


def titles(summary: Summary, **layout: Any) -> list[str]:
    return [
        table.title.partition(" (")[0].partition(":")[0]
        for table in tables(lay_out(summary, Layout(**layout)))
    ]


def words(text: str) -> str:
    """A rendered text on one line, its escapes taken off."""
    for mark in ("\\", "<li>", "</li>"):
        text = text.replace(mark, "")
    text = text.replace("`", "'")
    return " ".join(text.split())


@pytest.mark.parametrize("form", [*PEOPLE, "csv", "json"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_run_without_a_record_is_an_empty_report(form: str, shape: str) -> None:
    summary = summarise([RunRecords(make_manifest(), [])])
    assert (summary.arms, summary.effects, summary.claims, summary.flips, summary.bias) == ((),) * 5
    text = render(summary, form, shape=shape)
    assert text.endswith("\n")
    assert "None" not in text
    if form in PEOPLE:
        assert "Not for use on people." in text
        assert "accuracy" not in text
    assert narrate(summary) == ()


@pytest.mark.parametrize("arm", ["text", "text+mg", "mg"])
def test_one_arm_alone_has_levels_and_no_difference(made_run: MakeRun, arm: str) -> None:
    run = made_run(1, sizes=(2,) * 12)
    summary = summarise([RunRecords(run.manifest, [r for r in run.records if r.arm == arm])])
    assert (summary.effects, summary.claims, summary.flips) == ((), (), ())
    assert titles(summary) == ["What was answered", "How good the answers are", "Position bias"]
    assert titles(summary, shape="wide") == ["What was answered", "How good the answers are"]
    (account,) = narrate(summary)
    assert account.sentences == ("1 arm, 24 records about 12 subjects: 24 answered.",)


def test_the_arm_none_alone_is_a_prior_and_no_accuracy(made_run: MakeRun) -> None:
    run = made_run(1, sizes=(2,) * 12)
    summary = summarise([RunRecords(run.manifest, [r for r in run.records if r.arm == "none"])])
    assert titles(summary) == ["What was answered", "Position bias"]
    assert "(the prior), not an accuracy." in remarks(summary, "What was answered")[0]
    assert "over the label orders asked." in remarks(summary, "Position bias")[-1]


def test_without_targets_nothing_is_called_right(made_run: MakeRun) -> None:
    blind = changed(made_run(2, sizes=(2,) * 12), lambda _: {"target": None, "correct": None})
    summary = summarise([blind])
    assert titles(summary) == ["What was answered", "Position bias"]
    for form in PEOPLE:
        assert "accuracy %" not in render(summary, form)
    assert "no known targets" in narrate(summary)[0].sentences[1]


def test_a_stopped_run_tells_what_is_missing(made_run: MakeRun) -> None:
    """The second half of the items was asked in the first arm alone."""
    run = made_run(3, sizes=(2,) * 12)
    torn = [r for r in run.records if r.arm in {"none", "text"} or r.item < "i0012"]
    summary = summarise([RunRecords(run.manifest, torn)])
    effect = summary.effects[0]
    assert (effect.pairs, effect.missing, effect.bounds is not None) == (12, 12, True)
    assert "Primary contrasts if the missing answers were different" in titles(summary)
    told = remarks(summary, "The two primary")
    assert "12 pairs of 6 subjects (6.0 effective; at most 2 pairs of one subject)" in " ".join(told)
    assert "Few subjects: 6.0 effective: all rows." in told
    assert "; 12 pairs without an answer)." in " ".join(narrate(summary)[0].sentences)


@pytest.mark.parametrize("form", PEOPLE)
def test_few_people_are_said_in_every_format(made_run: MakeRun, form: str) -> None:
    few = words(render(summarise([made_run(4, sizes=(2,) * 8)]), form))
    assert "Few subjects: 8.0 effective: all rows." in few
    too_few = words(render(summarise([made_run(4, sizes=(2,) * 4)]), form))
    assert "No interval: 4.0 effective subjects" in too_few
    enough = words(render(summarise([made_run(4, sizes=(2,) * 10)]), form))
    assert "Few subjects" not in enough


@pytest.mark.parametrize("form", PEOPLE)
def test_in_sample_gestures_are_called_a_leak(made_run: MakeRun, form: str) -> None:
    run = made_run(5, sizes=(2,) * 12, cue_source="recognized")
    exposure = {"i0000": "in_sample", "i0001": "unknown"}

    def recognized(record: Record) -> dict[str, Any]:
        told = "mg" in record.arm
        known = exposure.get(record.item, "held_out")
        return {"cue_source": "recognized", "exposure": known} if told else {}

    text = words(render(summarise([changed(run, recognized)]), form))
    leak = "in 1 of 24 records the recogniser was trained on the subject: a LEAK (in-sample cues)."
    doubt = "in 1 of 24 records it is unknown whether the recogniser was trained on the subject."
    for arm in ("mg", "text+mg"):
        assert f"{arm}: {leak}" in text
        assert f"{arm}: {doubt}" in text
    assert f" text: {leak}" not in text
    safe = changed(
        run, lambda r: {"cue_source": "recognized", "exposure": "held_out"} if "mg" in r.arm else {}
    )
    assert "LEAK" not in render(summarise([safe]), form)


@pytest.mark.parametrize("form", PEOPLE)
def test_a_constant_answer_is_named_beneath(made_run: MakeRun, form: str) -> None:
    run = made_run(6, sizes=(2,) * 12, scored=False, score="generate")
    stuck = changed(
        run, lambda r: {"answer": "lose", "correct": r.target == "lose"} if r.arm == "text" else {}
    )
    text = words(render(summarise([stuck]), form)).replace("&#x27;", "'")
    assert "text: constant answer: all 24 answers are 'lose'." in text
    assert "text+mg: constant answer" not in text


def test_margins_are_told_of_every_contrast_of_accuracy(made_run: MakeRun) -> None:
    summary = summarise([made_run(7, sizes=(2,) * 12)])
    text = words(render(summary, "md", margin=0.3))
    told = text.count("within ±30.0 points")
    assert told == len([e for e in summary.effects if e.metric == "accuracy"])
    assert "within ±" not in words(render(summary, "md"))


def test_less_is_better_is_said_where_brier_stands(made_run: MakeRun) -> None:
    scored, plain = (summarise([made_run(8, scored=each)]) for each in (True, False))
    assert remarks(scored, "Exploratory")[-1].startswith("Brier score and calibration error: lower is better")
    assert remarks(scored, "Differences", shape="wide")[-1].startswith("Brier score and calibration error")
    assert not [line for line in remarks(plain, "Exploratory") if "lower is better" in line]


def test_a_brief_report_leaves_out_what_it_says_it_does(made_run: MakeRun) -> None:
    run = made_run(9, sizes=(2,) * 12, missing=0.1)
    by = Covariate("half", {("emotion", r.item): int(r.item[1:]) % 2 for r in run.records})
    summary = summarise([run], by)
    whole, brief = titles(summary), titles(summary, brief=True)
    assert brief == ["Claim", "Slices", "Primary contrasts by slice"]  # slices were asked for
    more = [
        "What was answered",
        "How good the answers are",
        "The two primary contrasts",
        "Checks of the primary contrasts",
    ]
    more += ["Primary contrasts if the missing answers were different"]
    more += ["Exploratory differences", "Items gained and lost"]
    assert set(more) <= set(whole)
    assert {"Position bias", "Replies without an answer", "Slices", "Primary contrasts by slice"} <= set(
        whole
    )
    assert set(brief) < set(whole)
    assert titles(summary, shape="long") == ["Claim", "Every number, one a line"]


def test_each_row_of_the_tables_has_a_heading_of_its_own(made_run: MakeRun) -> None:
    runs = [made_run(1, sizes=(2,) * 6), made_run(2, sizes=(2,) * 6, model="fake/two", id="two")]
    report = lay_out(summarise(runs))
    assert [section.heading for section in report.sections] == [
        "emotion · fake/one · cloze, direct, logprob · cues: annotated",
        "emotion · fake/two · cloze, direct, logprob · cues: annotated",
    ]
    for section in report.sections:
        assert [t.title for t in section.tables].count("What was answered") == 1
    (claims,) = report.claims
    assert claims.remarks[0] == "Holm correction over a family of 4 claims: all rows of this table."
    assert len(claims.rows) == 4
    assert report.notes[-1].startswith("the regression correct ~ arm × model is not fitted: 6 subj")


def test_a_flag_of_some_rows_names_them(made_run: MakeRun) -> None:
    run = made_run(10, sizes=(2,) * 12)
    twins = {r.item: r for r in run.records if r.arm == "text"}
    same = changed(
        run,
        lambda r: (
            {name: getattr(twins[r.item], name) for name in ("answer", "correct", "probabilities", "scores")}
            if r.arm == "text+mg"
            else {}
        ),
    )
    told = remarks(summarise([same]), "The two primary")
    assert "No interval: no discordant pair: text+mg − text (accuracy); text+mg − text (log-odds)." in told
    claims = [line for line in told if line.startswith("Claim, ")]
    assert claims == [
        f"Claim, {metric}: not tested: text+mg − text: no interval: no discordant pair."
        for metric in ("accuracy", "log-odds")
    ]


def test_flips_are_named_on_request_alone() -> None:
    answers = {"text": "lose", "text+mg": "win"}
    records = [
        make_record(
            item=f"i{n}", subject=f"s{n}", arm=arm, answer=answers[arm], target=("win", "lose")[n % 2]
        )
        for n in range(6)
        for arm in answers
    ]
    summary = summarise([RunRecords(make_manifest(), records)])
    assert remarks(summary, "Items gained") == []
    assert remarks(summary, "Items gained", ids=True) == [
        "text+mg − text, gained: i0, i2, i4.",
        "text+mg − text, lost: i1, i3, i5.",
    ]
    (table,) = [table for table in tables(lay_out(summary)) if table.title.startswith("Items gained")]
    assert table.rows == (("text+mg − text", "3", "3"),)
