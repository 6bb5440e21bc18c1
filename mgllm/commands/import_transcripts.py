"""The part of `mgllm import` that writes gesture transcripts, a `*.mg.json` an item."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from mgllm.commands.import_report import ImportReport, source_page
from mgllm.datasets.base import ImportedTranscripts, Importer
from mgllm.files.writing import refuse_existing, write_texts
from mgllm.items.gesture_files import SUFFIX, check_gesture_file, file_stem, gesture_text


def write_transcripts(
    format: str, importer: Importer, imported: ImportedTranscripts, out: Path
) -> ImportReport:
    """Write each transcript under its item's name, and `SOURCE.md`: all are there and whole, or none is.

    Raises:
        InputError: a transcript holds what items may not hold, or a file is there already.
    """
    files = imported.transcripts
    texts = {
        f"{file_stem(file.item)}{SUFFIX}": gesture_text(check_gesture_file(file, f"item '{file.item}'"))
        for file in files
    }
    refuse_existing(out, texts)
    labels = Counter(gesture.label for file in files for gesture in file.gestures)
    report = ImportReport(
        format=format,
        files=tuple(str(out / name) for name in ("SOURCE.md", *texts)),
        items=len(files),
        subjects=len(files),
        subject_known=False,
        targets={},
        gestures=labels.total(),
        labels=len(labels),
        warnings=imported.warnings,
        caution=importer.caution,
        vocabulary=", ".join(sorted({file.vocabulary for file in files})),
    )
    write_texts(out, {"SOURCE.md": source_page(importer, report), **texts})
    return report
