"""`mgllm recognizer score`: transcripts of a recogniser compared with annotated ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import Field

from mgllm.cues.label_names import known_label
from mgllm.cues.vocabularies import load_vocabulary
from mgllm.errors import InputError
from mgllm.items.joining import read_folder
from mgllm.recognizer.timelines.cutting import timed_truth
from mgllm.recognizer.timelines.segment_metrics import (
    THRESHOLDS,
    Counts,
    Segment,
    TimelineScores,
    f1_by_class,
    matched_with_groups,
    score_timelines,
)
from mgllm.recognizer.timelines.timeline import NO_GESTURES
from mgllm.records import Frozen, GestureTranscript
from mgllm.transcription.naming import levels_of


class ScoreOptions(Frozen):
    """What counts."""

    leave_out: tuple[str, ...] = NO_GESTURES
    """`--leave-out`: classes that are ignored in both folders."""
    step: float = Field(default=0.04, gt=0)
    """Seconds between the frames that are compared."""


def score_folders(found: Path, truth: Path, options: ScoreOptions) -> TimelineScores:
    """Score a folder of recognised `*.mg.json` against a folder of annotated ones.

    Raises:
        InputError: a folder cannot be used, no recording is in both, or a gesture has no times.
    """
    annotated = timed_truth(truth)
    recognised = _recognised(found)
    both = [item for item in annotated if item in recognised]
    if not both:
        raise InputError(f"{found} and {truth} have no recording in common")
    keep = _Keep(options.leave_out)
    pairs = [
        (keep(annotated[item]), keep(recognised[item]), _seconds(recognised[item], annotated[item]))
        for item in both
    ]
    scores = score_timelines(pairs, options.step)
    with_groups = [(keep(annotated[item]), keep(recognised[item], groups=True)) for item in both]
    groups = _groups({file.vocabulary for item in both for file in (annotated[item], recognised[item])})
    return TimelineScores(
        **scores.model_dump(),
        gestures=sum(len(pair[0]) for pair in pairs),
        found=sum(len(pair[1]) for pair in pairs),
        groups=sum(levels_of([recognised[item]])["group"] for item in both),
        f1_with_groups={f"{one:g}": _f1_with_groups(with_groups, one, groups) for one in THRESHOLDS},
        by_class=f1_by_class(pairs),
        exposures=Counter(recognised[item].exposure for item in both),
        unmatched=tuple(sorted(annotated.keys() ^ recognised.keys())),
    )


def _groups(vocabularies: Iterable[str]) -> dict[str, str]:
    """Group by class, of several vocabularies."""
    return {label: one for name in vocabularies for label, one in load_vocabulary(name).group_of.items()}


def _f1_with_groups(
    pairs: Sequence[tuple[list[Segment], list[Segment]]], threshold: float, groups: Mapping[str, str]
) -> float:
    count = Counts(0, 0, 0)
    for annotated, found in pairs:
        count = count.plus(matched_with_groups(annotated, found, threshold, groups))
    return count.f1


def _recognised(folder: Path) -> dict[str, GestureTranscript]:
    files = read_folder(folder).items()
    found = {item: file for (item, source), (_, file) in files if source != "annotated"}
    if not found:
        raise InputError(f"{folder} has no recognised transcripts; make some: mgllm transcribe")
    for item, file in found.items():
        if any(one.start is None or one.end is None for one in file.gestures):
            raise InputError(f"{folder}: a gesture of '{item}' has no times, which are needed to compare")
    return found


class _Keep:
    """Gestures as segments, labels as their vocabulary spells them; without those left out."""

    def __init__(self, leave_out: Iterable[str]) -> None:
        self._out = set(leave_out)

    def __call__(self, file: GestureTranscript, *, groups: bool = False) -> list[Segment]:
        segments = (
            Segment(known_label(file.vocabulary, one.label) or one.label, one.start or 0.0, one.end or 0.0)
            for one in file.gestures
            if groups or file.source == "annotated" or one.level == "word"
        )
        return [one for one in segments if one.label not in self._out and one.end > one.start]


def _seconds(*files: GestureTranscript) -> float:
    ends = [one.end or 0.0 for file in files for one in file.gestures]
    return max([file.duration or 0.0 for file in files] + ends)
