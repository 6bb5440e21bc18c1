"""What is possible without a language model, as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mgllm.analysis.tables.columns import Table, TableSpec
from mgllm.analysis.tables.remarks import grouped
from mgllm.analysis.wording import estimate, level
from mgllm.records import Reference, References

UAR_WORDS = "UAR: mean over labels of the share of right guesses. A constant answer has 50.0 with two labels."
AUC_WORDS = "AUC: share of pairs of one fold in the right order."
WEIGHTS_WORDS = "Labels weigh the same in each fit; in sample: accuracy on the items learned from, too high."

REFERENCES = TableSpec[Reference](
    "References: guesses without a language model",
    name="references",
    names=1,
    columns=[
        ("sees", lambda row: row.name),
        ("UAR % [95 %]", lambda row: estimate(row.uar, row.uar_interval, "balanced_accuracy")),
        ("AUC [95 %]", lambda row: estimate(row.auc, row.auc_interval, "auc")),
        ("acc. %", lambda row: level(row.accuracy, "accuracy")),
        ("in sample %", lambda row: level(row.in_sample, "accuracy")),
    ],
)


def reference_table(references: References) -> Table:
    """The table of one item set, with what it is made of below."""
    cautions: dict[str, list[str]] = {}
    for row in references.rows:
        if row.flag is not None:
            cautions.setdefault(row.flag, []).append(row.name)
    remarks = [
        *([f"Scenario {references.scenario}."] if references.scenario else []),
        *_about(references),
        UAR_WORDS,
        AUC_WORDS,
        WEIGHTS_WORDS,
        *grouped(cautions, len(references.rows)),
        *(f"{note[0].upper()}{note[1:]}." for note in references.notes),
    ]
    return REFERENCES.table(references.rows, remarks)


def reference_tables(found: Sequence[References]) -> Iterable[Table]:
    """One for each scenario."""
    return (reference_table(references) for references in found)


def _about(made: References) -> Iterable[str]:
    people = f"{made.subjects} people ({made.effective_subjects:.1f} effective, the largest has "
    yield (
        f"{made.n} items of {people}{made.largest_cluster}); the commonest target has "
        f"{level(made.majority, 'accuracy')} %"
        + (f"; {made.left_out} items left out." if made.left_out else ".")
    )
    if made.split is not None:
        shared = f"{made.shared_subjects} people are on both sides" if made.shared_subjects else (
            "nobody is on both sides"
        )  # fmt: skip
        yield f"Learned from the {made.learned_from} items with '{made.split}' train; {shared}."
    else:
        draws = f"mean of {made.draws} draws" if made.draws > 1 else "one draw"
        yield f"{made.folds} folds by person, {draws}; everything is fitted inside the fold."
    who = "each person" if made.groups == made.subjects else f"each of {made.groups} groups of people"
    yield f"Intervals: {who} left out in turn and the folds fitted again; never wholly below chance."
    if made.cue_source is not None:
        yield f"Gestures: {made.cue_source.replace('_', '-')}."
