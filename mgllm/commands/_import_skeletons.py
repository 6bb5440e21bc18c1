"""Skeletons of an import: a data set, or a skeleton file for each recording."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from mgllm.commands._import_report import SOURCE, Import, ImportReport
from mgllm.datasets.base import ImportedSkeletons
from mgllm.errors import InputError, one_line
from mgllm.files.writing import refuse_existing, write_files, write_folder
from mgllm.items.gesture_files import file_stem
from mgllm.skeleton import Written, check_dataset, write_dataset
from mgllm.skeleton.dataset import FILES as SKELETON_FILES
from mgllm.skeleton.selection import Split, select_rule, shared_people
from mgllm.skeleton.skeleton_file import SUFFIX as SKELETON, as_recording, skeleton_bytes


def write_skeletons(one: Import, imported: ImportedSkeletons) -> ImportReport:
    """Write the clips while they are read: three files and `SOURCE.md`, all completely, or none.

    Raises:
        InputError: a clip cannot be read, or the folder cannot be written.
    """
    with write_folder(one.out, (SOURCE, *SKELETON_FILES)) as drafts:
        report = _skeletons_report(one, imported, _written(one.source, drafts, imported))
        (drafts / SOURCE).write_text(one.page(report), encoding="utf-8", newline="\n")
    return report


def _written(source: Path, drafts: Path, imported: ImportedSkeletons) -> Written:
    """The data set; errors of its writer name the source, which it does not know."""
    try:
        return write_dataset(drafts, imported.meta, imported.clips, lenient=True)
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
