"""The table of references says what it is made of."""

from __future__ import annotations

from typing import Any

from mgllm.analysis.tables.markdown import table_text
from mgllm.analysis.tables.reference_tables import reference_table
from mgllm.records import Reference, References

SEX = Reference(
    kind="covariate",
    name="sex",
    uar=0.677,
    uar_interval=(0.53, 0.82),
    auc=0.643,
    accuracy=0.678,
    in_sample=0.678,
    flag="few subjects: 7.8 effective",
)
CONSTANT = Reference(kind="constant", name="constant", uar=0.5, accuracy=0.5, in_sample=0.5)


def made(**changes: Any) -> References:
    facts: dict[str, Any] = {
        **{"n": 121, "labels": ("a", "b"), "majority": 0.504, "subjects": 56, "effective_subjects": 16.8},
        **{"largest_cluster": 21, "draws": 10, "folds": 5, "groups": 56, "rows": (CONSTANT, SEX)},
    }
    return References(**facts | changes)


def test_rows_are_numbers_with_their_intervals() -> None:
    table = reference_table(made())
    assert table.header == ("sees", "UAR % [95 %]", "AUC [95 %]", "acc. %", "in sample %")
    assert table.rows == (
        ("constant", "50.0", "", "50.0", "50.0"),
        ("sex", "67.7 [53.0, 82.0]", "0.643", "67.8", "67.8"),
    )
    assert "Few subjects: 7.8 effective: sex." in table.remarks
    assert "5 folds by person, mean of 10 draws; everything is fitted inside the fold." in table.remarks
    assert max(map(len, table_text(table).splitlines())) <= 80


def test_a_column_groups_and_a_scenario_are_named() -> None:
    table = reference_table(
        made(
            scenario="emotion",
            split="part",
            learned_from=20,
            shared_subjects=3,
            folds=1,
            draws=1,
            groups=40,
            left_out=4,
            cue_source="out_of_fold",
            notes=("no item has any",),
        )
    )
    words = " ".join(table.remarks)
    assert table.remarks[0] == "Scenario emotion."
    assert "Learned from the 20 items with 'part' train; 3 people are on both sides." in words
    assert "each of 40 groups of people" in words
    assert "4 items left out." in words
    assert "Gestures: out-of-fold." in words
    assert "No item has any." in words
    assert "folds by person" not in words
