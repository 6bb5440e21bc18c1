"""The part of `mgllm import` that writes a skeleton data set folder."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from mgllm.commands.import_report import ImportReport, source_page
from mgllm.datasets.base import ImportedSkeletons, Importer
from mgllm.errors import InputError, one_line
from mgllm.skeleton import Written, check_dataset, write_dataset
from mgllm.skeleton.dataset import FILES
from mgllm.skeleton.selection import Split, select_rule, shared_people


def write_skeletons(format: str, importer: Importer, imported: ImportedSkeletons, out: Path) -> ImportReport:
    """Write the clips while they are read: the three files and `SOURCE.md` are there and whole, or none is.

    Raises:
        InputError: a clip cannot be read, or the folder cannot be written.
    """
    names = ("SOURCE.md", *FILES)
    moved: list[Path] = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".import-", dir=out) as drafts:
            written = _write(Path(drafts), imported, out)
            report = _report(format, importer, imported, written, out)
            page = source_page(importer, report)
            (Path(drafts) / names[0]).write_text(page, encoding="utf-8", newline="\n")
            for name in names:
                moved.append((Path(drafts) / name).rename(out / name))
    except OSError as error:
        for path in moved:
            path.unlink()
        raise InputError(one_line(f"{out} cannot be written: {error.strerror or error}")) from None
    return report


def _write(drafts: Path, imported: ImportedSkeletons, out: Path) -> Written:
    """Write into the drafts' folder; an error names the folder that the user knows."""
    try:
        return write_dataset(drafts, imported.meta, imported.clips, lenient=True)
    except InputError as error:
        raise InputError(str(error).replace(str(drafts), str(out))) from None


def _report(
    format: str, importer: Importer, imported: ImportedSkeletons, written: Written, out: Path
) -> ImportReport:
    dataset = written.dataset
    count = Counter(row.label for row in dataset.clips)
    warnings = [*imported.warnings, *written.left_out, *check_dataset(dataset), *_shared(written)]
    return ImportReport(
        format=format,
        files=tuple(str(out / name) for name in ("SOURCE.md", *FILES)),
        items=len(dataset),
        subjects=len({row.subject for row in dataset.clips}),
        subject_known=imported.subject_known,
        targets={name: count[name] for name in dataset.meta.classes},
        gestures=sum(count[name] for name in dataset.meta.classes),
        labels=len(dataset.meta.classes),
        warnings=tuple(one_line(line) for line in warnings),
        caution=importer.caution,
        frames=sum(row.length for row in dataset.clips),
        splits=tuple(dataset.meta.splits),
    )


def _shared(written: Written) -> list[str]:
    """A line for each split that has the same persons on both sides."""
    dataset = written.dataset
    lines = []
    for name, rule in dataset.meta.splits.items():
        split = Split(name, select_rule(dataset, rule.train), select_rule(dataset, rule.test))
        if people := shared_people(dataset, split):
            lines.append(
                f"the split '{name}' has {len(people)} subjects on both sides: it is not subject-independent"
            )
    return lines
