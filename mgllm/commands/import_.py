"""`mgllm import`: a data set as its authors publish it, written as a folder of mgllm's files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from mgllm.commands._import_report import ITEMS, SOURCE, Import, ImportReport
from mgllm.commands._import_skeletons import write_skeleton_files, write_skeletons
from mgllm.datasets.base import (
    ChoosingImporter,
    ImportChoices,
    ImportedItems,
    ImportedSkeletons,
    ImportedTranscripts,
    Importer,
    datasets,
)
from mgllm.errors import InputError
from mgllm.files.writing import refuse_existing, write_texts
from mgllm.items.gesture_files import SUFFIX, check_gesture_file, file_stem, gesture_text
from mgllm.items.loading import check_characters, item_line
from mgllm.skeleton.dataset import FILES as SKELETON_FILES

NO_CHOICES = ImportChoices()


def import_dataset(
    format: str,
    source: Path,
    out: Path,
    choices: ImportChoices = NO_CHOICES,
    *,
    skeleton_files: bool = False,
) -> ImportReport:
    """Read `source` with the importer `format`; write its content and `SOURCE.md` into `out`.

    That is `items.jsonl`, or the three files of a skeleton data set, or a `*.mg.json` an item; or,
    with `skeleton_files`, a `*.skeleton.npz` for each clip of a skeleton data set. Nothing is
    written unless all of it was read; existing files are not replaced.

    Raises:
        InputError: an unknown format, a source that is not the data set, or files that are there
            already.
    """
    one = Import(format, _made(format, choices), source, out)
    refuse_existing(out, (SOURCE, ITEMS, *SKELETON_FILES))
    if not source.exists():
        raise InputError(f"{source} does not exist; give a file or folder to import")
    imported = one.importer.read(source)
    if choices.recordings is not None and skeleton_files:
        raise InputError("--recordings and --skeleton-files exclude each other; give one of them")
    if skeleton_files and not isinstance(imported, ImportedSkeletons):
        raise InputError(f"--skeleton-files has no effect on the format {format}; it has no skeletons")
    if skeleton_files and isinstance(imported, ImportedSkeletons):
        return write_skeleton_files(one, imported)
    if isinstance(imported, ImportedTranscripts):
        return _write_transcripts(one, imported)
    if isinstance(imported, ImportedItems):
        return _write_items(one, imported)
    return write_skeletons(one, imported, choices.recordings)


def _made(format: str, choices: ImportChoices) -> Importer:
    """The importer; an option that has no effect on its format is refused."""
    importer: Importer = datasets.get(format)()
    if not choices.model_fields_set:
        return importer
    heeds = importer.heeds if isinstance(importer, ChoosingImporter) else frozenset[str]()
    if isinstance(importer, ChoosingImporter) and choices.model_fields_set <= heeds:
        return datasets.get(format)(choices)
    useless = min(choices.model_fields_set - heeds)
    known = ", ".join(map(_flag, sorted(heeds))) or "no such options"
    raise InputError(f"{_flag(useless)} has no effect on the format {format}; it reads {known}")


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _write_items(one: Import, imported: ImportedItems) -> ImportReport:
    """Write `items.jsonl` and `SOURCE.md`: both completely, or none."""
    items = imported.items
    for item in items:
        check_characters(item, f"{one.source} item '{item.id}'")
    labels = [g.label for item in items for t in item.gestures.values() for g in t.gestures]
    report = one.report(
        [ITEMS],
        items=len(items),
        subjects=len({item.subject for item in items}),
        subject_known=all(item.subject_known for item in items),
        targets=dict(sorted(Counter(item.target for item in items if item.target is not None).items())),
        gestures=len(labels),
        labels=len(set(labels)),
        warnings=imported.warnings,
        turns=sum(len(item.speech) for item in items),
    )
    lines = "".join(f"{item_line(item)}\n" for item in items)
    write_texts(one.out, {SOURCE: one.page(report), ITEMS: lines})
    return report


def _write_transcripts(one: Import, imported: ImportedTranscripts) -> ImportReport:
    """Write each transcript under its item's name, and `SOURCE.md`: all completely, or none.

    Raises:
        InputError: a transcript has what items may not have, or a file already exists.
    """
    files = imported.transcripts
    texts = {
        f"{file_stem(file.item)}{SUFFIX}": gesture_text(check_gesture_file(file, f"item '{file.item}'"))
        for file in files
    }
    refuse_existing(one.out, texts)
    labels = Counter(gesture.label for file in files for gesture in file.gestures)
    report = one.report(
        texts,
        items=len(files),
        subjects=len(files),
        subject_known=False,
        targets={},
        gestures=labels.total(),
        labels=len(labels),
        warnings=imported.warnings,
        vocabulary=", ".join(sorted({file.vocabulary for file in files})),
    )
    write_texts(one.out, {SOURCE: one.page(report), **texts})
    return report
