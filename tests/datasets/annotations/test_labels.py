"""`--map labels.csv`: what people's own labels are called in a vocabulary."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.datasets.annotations.csv import Csv
from mgllm.datasets.base import ImportChoices, ImportedTranscripts
from mgllm.errors import InputError

TABLE = "label,start,end\nAF,1,2\naf,3,4\nknocking,5,6\nunclear,7,8\nhead up,9,10\n"


def read(folder: Path, table: str, **choices: object) -> ImportedTranscripts:
    (folder / "labels.csv").write_text(table, encoding="utf-8")
    (folder / "talk.csv").write_text(TABLE)
    given = ImportChoices.model_validate({"map": folder / "labels.csv", **choices})
    return Csv(given).read(folder / "talk.csv")


def labels(imported: ImportedTranscripts) -> list[str]:
    return [one.label for one in imported.transcripts[0].gestures]


def test_labels_are_renamed_left_out_and_counted(tmp_path: Path) -> None:
    imported = read(tmp_path, "From;To\naf;Folding_Arms\nunclear;\nnever;head up\n")
    assert labels(imported) == ["folding arms", "folding arms", "knocking", "head up"]
    assert imported.warnings == (
        "1 labels were renamed by labels.csv: 'af' is 'folding arms' (2)",
        "1 annotations are left out, as labels.csv says: 'unclear' (1)",
        "1 labels of labels.csv are in no annotation: 'never'",
        "1 labels are in no vocabulary and are kept: 'knocking' (1)",
    )


def test_a_label_of_another_vocabulary_is_translated_where_one_is_asked_for(tmp_path: Path) -> None:
    imported = read(tmp_path, "from,to\naf,folding arms\n", vocabulary="ma52")
    assert labels(imported)[0] == "crossing arms"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("af,folding arms\n", "labels.csv:1 has no column 'from'; the first line must be from,to"),
        ("from,to\n", "labels.csv has no rows"),
        (
            "from,to\naf,foldin arms\n",
            "labels.csv:2 to: 'foldin arms' is in no gesture vocabulary. Did you mean 'folding arms'?",
        ),
        (
            "from,to\naf,folding arms\nAF,head up\n",
            "labels.csv:3 from: 'AF' has two meanings; keep one of them",
        ),
        ("from,to\n,folding arms\n", "labels.csv:2 from: must be a label"),
    ],
)
def test_a_table_that_cannot_be_is_one_line(tmp_path: Path, table: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, table)
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_capitals_in_endings_and_suffixes(tmp_path: Path) -> None:
    from mgllm.datasets.annotations.miga import Miga

    (tmp_path / "0001_LABEL.CSV").write_text("17,25,49\n")
    assert [one.item for one in Miga(ImportChoices(fps=25)).read(tmp_path).transcripts] == ["0001"]
    (tmp_path / "TALK.TSV").write_text("label\tstart\tend\nhead up\t1\t2\n")
    (tmp_path / "0001_LABEL.CSV").unlink()
    assert [one.item for one in Csv().read(tmp_path).transcripts] == ["TALK"]
