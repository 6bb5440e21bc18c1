"""The arm `text+noisy@P`: gestures as a worse recogniser would have named them.

Every gesture has its own seeded number u and changes if u < level. What it changes to depends only
on the seed, the item and its place, so levels nest: what changes at .2 changes in the same way at
.4. A confusion file, if given, says which label may change to which.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from itertools import accumulate
from pathlib import Path

from mgllm.arms.base import Case, Ground, arm
from mgllm.cues.block import Cues, shown_gestures
from mgllm.errors import InputError, unknown
from mgllm.files.tables import csv_rows
from mgllm.records import CueSettings, Frozen, Gesture, GestureTranscript
from mgllm.seeds import stream, unit

NAME = "text+noisy@"
NOISY = re.compile(r"text\+noisy@([0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
USUAL_LENGTH = 1.0
"""Seconds that a false alarm lasts where the item has no gesture to take the length from."""
MISSED = "missed"
"""Column of a confusion file: the recogniser finds no gesture."""
NONE = "(none)"
"""Row of a confusion file: there was no gesture, so what is found is a false alarm."""
MAX_BYTES = 1_000_000
"""Largest confusion file that is read: 100 by 100 cells of five characters are 50 kB."""


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

    Raises:
        InputError: `level` is not in 0..1, or there is no other label to draw.
    """
    _check(level)
    if level == 0 or not transcript.gestures:
        return transcript
    if sum(share > 0 for share in frequencies.values()) < 2:  # a label is replaced by another one
        known = ", ".join(frequencies) or "(none)"
        raise InputError(
            f"text+noisy needs at least two gesture labels, the item set has: {known}; leave the arm out"
        )
    gestures = []
    for index, gesture in enumerate(transcript.gestures):
        if unit(seed, "noise", item, index) < level:
            others = {label: share for label, share in frequencies.items() if label != gesture.label}
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
    timed = _timed(transcript)
    for index, gesture in enumerate(transcript.gestures):
        row = confusion.rows.get(gesture.label)
        if row is None:
            raise InputError(f"--confusion {unknown('true label', gesture.label, confusion.rows)}")
        label = gesture.label
        if unit(seed, "noise", item, index) < level:
            label = _drawn(row, unit(seed, "confusion", item, index))
        if label != MISSED:
            place = (gesture.start or 0.0) if timed else (index + 0.5) / len(transcript.gestures)
            gestures.append((place, gesture.model_copy(update={"label": label})))
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
    alarms = []
    for k in range(count):
        if unit(seed, "false alarm", item, k) >= level:
            continue
        label = _drawn(confusion.false_alarms, unit(seed, "false alarm label", item, k))
        place = unit(seed, "false alarm place", item, k)
        like = _model(transcript, unit(seed, "false alarm model", item, k))
        if length is None:
            alarms.append((place, like.model_copy(update={"label": label, "start": None, "end": None})))
        else:
            alarms.append(_placed(like, label, place, length))
    return alarms


def _placed(like: Gesture, label: str, place: float, length: float) -> tuple[float, Gesture]:
    """A false alarm as long as `like`, completely inside the recording of `length` seconds."""
    lasts = 0.0 if like.end is None else min(like.end - (like.start or 0.0), length)
    start = place * (length - lasts)
    end = None if like.end is None else min(start + lasts, length)
    return start, like.model_copy(update={"label": label, "start": start, "end": end})


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


class Confusion(Frozen):
    """What a recogniser finds for each true gesture."""

    rows: Mapping[str, Mapping[str, float]]
    """By true label: probability of each label found, and of `missed`; each row sums to 1."""
    false_alarms: Mapping[str, float] = {}
    """By label, the expected number of false alarms per item at level 1."""


def load_confusion(path: Path) -> Confusion:
    """Read a confusion file.

    Raises:
        InputError: it cannot be read, is not a table, or has a wrong row; with file and line.
    """
    lines = _lines(path)
    line, header = next(lines, (1, []))
    said = [name.strip() for name in header[1:]]
    if not said or "" in said or NONE in said:
        raise InputError(f"{path}:{line} is not a header; write 'true,LABEL,LABEL,…,{MISSED}'")
    _refuse_twice(path, line, said, "column")
    rows: dict[str, Mapping[str, float]] = {}
    for line, cells in lines:
        name, shares = cells[0].strip(), _shares(path, line, cells, said)
        _refuse_twice(path, line, [*rows, name], "row")
        rows[name] = shares if name == NONE else _normalised(path, line, shares)
    false_alarms = dict(rows.pop(NONE, {}))
    if false_alarms.pop(MISSED, 0):
        raise InputError(f"{path} row '{NONE}' has a number under '{MISSED}'; leave it empty")
    if not rows:
        raise InputError(f"{path} has no row with a true label; write a row for each gesture")
    return Confusion(rows=rows, false_alarms=false_alarms)


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each line that is not blank."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path} is larger than {MAX_BYTES:,} bytes, too large for a confusion table")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path} does not exist") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as UTF-8 text: {error}") from None
    for line, cells in csv_rows(StringIO(text, newline=""), path, refusal=":{line} is not valid CSV"):
        if any(cell.strip() for cell in cells):
            yield line, cells


def _shares(path: Path, line: int, cells: Sequence[str], said: Sequence[str]) -> dict[str, float]:
    """The numbers of a row by label found; empty cells are 0."""
    if not cells[0].strip():
        raise InputError(f"{path}:{line} has no true label in its first column")
    if len(cells) != len(said) + 1:
        raise InputError(
            f"{path}:{line} has {len(cells)} cells, the header {len(said) + 1}; give each row as many cells"
        )
    return {name: _share(path, line, name, cell) for name, cell in zip(said, cells[1:], strict=True)}


def _share(path: Path, line: int, name: str, cell: str) -> float:
    try:
        value = float(cell) if cell.strip() else 0.0
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1e9:
        raise InputError(f"{path}:{line} column '{name}' has '{cell}'; write a number, 0 or more")
    return value


def _normalised(path: Path, line: int, shares: Mapping[str, float]) -> dict[str, float]:
    total = sum(shares.values())
    if total <= 0:
        raise InputError(f"{path}:{line} sums to 0; write what this gesture is taken for, or missed")
    return {name: share / total for name, share in shares.items()}


def _refuse_twice(path: Path, line: int, names: Sequence[str], what: str) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{path}:{line} {what} '{twice}' appears twice; keep one of them")
