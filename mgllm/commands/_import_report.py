"""What an import wrote: the report, and `SOURCE.md`, its page for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mgllm.datasets.base import Importer
from mgllm.experiment.versions import __version__
from mgllm.records import Frozen

SOURCE, ITEMS = "SOURCE.md", "items.jsonl"


class ImportReport(Frozen):
    """What an import wrote."""

    format: str
    """Name of the importer."""
    files: tuple[str, ...]
    """Paths written."""
    items: int
    """Items, clips of a skeleton data set, or gesture transcripts."""
    subjects: int
    """Distinct subjects, or recordings where those are not known."""
    subject_known: bool
    """False if each recording counts as a subject."""
    targets: Mapping[str, int]
    """Items by target, or clips by class."""
    gestures: int
    """Gestures over all items and sources, or clips with a class."""
    labels: int
    """Distinct gesture labels, or classes."""
    warnings: tuple[str, ...]
    """What was left out, guessed, or is unusual."""
    caution: str
    """What everyone who reads the numbers must know."""
    frames: int | None = None
    """Frames of a skeleton data set; None for items."""
    splits: tuple[str, ...] = ()
    """Named splits of a skeleton data set."""
    recordings: int = 0
    """Complete recordings that were written into a folder of their own."""
    turns: int = 0
    """Turns of speech over all items."""
    vocabulary: str | None = None
    """Vocabulary or vocabularies of gesture transcripts; None for anything else."""


class Import(NamedTuple):
    """Importer, source and target of an import."""

    format: str
    importer: Importer
    source: Path
    out: Path

    def report(self, names: Iterable[str], **facts: Any) -> ImportReport:
        """What was written: the files, `SOURCE.md` among them, and what is in them."""
        files = tuple(str(self.out / name) for name in (SOURCE, *names))
        return ImportReport(format=self.format, files=files, caution=self.importer.caution, **facts)

    def page(self, report: ImportReport) -> str:
        """`SOURCE.md`: where the files come from, what is in them, and what their terms demand."""
        importer = self.importer
        lines = [
            f"# {importer.title}",
            _made_of(report),
            f"**Caution.** {importer.caution}",
            f"**Terms.** {importer.terms}",
            "**Cite.**",
            *(f"* {line}" for line in importer.citation.splitlines()),
            *(["**Noted while importing.**"] if report.warnings else []),
            *(f"* {line}" for line in report.warnings),
        ]
        return "\n\n".join(lines) + "\n"


def _made_of(report: ImportReport) -> str:
    targets = ", ".join(f"{n} {target}" for target, n in report.targets.items())
    people = "subjects" if report.subject_known else "recordings (subjects are not known)"
    made = f"made by mgllm {__version__}, `mgllm import {report.format}`"
    if report.vocabulary is not None:
        return (
            f"These gesture transcripts were {made}: {report.items} recordings, {report.gestures} movements "
            f"of {report.labels} kinds, in the words of the vocabulary `{report.vocabulary}`."
        )
    if report.frames is None:
        return (
            f"`items.jsonl` was {made}: {report.items} items ({targets or 'without targets'}), "
            f"{report.subjects} {people}, {report.turns} turns of speech, "
            f"{report.gestures} movements of {report.labels} kinds."
        )
    classes = f"{report.gestures} clips are of {report.labels} classes ({targets})."
    whole = f" {report.recordings} complete recordings are in a data set of their own."
    return (
        f"This skeleton data set was {made}: {report.items} clips of {report.subjects} {people}, "
        f"{report.frames} frames. {classes if report.labels else 'No clip has a class.'} "
        f"Named splits: {', '.join(report.splits) or 'none'}.{whole if report.recordings else ''}"
    )
