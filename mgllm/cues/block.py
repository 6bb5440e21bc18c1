"""Turns gestures into the words of a cue block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from mgllm.cues.base import CueLine, Occasion, ShownGestures, Style, styles
from mgllm.cues.vocabularies import Vocabulary
from mgllm.errors import InputError
from mgllm.records import CueSettings, CueSource, Frozen, Gesture, GestureTranscript, Item


class Cues(Frozen):
    """What `_cues.j2` sees as `cues`."""

    heading: str
    """First line of the block."""
    definition: str
    """One sentence that says what the lines are."""
    lines: tuple[CueLine, ...]
    """One per gesture shown, in the order of time; in `summary`, one per kind of gesture."""
    nothing: str
    """What is written instead if there are no lines."""


def refuse_untimed(items: Sequence[Item], source: CueSource, settings: CueSettings) -> None:
    """Refuse gestures without times, for a style that places them.

    Raises:
        InputError: gestures are shown, and none of them has a time.
    """
    shown = [gesture for item in items for gesture in shown_gestures(item.gestures[source], settings)]
    if shown and all(gesture.start is None for gesture in shown):
        raise InputError(
            f"cue style {settings.style} needs gestures with times, but no {source} gesture has a time; use "
            "the cue style plain or summary"
        )


def shown_gestures(transcript: GestureTranscript, settings: CueSettings) -> tuple[Gesture, ...]:
    """The gestures that are shown, in order of time: sure enough, not left out, within `top_k`."""
    left_out = {label.casefold() for label in settings.leave_out}
    shown = [
        gesture
        for gesture in transcript.gestures
        if gesture.label.casefold() not in left_out
        and (gesture.confidence is None or gesture.confidence >= settings.threshold)
    ]
    if settings.top_k is not None and _style(settings).counts:
        kinds = _most_counted(shown, settings.top_k)
        shown = [gesture for gesture in shown if gesture.label in kinds]
    elif settings.top_k is not None:
        shown = sorted(shown, key=lambda gesture: -_certainty(gesture))[: settings.top_k]
    return tuple(sorted(shown, key=lambda gesture: gesture.start if gesture.start is not None else -1.0))


def shown_labels(transcript: GestureTranscript, settings: CueSettings) -> tuple[str, ...]:
    """The labels shown, in the order that the style shows: two transcripts with equal ones look
    equal."""
    labels = [gesture.label for gesture in shown_gestures(transcript, settings)]
    return tuple(sorted(labels) if _style(settings).counts else labels)


def as_cues(
    transcript: GestureTranscript,
    settings: CueSettings,
    vocabulary: Vocabulary,
    occasion: Occasion | None = None,
) -> Cues:
    """The cue block of a transcript, in the words of its vocabulary, for the item of `occasion`."""
    shown = ShownGestures(
        gestures=shown_gestures(transcript, settings),
        source=transcript.source,
        settings=settings,
        occasion=occasion or Occasion(),
        unsure=vocabulary.unsure,
        glosses=vocabulary.glosses,
    )
    style = _style(settings)
    lines = style.lines(shown)
    return Cues(
        heading=vocabulary.heading,
        definition=f"{vocabulary.definition} {style.note(shown, lines)}".rstrip(),
        lines=tuple(lines),
        nothing=vocabulary.nothing,
    )


def recording_length(item: Item, source: CueSource) -> float | None:
    """Seconds that were watched: as the transcript of `source` says, else any other of the item.

    Unlike `item_duration` it does not take the last gesture's end for the recording's: a rate would
    then be too high.
    """
    transcripts = [item.gestures[key] for key in (source, *item.gestures) if key in item.gestures]
    return next((one.duration for one in transcripts if one.duration is not None), None)


def item_duration(item: Item, source: CueSource) -> float | None:
    """Length of an item's recording in seconds: as its transcript says, else the last known end."""
    transcript = item.gestures.get(source)
    if transcript is not None and transcript.duration is not None:
        return transcript.duration
    gestures = transcript.gestures if transcript is not None else ()
    ends = [gesture.end for gesture in gestures] + [turn.end for turn in item.speech]
    return max((end for end in ends if end is not None), default=None)


def _style(settings: CueSettings) -> Style:
    return styles.get(settings.style)()


def _certainty(gesture: Gesture) -> float:
    return 1.0 if gesture.confidence is None else gesture.confidence


def _most_counted(gestures: Iterable[Gesture], top_k: int) -> set[str]:
    """The `top_k` most frequent labels; ties in alphabetical order."""
    counts = Counter(gesture.label for gesture in gestures)
    return set(sorted(counts, key=lambda label: (-counts[label], label))[:top_k])
