"""The files of references: complete, plain numbers, no formulas."""

from __future__ import annotations

import csv
import json
from io import StringIO

from mgllm.records import Item, References
from mgllm.references import make_references
from mgllm.references.files import NAMES, reference_files


def test_every_guess_and_every_row_is_written() -> None:
    items = [
        Item(id=f"=i{n}", subject=f"s{n}", target=("-x", "b")[n % 2], covariates={"@sex": "FM"[n % 2]})
        for n in range(12)
    ]
    made = make_references(items)
    texts = reference_files(made)
    assert tuple(texts) == NAMES
    assert References.model_validate(json.loads(texts["references.json"])) == made.references
    guesses = list(csv.DictReader(StringIO(texts["predictions.csv"])))
    assert len(guesses) == len(made.guesses) == 24
    assert guesses[-1]["item"] == "'=i11"
    assert guesses[-1]["reference"] == "'@sex"
    assert float(guesses[-1]["p_-x"]) + float(guesses[-1]["p_b"]) == 1
    assert {row["answer"] for row in guesses if row["reference"] == "constant"} == {""}
    table = list(csv.DictReader(StringIO(texts["references.csv"])))
    assert [row["name"] for row in table] == ["constant", "'@sex"]
    assert [float(row["uar"]) for row in table] == [0.5, 1.0]
    assert (table[0]["uar_interval_low"], table[0]["uar_interval_high"]) == ("", "")
