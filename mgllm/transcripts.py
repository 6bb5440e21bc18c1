"""From gestures to the words of a cue block."""

from __future__ import annotations

from mgllm.records import CueSettings, CueSource, Frozen, Gesture, GestureTranscript, Item
from mgllm.vocabularies import Vocabulary


class CueLine(Frozen):
    """One line of a cue block. A template writes it whole: `{{ line }}`."""

    when: str = ""
    """Time with a trailing space, or nothing: "0:03.2–0:05.1 "."""
    what: str
    """The gesture's name, or, in the filler arm, a phrase about the recording."""
    sure: str = ""
    """Confidence with a leading space, or nothing: " (0.82)"."""

    def __str__(self) -> str:
        return f"{self.when}{self.what}{self.sure}"


class Cues(Frozen):
    """What `_cues.j2` sees as `cues`."""

    heading: str
    """First line of the block."""
    definition: str
    """One sentence that says what the lines are."""
    lines: tuple[CueLine, ...]
    """One per gesture told, in the order of time."""
    nothing: str
    """What stands there when there are no lines."""


def told_gestures(transcript: GestureTranscript, settings: CueSettings) -> tuple[Gesture, ...]:
    """The gestures that are told: above threshold, not left out, the `top_k` surest, in order of time."""
    left_out = {label.casefold() for label in settings.leave_out}
    told = [
        gesture
        for gesture in transcript.gestures
        if gesture.label.casefold() not in left_out
        and (gesture.confidence is None or gesture.confidence >= settings.threshold)
    ]
    if settings.top_k is not None:
        told = sorted(told, key=lambda gesture: -_certainty(gesture))[: settings.top_k]
    return tuple(sorted(told, key=lambda gesture: gesture.start if gesture.start is not None else -1.0))


def tell(transcript: GestureTranscript, settings: CueSettings, vocabulary: Vocabulary) -> Cues:
    """The cue block of a transcript, in the words of its vocabulary."""
    lines = tuple(_line(gesture, settings) for gesture in told_gestures(transcript, settings))
    return Cues(
        heading=vocabulary.heading,
        definition=vocabulary.definition,
        lines=lines,
        nothing=vocabulary.nothing,
    )


def item_duration(item: Item, source: CueSource) -> float | None:
    """Length of an item's recording in seconds, as far as transcript, gestures or turns tell it."""
    transcript = item.gestures.get(source)
    if transcript is not None and transcript.duration is not None:
        return transcript.duration
    gestures = transcript.gestures if transcript is not None else ()
    ends = [gesture.end for gesture in gestures] + [turn.end for turn in item.speech]
    return max((end for end in ends if end is not None), default=None)


def clock(seconds: float) -> str:
    """Minutes and seconds to a tenth.

    >>> clock(63.25)
    '1:03.2'
    """
    tenths = int(seconds * 10 + 1e-6)
    return f"{tenths // 600}:{tenths % 600 // 10:02d}.{tenths % 10}"


def _certainty(gesture: Gesture) -> float:
    return 1.0 if gesture.confidence is None else gesture.confidence


def _line(gesture: Gesture, settings: CueSettings) -> CueLine:
    sure = f" ({gesture.confidence:.2f})" if settings.confidences and gesture.confidence is not None else ""
    if settings.style == "plain" or gesture.start is None:
        return CueLine(what=gesture.label, sure=sure)
    end = f"–{clock(gesture.end)}" if gesture.end is not None else ""
    return CueLine(when=f"{clock(gesture.start)}{end} ", what=gesture.label, sure=sure)
