"""The arm `text+noisy@P`: gestures as a worse recogniser would have named them.

Every gesture has its own seeded number u and changes if u < level. What it changes to depends only
on the seed, the item and its place, so levels nest: what changes at .2 changes in the same way at
.4. A confusion file, if given, says which label may change to which.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import accumulate

from mgllm.arms.base import Case, Ground, arm
from mgllm.arms.confusion import MISSED, Confusion, load_confusion
from mgllm.cues.block import Cues, shown_gestures
from mgllm.cues.vocabularies import Vocabulary, load_vocabulary
from mgllm.errors import InputError
from mgllm.records import CueSettings, Gesture, GestureTranscript
from mgllm.seeds import stream, unit

NAME = "text+noisy@"
NOISY = re.compile(r"text\+noisy@([0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
USUAL_LENGTH = 1.0
"""Seconds that a false alarm lasts where the item has no gesture to take the length from."""


def parse_noisy(arm: str) -> float:
    """The level in the name of a noisy arm.

    >>> parse_noisy("text+noisy@0.2")
    0.2

    Raises:
        InputError: the name is not `text+noisy@P` with P in 0..1.
    """
    match = NOISY.fullmatch(arm)
    if match is None or float(match[1]) > 1:
        raise InputError(f"arm '{arm}' has no noise level from 0 to 1; write it like text+noisy@0.2")
    return float(match[1])


def _draw(ground: Ground) -> Mapping[str, float] | Confusion:
    """What labels may change to: as the confusion file says, else in proportion to their
    frequency."""
    if ground.confusion is not None:
        return load_confusion(ground.confusion)
    assert ground.source is not None  # the arm needs one
    return label_frequencies(
        _as_shown(item.gestures[ground.source], ground.settings) for item in ground.items.values()
    )


@arm("text+noisy@", speech=True, needs="source", level=parse_noisy, draws=_draw, may_coincide=True, place=70)
def _noisy(case: Case, level: float) -> Cues:
    ground, drawn = case.ground, case.ground.drawn[NAME]
    transcript = _as_shown(case.transcript(), ground.settings)
    change = confuse if isinstance(drawn, Confusion) else add_noise
    return case.show(change(transcript, level, drawn, ground.seed, case.item.id))


def label_frequencies(transcripts: Iterable[GestureTranscript]) -> Mapping[str, float]:
    """The share of each label among all gestures, by label in alphabetical order.

    Give only gestures that are shown: noise could otherwise draw a label that the run leaves out.
    """
    counts = Counter(gesture.label for transcript in transcripts for gesture in transcript.gestures)
    total = counts.total()
    return {label: counts[label] / total for label in sorted(counts)}


def add_noise(
    transcript: GestureTranscript, level: float, frequencies: Mapping[str, float], seed: int, item: str
) -> GestureTranscript:
    """Replace the label of each gesture whose u < level by another, in proportion to `frequencies`.

    A word becomes another word, and a group another group; without another one it stays.

    Raises:
        InputError: `level` is not in 0..1, or there is no other label to draw.
    """
    _check(level)
    if level == 0 or not transcript.gestures:
        return transcript
    vocabulary = load_vocabulary(transcript.vocabulary)
    kinds = Counter(vocabulary.level(label) for label, share in frequencies.items() if share > 0)
    if max(kinds.values(), default=0) < 2:  # a label is replaced by another one of its level
        known = ", ".join(frequencies) or "(none)"
        raise InputError(
            f"text+noisy needs at least two gesture labels, the item set has: {known}; leave the arm out"
        )
    gestures = []
    for index, gesture in enumerate(transcript.gestures):
        others = {
            label: share
            for label, share in frequencies.items()
            if label != gesture.label and vocabulary.level(label) == gesture.level
        }
        if unit(seed, "noise", item, index) < level and any(others.values()):
            drawn = _drawn(others, unit(seed, "noise label", item, index))
            gesture = gesture.model_copy(update={"label": drawn})  # noqa: PLW2901  # a changed copy
        gestures.append(gesture)
    return transcript.model_copy(update={"gestures": tuple(gestures)})


def confuse(
    transcript: GestureTranscript, level: float, confusion: Confusion, seed: int, item: str
) -> GestureTranscript:
    """Change each gesture whose u < level by its row of `confusion`, and add false alarms.

    A gesture may stay, change its label, or be missed. At level 1 the number of false alarms is
    Poisson distributed with the confusion's mean. Each false alarm has its own u and appears if u <
    level.

    Raises:
        InputError: `level` is not in 0..1, or a gesture's label has no row.
    """
    _check(level)
    if level == 0:
        return transcript
    gestures: list[tuple[float, Gesture]] = []
    timed, vocabulary = _timed(transcript), load_vocabulary(transcript.vocabulary)
    for index, gesture in enumerate(transcript.gestures):
        row = confusion.row(gesture, vocabulary)
        label = gesture.label
        if unit(seed, "noise", item, index) < level:
            label = _drawn(row, unit(seed, "confusion", item, index))
        if label != MISSED:
            place = (gesture.start or 0.0) if timed else (index + 0.5) / len(transcript.gestures)
            gestures.append((place, _called(gesture, label, vocabulary)))
    gestures += _false_alarms(transcript, level, confusion, seed, item)
    gestures.sort(key=lambda placed: placed[0])
    return transcript.model_copy(update={"gestures": tuple(gesture for _, gesture in gestures)})


def _as_shown(transcript: GestureTranscript, settings: CueSettings) -> GestureTranscript:
    """Only gestures that are shown: a label that is left out is neither replaced nor drawn."""
    return transcript.model_copy(update={"gestures": shown_gestures(transcript, settings)})


def _false_alarms(
    transcript: GestureTranscript, level: float, confusion: Confusion, seed: int, item: str
) -> list[tuple[float, Gesture]]:
    """False alarms with their places among the gestures: seconds, or 0..1 if there are no times."""
    mean = sum(confusion.false_alarms.values())
    count = int(stream(seed, "false alarms", item).poisson(mean))
    length = _length(transcript) if _timed(transcript) else None
    vocabulary = load_vocabulary(transcript.vocabulary)
    alarms = []
    for k in range(count):
        if unit(seed, "false alarm", item, k) >= level:
            continue
        label = _drawn(confusion.false_alarms, unit(seed, "false alarm label", item, k))
        place = unit(seed, "false alarm place", item, k)
        like = _model(transcript, unit(seed, "false alarm model", item, k))
        alarm = _called(like, label, vocabulary)
        if length is None:
            alarms.append((place, alarm.model_copy(update={"start": None, "end": None})))
        else:
            alarms.append(_placed(alarm, place, length))
    return alarms


def _called(gesture: Gesture, label: str, vocabulary: Vocabulary) -> Gesture:
    """The gesture with a label, and with the level of that label if it is another one."""
    if label == gesture.label:
        return gesture
    return gesture.model_copy(update={"label": label, "level": vocabulary.level(label)})


def _placed(alarm: Gesture, place: float, length: float) -> tuple[float, Gesture]:
    """A false alarm completely inside the recording of `length` seconds."""
    lasts = 0.0 if alarm.end is None else min(alarm.end - (alarm.start or 0.0), length)
    start = place * (length - lasts)
    end = None if alarm.end is None else min(start + lasts, length)
    return start, alarm.model_copy(update={"start": start, "end": end})


def _model(transcript: GestureTranscript, chance: float) -> Gesture:
    """The gesture of the item from which a false alarm takes its length and confidence."""
    if not transcript.gestures:
        return Gesture(label=MISSED, start=0.0, end=USUAL_LENGTH)
    return transcript.gestures[int(chance * len(transcript.gestures))]


def _timed(transcript: GestureTranscript) -> bool:
    """Whether false alarms get times: if a gesture has one, or, without gestures, if the length is
    known."""
    if transcript.gestures:
        return any(gesture.start is not None for gesture in transcript.gestures)
    return transcript.duration is not None


def _length(transcript: GestureTranscript) -> float:
    """Length of the recording in seconds, as far as it is known."""
    ends = [gesture.end or gesture.start or 0.0 for gesture in transcript.gestures]
    return transcript.duration if transcript.duration is not None else max(ends, default=0.0)


def _drawn(shares: Mapping[str, float], chance: float) -> str:
    """The name at `chance` (0..1) if names lie side by side, each as wide as its share."""
    names = [name for name, share in shares.items() if share > 0]
    edges = list(accumulate(shares[name] for name in names))
    return names[min(bisect_right(edges, chance * edges[-1]), len(names) - 1)]


def _check(level: float) -> None:
    if not 0 <= level <= 1:
        raise InputError(f"noise level {level} is not from 0 to 1")
