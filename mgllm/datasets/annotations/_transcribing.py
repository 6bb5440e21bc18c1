"""From recordings, as annotation tools describe them, to transcripts with a vocabulary's labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from mgllm.cues.label_names import best_vocabulary, known_label, translate
from mgllm.cues.vocabularies import load_vocabulary, vocabulary_names
from mgllm.datasets.annotations._annotations import Mark, Recording, Track
from mgllm.datasets.base import ImportChoices, ImportedTranscripts
from mgllm.errors import InputError, nearest, one_line, some, unknown
from mgllm.records import Frozen, Gesture, GestureFile

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
    warnings = [*_track_notes(pairs), *_odd_notes(odd), *notes]
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
            what = f"has the same item as {other}: '{recording.item}'; rename one file"
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


def _track_notes(pairs: Iterable[tuple[Recording, str]]) -> list[str]:
    """A line for each track that was chosen among others."""
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


def _odd_notes(odd: dict[str, Counter[str]]) -> list[str]:
    return [f"{count.total()} {what}: {some(list(count))}" for what, count in odd.items()]


def choose_track(recording: Recording, wanted: str | None) -> str:
    """Name of the track to read: the one asked for, or the only one, or the one whose labels fit
    best.

    Raises:
        InputError: the wanted one is not there, there is none at all, several people were observed,
            or no label of any track is in a vocabulary.
    """
    tracks = recording.tracks
    if wanted is not None:
        return _wanted(recording, wanted)
    if not tracks:
        raise InputError(f"{recording.where} has no {recording.kind}: nothing was annotated")
    if len(tracks) == 1:
        return next(iter(tracks))
    if recording.kind == "subject":
        raise InputError(f"{recording.where} has {len(tracks)} people: {_listed(recording)}")
    fits = {name: _fit(track) for name, track in tracks.items()}
    best = max(fits, key=lambda name: fits[name])
    if fits[best][:2] == (0, 0):
        what = f"has {len(tracks)} {recording.kind}s, none with a label of any gesture vocabulary"
        raise InputError(f"{recording.where} {what}: {_listed(recording)}")
    return best


def _wanted(recording: Recording, wanted: str) -> str:
    spelled = {name.casefold(): name for name in recording.tracks}
    if wanted.casefold() not in spelled:
        raise InputError(f"{recording.where}: {unknown(recording.kind, wanted, recording.tracks)}")
    return wanted if wanted in recording.tracks else spelled[wanted.casefold()]


def _fit(track: Track) -> tuple[int, int, float]:
    """Known labels; known labels among those offered; share of marks that are known."""
    best = best_vocabulary(mark.label for mark in track.marks)
    offered = best_vocabulary(track.offered)
    choices = sum(known_label(offered.vocabulary, label) is not None for label in track.offered)
    return best.known, choices, best.known / max(len(track.marks), 1)


def _listed(recording: Recording) -> str:
    names = ", ".join(f"{name} ({len(track.marks)} annotations)" for name, track in recording.tracks.items())
    return f"{names}; choose one with --tier NAME"


class Words(Frozen):
    """What becomes of labels."""

    vocabulary: str
    """The vocabulary of the transcripts."""
    renamed: Mapping[str, str]
    """Label in the transcript, by label in the file. A label that is not in the vocabulary is
    kept."""


def choose_words(labels: Sequence[str], wanted: str | None, named: str | None) -> Words:
    """The vocabulary that the user wants, or that the files name, or that fits best.

    Labels of other vocabularies are translated only where the user named the vocabulary.

    Raises:
        InputError: there is no such vocabulary.
    """
    vocabulary = wanted or named or best_vocabulary(labels).vocabulary
    load_vocabulary(vocabulary)
    renamed = {}
    for label in dict.fromkeys(labels):
        known = known_label(vocabulary, label)
        if known is None and wanted is not None:
            known = _translated(label, vocabulary)
        renamed[label] = known or label
    return Words(vocabulary=vocabulary, renamed=renamed)


def word_notes(labels: Sequence[str], words: Words) -> list[str]:
    """Notes on labels that were translated, and on labels of another vocabulary or of none."""
    count = Counter(labels)
    own = {label for label in count if known_label(words.vocabulary, label) is not None}
    translated = [label for label in count if label not in own and words.renamed[label] != label]
    rest = [label for label in count if label not in own and label not in translated]
    elsewhere = [label for label in rest if best_vocabulary([label]).known]
    nowhere = [label for label in rest if label not in elsewhere]
    lines = []
    if count and len(rest) == len(count):
        noun = load_vocabulary(words.vocabulary).noun
        lines.append(f"no label is in the vocabulary {words.vocabulary}; prompts will call them {noun}")
    if translated:
        said = some([f"'{label}' is '{words.renamed[label]}'" for label in translated])
        lines.append(f"{len(translated)} labels were translated to {words.vocabulary}: {said}")
    if elsewhere:
        said = some([f"'{label}' ({count[label]}; {_homes(label)})" for label in elsewhere])
        lines.append(
            f"{len(elsewhere)} labels are not in {words.vocabulary} but in another vocabulary: {said}"
        )
    if nowhere:
        said = some([_with_guess(label, count[label], words.vocabulary) for label in nowhere])
        lines.append(f"{len(nowhere)} labels are in no vocabulary and are kept: {said}")
    return lines


def _translated(label: str, vocabulary: str) -> str | None:
    found = (translate(label, source, vocabulary) for source in vocabulary_names())
    return next((other for other in found if other is not None), None)


def _homes(label: str) -> str:
    return ", ".join(name for name in vocabulary_names() if known_label(name, label) is not None)


def _with_guess(label: str, times: int, vocabulary: str) -> str:
    known = [one.label for one in load_vocabulary(vocabulary).classes]
    near = nearest(label, known, cutoff=0.75)
    guess = f"; is it '{near}'?" if near else ""
    return f"'{label:.60}' ({times}{guess})"
