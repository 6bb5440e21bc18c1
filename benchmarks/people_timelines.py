"""Contacts in time: segments found in recordings against the annotated ones, one to one."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from people_counts import GROUP_OF_PLACE, Measure, group_of  # type: ignore[import-not-found]
from people_sets import Named, Watched  # type: ignore[import-not-found]
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from mgllm.recognizer.timelines.segment_metrics import Counts, Segment, overlaps

OVERLAP = 0.3
"""Intersection over union in time from which a pair counts."""
PLACES = {
    "mouth": "face",
    "forehead": "forehead_temple",
    "jaw": "chin_jaw",
    "chin": "chin_jaw",
    "chest_top": "neck",
}
"""Names of places in `events.csv`, and those of the other sets."""


class Event(NamedTuple):
    """An annotated contact."""

    segment: Segment
    """Its label is the place."""
    right_words: frozenset[str]


def _right_word(event: Event, one: Named) -> bool:
    return one.level == "word" and one.label in event.right_words


def _right_group(event: Event, one: Named) -> bool:
    """A word is right by its group as well."""
    return bool(group_of(one) == GROUP_OF_PLACE[event.segment.label])


Fits = Callable[[Event, Named], bool]
KINDS: Mapping[str, Fits] = {
    "right word": _right_word,
    "right word, or group as the answer": lambda event, one: (
        _right_word(event, one) or (one.level == "group" and _right_group(event, one))
    ),
    "right group": _right_group,
    "any name": lambda event, one: True,
}
"""What makes a pair right, besides its time."""


def read_events(path: Path) -> dict[str, list[Event]]:
    """The contacts of each clip."""
    events: dict[str, list[Event]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            place = PLACES.get(row["location"], row["location"])
            segment = Segment(place, float(row["from_s"]), float(row["to_s"]))
            right = frozenset(row["mg_accept"].split("|"))
            events.setdefault(row["clip"], []).append(Event(segment, right))
    return events


def in_time(watched: Sequence[Watched], events: Mapping[str, Sequence[Event]]) -> dict[str, Measure]:
    """F1, precision and recall of each kind, pooled; and gestures where nothing was annotated."""
    measures = {}
    for kind, fits in KINDS.items():
        counts = Counts(0, 0, 0)
        for clip in watched:
            mine = events.get(clip.row["id"], ())
            right = _pairs(mine, clip.gestures, fits)
            counts = counts.plus(Counts(right, len(clip.gestures), len(mine)))
        measures[f"F1 at {OVERLAP}, {kind}"] = _measure(counts.f1, watched)
        for name, of in (("precision", counts.found), ("recall", counts.annotated)):
            measures[f"{name} at {OVERLAP}, {kind}"] = _measure(counts.right / max(of, 1), watched)
    alone = [one for clip in watched for one in clip.gestures if _alone(one, events.get(clip.row["id"], ()))]
    found = sum(len(clip.gestures) for clip in watched)
    measures["gestures where no contact is"] = _measure(len(alone) / max(found, 1), watched).model_copy(
        update={"by_person": {"all": (len(alone), found)}}
    )
    return measures


def _pairs(events: Sequence[Event], found: Sequence[Named], fits: Fits) -> int:
    """The largest number of fitting pairs, each contact and each gesture once."""
    if not (events and found):
        return 0
    shared = overlaps([event.segment for event in events], [one.segment for one in found])
    for row, event in enumerate(events):
        for column, one in enumerate(found):
            shared[row, column] *= fits(event, one)
    return int((maximum_bipartite_matching(csr_matrix(shared >= OVERLAP)) >= 0).sum())


def _alone(one: Named, events: Sequence[Event]) -> bool:
    """Whether no contact shares any time with a gesture."""
    return not any(event.segment.start < one.end and one.start < event.segment.end for event in events)


def _measure(value: float, watched: Sequence[Watched]) -> Measure:
    people = len({clip.person for clip in watched})
    return Measure(value=value, how="pooled", people=people, clips=len(watched))
