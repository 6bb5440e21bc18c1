"""iMiGUE-Speech, made up: `labels.csv` and a folder NNNN for each video with text, plain text,
TextGrid and the segments of the two speakers.

How segments are called is not documented, so their names here say nothing: neither order nor time.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mgllm.files.tables import csv_text
from mgllm.seeds import number
from mgllm.synthetic.corpora.interviews import Interview
from mgllm.synthetic.corpora.planning import Planned
from mgllm.synthetic.corpora.spoken import asr_words, textgrid

SPEECH = "imigue-speech"
COLUMNS = ("video_id", "subject_gender", "subject_nationality", "win_or_lose")


def write_labels(folder: Path, videos: Sequence[Planned]) -> None:
    """`labels.csv`; numbers of videos are without zeros."""
    rows = [
        (one.id, one.person.sex, one.person.nationality, "win" if one.first else "lose") for one in videos
    ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "labels.csv").write_text(csv_text([COLUMNS, *rows]), encoding="utf-8", newline="\n")


def write_interview(folder: Path, video: Planned, interview: Interview, seconds: float) -> None:
    """The files of one video."""
    name = f"{video.id:04d}"
    texts = [turn.text for turn in interview.turns]
    _write_pair(folder / name / name, " ".join(texts))
    grid = textgrid(interview.words, seconds)
    (folder / name / f"{name}.TextGrid").write_text(grid, encoding="utf-8", newline="\n")
    for place, turn in enumerate(interview.turns):
        code = f"{number(video.id, 'segment', place):016x}"[:8]
        _write_pair(folder / name / turn.role / f"{name}_{code}", turn.text)


def _write_pair(stem: Path, text: str) -> None:
    """A text with punctuation, and as a speech recogniser's plain words."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    for ending, words in (("raw", text), ("asr", " ".join(asr_words(text)))):
        path = stem.with_name(f"{stem.name}.{ending}.txt")
        path.write_text(f"{words}\n", encoding="utf-8", newline="\n")
