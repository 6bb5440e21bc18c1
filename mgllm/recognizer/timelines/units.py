"""Segments of groups of classes, and what is answered about each.

First a path goes through background, groups, and classes without a group; a group is as probable as
its classes together. Then a path goes through the classes inside each segment of a group. So a hand
at the head is found even where five classes share its probability. Like `decoding`, all of it works
on a stream of any length.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from mgllm.recognizer.timelines.answering import Answer, Stretch, Unit, answers, without_named
from mgllm.recognizer.timelines.decoding import DecodingOptions, OpenRuns, Run, smoothed
from mgllm.recognizer.timelines.paths import Decided, Reals, StatePath
from mgllm.skeleton.quality import spans


def group_names(names: Sequence[str], groups: Mapping[str, str]) -> tuple[str, ...]:
    """The groups of classes, in the order of their first class."""
    return tuple(dict.fromkeys(groups[name] for name in names if name in groups))


def units_of(names: Sequence[str], groups: Mapping[str, str], leave_out: Sequence[str]) -> tuple[Unit, ...]:
    """The units of classes: groups, then classes without one.

    Args:
        names: the classes, in the order of their columns, which begin at 1: 0 is background.
        groups: group by class.
        leave_out: classes that count as background.

    Returns: units whose groups have the states after those of the classes, in the order of
        `group_names`.
    """
    columns = {name: column for column, name in enumerate(names, 1) if name not in leave_out}
    units = []
    for state, group in enumerate(group_names(names, groups), 1 + len(names)):
        if members := tuple(column for name, column in columns.items() if groups.get(name) == group):
            units.append(Unit(members, state))
    return (*units, *(Unit((column,), None) for name, column in columns.items() if name not in groups))


def decode_units(
    blocks: Iterable[Reals], units: Sequence[Unit], options: DecodingOptions, answer: Answer
) -> list[Run]:
    """Answers about a stream of posteriors [T, K], background first, in the order of their start.

    A unit has a segment where the path goes through it, and also where it is probable enough beside
    the path. Columns of no unit count as background.
    """
    path, segments, found = (
        StatePath(options.stay, options.lag),
        _Segments(units, options, answer),
        list[Run](),
    )
    for p_TK in smoothed(blocks, options.median):
        for decided in path.add(_of_units(p_TK, units), p_TK):
            found += segments.add(decided)
    for decided in path.end():
        found += segments.add(decided)
    found += segments.end()
    return sorted(found, key=lambda run: (run.start, run.end, run.state))


def _of_units(p_TK: Reals, units: Sequence[Unit]) -> Reals:
    """Posteriors of background and each unit, [T, 1 + U]."""
    q_UT = [p_TK[:, list(unit.members)].sum(1) for unit in units]
    rest_T = np.maximum(p_TK.sum(1) - np.sum(q_UT, axis=0), 0)
    return np.stack([rest_T, *q_UT], axis=1)


class _Segments:
    """Segments of units over blocks; one at a block's end stays open."""

    def __init__(self, units: Sequence[Unit], options: DecodingOptions, answer: Answer) -> None:
        self._units, self._options, self._answer = units, options, answer
        self._frame = 0
        self._open: dict[int, _Segment] = {}

    def add(self, decided: Decided) -> Iterator[Run]:
        """Answers about segments that end in these frames."""
        q_TU = _of_units(decided.p_TK, self._units)[:, 1:]
        on_path_TU = decided.state_T[:, None] == np.arange(1, 1 + len(self._units))
        on_TU = on_path_TU | (q_TU >= self._options.beside)
        for place, unit in enumerate(self._units):
            p_TM, found = decided.p_TK[:, list(unit.members)], spans(on_TU[:, place])
            if place in self._open and not (found and found[0][0] == 0):
                yield from self._end(place)
            for first, last in found:
                if place not in self._open:
                    self._open[place] = _Segment(self._frame + first, self._options)
                self._open[place].add(p_TM[first:last])
                if last < len(on_TU):
                    yield from self._end(place)
        self._frame += len(on_TU)

    def end(self) -> Iterator[Run]:
        """Answers about segments that are still open."""
        for place in list(self._open):
            yield from self._end(place)

    def _end(self, place: int) -> list[Run]:
        return self._open.pop(place).answers(self._units[place], self._answer)


class _Segment:
    """An open segment: the path through its unit's members."""

    def __init__(self, start: int, options: DecodingOptions) -> None:
        self._frame, self._options = start, options
        self._path = StatePath(options.stay, options.lag)
        self._stretches: list[Stretch] = []
        self._open_beside, self._beside = OpenRuns(start), list[Run]()

    def add(self, p_TM: Reals) -> None:
        """Further frames."""
        given_TM = p_TM / np.maximum(p_TM.sum(1, keepdims=True), 1e-12)
        self._take(self._path.add(given_TM, p_TM))

    def answers(self, unit: Unit, answer: Answer) -> list[Run]:
        """What is answered about it."""
        self._take(self._path.end())
        self._beside += self._open_beside.end()
        runs = answers(self._stretches, unit, self._options, answer)
        if not runs or answer == "groups":
            return runs
        words = [run._replace(state=unit.members[run.state]) for run in self._beside]
        words = [word for word in words if _is_new(word, runs, self._options)]
        return without_named([*runs, *words], [unit])

    def _take(self, frames: Iterator[Decided]) -> None:
        for member_T, p_TM in frames:
            off_path_TM = member_T[:, None] != np.arange(p_TM.shape[1])
            self._beside += self._open_beside.add(off_path_TM & (p_TM >= self._options.beside), p_TM)
            cuts = [0, *(np.flatnonzero(np.diff(member_T)) + 1).tolist(), len(member_T)]
            for first, last in pairwise(cuts):
                self._append(int(member_T[first]), p_TM[first:last])

    def _append(self, member: int, p_TM: Reals) -> None:
        start, self._frame = self._frame, self._frame + len(p_TM)
        new = Stretch(member, start, self._frame, p_TM.sum(0))
        if self._stretches and self._stretches[-1].member == member:
            self._stretches[-1] = self._stretches[-1].joined(new)
        else:
            self._stretches.append(new)


def _is_new(beside: Run, runs: Sequence[Run], options: DecodingOptions) -> bool:
    """Whether a class that was probable beside the path is long enough, and not yet answered
    there."""
    met = (run for run in runs if run.state == beside.state)
    touched = any(run.start <= beside.end and beside.start <= run.end for run in met)
    return beside.end - beside.start >= options.min_frames and not touched
