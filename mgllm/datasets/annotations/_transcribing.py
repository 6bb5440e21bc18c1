"""From recordings, as annotation tools describe them, to transcripts with a vocabulary's labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from mgllm.cues.vocabularies import load_vocabulary, vocabulary_names
from mgllm.datasets.annotations._annotations import Mark, Recording, Track
from mgllm.datasets.annotations._choosing import Chosen, choose, join_tracks, refuse_several_people
from mgllm.datasets.annotations._labels import Words, choose_words, with_mapped_labels, word_notes
from mgllm.datasets.base import ImportChoices, ImportedTranscripts
from mgllm.errors import InputError, one_line, some
from mgllm.records import Gesture, GestureFile

LONGEST = 200
"""Characters of a label. Longer ones are sentences: the tier is probably one of speech."""
ROUNDING = 0.001
"""Seconds beyond the recording's end that are only a tool's rounding."""


def transcribe(recordings: Sequence[Recording], choices: ImportChoices) -> ImportedTranscripts:
    """A transcript for each recording, and notes on whatever looks wrong.

    All have the vocabulary that the user wants. Without such a wish, files that name a vocabulary
    have that one, and all others the one that fits their labels best.

    Raises:
        InputError: two recordings are of the same item, or it is not clear what to read.
    """
    _refuse_twins(recordings)
    recordings, map_notes = with_mapped_labels(recordings, choices.map)
    chosen = choose(recordings, choices.tier)
    for one in chosen:
        refuse_several_people(one)
    imported = transcribe_chosen(chosen, [one.names for one in chosen], choices)
    warnings = (*track_notes(chosen), *map_notes, *imported.warnings)
    return ImportedTranscripts(transcripts=imported.transcripts, warnings=tuple(map(one_line, warnings)))


def transcribe_chosen(
    chosen: Sequence[Chosen], names: Sequence[tuple[str, ...]], choices: ImportChoices
) -> ImportedTranscripts:
    """A transcript for each recording from the tracks of these names, and notes on them."""
    pairs = [(one.recording, join_tracks(one, own)) for one, own in zip(chosen, names, strict=True)]
    labels: dict[str | None, list[str]] = {}
    for recording, track in pairs:
        own = labels.setdefault(_named(recording, choices), [])
        own.extend(mark.label for mark in track.marks if mark.label)
    words = {named: choose_words(own, choices.vocabulary, named) for named, own in labels.items()}
    odd: dict[str, Counter[str]] = {}
    files = []
    for recording, track in pairs:
        count = Counter(recording.odd) + Counter(track.odd)
        files.append(_transcript(recording, track, words[_named(recording, choices)], count))
        for what in count:
            odd.setdefault(what, Counter())[recording.item] += count[what]
    notes = [line for named in labels for line in word_notes(labels[named], words[named])]
    return ImportedTranscripts(transcripts=tuple(files), warnings=(*_odd_notes(odd), *notes))


def _named(recording: Recording, choices: ImportChoices) -> str | None:
    """The vocabulary that the file names, if we have it and the user did not name another."""
    known = choices.vocabulary is None and recording.vocabulary in vocabulary_names()
    return recording.vocabulary if known else None


def _refuse_twins(recordings: Iterable[Recording]) -> None:
    seen: dict[str, str] = {}
    for recording in recordings:
        if recording.item in seen:
            other = seen[recording.item]
            what = f"has the same item as {other}: '{recording.item}'; rename one file"
            raise InputError(f"{recording.where} {what}")
        seen[recording.item] = recording.where


def _transcript(recording: Recording, track: Track, words: Words, odd: Counter[str]) -> GestureFile:
    found = [_gesture(mark, words, recording.duration, odd) for mark in track.marks]
    gestures = sorted((one for one in found if one), key=lambda one: (one.start or 0.0, one.end or 0.0))
    return GestureFile(
        item=recording.item,
        source="annotated",
        vocabulary=words.vocabulary,
        duration=recording.duration,
        gestures=tuple(gestures),
    )


def _gesture(mark: Mark, words: Words, duration: float | None, odd: Counter[str]) -> Gesture | None:
    """The gesture of a mark; None, and a count in `odd`, where the mark cannot be a gesture."""
    end = mark.end
    if problem := _problem(mark, duration):
        odd[problem] += 1
        return None
    if mark.start is None:
        odd["annotations have no start: they count as present, without a time"] += 1
    if duration is not None and end is not None and end > duration:
        if end > duration + ROUNDING:
            odd["annotations end after the recording does and are cut there"] += 1
        end = duration
    label = words.renamed[mark.label]
    level = load_vocabulary(words.vocabulary).level(label)
    return Gesture(label=label, start=mark.start, end=end, confidence=mark.confidence, level=level)


def _problem(mark: Mark, duration: float | None) -> str | None:
    if not mark.label:
        return "annotations are empty and left out"
    if len(mark.label) > LONGEST:
        return f"annotations are longer than {LONGEST} characters and left out: is it the right tier?"
    if mark.start is not None and mark.end is not None and mark.end < mark.start:
        return "annotations end before they start and are left out"
    if duration is not None and mark.start is not None and mark.start > duration:
        return "annotations start after the recording's end and are left out"
    return None


def track_notes(chosen: Iterable[Chosen]) -> list[str]:
    """A line for each choice among tracks, and one for each track that some recordings do not
    have."""
    alike: dict[tuple[str, tuple[str, ...]], list[Chosen]] = {}
    missing: dict[tuple[str, str], list[str]] = {}
    for one in chosen:
        if len(one.recording.tracks) > 1:
            alike.setdefault((one.recording.kind, one.names), []).append(one)
        for name in one.missing:
            missing.setdefault((one.recording.kind, name), []).append(one.recording.item)
    lines = []
    for (kind, names), group in alike.items():
        items = some([one.recording.item for one in group])
        left: Counter[str] = Counter()
        for one in group:
            left.update({n: len(t.marks) for n, t in one.recording.tracks.items() if n not in names})
        others = some([f"{name} ({count} annotations)" for name, count in sorted(left.items())])
        read = f"{kind} '{names[0]}'" if len(names) == 1 else f"{kind}s {_quoted(names)}"
        lines.append(
            f"read the {read} of {len(group)} recordings ({items})" + (f", not {others}" * bool(left))
        )
    lines += [
        f"{len(items)} recordings have no {kind} '{name}': {some(items)}"
        for (kind, name), items in missing.items()
    ]
    return lines


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _odd_notes(odd: Mapping[str, Counter[str]]) -> list[str]:
    """What was left out or looks wrong, a line each, with its number and the recordings."""
    return [f"{count.total()} {what}: {some(list(count))}" for what, count in odd.items()]
