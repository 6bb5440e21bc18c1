"""iMiGUE-Speech (Kang, Chen & Kakouros, 2026; arXiv 2602.21464): the speech of iMiGUE's
conferences.

Layout: `labels.csv` (`video_id,subject_gender,subject_nationality,win_or_lose`) and a folder NNNN
for each video with `NNNN.raw.txt` (Whisper, punctuated); its other files are not read. Who speaks
when is in separate segments whose names are not documented, so the whole conference is one turn.
"""

from __future__ import annotations

from pathlib import Path

from mgllm.datasets.base import ImportedItems, dataset
from mgllm.errors import InputError, one_line, some
from mgllm.files.tables import csv_rows, named_cells
from mgllm.files.text_files import read_text
from mgllm.records import Frozen, Item
from mgllm.speech.base import SpeechChoices
from mgllm.speech.reading import read_turns

COLUMNS = ("video_id", "subject_gender", "subject_nationality", "win_or_lose")
TARGETS = ("win", "lose")


class VideoRow(Frozen):
    """One row of the labels."""

    where: str
    """FILE:LINE."""
    video: str
    """NNNN, as the folder is called."""
    sex: str | None
    """As the file writes it."""
    nationality: str | None
    """As the file writes it."""
    target: str
    """win or lose."""


MOST_DIGITS = 20
"""Of a video's number: it is also a folder's name."""


@dataset("imigue-speech")
class ImigueSpeech:
    """Importer of iMiGUE-Speech."""

    title = "iMiGUE-Speech"
    terms = "On a signed licence from its authors; do not redistribute. Items are marked `terms: restricted`."
    citation = (
        "Kang, F., Chen, H., & Kakouros, S. (2026). iMiGUE-Speech: A spontaneous speech dataset for "
        "affective analysis. arXiv:2602.21464.\n"
        "Liu, X., Shi, H., Chen, H., Yu, Z., Li, X., & Zhao, G. (2021). iMiGUE: An identity-free "
        "video dataset for micro-gesture understanding and emotion analysis. CVPR 2021."
    )
    caution = (
        "The target is the match result, which is not the same as a feeling. The speech may say who won, "
        "names and scores. Sex and nationality may be shortcuts: compare every number with those of "
        "`mgllm items references`. People are not named: items are clustered by recording."
    )

    def read(self, source: Path) -> ImportedItems:
        """Read the folder that holds `labels.csv` and the videos' folders.

        Raises:
            InputError: it is not the data set, or not complete; names file and line.
        """
        rows = _read_rows(source / "labels.csv")
        paths = {row.video: source / row.video / f"{row.video}.raw.txt" for row in rows}
        missing = [video for video, path in paths.items() if not path.is_file()]
        if missing:
            what = f"{len(missing)} of {len(rows)} videos have no NNNN.raw.txt: {some(missing)}"
            raise InputError(f"{source} {what}; {paths[missing[0]]} does not exist")
        items = tuple(_item(row, paths[row.video]) for row in rows)
        silent = [item.id for item in items if not item.speech]
        listed = set(paths)
        extra = [p.name for p in sorted(source.iterdir()) if p.is_dir() and p.name not in listed]
        notes = [
            (silent, f"{len(silent)} videos have no words: {some(silent)}"),
            (extra, f"{len(extra)} folders have no row in labels.csv and are left out: {some(extra)}"),
        ]
        return ImportedItems(items=items, warnings=tuple(one_line(line) for there, line in notes if there))


def _item(row: VideoRow, path: Path) -> Item:
    facts = {"sex": row.sex, "nationality": row.nationality}
    return Item(
        id=row.video,
        subject=row.video,
        subject_known=False,
        speech=read_turns(path, "txt", SpeechChoices(speakers="none")),
        target=row.target,
        covariates={name: value for name, value in facts.items() if value},
        terms="restricted",
    )


def _read_rows(path: Path) -> list[VideoRow]:
    table = csv_rows(read_text(path).split("\n"), path)
    seen: dict[str, VideoRow] = {}
    header = [name.strip() for name in next(table, (1, []))[1]]
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise InputError(f"{path}:1 has no column '{missing[0]}'; needed: {', '.join(COLUMNS)}")
    for line, cells in table:
        if any(cell.strip() for cell in cells):
            row = _row(f"{path}:{line}", header, cells)
            if row.video in seen:
                raise InputError(f"{row.where} video_id: '{row.video}' appears twice")
            seen[row.video] = row
    if not seen:
        raise InputError(f"{path} has no videos")
    return list(seen.values())


def _row(where: str, header: list[str], cells: list[str]) -> VideoRow:
    row = named_cells(where, header, [cell.strip() for cell in cells])
    video, target = row["video_id"], row["win_or_lose"].casefold()
    if not (video.isdecimal() and len(video) <= MOST_DIGITS):
        raise InputError(f"{where} video_id: must be a number (given '{video:.30}')")
    if target not in TARGETS:
        raise InputError(f"{where} win_or_lose: must be win or lose (given '{target:.30}')")
    return VideoRow(
        where=where,
        video=f"{int(video):04d}",
        sex=row["subject_gender"] or None,
        nationality=row["subject_nationality"] or None,
        target=target,
    )
