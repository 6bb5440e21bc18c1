"""Who is in which recording, for data sets that do not say it: a csv file of the user's.

Its header is `recording,subject`, or `Link,Video_id,Sub_id` as in iMiGUE's `Video.csv`. Numbers are
compared as numbers: `1`, `0001` and `Sample0001` are the same recording, `2` and `02` the same
person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from mgllm.errors import InputError, some
from mgllm.files.tables import read_rows
from mgllm.items.folds import same_as
from mgllm.records import Frozen

BESIDE = "subjects.csv"
"""In the data's folder, it is read without being named."""
HEADERS = (("recording", "subject"), ("Video_id", "Sub_id"))
_HINT = "its first line must be recording,subject or Link,Video_id,Sub_id"
_NUMBER = re.compile(r"(?:sample)?0*(\d+)", re.IGNORECASE | re.ASCII)


class Subjects(Frozen):
    """Who is in which recording."""

    path: Path
    """The csv file."""
    people: Mapping[str, str]
    """Person by recording, both without leading zeros."""

    def person(self, recording: str) -> str | None:
        """Who is in a recording, if the file names it."""
        return self.people.get(same_recording(recording))

    def notes(self, recordings: Iterable[str]) -> tuple[str, ...]:
        """A line on recordings that only the file names.

        Raises:
            InputError: a recording of the data is not in the file.
        """
        named = {same_recording(one): one for one in recordings}
        if missing := sorted(one for key, one in named.items() if key not in self.people):
            what = f"does not name {len(missing)} of {len(named)} recordings: {some(missing)}"
            raise InputError(f"{self.path} {what}; add a line for each")
        others = sorted(self.people.keys() - named.keys(), key=lambda key: (len(key), key))
        line = f"{len(others)} recordings of {self.path.name} are not in the data: {some(others)}"
        return (line,) if others else ()


def find_subjects(source: Path, given: Path | None) -> Subjects | None:
    """The file that the user named, else `subjects.csv` in the data's folder, if it is there.

    Raises:
        InputError: it cannot be used.
    """
    beside = source / BESIDE
    if given is None and not beside.is_file():
        return None
    return read_subjects(given or beside)


def read_subjects(path: Path) -> Subjects:
    """Read such a file.

    Raises:
        InputError: another header, an empty cell, or a recording with two people.
    """
    columns = [name for header in HEADERS for name in header]
    header, rows = read_rows(path, (), _HINT, columns)
    found = next((pair for pair in HEADERS if set(pair) <= set(header)), None)
    if found is None:
        raise InputError(f"{path}:1 has the columns {','.join(header)[:80] or 'none'}; {_HINT}")
    people: dict[str, str] = {}
    for row in rows:
        recording, subject = (row.cells[name] for name in found)
        if not recording or not subject:
            raise InputError(f"{row.where} must have a recording and a subject")
        person = same_as(subject)
        other = people.setdefault(same_recording(recording), person)
        if other != person:
            raise InputError(f"{row.where} recording '{recording:.60}' has two subjects: {other}, {person}")
    if not people:
        raise InputError(f"{path} names no recordings")
    return Subjects(path=path, people=people)


def same_recording(name: str) -> str:
    """What different spellings of a recording's number have in common.

    >>> same_recording("0001"), same_recording("Sample0001"), same_recording("talk")
    ('1', '1', 'talk')
    """
    found = _NUMBER.fullmatch(name.strip())
    return found[1] if found else name.strip()
