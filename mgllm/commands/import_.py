"""`mgllm import`: a data set as its authors publish it, written as a folder of mgllm's files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mgllm.datasets.base import (
    ChoosingImporter,
    ImportChoices,
    ImportedItems,
    ImportedSkeletons,
    ImportedTranscripts,
    Importer,
    datasets,
)
from mgllm.errors import InputError, one_line
from mgllm.experiment.versions import __version__
from mgllm.files.writing import refuse_existing, write_files, write_folder, write_texts
from mgllm.items.gesture_files import SUFFIX, check_gesture_file, file_stem, gesture_text
from mgllm.items.loading import check_characters, item_line
from mgllm.records import Frozen
from mgllm.skeleton import Written, check_dataset, write_dataset
from mgllm.skeleton.dataset import FILES as SKELETON_FILES
from mgllm.skeleton.selection import Split, select_rule, shared_people
from mgllm.skeleton.skeleton_file import SUFFIX as SKELETON, as_recording, skeleton_bytes
from mgllm.skeleton.writing import NoClips

SOURCE, ITEMS = "SOURCE.md", "items.jsonl"
NO_CHOICES = ImportChoices()


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
    turns: int = 0
    """Turns of speech over all items."""
    vocabulary: str | None = None
    """Vocabulary or vocabularies of gesture transcripts; None for anything else."""


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
    one = _Import(format, _made(format, choices), source, out)
    refuse_existing(out, (SOURCE, ITEMS, *SKELETON_FILES))
    if not source.exists():
        raise InputError(f"{source} does not exist; give a file or folder to import")
    imported = one.importer.read(source)
    if skeleton_files and not isinstance(imported, ImportedSkeletons):
        raise InputError(f"--skeleton-files has no effect on the format {format}; it has no skeletons")
    if skeleton_files and isinstance(imported, ImportedSkeletons):
        return _write_skeleton_files(one, imported)
    if isinstance(imported, ImportedTranscripts):
        return _write_transcripts(one, imported)
    if isinstance(imported, ImportedItems):
        return _write_items(one, imported)
    return _write_skeletons(one, imported)


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


class _Import(NamedTuple):
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
    return (
        f"This skeleton data set was {made}: {report.items} clips of {report.subjects} {people}, "
        f"{report.frames} frames. {report.gestures} clips are of {report.labels} classes ({targets}). "
        f"Named splits: {', '.join(report.splits) or 'none'}."
    )


def _write_items(one: _Import, imported: ImportedItems) -> ImportReport:
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


def _write_transcripts(one: _Import, imported: ImportedTranscripts) -> ImportReport:
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


def _write_skeletons(one: _Import, imported: ImportedSkeletons) -> ImportReport:
    """Write the clips while they are read: three files and `SOURCE.md`, all completely, or none.

    Raises:
        InputError: a clip cannot be read, or the folder cannot be written.
    """
    with write_folder(one.out, (SOURCE, *SKELETON_FILES)) as drafts:
        try:
            written = write_dataset(drafts, imported.meta, imported.clips, lenient=True)
        except NoClips as error:
            raise InputError(f"{one.source}: {error}") from None
        report = _skeletons_report(one, imported, written)
        (drafts / SOURCE).write_text(one.page(report), encoding="utf-8", newline="\n")
    return report


def _write_skeleton_files(one: _Import, imported: ImportedSkeletons) -> ImportReport:
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


def _skeletons_report(one: _Import, imported: ImportedSkeletons, written: Written) -> ImportReport:
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
