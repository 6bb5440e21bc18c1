"""`mgllm import`: a data set, as its authors hand it out, into a folder of our own files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from mgllm.datasets.base import ImportedItems, Importer, datasets
from mgllm.errors import InputError, one_line
from mgllm.flows.import_report import ImportReport, source_page
from mgllm.flows.import_skeletons import write_skeletons
from mgllm.items import check_characters, item_line
from mgllm.skeleton.dataset import FILES as SKELETON_FILES

__all__ = ["ImportReport", "import_dataset"]

FILES = ("SOURCE.md", "items.jsonl")


def import_dataset(format: str, source: Path, out: Path) -> ImportReport:
    """Read `source` with the importer called `format` and write what it holds, and `SOURCE.md`, into `out`.

    That is `items.jsonl`, or the three files of a skeleton data set. Nothing is written unless all of it was
    read; existing files are never written over.

    Raises:
        InputError: an unknown format, a source that is not the data set, or files that are there already.
    """
    importer = datasets.get(format)()
    _refuse_existing(out)
    if not source.exists():
        raise InputError(one_line(f"{source} does not exist; give the folder that the authors hand out"))
    imported = importer.read(source)
    if not isinstance(imported, ImportedItems):
        return write_skeletons(format, importer, imported, out)
    for item in imported.items:
        check_characters(item, f"{source} item '{item.id}'")
    report = _report(format, importer, imported, out)
    lines = "".join(f"{item_line(item)}\n" for item in imported.items)
    _write(out, dict(zip(FILES, (source_page(importer, report), lines), strict=True)))
    return report


def _refuse_existing(out: Path) -> None:
    for path in (out / name for name in (*FILES, *SKELETON_FILES)):
        if path.exists():
            raise InputError(
                one_line(f"{path} is there already and is not written over; choose another -o DIR")
            )
    if out.exists() and not out.is_dir():
        raise InputError(one_line(f"{out} is a file; -o names a folder"))


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
    )


def _write(out: Path, texts: Mapping[str, str]) -> None:
    """Write into a hidden folder inside `out`, then move: all files are there and whole, or none is."""
    moved: list[Path] = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".import-", dir=out) as drafts:
            for name, text in texts.items():
                (Path(drafts) / name).write_text(text, encoding="utf-8", newline="\n")
            for name in texts:
                moved.append((Path(drafts) / name).rename(out / name))
    except OSError as error:
        for path in moved:
            path.unlink()
        raise InputError(one_line(f"{out} cannot be written: {error.strerror or error}")) from None
