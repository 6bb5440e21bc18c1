"""Real-life Trial Deception Detection (Pérez-Rosas et al., ICMI 2015): clips of testimony in court.

Layout of the 2016 release: `Annotation/*.csv` with a row for each clip (`id`, 39 columns of 0 and
1, `class`, and in later authors' copies `subject` and `sex`),
`Transcription/{Deceptive,Truthful}/ID.txt`.
"""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.datasets.base import ImportedItems, dataset
from mgllm.errors import InputError, nearest, one_line, some
from mgllm.files.json_files import read_at_most
from mgllm.files.opening import is_file
from mgllm.files.tables import csv_rows, named_cells, refuse_twice
from mgllm.files.text_files import MAX_BYTES
from mgllm.records import Frozen, Gesture, GestureTranscript, Item
from mgllm.records.frozen import NAME_LENGTH

TARGETS = {"deceptive": "Deceptive", "truthful": "Truthful"}
"""Folder of the transcripts by class."""
_VALUES = {"0": False, "1": True}


class ClipRow(Frozen):
    """One row of the annotation."""

    where: str
    """FILE:LINE."""
    id: str
    """Name of the clip without `.mp4`."""
    labels: tuple[str, ...]
    """Displays coded as present, in the order of the columns."""
    target: str
    """deceptive or truthful."""
    subject: str | None = None
    """The person, where the copy says it: s01 …"""
    sex: str | None = None
    """F or M, where the copy says it."""


@dataset("rltd")
class RealLifeTrial:
    """Importer of the Real-life Trial set."""

    title = "Real-life Trial Deception Detection"
    terms = "Research use only; cite the paper; do not redistribute. Items are marked `terms: restricted`."
    citation = (
        "Pérez-Rosas, V., Abouelenien, M., Mihalcea, R., & Burzo, M. (2015). "
        "Deception detection using real-life trial data. ICMI 2015.\n"
        "Subject and sex, where present: Mambreyan, A., Punskaya, E., & Gunes, H. (2022). "
        "Dataset bias in deception detection. ICPR 2022."
    )
    caution = (
        "Its movements are nonverbal displays (MUMIN codes, present or not, without times), "
        "not micro-gestures. Few people are in both classes and sex alone predicts the class: compare "
        "every number with the sex baseline. Nothing here detects lies."
    )

    def read(self, source: Path) -> ImportedItems:
        """Read the folder that holds `Annotation` and `Transcription`.

        Raises:
            InputError: it is not the data set, or not complete; names file and line.
        """
        annotation = _annotation_file(source)
        rows, ignored = _read_rows(annotation)
        speeches, recoded = _read_speeches(source, rows)
        items = tuple(_item(row, speeches[row.id]) for row in rows)
        extra = sorted(set(_transcripts(source)) - {row.id for row in rows})
        warnings = [
            (
                ignored,
                f"{len(ignored)} columns of {annotation.name} are unknown and left out: {some(ignored)}",
            ),
            (
                extra,
                f"{len(extra)} transcripts have no row in {annotation.name} and are left out: {some(extra)}",
            ),
            (recoded, f"{len(recoded)} transcripts are not UTF-8 and were read as cp1252: {some(recoded)}"),
            (
                not any(row.subject for row in rows),
                f"{annotation.name} names no subjects: each clip counts as another person, so "
                f"intervals are too narrow; tables say 'clustered by recording'",
            ),
        ]
        return ImportedItems(items=items, warnings=tuple(one_line(line) for there, line in warnings if there))


def _item(row: ClipRow, speech: str) -> Item:
    displays = GestureTranscript(
        gestures=tuple(Gesture(label=label) for label in row.labels), source="annotated", vocabulary="rltd"
    )
    return Item.model_validate(
        {
            "id": row.id,
            "subject": row.subject or row.id,
            "subject_known": row.subject is not None,
            "speech": speech,
            "gestures": {"annotated": displays},
            "target": row.target,
            "covariates": {"sex": row.sex} if row.sex else {},
            "terms": "restricted",
        }
    )


def _annotation_file(source: Path) -> Path:
    for name in ("Annotation", "Transcription"):
        if not (source / name).is_dir():
            what = f"has no folder '{name}'; give the folder that holds 'Annotation' and 'Transcription'"
            raise InputError(f"{source} {what}")
    found = sorted(p for p in (source / "Annotation").glob("*.csv") if not p.name.startswith("."))
    if len(found) != 1:
        names = f": {', '.join(p.name for p in found)}" if found else ""
        raise InputError(
            f"{source / 'Annotation'} must contain one csv file, but contains {len(found)}{names}"
        )
    return found[0]


def _read_rows(path: Path) -> tuple[list[ClipRow], list[str]]:
    """The rows, and the names of unknown columns."""
    text, _ = _decode(path)
    table = csv_rows(StringIO(text, newline=""), path)
    header = [name.strip() for name in next(table, (1, []))[1]]
    ignored = _check_header(path, header)
    rows = [_row(f"{path}:{line}", header, cells) for line, cells in table if any(cells)]
    seen: dict[str, ClipRow] = {}
    for row in rows:
        if row.id in seen:
            first = seen[row.id].where.rpartition(":")[2]
            raise InputError(f"{row.where} id: '{row.id}' is on line {first} already")
        seen[row.id] = row
    if not rows:
        raise InputError(f"{path} has no clips")
    return rows, ignored


def _codes() -> dict[str, str]:
    """Label by code, in the order of the columns."""
    return {c.code: c.label for c in load_vocabulary("rltd").classes if c.code is not None}


def _check_header(path: Path, header: list[str]) -> list[str]:
    known = ["id", *_codes(), "class"]
    unknown = [name for name in header if name not in {*known, "subject", "sex"}]
    missing = [name for name in known if name not in header]
    if missing:
        near = nearest(missing[0], unknown)
        guess = f"; did you mean '{near}'?" if near else ""
        raise InputError(f"{path}:1: {len(missing)} columns are missing: {some(missing)}{guess}")
    refuse_twice(path, header)
    return unknown


def _row(where: str, header: list[str], cells: list[str]) -> ClipRow:
    row = named_cells(where, header, [cell.strip() for cell in cells])
    for code in _codes():
        if row[code] not in _VALUES:
            raise InputError(f"{where} {code}: must be 0 or 1 (given '{row[code]:.30}')")
    for name, known in (("class", TARGETS), ("sex", {"F": 0, "M": 0, "": 0})):
        if name in row and row[name] not in known:
            names = ", ".join(key for key in known if key)
            raise InputError(f"{where} {name}: must be one of {names} (given '{row[name]:.30}')")
    clip = row["id"].removesuffix(".mp4")
    if not clip or "/" in clip or "\\" in clip:
        raise InputError(f"{where} id: must be the name of a clip (given '{row['id']:.30}')")
    return ClipRow(
        where=where,
        id=clip,
        labels=tuple(label for code, label in _codes().items() if _VALUES[row[code]]),
        target=row["class"],
        subject=_subject(where, row["subject"]) if "subject" in row else None,
        sex=row.get("sex") or None,
    )


def _subject(where: str, number: str) -> str:
    if not number:
        raise InputError(f"{where} subject: is empty; fill it in, or remove the column")
    if len(number) > NAME_LENGTH:
        raise InputError(f"{where} subject: has {len(number)} characters; at most {NAME_LENGTH} are a name")
    return f"s{int(number):02d}" if number.isdecimal() and len(number) < 10 else number


def _transcripts(source: Path) -> dict[str, Path]:
    """Transcript files by clip."""
    found = {
        path.stem: path
        for folder in TARGETS.values()
        for path in sorted((source / "Transcription" / folder).glob("*.txt"))
    }
    return {clip: path for clip, path in found.items() if not clip.startswith(".")}


def _read_speeches(source: Path, rows: list[ClipRow]) -> tuple[dict[str, str], list[str]]:
    """The speech by clip, and the clips whose transcript is not UTF-8."""
    files = {row.id: source / "Transcription" / TARGETS[row.target] / f"{row.id}.txt" for row in rows}
    missing = [clip for clip, path in files.items() if not is_file(path)]
    if missing:
        first = files[missing[0]]
        what = f"{len(missing)} of {len(files)} clips have no transcript: {some(missing)}"
        raise InputError(f"{source} {what}; {first} does not exist")
    decoded = {clip: _decode(path) for clip, path in files.items()}
    for clip, (text, _) in decoded.items():
        if not text.strip():
            raise InputError(f"{files[clip]} is empty; every clip of the release has words")
    speeches = {clip: " ".join(text.split()) for clip, (text, _) in decoded.items()}
    return speeches, [clip for clip, (_, recoded) in decoded.items() if recoded]


def _decode(path: Path) -> tuple[str, bool]:
    """Text of a file, and whether it had to be read as cp1252."""
    raw = read_at_most(path, MAX_BYTES, "a transcript")
    if b"\0" in raw:
        raise InputError(f"{path} contains NUL bytes, so it is not a text file")
    try:
        return raw.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace"), True
