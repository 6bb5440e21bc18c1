"""The arms `text+filler` and `mg+filler`: lines as long as cues that say nothing about the person.

The lines are about recording equipment. They are put together from small parts, so that any length
in tokens can be reached. A part with a forbidden word (of a gesture vocabulary or a label) is left
out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mgllm.arms.base import FIRST_RULES, Case, arm
from mgllm.cues.base import styles
from mgllm.cues.block import Cues
from mgllm.cues.vocabularies import gesture_words
from mgllm.errors import InputError
from mgllm.seeds import stream

Count = Callable[[str], int]
"""Counts the tokens of a text."""

SHARE, TOKENS = 0.03, 3
"""How far the block's length may differ: 3 % or 3 tokens, whichever is more."""
ROUNDS = 40
"""Attempts to correct the lines' lengths, and then to correct the definition's."""
TOPICS = (
    "audio level", "frame rate", "file format", "sample rate", "bit depth", "video codec", "storage space",
    "battery charge", "cable connection", "lens setting", "exposure setting", "white balance", "noise floor",
    "input gain", "room temperature", "ambient light", "fan noise", "tripod height", "memory card",
    "time code", "color profile", "aspect ratio", "shutter speed", "signal path", "disk usage", "backup copy",
    "file size", "audio track", "video stream", "camera clock", "mains power", "network link", "buffer size",
    "playback speed", "screen brightness", "air conditioning",
)  # fmt: skip
STATES = (
    "digital", "analog", "numeric", "internal", "default", "decimal", "by menu", "per file", "in metadata",
    "in decibels", "as text", "as numbers", "set by menu", "listed per file", "kept as text",
    "given in seconds", "listed in metadata", "listed once per minute in metadata",
)  # fmt: skip
"""Where something is noted and in which unit: nothing good or bad, and nothing with such an
opposite. Measured in docs/results/filler-valence.md; measure a new one too."""
FIRST_STATES = (
    "steady", "unchanged", "constant", "stable", "nominal", "logged", "checked", "verified", "within limits",
    "steady throughout", "as configured", "unchanged since start", "logged without warnings",
    "constant during capture", "checked before capture", "unchanged during entire capture",
    "within limits during capture", "logged automatically every minute during capture",
)  # fmt: skip
"""By the first rules; they sound positive, so today's rules do not use them."""
SINGLES = (
    "recording", "audio", "video", "signal", "sound", "format", "input", "output", "power", "buffer", "log",
    "fan", "mic", "hum", "disk", "sync", "static", "playback", "streaming", "noise", "light", "battery",
)  # fmt: skip


class _Frame(NamedTuple):
    """Heading and sentences of a filler block, each in several versions; the first that fits is
    used."""

    heading: str
    definitions: tuple[str, ...]
    """Without full stop; topics may follow."""
    nothings: tuple[str, ...]
    """For an item without gestures."""


FRAMES = (
    _Frame(
        "Recording notes:",
        ("A recording note is a technical remark about equipment", "Recording notes describe equipment"),
        ("No recording notes were made.", "No recording notes exist.", "Recording notes remain absent."),
    ),
    _Frame(
        "Equipment notes:",
        ("An equipment note is a technical remark about devices", "Equipment notes describe devices"),
        ("No equipment notes were made.", "No equipment notes exist.", "Equipment notes remain absent."),
    ),
    _Frame(
        "Device log:",
        ("A device log is a technical list about hardware", "Device logs describe hardware"),
        ("No device log was kept.", "No device log exists.", "Device log remains empty."),
    ),
)


@arm("mg+filler", speech=False, needs="source", role="alone_filler", place=62)
@arm("text+filler", speech=True, needs="source", role="filler", place=60)
def _filler(case: Case, level: None) -> Cues:
    ground = case.ground
    cues, style = case.show(case.transcript()), styles.get(ground.settings.style)()
    lines = tuple(style.filler(cues.lines, ground.seed, case.item.id))
    cues = cues.model_copy(update={"lines": lines})
    if ground.design_rules != FIRST_RULES:
        return fill(cues, ground.count, ground.render, ground.forbidden, ground.seed, case.item.id)
    parts = _parts(ground.count, _banned(ground.forbidden), FIRST_STATES)
    return _filled(cues, parts, ground.render, stream(ground.seed, "filler", case.item.id), case.item.id)


def _banned(forbidden: Collection[str]) -> frozenset[str]:
    return _words([*gesture_words(), *forbidden])


@dataclass(frozen=True, eq=False)
class _Parts:
    """The parts that may be used, with their lengths in tokens."""

    frame: _Frame
    topics: tuple[str, ...]
    phrases: tuple[str, ...]
    lengths: NDArray[np.int64]
    """[phrases] tokens."""
    count: Count


def fill(
    cues: Cues, count: Count, render: Callable[[Cues], str], forbidden: Collection[str], seed: int, item: str
) -> Cues:
    """A block with the form of `cues` and as many tokens when rendered, within 3 % or 3.

    `count` counts tokens (give the same callable for all items: phrases are measured once for
    each); `render` writes a cue block; `forbidden` are the words of the scenario's labels. Times
    and confidences stay. Heading and definition depend on seed and item only if the lines alone
    cannot reach the length.

    Raises:
        InputError: the forbidden words leave too few parts, or the length cannot be reached.
    """
    return _filled(
        cues, _parts(count, _banned(forbidden), STATES), render, stream(seed, "filler", item), item
    )


def _filled(
    cues: Cues, parts: _Parts, render: Callable[[Cues], str], rng: np.random.Generator, item: str
) -> Cues:
    count = parts.count
    wanted = count(render(cues))
    allowed = max(TOKENS, SHARE * wanted)

    def missing(block: Cues) -> int:
        return wanted - count(render(block))

    block = _first_draft(cues, parts, rng)
    block = _corrected(block, missing, lambda draft, gap: _stretched(draft, gap, parts, rng))
    if abs(missing(block)) > allowed:
        block = _corrected(block, missing, lambda draft, gap: _redefined(draft, gap, parts))
    if abs(missing(block)) > allowed:
        raise InputError(
            f"item '{item}': its filler has {wanted - missing(block)} tokens, its cue block {wanted}; leave "
            "text+filler and mg+filler out, or give the gestures names of a usual length"
        )
    return block


@lru_cache(maxsize=8)
def _parts(count: Count, banned: frozenset[str], states: tuple[str, ...]) -> _Parts:
    """All parts without a banned word."""

    def free(texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(text for text in texts if not _words([text]) & banned)

    frames = (
        _Frame(frame.heading, free(frame.definitions), free(frame.nothings))
        for frame in FRAMES
        if free([frame.heading])
    )
    frame = next((one for one in frames if one.definitions and one.nothings), None)
    topics, states = free(TOPICS), free(states)
    if frame is None or not topics or not states:
        raise InputError(
            "no filler can be written without a word of the scenario's labels; leave text+filler and "
            "mg+filler out, or choose other words for the labels"
        )
    phrases = (*free(SINGLES), *topics, *(f"{topic} {state}" for topic in topics for state in states))
    return _Parts(frame, topics, phrases, np.array([count(phrase) for phrase in phrases]), count)


def _words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in re.findall(r"\w+", text.casefold()))


def _first_draft(cues: Cues, parts: _Parts, rng: np.random.Generator) -> Cues:
    """A block in which each text is about as long as the one that it replaces."""
    frame, count = parts.frame, parts.count
    block = Cues(
        heading=frame.heading,
        definition=_definition(count(cues.heading) - count(frame.heading) + count(cues.definition), parts),
        lines=cues.lines,
        nothing=min(frame.nothings, key=lambda text: abs(count(text) - count(cues.nothing))),
    )
    return _rewritten(block, {k: count(line.what) for k, line in enumerate(cues.lines)}, parts, rng)


def _corrected(block: Cues, missing: Callable[[Cues], int], correct: Callable[[Cues, int], Cues]) -> Cues:
    """The block nearest to the wanted length, among `block` and its corrections."""
    best, least = block, np.inf
    for _ in range(ROUNDS):
        gap = missing(block)
        if abs(gap) < least:
            best, least = block, abs(gap)
        if gap == 0:
            break
        block = correct(block, gap)
    return best


def _stretched(block: Cues, gap: int, parts: _Parts, rng: np.random.Generator) -> Cues:
    """The block with its lines longer by `gap` tokens in all, or shorter if `gap` is negative."""
    now = [parts.count(line.what) for line in block.lines]
    goal, shortest = list(now), int(parts.lengths.min())
    for _ in range(abs(gap)):
        changeable = [k for k, length in enumerate(goal) if gap > 0 or length > shortest]
        if not changeable:
            break
        goal[changeable[rng.integers(len(changeable))]] += 1 if gap > 0 else -1
    return _rewritten(block, {k: goal[k] for k in range(len(goal)) if goal[k] != now[k]}, parts, rng)


def _redefined(block: Cues, gap: int, parts: _Parts) -> Cues:
    """The block with its definition longer by `gap` tokens, or shorter if `gap` is negative."""
    length = parts.count(block.definition) + gap
    return block.model_copy(update={"definition": _definition(length, parts)})


def _rewritten(block: Cues, lengths: Mapping[int, int], parts: _Parts, rng: np.random.Generator) -> Cues:
    """The block with new phrases of the given lengths (in tokens, by index of the line)."""
    lines = list(block.lines)
    for k, length in lengths.items():
        said = {line.what for line in lines}
        lines[k] = lines[k].model_copy(update={"what": _phrase(length, parts, said, rng)})
    return block.model_copy(update={"lines": tuple(lines)})


def _phrase(length: int, parts: _Parts, said: Collection[str], rng: np.random.Generator) -> str:
    """A remark of about `length` tokens, if possible one that was not yet `said`."""
    text = ""
    while True:
        room = length - (parts.count(f"{text}, ") if text else 0)
        piece = _piece(room, parts, {*said, *text.split(", ")}, rng)
        longer = f"{text}, {piece}" if text else piece
        if text and abs(parts.count(longer) - length) >= abs(parts.count(text) - length):
            return text
        text = longer
        if parts.count(text) >= length:
            return text


def _piece(room: int, parts: _Parts, said: Collection[str], rng: np.random.Generator) -> str:
    """The phrase that fits the room best; if there is room for several, any of the longer ones."""
    longest = int(parts.lengths.max())
    off = np.abs(parts.lengths - room) if room <= longest else (parts.lengths < longest / 2).astype(np.int64)
    fitting = [parts.phrases[k] for k in np.flatnonzero(off == off.min())]
    fresh = [phrase for phrase in fitting if phrase not in said] or fitting
    return fresh[rng.integers(len(fresh))]


@lru_cache(maxsize=256)
def _definition(length: int, parts: _Parts) -> str:
    """The definition of the nearest length: one of the versions, with as many topics as needed."""
    sentences: list[str] = []
    for wording in parts.frame.definitions:
        topics: list[str] = []
        sentences.append(f"{wording}.")
        while parts.count(sentences[-1]) < length and len(topics) < len(parts.topics):
            rest = [topic for topic in parts.topics if topic not in topics]
            sentences += [f"{wording}: {', '.join([*topics, topic])}." for topic in reversed(rest)]
            topics.append(rest[0])
    return min(sentences, key=lambda sentence: abs(parts.count(sentence) - length))
