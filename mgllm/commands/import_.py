"""`mgllm import`: a data set, as its authors hand it out, into a folder of our own files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from mgllm.commands.import_report import ImportReport, source_page
from mgllm.commands.import_skeletons import write_skeletons
from mgllm.commands.import_transcripts import write_transcripts
from mgllm.datasets.base import (
    AnnotationImporter,
    ImportChoices,
    ImportedItems,
    ImportedTranscripts,
    Importer,
    datasets,
)
from mgllm.errors import InputError, one_line
from mgllm.files.writing import refuse_existing, write_texts
from mgllm.items.loading import check_characters, item_line
from mgllm.skeleton.dataset import FILES as SKELETON_FILES

__all__ = ["ImportReport", "import_dataset"]

FILES = ("SOURCE.md", "items.jsonl")
NO_CHOICES = ImportChoices()


def import_dataset(format: str, source: Path, out: Path, choices: ImportChoices = NO_CHOICES) -> ImportReport:
    """Read `source` with the importer called `format` and write what it holds, and `SOURCE.md`, into `out`.

    That is `items.jsonl`, or the three files of a skeleton data set, or a `*.mg.json` an item. Nothing is
    written unless all of it was read; existing files are never written over.

    Raises:
        InputError: an unknown format, a source that is not the data set, or files that are there already.
    """
    importer = _made(format, choices)
    refuse_existing(out, (*FILES, *SKELETON_FILES))
    if not source.exists():
        raise InputError(one_line(f"{source} does not exist; give the file or folder to import"))
    imported = importer.read(source)
    if isinstance(imported, ImportedTranscripts):
        return write_transcripts(format, importer, imported, out)
    if not isinstance(imported, ImportedItems):
        return write_skeletons(format, importer, imported, out)
    for item in imported.items:
        check_characters(item, f"{source} item '{item.id}'")
    report = _report(format, importer, imported, out)
    lines = "".join(f"{item_line(item)}\n" for item in imported.items)
    write_texts(out, dict(zip(FILES, (source_page(importer, report), lines), strict=True)))
    return report


def _made(format: str, choices: ImportChoices) -> Importer:
    """The importer; choices that it would not heed are refused."""
    importer = datasets.get(format)()
    if not choices.model_fields_set:
        return importer
    heeds = importer.heeds if isinstance(importer, AnnotationImporter) else frozenset[str]()
    if isinstance(importer, AnnotationImporter) and choices.model_fields_set <= heeds:
        return type(importer)(choices)
    useless = min(choices.model_fields_set - heeds)
    known = ", ".join(f"--{name}" for name in sorted(heeds)) or "no such option"
    raise InputError(f"--{useless} says nothing to the format {format}, which heeds {known}")


def _report(format: str, importer: Importer, imported: ImportedItems, out: Path) -> ImportReport:
    items = imported.items
    labels = [g.label for item in items for t in item.gestures.values() for g in t.gestures]
    return ImportReport(
        format=format,
        files=tuple(str(out / name) for name in FILES),
        items=len(items),
        subjects=len({item.subject for item in items}),
        subject_known=all(item.subject_known for item in items),
        targets=dict(sorted(Counter(item.target for item in items if item.target is not None).items())),
        gestures=len(labels),
        labels=len(set(labels)),
        warnings=imported.warnings,
        caution=importer.caution,
        turns=sum(len(item.speech) for item in items),
    )
