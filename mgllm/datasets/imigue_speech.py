"""iMiGUE-Speech (Kang, Chen & Kakouros, 2026; arXiv 2602.21464): the speech of iMiGUE's
conferences.

Layout: `labels.csv` (`video_id,subject_gender,subject_nationality,win_or_lose`) and a folder NNNN
for each video with `NNNN.raw.txt` (Whisper, punctuated), `NNNN.asr.txt` (normalised),
`NNNN.TextGrid`, and folders `interviewee` and `interviewer` with segments that have an `.asr.txt`
and a `.raw.txt` each. How segments are called is not documented, so when each is said is found by
its words in the TextGrid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import ClassVar

from mgllm.datasets.base import ChoosingImporter, ImportedItems, dataset
from mgllm.datasets.subjects import Subjects, find_subjects
from mgllm.errors import InputError, one_line, some, unknown
from mgllm.files.tables import csv_rows, named_cells
from mgllm.files.text_files import read_text
from mgllm.records import Frozen, Item, SpokenWord, Turn
from mgllm.records.frozen import NAME_LENGTH
from mgllm.speech.base import SpeechChoices
from mgllm.speech.placing import Said, place_texts, plain_words
from mgllm.speech.reading import read_turns
from mgllm.speech.textgrid import read_words
from mgllm.speech.words import Word

COLUMNS = ("video_id", "subject_gender", "subject_nationality", "win_or_lose")
TARGETS = ("win", "lose")
ROLES = ("interviewee", "interviewer")
"""Names of the folders of segments, and of the speakers of turns."""
SPEAKERS = ("interviewee", "both")
"""Whose turns are kept."""
ENOUGH = 0.9
"""Share of a video's segments that must have a place; with fewer, order and times of the turns
would be those of a part."""


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
class ImigueSpeech(ChoosingImporter):
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
        "`mgllm items references`. Who the people are is not in it: without `--subjects` items are clustered "
        "by recording."
    )
    heeds: ClassVar[frozenset[str]] = frozenset({"subjects", "speakers"})

    def read(self, source: Path) -> ImportedItems:
        """Read the folder that holds `labels.csv` and the videos' folders.

        Raises:
            InputError: it is not the data set, or not complete; names file and line.
        """
        speakers = self.choices.speakers or "both"
        if speakers not in SPEAKERS:
            raise InputError(unknown("--speakers of imigue-speech", speakers, SPEAKERS))
        rows = _read_rows(source / "labels.csv")
        missing = [row.video for row in rows if not _whole(source, row.video).is_file()]
        if missing:
            what = f"{len(missing)} of {len(rows)} videos have no NNNN.raw.txt: {some(missing)}"
            raise InputError(f"{source} {what}; {_whole(source, missing[0])} does not exist")
        people = find_subjects(source, self.choices.subjects)
        notes = people.notes([row.video for row in rows]) if people else ()
        talks = {row.video: _read_talk(source, row.video) for row in rows}
        items = tuple(_item(row, talks[row.video], people, speakers) for row in rows)
        listed = {row.video for row in rows}
        extra = [path.name for path in sorted(source.iterdir()) if path.is_dir() and path.name not in listed]
        lines = [*notes, *_odd(talks.values(), speakers), *_silent(items)]
        if extra:
            lines.append(f"{len(extra)} folders have no row in labels.csv and are left out: {some(extra)}")
        return ImportedItems(items=items, warnings=tuple(map(one_line, lines)))


class Segment(Frozen):
    """What one speaker says without a break."""

    name: str
    """ROLE/FILE, for notes."""
    role: str
    """interviewee or interviewer."""
    text: str
    """With punctuation."""
    words: tuple[str, ...]
    """In plain form."""


class Talk(Frozen):
    """What is said in a video."""

    video: str
    """NNNN."""
    whole: tuple[Turn, ...]
    """All of it as one turn; without one if nothing is said."""
    turns: tuple[Turn, ...]
    """Segments that have a place, in order of time."""
    lost: tuple[str, ...]
    """Names of the other ones."""

    @property
    def divided(self) -> bool:
        """Whether there are turns that can be used."""
        return bool(self.turns) and len(self.turns) >= ENOUGH * (len(self.turns) + len(self.lost))


def _whole(source: Path, video: str) -> Path:
    return source / video / f"{video}.raw.txt"


def _read_talk(source: Path, video: str) -> Talk:
    """The turns of a video.

    Raises:
        InputError: a file cannot be read.
    """
    segments, grid = list(_segments(source / video)), source / video / f"{video}.TextGrid"
    heard = read_words(read_text(grid), str(grid)) if segments and grid.is_file() else ()
    row = [word for one in heard for word in _plain(one)]
    said = [Said(name=one.name, speaker=one.role, words=one.words) for one in segments]
    places = place_texts(said, row)
    order = sorted(places, key=lambda number: places[number].first)
    return Talk(
        video=video,
        whole=_read_text(_whole(source, video)),
        turns=tuple(_turn(segments[n], row[places[n].first : places[n].last]) for n in order),
        lost=tuple(f"{video}/{one.name}" for n, one in enumerate(segments) if n not in places),
    )


def _segments(folder: Path) -> Iterator[Segment]:
    """The segments of both speakers that have words."""
    for role in ROLES:
        inside = sorted((folder / role).iterdir()) if (folder / role).is_dir() else []
        stems = dict.fromkeys(path.name[: -len(".raw.txt")] for path in inside if _is_text(path))
        for stem in stems:
            raw, asr = (_read_text(folder / role / f"{stem}.{kind}.txt") for kind in ("raw", "asr"))
            if words := plain_words((asr or raw)[0].text if asr or raw else ""):
                yield Segment(name=f"{role}/{stem}", role=role, text=(raw or asr)[0].text, words=words)


def _is_text(path: Path) -> bool:
    return path.name.endswith((".raw.txt", ".asr.txt")) and not path.name.startswith(".")


def _read_text(path: Path) -> tuple[Turn, ...]:
    """A text as one turn; none if it is empty or not there."""
    return read_turns(path, "txt", SpeechChoices(speakers="none")) if path.is_file() else ()


def _plain(word: Word) -> Iterator[Word]:
    """A word of a TextGrid in plain form; one that the aligner did not know stays empty."""
    for text in plain_words(word.text) if word.text else ("",):
        yield Word(text=text, start=word.start, end=word.end)


def _turn(segment: Segment, heard: Sequence[Word]) -> Turn:
    return Turn(
        speaker=segment.role,
        text=segment.text,
        start=heard[0].start,
        end=max(word.end for word in heard),
        words=_timed(segment.text.split(), heard),
    )


def _timed(said: Sequence[str], heard: Sequence[Word]) -> tuple[SpokenWord, ...]:
    """The words of a text with the times of those that were heard in their place; none if one is
    longer than words can be."""
    if max(map(len, said), default=0) > NAME_LENGTH:
        return ()
    found: dict[int, Sequence[Word]] = {}
    plain, other = ["".join(plain_words(word)) for word in said], [word.text for word in heard]
    for kind, a, b, c, d in SequenceMatcher(None, plain, other, autojunk=False).get_opcodes():
        if kind == "equal" or (kind == "replace" and b - a == d - c):
            found |= {a + n: [heard[c + n]] for n in range(b - a)}
        elif kind == "replace" and b - a == 1:
            found[a] = heard[c:d]
    return tuple(_spoken(word, found.get(n, ())) for n, word in enumerate(said))


def _spoken(word: str, heard: Sequence[Word]) -> SpokenWord:
    if not heard:
        return SpokenWord(text=word)
    return SpokenWord(text=word, start=heard[0].start, end=max(one.end for one in heard))


def _item(row: VideoRow, talk: Talk, people: Subjects | None, speakers: str) -> Item:
    facts = {"sex": row.sex, "nationality": row.nationality}
    turns = [turn for turn in talk.turns if speakers in ("both", turn.speaker)]
    person = people.person(row.video) if people else None
    return Item(
        id=row.video,
        subject=person or row.video,
        subject_known=person is not None,
        speech=tuple(turns) if talk.divided else talk.whole,
        target=row.target,
        covariates={name: value for name, value in facts.items() if value},
        terms="restricted",
    )


def _odd(talks: Iterable[Talk], speakers: str) -> list[str]:
    """Notes on what has no place."""
    spoken = [talk for talk in talks if talk.whole or talk.turns]
    lost = [name for talk in spoken if talk.divided for name in talk.lost]
    without = [talk.video for talk in spoken if not (talk.turns or talk.lost)]
    few = [
        f"{talk.video} ({len(talk.turns)} of {len(talk.turns) + len(talk.lost)})"
        for talk in spoken
        if not talk.divided and (talk.turns or talk.lost)
    ]
    one = "one turn without speakers and times"
    one += ", with the words of both" if speakers != "both" else ""
    notes = [
        (lost, "segments have no place in the words of their TextGrid and are left out"),
        (few, f"videos are {one}: under {ENOUGH:.0%} of their segments have a place in the TextGrid"),
        (without, f"videos are {one}: they have no segments of speakers"),
    ]
    return [f"{len(names)} {what}: {some(names)}" for names, what in notes if names]


def _silent(items: Sequence[Item]) -> list[str]:
    silent = [item.id for item in items if not item.speech]
    return [f"{len(silent)} videos have no words: {some(silent)}"] if silent else []


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
