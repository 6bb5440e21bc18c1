"""Which tracks of recordings are gestures: the ones that the user names, or that show it. Where a
file can be read in two ways, the user is asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from mgllm.cues.label_names import best_vocabulary, known_label, plain_label
from mgllm.cues.vocabularies import load_vocabulary
from mgllm.datasets.annotations._annotations import Mark, Recording, Track
from mgllm.errors import InputError, some, unknown
from mgllm.files.elan import called
from mgllm.records import Frozen

ENOUGH = 0.5
"""Share of a track's distinct labels that a vocabulary must know, so that it is read unasked."""
ALMOST = 0.85
"""How alike a misspelt label is to the vocabulary's, from 0 to 1: one letter in six is wrong."""
SHORTEST, LONGEST = 6, 80
"""Letters of a label that may be misspelt: a short word of speech is like many, and a sentence is
none."""
MANY = 200
"""Distinct labels of a track from which it is not looked for misspelt ones: words of speech."""
TWINS = 0.8
"""Share of annotations that are also on another track (same label, most of the same time) from
which two tracks look like two people's annotations of the same gestures: our choice."""
FEWEST = 3
"""Annotations below which two tracks may be alike by chance."""
COMPARED = 500
"""Annotations of a track that are compared, so that long files do not take long."""
_CODER = re.compile(r"(?<![^\W_])(?:coder|rater|annotator|kodierer|codeur)s?(?![^\W\d_])", re.IGNORECASE)


class Chosen(Frozen):
    """A recording, and which of its tracks are read."""

    recording: Recording
    names: tuple[str, ...]
    """Names of tracks, at least one."""
    missing: tuple[str, ...] = ()
    """Tracks that the user wants and this recording does not have."""

    @property
    def people(self) -> Mapping[str, tuple[str, ...]]:
        """Names of the tracks by person; tracks that name nobody belong to the first person."""
        tracks = self.recording.tracks
        named = list(dict.fromkeys(tracks[name].person for name in self.names if tracks[name].person))
        first = named[0] if named else ""
        return {
            person: tuple(name for name in self.names if (tracks[name].person or first) == person)
            for person in named or [""]
        }


def choose(recordings: Sequence[Recording], wanted: Sequence[str], flag: str = "--tier") -> list[Chosen]:
    """The tracks to read: those that the user names, the only one, or all that are of gestures.

    Args:
        recordings: all that are read at once: a track is one of gestures in all of them, or in
            none.
        wanted: names of tracks; NAME also means the tracks NAME@PERSON.
        flag: what the user names them with.

    Raises:
        InputError: a wanted track is nowhere, or it is not clear which to read; names the tracks.
    """
    if wanted:
        chosen = [_named(recording, wanted, flag) for recording in recordings]
        for name in wanted:
            if all(name in one.missing for one in chosen):
                known = {track: None for one in recordings for track in one.tracks}
                raise InputError(f"{recordings[0].where}: {unknown(recordings[0].kind, name, known)}")
        return chosen
    fits = _fits(recordings)
    return [_fitting(recording, fits, flag) for recording in recordings]


def refuse_several_people(chosen: Chosen, flag: str = "--tier") -> None:
    """Refuse tracks of several people: a transcript is of one person.

    Raises:
        InputError: there are several; names them.
    """
    if len(chosen.people) > 1:
        what = f"has {chosen.recording.kind}s of {len(chosen.people)} people, and a transcript is of one"
        raise InputError(f"{chosen.recording.where} {what}: {_listed(chosen.recording, chosen.names, flag)}")


def join_tracks(chosen: Chosen, names: Iterable[str]) -> Track:
    """One track of several; an annotation that is on two of them with the same times counts
    once."""
    marks: list[Mark] = []
    odd: Counter[str] = Counter()
    seen: set[Mark] = set()
    for name in names:
        track = chosen.recording.tracks[name]
        own = [mark for mark in track.marks if mark.start is None or mark not in seen]
        odd.update(track.odd)
        odd["annotations are on two tracks with the same times and count once"] += len(track.marks) - len(own)
        marks += own
        seen.update(track.marks)
    return Track(marks=tuple(marks), odd=+odd)


def _named(recording: Recording, wanted: Sequence[str], flag: str) -> Chosen:
    """The tracks that the user names.

    Raises:
        InputError: the recording has none of them, or several people where a track is a person.
    """
    found = {name: called(recording.tracks, name) for name in wanted}
    names = tuple(dict.fromkeys(track for tracks in found.values() for track in tracks))
    if not names:
        if len(wanted) == 1:
            raise InputError(f"{recording.where}: {unknown(recording.kind, wanted[0], recording.tracks)}")
        what = f"has none of the {recording.kind}s {', '.join(wanted)}"
        raise InputError(f"{recording.where} {what}: {_listed(recording, recording.tracks, flag)}")
    if recording.kind == "subject" and len(names) > 1:
        what = f"has {len(names)} people, and a transcript is of one"
        raise InputError(f"{recording.where} {what}: {_listed(recording, names, flag)}")
    return Chosen(recording=recording, names=names, missing=tuple(name for name in wanted if not found[name]))


def _fitting(recording: Recording, fits: Mapping[str, Fit], flag: str) -> Chosen:
    """The tracks that are of gestures.

    Raises:
        InputError: it is not clear which are.
    """
    tracks = recording.tracks
    if not tracks:
        raise InputError(f"{recording.where} has no {recording.kind}: nothing was annotated")
    if recording.kind in ("subject", "table"):
        if len(tracks) > 1:
            what = f"has {len(tracks)} people: {_listed(recording, tracks, flag)}"
            raise InputError(f"{recording.where} {what}")
        return Chosen(recording=recording, names=tuple(tracks))
    if recording.kind == "attribute" and not any(track.marks or track.offered for track in tracks.values()):
        return Chosen(recording=recording, names=tuple(tracks)[:1])
    names = tuple(name for name in tracks if fits[name].enough)
    if not names:
        raise InputError(f"{recording.where} {_unclear(recording, fits, flag)}")
    chosen = Chosen(recording=recording, names=names)
    if coders := _annotators(chosen):
        what = f"has {recording.kind}s that look like several annotators' views of one person ({coders})"
        raise InputError(f"{recording.where} {what}: {_listed(recording, names, flag)}")
    return chosen


class Fit(Frozen):
    """How well the labels of a track's name fit a gesture vocabulary, over all recordings."""

    known: int
    """Distinct labels that the vocabulary has."""
    labels: int
    """Distinct labels, or entries to choose from where nothing is annotated."""
    surely: bool = False
    """Whether the file itself says that it is of gestures."""

    @property
    def enough(self) -> bool:
        """Whether the track is read unasked."""
        return self.surely or (self.labels > 0 and self.known >= ENOUGH * self.labels)


def _fits(recordings: Iterable[Recording]) -> dict[str, Fit]:
    """How tracks fit, by name."""
    tracks: dict[str, list[Track]] = {}
    for recording in recordings:
        for name, track in recording.tracks.items():
            tracks.setdefault(name, []).append(track)
    return {name: _fit(own) for name, own in tracks.items()}


def _fit(tracks: Sequence[Track]) -> Fit:
    labels = {mark.label for track in tracks for mark in track.marks if mark.label}
    labels = labels or {label for track in tracks for label in track.offered if label}
    vocabulary = best_vocabulary(labels).vocabulary
    rest = [label for label in labels if known_label(vocabulary, label) is None]
    misspelt = [label for label in rest if len(labels) <= MANY and _misspelt(vocabulary, label)]
    known = len(labels) - len(rest) + len(misspelt)
    return Fit(known=known, labels=len(labels), surely=any(track.surely for track in tracks))


def _misspelt(vocabulary: str, label: str) -> bool:
    """Whether a label is one of the vocabulary's with a letter or two wrong."""
    known = [one.label for one in load_vocabulary(vocabulary).classes]
    plain = plain_label(label)
    return SHORTEST <= len(plain) <= LONGEST and bool(get_close_matches(plain, known, n=1, cutoff=ALMOST))


def _unclear(recording: Recording, fits: Mapping[str, Fit], flag: str) -> str:
    kind, tracks = recording.kind, recording.tracks
    listed = _listed(recording, tracks, flag, fits)
    if len(tracks) > 1:
        return (
            f"has {len(tracks)} {kind}s, and of none at least half of the labels are in a gesture "
            f"vocabulary: {listed}"
        )
    if not next(iter(tracks.values())).marks:
        return f"has one {kind}, and nothing is annotated on it: {listed}, if no gesture was seen"
    return f"has one {kind}, and less than half of its labels are in a gesture vocabulary: {listed}"


def _listed(
    recording: Recording, names: Iterable[str], flag: str, fits: Mapping[str, Fit] | None = None
) -> str:
    said = []
    for name in names:
        track = recording.tracks[name]
        parts = [
            *([track.person] if track.person and not name.endswith(f"@{track.person}") else []),
            f"{len(track.marks)} annotations",
            *([f"{fits[name].known} of {fits[name].labels} labels known"] if fits else []),
        ]
        said.append(f"{name} ({', '.join(parts)})")
    return f"{', '.join(said)}; choose one with {flag} NAME"


def _annotators(chosen: Chosen) -> str:
    """Why the tracks of a person look like several annotators' work; empty if they do not."""
    for names in chosen.people.values():
        tracks = [chosen.recording.tracks[name] for name in names]
        annotators = list(dict.fromkeys(track.annotator for track in tracks if track.annotator))
        if len(annotators) > 1:
            return f"annotators {some(annotators)}"
        if len(names) > 1 and all(_CODER.search(name) for name in names):
            return "their names say so"
        for place, one in enumerate(tracks):
            if any(_alike(one, other) for other in tracks[:place]):
                return "most annotations are on both"
    return ""


def _alike(one: Track, other: Track) -> bool:
    """Whether most gestures of the shorter track are on the longer one too, at about the same
    time."""
    few, many = sorted((one.marks, other.marks), key=len)
    if len(few) < FEWEST:
        return False
    few = few[:COMPARED]
    by_label: dict[str, list[Mark]] = {}
    for mark in many:
        by_label.setdefault(mark.label, []).append(mark)
    both = [any(_same_time(mark, twin) for twin in by_label.get(mark.label, ())) for mark in few]
    exact = len(set(few) & set(many))
    return sum(both) >= TWINS * len(few) and exact < sum(both)


def _same_time(one: Mark, other: Mark) -> bool:
    """Whether more than half of the time of both is common."""
    if one.start is None or one.end is None or other.start is None or other.end is None:
        return False
    common = min(one.end, other.end) - max(one.start, other.start)
    return common > 0.5 * (max(one.end, other.end) - min(one.start, other.start))
