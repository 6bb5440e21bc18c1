"""`truth.json`: what an importer must find in a made-up corpus, and the effect that was planted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from mgllm.errors import InputError
from mgllm.files.problems import first_problem
from mgllm.records import Frozen
from mgllm.synthetic.corpora.reader import Weights

TRUTH = "truth.json"
Point = tuple[float, ...] | None


class TrueClip(Frozen):
    """A labelled stretch as an importer must write it."""

    label: str
    """Name in the vocabulary."""
    first: int
    """First frame, from 0."""
    last: int
    """Last frame, included; cut at the recording's end."""


class TrueFrame(Frozen):
    """Joints of one frame."""

    frame: int
    """From 0."""
    joints: tuple[Point, ...]
    """In the order of the layout, right before left in iMiGUE; None: missing."""


class TrueTurn(Frozen):
    """What one person says without a break."""

    role: str
    """interviewer or interviewee."""
    start: float
    """Seconds."""
    end: float
    """Seconds."""
    text: str
    """With punctuation."""


class TrueVideo(Frozen):
    """A recording."""

    subject: str
    """Number of the person."""
    frames: int
    """Its length."""
    labelled: bool = True
    """False: it has no file of labels, as a test phase."""
    clips: tuple[TrueClip, ...] = ()
    """What its labels say after those past the end are cut; in the order of time."""
    happens: tuple[TrueClip, ...] = ()
    """What truly happens, labelled or not."""
    cut: int = 0
    """Labels that run past the end and are cut."""
    left_out: int = 0
    """Labels that are past the end completely."""
    looks: tuple[TrueFrame, ...] = ()
    """Joints of some frames."""
    target: str | None = None
    """The outcome."""
    side: str | None = None
    """Side of the official emotion lists."""
    sex: str | None = None
    """As `labels.csv` writes it."""
    nationality: str | None = None
    """As `labels.csv` writes it."""
    leak: bool = False
    """Whether the speech names the outcome."""
    turns: tuple[TrueTurn, ...] = ()
    """Who says what and when."""
    placed: bool = True
    """False: the words of its TextGrid are not those of its segments."""


class Gain(Frozen):
    """What gestures add for the reader of known weights."""

    items: int
    """Recordings counted."""
    without: float
    """Percent right from the speech alone."""
    with_gestures: float
    """Percent right from speech and gestures."""
    points: float
    """Their difference."""
    log_odds: float
    """Mean gain in log-odds of the true outcome, nats."""


class Planted(Frozen):
    """The effect."""

    asked: float
    """`--effect`."""
    expected: float
    """Points in the mean over seeds, over all recordings: asked × the share of recordings that have
    gestures and speech that does not name the outcome."""
    found: Gain
    """In this corpus, over all recordings, gestures as they truly happen."""
    labelled: Gain
    """Only recordings with labels."""
    without_leaks: Gain
    """Only recordings whose speech does not name the outcome."""


class Truth(Frozen):
    """All of it."""

    schema_: Literal["mgllm.made-corpus/1"] = Field(default="mgllm.made-corpus/1", alias="schema")
    """Of this file."""
    corpus: str
    """imigue, smg or ma52."""
    options: Mapping[str, float | int]
    """Of `mgllm synth`."""
    made_by: str
    """Version."""
    fps: float | None = None
    """Frames a second; None: the files do not say it."""
    counts: Mapping[str, int]
    """Recordings, people, clips and so on, by name."""
    traps: Mapping[str, tuple[str, ...]] = {}
    """Recordings that are hard to read, by what is hard."""
    facts: Mapping[str, str] = {}
    """Other facts, such as whose fingers the first block is."""
    sides: Mapping[str, Mapping[str, tuple[str, ...]]] = {}
    """People (or parts) by split and side, of those that are here."""
    people: Mapping[str, tuple[str, ...]]
    """Recordings by person."""
    videos: Mapping[str, TrueVideo]
    """By name."""
    reader: Weights | None = None
    """Whose effect it is."""
    effect: Planted | None = None
    """What was planted."""
    more: Mapping[str, object] = {}
    """What only one corpus has."""


def read_truth(root: Path) -> Truth:
    """The truth of a corpus that `mgllm synth` wrote.

    Raises:
        InputError: there is none, or it is not readable.
    """
    path = root / TRUTH
    try:
        return Truth.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; give the folder of mgllm synth") from None
    except ValidationError as error:
        problem = first_problem(error)
        raise InputError(f"{path} {problem.place}: is not what mgllm synth writes") from None


def counts_of(videos: Mapping[str, TrueVideo]) -> dict[str, int]:
    """What an importer must count."""
    shown = videos.values()
    return {
        "recordings": len(videos),
        "labelled": sum(one.labelled for one in shown),
        "subjects": len({one.subject for one in shown}),
        "frames": sum(one.frames for one in shown),
        "clips": sum(len(one.clips) for one in shown),
        "cut": sum(one.cut for one in shown),
        "left_out": sum(one.left_out for one in shown),
    }


def people_of(videos: Mapping[str, TrueVideo]) -> dict[str, tuple[str, ...]]:
    """Recordings by person."""
    owners = sorted({one.subject for one in videos.values()}, key=lambda who: (len(who), who))
    return {who: tuple(name for name, one in videos.items() if one.subject == who) for who in owners}
