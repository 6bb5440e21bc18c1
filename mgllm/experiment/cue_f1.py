"""How right the gestures are that a prompt shows, against those that people annotated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from mgllm.arms.base import Case
from mgllm.cues.block import Cues, shown_gestures
from mgllm.recognizer.timelines.segment_metrics import Counts, Segment, matched
from mgllm.records import Gesture

OVERLAP = 0.3
"""Least intersection over union in time of two gestures that match: the one that `recognizer score`
shows by class."""


def cue_f1(case: Case, cues: Cues | None) -> float | None:
    """F1 of the gestures shown against the annotated gestures of the item, from 0 to 1.

    Both sides are what the scenario's settings show, so that a class left out counts on neither. A
    group is never right. Without gestures on both sides it is 1.

    Args:
        case: the item, after its arm has made the cue block.
        cues: the cue block that the arm has made.

    Returns:
        None if the block does not show gestures (none, text, filler), or the item has no annotated
        gestures.
    """
    annotated = case.item.gestures.get("annotated")
    shown = next((transcript for made, transcript in case.shown if made is cues), None)
    if annotated is None or shown is None:
        return None
    settings = case.ground.settings
    return round(one_to_one(shown_gestures(annotated, settings), shown_gestures(shown, settings)).f1, 6)


def one_to_one(annotated: Iterable[Gesture], found: Iterable[Gesture]) -> Counts:
    """How many gestures have the same label, and overlap in time, each counted once.

    Without times for all gestures of both sides only labels are compared, each as often as it
    occurs.
    """
    sides = [list(annotated), list(found)]
    if all(_lasts(gesture) for side in sides for gesture in side):
        true, said = ([_segment(gesture) for gesture in side] for side in sides)
        return matched(true, said, OVERLAP)
    labels = [Counter(_label(gesture) for gesture in side) for side in sides]
    return Counts((labels[0] & labels[1]).total(), len(sides[1]), len(sides[0]))


def _lasts(gesture: Gesture) -> bool:
    """Whether it has a start, and an end after it."""
    return gesture.start is not None and gesture.end is not None and gesture.end > gesture.start


def _segment(gesture: Gesture) -> Segment:
    return Segment(_label(gesture), gesture.start or 0.0, gesture.end or 0.0)


def _label(gesture: Gesture) -> str:
    """Labels that differ only in case and spaces mean the same."""
    return " ".join(gesture.label.casefold().split())
