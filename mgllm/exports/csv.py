"""A plain table of gestures: `label,start,end,confidence`, in seconds; `mgllm import csv` reads
it.

If a gesture is known by its group alone, there is a fifth column, `level`: word or group.
"""

from __future__ import annotations

from collections.abc import Sequence

from mgllm.exports.base import ExportChoices, Exported, export
from mgllm.files.formulas import guarded
from mgllm.files.tables import csv_text
from mgllm.records import GestureFile

HEADER = ("label", "start", "end", "confidence")
LEVEL = "level"


@export("csv")
class Csv:
    """Exporter of plain tables."""

    title = "plain tables"
    suffix = ".csv"
    heeds: frozenset[str] = frozenset()

    def __init__(self, choices: ExportChoices) -> None:
        self.choices = choices

    def write(self, transcript: GestureFile) -> Exported:
        """A row for each gesture; an unknown value is an empty cell."""
        marked = any(one.level == "group" for one in transcript.gestures)
        rows: list[Sequence[str]] = [(*HEADER, LEVEL) if marked else HEADER]
        for one in transcript.gestures:
            numbers = ("" if n is None else repr(n) for n in (one.start, one.end, one.confidence))
            rows.append([guarded(one.label), *numbers, *([one.level] if marked else [])])
        return Exported(text=csv_text(rows))
