"""`mgllm recognizer score`: transcripts of a recogniser compared with annotated ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import Field

from mgllm.arms.confusion import MISSED
from mgllm.cues.label_names import known_label
from mgllm.cues.vocabularies import load_vocabulary
from mgllm.errors import InputError
from mgllm.files.writing import replace_texts
from mgllm.items.joining import read_folder
from mgllm.recognizer.evaluation.confusions import ConfusionTable, confusion_table
from mgllm.recognizer.timelines.cutting import timed_truth
from mgllm.recognizer.timelines.segment_metrics import (
    THRESHOLDS,
    Counts,
    Segment,
    TimelineScores,
    f1_by_class,
    matched_with_groups,
    pairs_of,
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


CONFUSION = "confusion.csv"
MATCHED_FROM = 0.3
"""Overlap from which a found gesture is what became of an annotated one: the middle of
`THRESHOLDS`, as in the scores by class."""


def score_folders(
    found: Path, truth: Path, options: ScoreOptions, *, out: Path | None = None
) -> TimelineScores:
    """Score a folder of recognised `*.mg.json` against a folder of annotated ones.

    Args:
        found: recognised transcripts.
        truth: annotated transcripts.
        options: what counts.
        out: folder for `confusion.csv`, which has what became of each annotated gesture (`missed`
            if nothing), and false alarms as the row `(none)`.

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
    vocabularies = {file.vocabulary for item in both for file in (annotated[item], recognised[item])}
    groups = _groups(vocabularies)
    known = [one.label for name in sorted(vocabularies) for one in load_vocabulary(name).classes]
    table = _confusion(with_groups, groups, [one for one in known if one not in options.leave_out])
    if out is not None and table is not None:
        replace_texts(out, {CONFUSION: table.text})
    return TimelineScores(
        **scores.model_dump(),
        gestures=sum(len(pair[0]) for pair in pairs),
        found=sum(len(pair[1]) for pair in pairs),
        groups=sum(levels_of([recognised[item]])["group"] for item in both),
        f1_with_groups={f"{one:g}": _f1_with_groups(with_groups, one, groups) for one in THRESHOLDS},
        by_class=f1_by_class(pairs),
        exposures=Counter(recognised[item].exposure for item in both),
        unmatched=tuple(sorted(annotated.keys() ^ recognised.keys())),
        rows_from=table.rows_from if table else {},
        files=(str(out / CONFUSION),) if out is not None and table else (),
    )


def _confusion(
    pairs: Sequence[tuple[list[Segment], list[Segment]]], groups: Mapping[str, str], classes: Sequence[str]
) -> ConfusionTable | None:
    """What was found for each annotated gesture, and what besides; None: nothing is annotated."""
    counts: dict[str, Counter[str]] = {}
    alarms = Counter[str]()
    for annotated, found in pairs:
        partner = dict(pairs_of(annotated, found, MATCHED_FROM, groups))
        for place, one in enumerate(annotated):
            said = found[partner[place]].label if place in partner else MISSED
            counts.setdefault(one.label, Counter())[said] += 1
        used = set(partner.values())
        alarms.update(one.label for place, one in enumerate(found) if place not in used)
    if not counts:
        return None
    each = {label: count / len(pairs) for label, count in alarms.items()}
    return confusion_table(counts, classes, each)


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
