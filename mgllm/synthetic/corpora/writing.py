"""Writes made-up corpora, recording by recording, each with its truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from mgllm.errors import InputError, unknown
from mgllm.files.tables import csv_text
from mgllm.items.official import IMIGUE_SUBJECTS, IMIGUE_TRAIN_SUBJECTS
from mgllm.synthetic.corpora.effects import planted_effect
from mgllm.synthetic.corpora.imigue import FIRST_BLOCK, SKELETONS, imigue_signs, plan_traps, write_recording
from mgllm.synthetic.corpora.imigue_speech import SPEECH, write_interview, write_labels
from mgllm.synthetic.corpora.interviews import make_interview
from mgllm.synthetic.corpora.ma52 import write_ma52
from mgllm.synthetic.corpora.planning import CorpusOptions, Planned, plan_people, plan_videos
from mgllm.synthetic.corpora.reader import weights_of
from mgllm.synthetic.corpora.smg import write_smg
from mgllm.synthetic.corpora.truth import TRUTH, TrueVideo, Truth, counts_of, people_of
from mgllm.synthetic.scenes import FPS

CAUTION = (
    "Made up by a program: nobody moved, spoke or played. The folders have the layout of a licensed data "
    "set and nothing of its content; numbers say how a pipeline does, nothing about people or data sets."
)
SUBJECTS = "Video.csv"
ENOUGH_TO_MUFFLE = 8
"""Recordings from which one has a TextGrid that cannot be matched with its segments."""


def write_corpus(corpus: str, folder: Path, options: CorpusOptions, made_by: str) -> Truth:
    """Write a corpus into a folder that exists.

    Raises:
        InputError: there is no such corpus.
    """
    if corpus not in CORPORA:
        raise InputError(unknown("corpus", corpus, CORPORA))
    truth = CORPORA[corpus](folder, options, made_by)
    text = truth.model_dump_json(by_alias=True)
    (folder / TRUTH).write_text(f"{text}\n", encoding="utf-8", newline="\n")
    page = [
        f"# A made-up corpus in the layout of {corpus}",
        f"**Caution.** {CAUTION}",
        f"Made by {made_by}; `{TRUTH}` says what is in it. Read `docs/synthetic.md`.",
    ]
    (folder / "SOURCE.md").write_text("\n\n".join(page) + "\n", encoding="utf-8", newline="\n")
    return truth


def corpus_files(corpus: str) -> tuple[str, ...]:
    """What is written for a corpus."""
    own = {"imigue": (SKELETONS, SPEECH, SUBJECTS), "smg": ("smg_skeleton", "subjects.csv", "states.csv")}
    return (*own.get(corpus, (corpus,)), TRUTH, "SOURCE.md")


def _write_imigue(folder: Path, options: CorpusOptions, made_by: str) -> Truth:
    videos = plan_videos(options, plan_people(options))
    traps = plan_traps(videos, options.seed)
    muffled = _muffled(videos, traps)
    write_labels(folder / SPEECH, videos)
    _write_map(folder / SUBJECTS, videos)
    made: dict[str, TrueVideo] = {}
    for video in videos:
        written = write_recording(folder / SKELETONS, video, traps.get(video.id, ()), options)
        talk = make_interview(options.seed, video, options.minutes * 60, muffled=video.id == muffled)
        write_interview(folder / SPEECH, video, talk, options.minutes * 60)
        more = {"turns": talk.turns, "placed": video.id != muffled}
        made[f"{video.id:04d}"] = written.video.model_copy(update=more)
    reader = weights_of(("win", "lose"), imigue_signs(), {}, speech=True)
    kinds = sorted({trap for some in traps.values() for trap in some})
    hard = {kind: _names(n for n, some in traps.items() if kind in some) for kind in kinds}
    return Truth(
        corpus="imigue",
        options=options.model_dump(exclude_none=True),
        made_by=made_by,
        fps=FPS,
        counts=counts_of(made),
        traps=hard | {"not placed": _names([muffled] if muffled else [])},
        facts={"fingers of the first block": FIRST_BLOCK},
        sides={"cross-subject": _sides(made)},
        people=people_of(made),
        videos=made,
        reader=reader,
        effect=planted_effect(options, reader, made),
    )


def _muffled(videos: Sequence[Planned], traps: Mapping[int, tuple[str, ...]]) -> int | None:
    """The recording whose words cannot be placed: the first one that is easy otherwise."""
    easy = [one.id for one in videos if one.id not in traps]
    return easy[0] if easy and len(videos) >= ENOUGH_TO_MUFFLE else None


def _write_map(path: Path, videos: Sequence[Planned]) -> None:
    """People of the recordings; numbers are without zeros."""
    rows = [(f"https://example.org/{one.id}", one.id, one.person.id) for one in videos]
    text = csv_text([("Link", "Video_id", "Sub_id"), *rows])
    path.write_text(text, encoding="utf-8", newline="\n")


def _sides(videos: Mapping[str, TrueVideo]) -> dict[str, tuple[str, ...]]:
    """People of the official cross-subject protocol who are here."""
    here = sorted({int(one.subject) for one in videos.values()})
    official = [who for who in here if who in IMIGUE_SUBJECTS]
    return {
        "train": tuple(str(who) for who in official if who in IMIGUE_TRAIN_SUBJECTS),
        "test": tuple(str(who) for who in official if who not in IMIGUE_TRAIN_SUBJECTS),
    }


def _names(videos: Iterable[int]) -> tuple[str, ...]:
    return tuple(f"{video:04d}" for video in sorted(videos))


CORPORA: Mapping[str, Callable[[Path, CorpusOptions, str], Truth]] = {
    "imigue": _write_imigue,
    "smg": write_smg,
    "ma52": write_ma52,
}
"""How each corpus is written."""
