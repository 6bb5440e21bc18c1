"""References as files: the table, and every guess."""

from __future__ import annotations

import json
from collections.abc import Mapping

from mgllm.files.formulas import guarded
from mgllm.files.tables import csv_text
from mgllm.records import Reference
from mgllm.references.making import MadeReferences

NAMES = ("references.json", "references.csv", "predictions.csv")
"""What is written; numbers are shares from 0 to 1, not rounded."""
_PAIRS = ("uar_interval", "auc_interval")


def reference_files(made: MadeReferences) -> Mapping[str, str]:
    """The text of each file by its name."""
    table = made.references
    texts = (
        json.dumps(table.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n",
        csv_text([_header(), *map(_cells, table.rows)]),
        _predictions(made),
    )
    return dict(zip(NAMES, texts, strict=True))


def _header() -> list[str]:
    names = []
    for name in Reference.model_fields:
        names += [f"{name}_low", f"{name}_high"] if name in _PAIRS else [name]
    return names


def _cells(row: Reference) -> list[str]:
    cells: list[object] = []
    for name, value in row:
        cells += (value or (None, None)) if name in _PAIRS else (value,)
    return [guarded("" if cell is None else str(cell)) for cell in cells]


def _predictions(made: MadeReferences) -> str:
    """A line for each item and reference, with a column for the probability of each label."""
    labels = made.references.labels
    header = ["item", "subject", "target", "reference", "answer", *(f"p_{label}" for label in labels)]
    lines = [
        [
            *(guarded(word) for word in (one.item, one.subject, one.target, one.reference, one.answer)),
            *(f"{one.probabilities[label]:.6f}" for label in labels),
        ]
        for one in made.guesses
    ]
    return csv_text([[guarded(name) for name in header], *lines])
