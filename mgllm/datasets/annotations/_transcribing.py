"""From recordings, as annotation tools tell them, to gesture transcripts in the words of a vocabulary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from mgllm.cues.vocabularies import vocabulary_names
from mgllm.datasets.annotations._annotations import Mark, Recording
from mgllm.datasets.annotations._tracks import choose_track
from mgllm.datasets.annotations._words import Words, choose_words, word_notes
from mgllm.datasets.base import ImportChoices, ImportedTranscripts
from mgllm.errors import InputError, one_line, some
from mgllm.records import Gesture, GestureFile

LONGEST = 200
"""Characters of a label."""
ROUNDING = 0.001
"""Seconds beyond the recording's end that are no more than a tool's rounding."""


def transcribe(recordings: Sequence[Recording], choices: ImportChoices) -> ImportedTranscripts:
    """A transcript for each recording, and notes on whatever is odd.

    All have the vocabulary that the user wants; else those that name one have that, and all others the one
    that fits their labels best.

    Raises:
        InputError: two recordings are of the same item, or it is not clear what to read.
    """
    _refuse_twins(recordings)
    read = [choose_track(recording, choices.tier) for recording in recordings]
    pairs = list(zip(recordings, read, strict=True))
    labels: dict[str | None, list[str]] = {}
    for recording, name in pairs:
        own = labels.setdefault(_named(recording, choices), [])
        own.extend(mark.label for mark in recording.tracks[name].marks if mark.label)
    words = {named: choose_words(own, choices.vocabulary, named) for named, own in labels.items()}
    odd: dict[str, Counter[str]] = {}
    files = []
    for recording, name in pairs:
        count = Counter(recording.odd) + Counter(recording.tracks[name].odd)
        files.append(_transcript(recording, name, words[_named(recording, choices)], count))
        for what in count:
            odd.setdefault(what, Counter())[recording.item] += count[what]
    notes = [line for named in labels for line in word_notes(labels[named], words[named])]
    warnings = [*_tracks_told(pairs), *_odd_told(odd), *notes]
    return ImportedTranscripts(transcripts=tuple(files), warnings=tuple(map(one_line, warnings)))


def _named(recording: Recording, choices: ImportChoices) -> str | None:
    """The vocabulary that the file names, if we have it and the user did not name another."""
    known = choices.vocabulary is None and recording.vocabulary in vocabulary_names()
    return recording.vocabulary if known else None


def _refuse_twins(recordings: Iterable[Recording]) -> None:
    seen: dict[str, str] = {}
    for recording in recordings:
        if recording.item in seen:
            other = seen[recording.item]
            what = f"is of item '{recording.item}', as {other} is; rename one or import them apart"
            raise InputError(f"{recording.where} {what}")
        seen[recording.item] = recording.where


def _transcript(recording: Recording, name: str, words: Words, odd: Counter[str]) -> GestureFile:
    found = [_gesture(mark, words, recording.duration, odd) for mark in recording.tracks[name].marks]
    gestures = sorted((one for one in found if one), key=lambda one: (one.start or 0.0, one.end or 0.0))
    return GestureFile(
        item=recording.item,
        source="annotated",
        vocabulary=words.vocabulary,
        duration=recording.duration,
        gestures=tuple(gestures),
    )


def _gesture(mark: Mark, words: Words, duration: float | None, odd: Counter[str]) -> Gesture | None:
    """The gesture of a mark; None, and a count in `odd`, where it can be none."""
    end = mark.end
    if problem := _problem(mark, duration):
        odd[problem] += 1
        return None
    if mark.start is None:
        odd["annotations have no start: they are told as present, without a time"] += 1
    if duration is not None and end is not None and end > duration:
        if end > duration + ROUNDING:
            odd["annotations go on beyond the recording's end and are cut there"] += 1
        end = duration
    label = words.renamed[mark.label]
    return Gesture(label=label, start=mark.start, end=end, confidence=mark.confidence)


def _problem(mark: Mark, duration: float | None) -> str | None:
    if not mark.label:
        return "annotations are empty and left out"
    if len(mark.label) > LONGEST:
        return f"annotations are longer than {LONGEST} characters and left out: is it the right tier?"
    if mark.start is not None and mark.end is not None and mark.end < mark.start:
        return "annotations end before they start and are left out"
    if duration is not None and mark.start is not None and mark.start > duration:
        return "annotations start beyond the recording's end and are left out"
    return None


def _tracks_told(pairs: Iterable[tuple[Recording, str]]) -> list[str]:
    """For each track that was chosen among others: a line."""
    chosen: dict[tuple[str, str], list[Recording]] = {}
    for recording, name in pairs:
        if len(recording.tracks) > 1:
            chosen.setdefault((recording.kind, name), []).append(recording)
    lines = []
    for (kind, name), recordings in chosen.items():
        others = sorted({other for one in recordings for other in one.tracks if other != name})
        items = some([one.item for one in recordings])
        lines.append(
            f"read the {kind} '{name}' of {len(recordings)} recordings ({items}), not {some(others)}"
        )
    return lines


def _odd_told(odd: dict[str, Counter[str]]) -> list[str]:
    return [f"{count.total()} {what}: {some(list(count))}" for what, count in odd.items()]
