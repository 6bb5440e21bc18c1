"""`mgllm export records`: the records of runs as one flat table, for other programs to read."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mgllm.analysis import RunRecords, frame
from mgllm.analysis.tables.cells import safe
from mgllm.commands._named_runs import named_runs, refuse_empty
from mgllm.errors import InputError, unknown
from mgllm.experiment.verifying.doubts import warn_of
from mgllm.files.writing import draft_of, naming_unwritten
from mgllm.records import Frozen, Record
from mgllm.store import StoredRun

if TYPE_CHECKING:
    import pandas as pd

RUN = "run"
"""The column that names the run; the others are those of `to_frame()`."""
_KINDS = {"bool": "boolean", "int": "Int64", "float": "Float64"}
"""Column types that allow missing values, by the types of fields; all other columns are text."""
_COUNTS = ("prompt_tokens", "completion_tokens")
_WORDS = (RUN, "label_order")
"""Columns that are not fields of a record; all others that are not are numbers for each label."""


class ExportedRecords(Frozen):
    """What was written."""

    file: str
    """The table."""
    runs: tuple[str, ...]
    """Ids of the runs in it."""
    records: int
    """Its rows."""
    columns: int
    """Its columns."""


def export_records(runs: Sequence[str | Path], out: Path, results: Path = Path("results")) -> ExportedRecords:
    """Write the records of runs as one table, a row each. An existing file is not replaced.

    Args:
        runs: folders, names, beginnings or ends of names, or `latest`.
        out: a .csv or .parquet file.
        results: where names are looked up.

    Raises:
        InputError: a run is not there, is damaged or empty, or the file is of another kind, is
            there already or cannot be written.
    """
    write = _writer(out)
    found = named_runs(runs, results)
    warn_of(found)
    refuse_empty(found, "there is nothing to export")
    table = _typed(_together(found))
    with naming_unwritten(out, "; choose another -o"):
        out.parent.mkdir(parents=True, exist_ok=True)
        with draft_of(out) as draft:
            write(table, draft)
    return ExportedRecords(
        file=str(out),
        runs=tuple(run.manifest.id for run in found),
        records=len(table),
        columns=len(table.columns),
    )


def _together(runs: Sequence[StoredRun]) -> pd.DataFrame:
    """The rows of all runs in one frame; each row begins with the id of its run."""
    import pandas as pd

    frames = []
    for run in runs:
        one = frame(RunRecords(run.manifest, run.records).records).astype(object)
        one.insert(0, RUN, run.manifest.id)
        frames.append(one)
    return pd.concat(frames, ignore_index=True)


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Give every column the type of its field, even if it has no value at all."""
    return table.astype({name: _kind(name) for name in table.columns})


def _kind(column: str) -> str:
    field = Record.model_fields.get(column)
    if field is not None and column not in _WORDS:
        words = str(field.annotation).removeprefix("<class '").removesuffix("'>").split(" | ")[0]
        return _KINDS.get(words, "string")
    return "string" if column in _WORDS else "Int64" if column in _COUNTS else "Float64"


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    """Text is quoted: a line break in it would otherwise end a row."""
    guarded = table.copy()
    for name in (each for each in table.columns if _kind(each) == "string"):
        guarded[name] = table[name].map(safe, na_action="ignore")
    guarded.to_csv(path, index=False, encoding="utf-8", lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)


def _write_parquet(table: pd.DataFrame, path: Path) -> None:
    table.to_parquet(path, index=False, engine="pyarrow")


WRITERS: Mapping[str, Callable[[pd.DataFrame, Path], None]] = {".csv": _write_csv, ".parquet": _write_parquet}
"""By the ending of the file."""


def _writer(out: Path) -> Callable[[pd.DataFrame, Path], None]:
    suffix = out.suffix.casefold()
    if suffix not in WRITERS:
        raise InputError(f"-o {out}: {unknown('ending', suffix, WRITERS)}")
    if out.is_dir():
        raise InputError(f"{out} is a folder; give a file: -o {out / 'records.csv'}")
    if out.exists():
        raise InputError(f"{out} exists already and is not overwritten; choose another -o")
    return WRITERS[suffix]
