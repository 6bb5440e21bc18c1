"""Which of a recording's tracks holds the gestures."""

from __future__ import annotations

from mgllm.cues.label_names import best_vocabulary, known_label
from mgllm.datasets.annotations._annotations import Recording, Track
from mgllm.errors import InputError, unknown


def choose_track(recording: Recording, wanted: str | None) -> str:
    """Name of the track to read: the one asked for, or the only one, or the one whose labels fit best.

    Raises:
        InputError: the wanted one is not there, there is none at all, several people were observed, or no
            label of any track is in a vocabulary.
    """
    tracks = recording.tracks
    if wanted is not None:
        return _wanted(recording, wanted)
    if not tracks:
        raise InputError(f"{recording.where} holds no {recording.kind}: nothing was annotated")
    if len(tracks) == 1:
        return next(iter(tracks))
    if recording.kind == "subject":
        raise InputError(f"{recording.where} observes {len(tracks)} people: {_named(recording)}")
    fits = {name: _fit(track) for name, track in tracks.items()}
    best = max(fits, key=lambda name: fits[name])
    if fits[best][:2] == (0, 0):
        what = f"has {len(tracks)} {recording.kind}s, none with a label of any gesture vocabulary"
        raise InputError(f"{recording.where} {what}: {_named(recording)}")
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


def _named(recording: Recording) -> str:
    names = ", ".join(f"{name} ({len(track.marks)} annotations)" for name, track in recording.tracks.items())
    return f"{names}; say which with --tier NAME"
