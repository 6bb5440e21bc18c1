"""Who is in which recording: a csv file beside the data, or one name for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from mgllm.datasets.base import ImportChoices
from mgllm.errors import InputError
from mgllm.files.tables import Row, read_rows

PEOPLE = "subjects.csv"
Key = tuple[str, ...]


def read_people(
    source: Path, choices: ImportChoices, columns: Sequence[str], optional: Sequence[str] = ()
) -> Mapping[Key, Row] | None:
    """The rows of the csv file by the recording's columns; None if there is no file.

    Args:
        source: the data; a `subjects.csv` in it is read unless a person or another file is named.
        choices: `--subject` and `--subjects`, not both.
        columns: what names a recording.
        optional: more columns that are read if they are there.

    Raises:
        InputError: the file cannot be read, has no subject somewhere or a recording twice.
    """
    if choices.subject is not None and choices.subjects is not None:
        raise InputError("--subject and --subjects contradict each other; leave one out")
    beside = source / PEOPLE if source.is_dir() else source.with_name(PEOPLE)
    path = choices.subjects or beside
    if choices.subject is not None or (choices.subjects is None and not beside.is_file()):
        return None
    needed = (*columns, "subject")
    people: dict[Key, Row] = {}
    for row in read_rows(path, needed, f"columns are {','.join(needed)}", optional)[1]:
        key = tuple(row.cells[column] for column in columns)
        if not row.cells["subject"] or not key[0]:
            raise InputError(f"{row.where} must have a {columns[0]} and a subject")
        if key in people:
            raise InputError(f"{row.where} '{' '.join(key)}' is named a second time")
        people[key] = row
    return people
