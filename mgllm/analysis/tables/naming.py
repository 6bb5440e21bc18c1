"""Names of rows in one table: what differs is in columns, what they have in common is said once."""

from __future__ import annotations

from collections.abc import Sequence

from mgllm.records import RowName

HEADERS = ("scenario", "model", "manner", "")
"""Headers for the parts of a row's name; the last part has what few rows have: cues, wording, run
…"""


def parts(row: RowName) -> tuple[str, str, str, str]:
    """Scenario, model, manner of asking, and the rest."""
    start = f"{row.scenario} · {row.model} · {row.manner}"
    return row.scenario, row.model, row.manner, row.words.removeprefix(start).removeprefix(" · ")


def differing(rows: Sequence[RowName]) -> list[int]:
    """The parts that differ between rows; the scenario if none does."""
    found = [parts(row) for row in rows]
    return [n for n in range(len(HEADERS)) if len({each[n] for each in found}) > 1] or [0]


def apart(row: RowName, rows: Sequence[RowName]) -> str:
    """How a row differs from the others of a table, in one line."""
    mine = parts(row)
    return " · ".join(filter(None, (mine[n] for n in differing(rows)))) or row.scenario


def shared(rows: Sequence[RowName]) -> str:
    """What all rows have in common, in one line; an empty word if there is nothing."""
    left = [n for n in range(len(HEADERS)) if n not in differing(rows)]
    return " · ".join(filter(None, (parts(rows[0])[n] for n in left))) if rows else ""
