"""What tables say of probabilities that are missing, and of those that are shares."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO

import pytest

from mgllm.analysis import RunRecords, frame, narrate, render, summarise
from mgllm.analysis.wording import CENSORED
from mgllm.records import AnswerToken, Record, Summary
from tests.analysis.tables.readers import markdown_titled

MakeRun = Callable[..., RunRecords]


def censored(run: RunRecords, arms: tuple[str, ...], share: float = 0.5) -> RunRecords:
    change = {"censored": True, "censored_reason": "not_shown", "probabilities": None, "scores": None}
    few = sorted({r.item for r in run.records})[: int(share * len({r.item for r in run.records}))]
    records = [r.model_copy(update=change) if r.arm in arms and r.item in few else r for r in run.records]
    return RunRecords(run.manifest.model_copy(update={"answer_rules": "2"}), records)


@pytest.fixture(scope="module")
def lacking(made_run: MakeRun) -> Summary:
    """Three of 24 of `text+mg` and most of `mg` are censored."""
    run = censored(censored(made_run(4), ("text+mg",), 3 / 24), ("mg",), 18 / 24)
    return summarise([run])


@pytest.fixture(scope="module")
def sampled(made_run: MakeRun) -> Summary:
    """Eight answers each; a quarter is missing."""
    run = made_run(4, epochs=8, scored=False, missing=0.25, score="sample")
    records = [record.model_copy(update={"score": "sample"}) for record in run.records]
    return summarise([RunRecords(run.manifest, records)])


def words(summary: Summary, form: str = "md") -> str:
    return " ".join(render(summary, form).split())


def cells(text: str, title: str, arm: str) -> dict[str, str]:
    """An arm's line of a markdown table, by header; without spaces."""
    header, *rows = next(grid for name, grid in markdown_titled(text) if name.startswith(title))
    return dict(zip(header, next(row for row in rows if row[0] == arm.replace(" ", "")), strict=True))


def test_a_column_has_the_share_of_each_arm(lacking: Summary) -> None:
    text = render(lacking, "md")
    column = {
        arm: cells(text, "What was answered", arm)["noprobabilities"] for arm in ("text", "mg", "text+mg")
    }
    assert column == {"text": "0", "mg": "18(75%)", "text+mg": "3(12%)"}
    assert (
        "text+mg: 3 of 24 answers without probabilities; a label is not among the tokens shown: 3."
        in words(lacking)
    )


def test_a_dash_stands_where_too_few_are_left_and_the_reason_beneath(lacking: Summary) -> None:
    text = render(lacking, "md")
    how = cells(text, "How good", "mg")
    assert {how[name] for name in ("AUC", "log-odds", "Brier", "acc.minusprior", "acc.pertoken")} == {"–"}
    assert how["accuracy[95%]"] not in ("", "–")
    assert "–" not in cells(text, "How good", "text+mg").values()
    assert "mg: there is no AUC, log-odds, Brier score: 6 of 24 answered items have probabilities." in words(
        lacking
    )


def test_the_missing_data_check_has_both_sides_and_the_difference(lacking: Summary) -> None:
    text = render(lacking, "md")
    # No answer is missing here, yet log-odds miss pairs: the check must not stay away.
    row = cells(text, "Primary contrasts if the missing answers were different", "text+mg − text")
    assert row["noprobabilities%"] == "12.5−0.0=+12.5"
    declined = cells(text, "Replies without an answer (% of the replies)", "text+mg")
    assert declined["noprobabilities[95%]"].startswith("12.5[")


def test_the_account_says_how_many(lacking: Summary) -> None:
    (account,) = narrate(lacking)
    assert "144 answered, 21 of them without probabilities." in account.sentences[0]


def test_every_reason_has_words() -> None:
    from typing import get_args

    from mgllm.records import CensoredReason

    assert set(CENSORED) == set(get_args(CensoredReason))


def test_headers_and_names_say_sampled(sampled: Summary) -> None:
    text = render(sampled, "md")
    assert "## emotion · fake/one · cloze, direct, sampled × 8 · cues: annotated" in text
    how = cells(text, "How good", "text")
    assert {"AUC(sampled)", "log-odds(sampled,K=8)", "Brier(sampled)", "share'serror"} <= set(how)
    assert how["share'serror"].startswith("±")
    assert "ECE%" not in how
    assert "log-odds (sampled)" in text.split("### The two primary contrasts")[1].split("###")[0]
    assert "shares of 8 answers to each item in an arm" in words(sampled)
    few = next(arm for arm in sampled.arms if arm.few_draws)
    assert f"{few.arm}: {few.few_draws} item" in words(sampled)
    assert "none: share of each label among the answers when nothing is shown" in words(sampled)
    assert "log-odds (sampled)" in render(sampled, "md", shape="wide")
    assert "log-odds (sampled)" in render(sampled, "md", shape="long")


def test_an_effort_is_part_of_the_name(made_run: MakeRun) -> None:
    text = render(summarise([made_run(4, reasoning_effort="low")]), "md")
    assert "## emotion · fake/one · cloze, direct, logprob, effort low · cues: annotated" in text


def test_new_columns_of_the_csv_stand_last(lacking: Summary, sampled: Summary, made_run: MakeRun) -> None:
    whole = header(render(summarise([made_run(4)]), "csv"))
    for summary, new in ((lacking, "censored_reasons_not_shown"), (sampled, "draws")):
        found = header(render(summary, "csv"))
        assert found[: len(whole)] == whole
        assert new in found[len(whole) :]
        assert new not in whole


def test_the_long_csv_counts_what_a_number_is_over(lacking: Summary, sampled: Summary) -> None:
    lines = list(csv.DictReader(StringIO(render(lacking, "csv", shape="long"))))
    found = {(line["about"], line["arm"], line["baseline"], line["metric"]): line for line in lines}
    assert found["arm", "text+mg", "", "log_odds"]["n"] == "21"
    assert found["arm", "text+mg", "", "accuracy"]["n"] == "24"
    assert ("arm", "mg", "", "log_odds") not in found
    assert float(found["bias", "mg", "", "censored"]["value"]) == 0.75
    long = header(render(sampled, "csv", shape="long"))
    assert long[-2:] == ["subjects", "draws"]
    assert header(render(lacking, "csv", shape="long")) == long[:-1]


def header(text: str) -> list[str]:
    return text.splitlines()[0].split(",")


def test_a_frame_has_the_new_fields_at_its_end(record: Callable[..., Record]) -> None:
    one = record(
        answer="win", censored=True, censored_reason="unlikely", reasoning_tokens=7, cached_tokens=3,
        served_model="m-2", answer_tokens=(AnswerToken(start=0, token="win"),),
    )  # fmt: skip
    table = frame([one])
    names = list(table.columns)
    at = names.index("censored")
    assert names[at : at + 6] == [
        *("censored", "censored_reason", "reasoning_tokens", "cached_tokens", "served_model", "cell")
    ]
    assert at > names.index("corrected_lose")
    assert "answer_tokens" not in names
    (row,) = table.itertuples()
    told = (
        row.censored,
        row.censored_reason,
        row.reasoning_tokens,
        row.cached_tokens,
        row.served_model,
        row.cell,
    )
    assert told == (True, "unlikely", 7, 3, "m-2", "")
    assert "missing_mass" in names
