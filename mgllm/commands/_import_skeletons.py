"""Skeletons of an import: a data set, or a skeleton file for each recording."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mgllm.commands._import_report import SOURCE, Import, ImportReport
from mgllm.datasets.base import ImportedSkeletons, WholeRecordings
from mgllm.errors import InputError, one_line
from mgllm.files.writing import refuse_existing, write_files, write_folder
from mgllm.items.gesture_files import file_stem
from mgllm.skeleton import Clip, SkeletonDataset, Written, check_dataset, open_dataset, write_dataset
from mgllm.skeleton.dataset import FILES as SKELETON_FILES
from mgllm.skeleton.selection import Split, select_rule, shared_people
from mgllm.skeleton.skeleton_file import SUFFIX as SKELETON, as_recording, skeleton_bytes
from mgllm.skeleton.writing import growing_dataset


def write_skeletons(one: Import, imported: ImportedSkeletons, recordings: Path | None = None) -> ImportReport:
    """Write the clips while they are read: three files and `SOURCE.md`, all completely, or none.

    Args:
        one: importer, source and target.
        imported: what it has read.
        recordings: a folder for complete recordings as a second data set.

    Raises:
        InputError: a clip cannot be read, or a folder cannot be written.
    """
    if recordings is None:
        with write_folder(one.out, (SOURCE, *SKELETON_FILES)) as drafts:
            report = _skeletons_report(one, imported, _written(one.source, drafts, imported, imported.clips))
            _write_page(drafts, one.page(report))
        return report
    whole = _whole(one, imported, recordings)
    names = (SOURCE, *SKELETON_FILES)
    with write_folder(recordings, names) as others, write_folder(one.out, names) as drafts:
        with _naming(one.source), growing_dataset(others, whole.meta, lenient=True) as growing:
            written = _written(one.source, drafts, imported, whole.clips(growing.add))
        notes = (*growing.left_out, *check_dataset(there := open_dataset(others)))
        lines = tuple(f"{recordings}: {one_line(line)}" for line in notes)
        report = _skeletons_report(one, imported, written)
        files = tuple(str(recordings / name) for name in names)
        report = report.model_copy(
            update={
                "recordings": growing.clips,
                "files": (*report.files, *files),
                "warnings": (*report.warnings, *lines),
            }
        )
        _write_page(drafts, one.page(report))
        _write_page(others, one.page(_of_recordings(report, there)))
    return report


def _of_recordings(report: ImportReport, whole: SkeletonDataset) -> ImportReport:
    """The report as the page of the complete recordings has it."""
    facts = {"items": len(whole), "frames": len(whole.joints), "subjects": len(set(whole.column("subject")))}
    nothing = {"targets": {}, "gestures": 0, "labels": 0, "recordings": 0}
    return report.model_copy(update={**facts, **nothing, "splits": tuple(whole.meta.splits)})


def _whole(one: Import, imported: ImportedSkeletons, recordings: Path) -> WholeRecordings:
    """The recordings of a source that has them.

    Raises:
        InputError: it has none, or the folder cannot be used.
    """
    if imported.whole is None:
        raise InputError(f"--recordings: {one.source} has no complete recordings, only clips; leave it out")
    if recordings.resolve() == one.out.resolve():
        raise InputError(f"--recordings {recordings} must be another folder than -o")
    refuse_existing(recordings, (SOURCE, *SKELETON_FILES))
    return imported.whole


def _write_page(folder: Path, page: str) -> None:
    (folder / SOURCE).write_text(page, encoding="utf-8", newline="\n")


def _written(source: Path, drafts: Path, imported: ImportedSkeletons, clips: Iterable[Clip]) -> Written:
    """The data set."""
    with _naming(source):
        return write_dataset(drafts, imported.meta, clips, lenient=True)


@contextmanager
def _naming(source: Path) -> Iterator[None]:
    """Errors of a writer name the source, which it does not know."""
    try:
        yield
    except InputError as error:
        named = str(source) in str(error)
        raise error if named else InputError(f"{source}: {error}") from None


def write_skeleton_files(one: Import, imported: ImportedSkeletons) -> ImportReport:
    """Write a skeleton file for each clip, and `SOURCE.md`: all completely, or none.

    Raises:
        InputError: a clip cannot be read or has no frame rate, or joints are not those of a
            picture.
    """
    files, rows = {}, []
    for clip in imported.clips:
        recording = as_recording(clip, imported.meta, one.importer.title)
        files[f"{file_stem(clip.id)}{SKELETON}"] = skeleton_bytes(recording)
        rows.append((clip.subject, clip.label, len(recording.joints)))
    refuse_existing(one.out, files)
    labels = Counter(label for _, label, _ in rows if label)
    report = one.report(
        files,
        items=len(rows),
        subjects=len({subject for subject, _, _ in rows}),
        subject_known=imported.subject_known,
        targets=labels,
        gestures=labels.total(),
        labels=len(labels),
        warnings=tuple(one_line(line) for line in (*imported.warnings, *imported.later())),
        frames=sum(frames for _, _, frames in rows),
    )
    write_files(one.out, {**files, SOURCE: one.page(report).encode()})
    return report


def _skeletons_report(one: Import, imported: ImportedSkeletons, written: Written) -> ImportReport:
    dataset = written.dataset
    count = Counter(row.label for row in dataset.clips)
    warnings = [
        *imported.warnings,
        *imported.later(),
        *written.left_out,
        *check_dataset(dataset),
        *_shared(written),
    ]
    return one.report(
        SKELETON_FILES,
        items=len(dataset),
        subjects=len({row.subject for row in dataset.clips}),
        subject_known=imported.subject_known,
        targets={name: count[name] for name in dataset.meta.classes},
        gestures=sum(count[name] for name in dataset.meta.classes),
        labels=len(dataset.meta.classes),
        warnings=tuple(one_line(line) for line in warnings),
        frames=sum(row.length for row in dataset.clips),
        splits=tuple(dataset.meta.splits),
    )


def _shared(written: Written) -> list[str]:
    """A line for each split with the same people on both sides."""
    dataset = written.dataset
    lines = []
    for name, rule in dataset.meta.splits.items():
        split = Split(name, select_rule(dataset, rule.train), select_rule(dataset, rule.test))
        if people := shared_people(dataset, split):
            lines.append(
                f"the split '{name}' has {len(people)} subjects on both sides: it is not subject-independent"
            )
    return lines
