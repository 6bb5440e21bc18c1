"""What an import wrote: for the user, and for the page that stays beside the files."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version

from mgllm.datasets.base import Importer
from mgllm.records import Frozen


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
    """False where recordings stand for subjects."""
    targets: Mapping[str, int]
    """Items by target, or clips by class."""
    gestures: int
    """Gestures over all items and sources, or clips with a class."""
    labels: int
    """Distinct gesture labels, or classes."""
    warnings: tuple[str, ...]
    """What was left out, guessed or found odd."""
    caution: str
    """What a reader of numbers must know."""
    frames: int | None = None
    """Frames of a skeleton data set; None for items."""
    splits: tuple[str, ...] = ()
    """Named splits of a skeleton data set."""
    turns: int = 0
    """Turns of speech over all items."""
    vocabulary: str | None = None
    """Vocabulary of gesture transcripts, or several; None for anything else."""


def source_page(importer: Importer, report: ImportReport) -> str:
    """`SOURCE.md`: where the files come from, what they hold, and what their terms ask for."""
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
    made = f"made by mgllm {version('mgllm')}, `mgllm import {report.format}`"
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
    return (
        f"This skeleton data set was {made}: {report.items} clips of {report.subjects} {people}, "
        f"{report.frames} frames. {report.gestures} clips are of {report.labels} classes ({targets}). "
        f"Named splits: {', '.join(report.splits) or 'none'}."
    )
