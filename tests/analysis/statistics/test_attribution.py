"""What a table, a file and a sentence say of each gesture."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from mgllm.analysis import narrate, render
from mgllm.analysis.tables.attribution_tables import attribution_table
from mgllm.records import AttributedGesture, Attribution, Effect, RowName, Summary

ROW = RowName(scenario="emotion", model="m", form="chat", reasoning="direct", score="logprob")
NOD = AttributedGesture(name="head | nod", members=("head | nod",), items=12, subjects=6)
POOLED = AttributedGesture(name="*", members=("arms akimbo", "turtle neck"), items=5, subjects=4)


def attribution(gesture: AttributedGesture, way: str, q: float | None, flag: str = "") -> Attribution:
    effect = Effect(
        row=ROW,
        metric="log_odds",
        arm="text+mg" if way == "left_out" else gesture.arms["added"],
        baseline=gesture.arms["left_out"] if way == "left_out" else "text",
        pairs=gesture.items,
        subjects=gesture.subjects,
        effective_subjects=6.0,
        largest_cluster=2,
        difference=0.5,
        interval=None if q is None else (0.1, 0.9),
        p=q,
        q=q,
        flags=(flag,) if flag else (),
    )
    pulls = {"win": -0.7, "lose": 0.7}
    return Attribution(row=ROW, gesture=gesture, way=way, effect=effect, gained=3, lost=1, pulls=pulls)


@pytest.fixture
def summary() -> Summary:
    found = (
        attribution(NOD, "left_out", 0.04, "few subjects: 6.0 effective"),
        attribution(NOD, "added", 0.3, "few subjects: 6.0 effective"),
        attribution(POOLED, "left_out", None, "no interval: 4.0 effective subjects"),
    )
    whole = found[0].effect.model_copy(update={"arm": "text+mg", "baseline": "text"})
    return Summary(runs=("r",), arms=(), effects=(whole,), attribution=found)


def test_a_line_per_gesture_with_both_ways(summary: Summary) -> None:
    text = render(summary, "md")
    (table,) = attribution_table(summary.attribution)
    assert list(table.rows[0]) == [
        *("head | nod", "12", "6", "+0.50 [0.10, 0.90]", ".040", "3 : 1"),
        *("+0.50 [0.10, 0.90]", ".300", "3 : 1", "lose +0.70"),
    ]
    words = " ".join(text.split())
    assert "2 rare gestures together" in words
    assert "The rare gestures together are: arms akimbo, turtle neck." in words
    assert "Few subjects: head | nod (6.0 effective)." in words.replace("\\|", "|")
    assert "No interval: 2 rare gestures together (4.0 effective subjects), left out." in words


@pytest.mark.parametrize("suffix", ["md", "csv", "tex", "html", "json"])
def test_every_format_tells_it(summary: Summary, suffix: str) -> None:
    assert "nod" in render(summary, suffix)


def test_the_csv_has_a_line_per_gesture_and_way(summary: Summary) -> None:
    lines = [row for row in csv.DictReader(StringIO(render(summary, "csv"))) if row["table"] == "attribution"]
    assert [(row["gesture"], row["way"]) for row in lines] == [
        ("head | nod", "left_out"),
        ("head | nod", "added"),
        ("2 rare gestures together", "left_out"),
    ]
    assert (lines[0]["difference"], lines[0]["interval_low"], lines[0]["pull_lose"]) == ("0.5", "0.1", "0.7")


def test_the_long_shape_tells_it(summary: Summary) -> None:
    text = render(summary, "csv", shape="long")
    rows = [row for row in csv.DictReader(StringIO(text)) if row["about"] == "attribution"]
    assert [row["slice"] for row in rows][:2] == ["gesture=head | nod"] * 2


def test_words_name_what_is_told_apart_from_chance(summary: Summary) -> None:
    said = " ".join(narrate(summary)[0].sentences)
    assert (
        "Exploratory: of 2 single gestures, these can be distinguished from chance: head | nod, left "
        "out: +0.50 [0.10, 0.90] nats (towards the truth, q .040)." in said
    )
    calm = summary.model_copy(update={"attribution": summary.attribution[1:]})
    assert "none can be distinguished from chance" in " ".join(narrate(calm)[0].sentences)
