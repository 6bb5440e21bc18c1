"""What is answered about a segment of a group: its classes where they are sure, else the group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np

from mgllm.recognizer.timelines.decoding import DecodingOptions, Run
from mgllm.recognizer.timelines.paths import Reals

Answer = Literal["both", "words", "groups"]
"""What is answered: classes and, where none is sure, groups; or only one of the two."""


class Unit(NamedTuple):
    """Classes that are found as one: those of a group, or a class without a group."""

    members: tuple[int, ...]
    """Their columns in the posteriors."""
    group: int | None
    """State of runs that are answered as the group; None: the class has none."""


class Stretch(NamedTuple):
    """Consecutive frames in which the path through a unit's members stays in one."""

    member: int
    """Its place in the unit."""
    start: int
    """First frame."""
    end: int
    """Frame after the last."""
    sum_M: Reals
    """Sum of each member's posteriors in these frames."""

    @property
    def frames(self) -> int:
        """Its length."""
        return self.end - self.start

    @property
    def mean(self) -> float:
        """Mean posterior of the member."""
        return float(self.sum_M[self.member]) / self.frames

    @property
    def mean_of_all(self) -> float:
        """Mean posterior of the unit."""
        return float(self.sum_M.sum()) / self.frames

    def joined(self, following: Stretch) -> Stretch:
        """This one, longer by the frames of the following one."""
        return Stretch(self.member, self.start, following.end, self.sum_M + following.sum_M)


def answers(stretches: Sequence[Stretch], unit: Unit, options: DecodingOptions, answer: Answer) -> list[Run]:
    """Runs of classes and of the group, in the order of time.

    If no other class is sure anywhere, a class that is sure over the complete segment has all of
    it. Else each sure stretch is its class's, and the group has what is left.

    Args:
        stretches: of the segment, without gaps.
        unit: that of the segment.
        options: thresholds.
        answer: what may be answered.
    """
    whole = _joined(stretches)
    main = whole._replace(member=int(whole.sum_M.argmax()))
    is_group = unit.group is not None
    if whole.frames < options.min_frames or (is_group and whole.mean_of_all < options.min_group):
        return []
    if answer == "groups":
        return [_as_group(whole, unit.group)] if unit.group is not None else []
    smooth = absorbed(stretches, options.min_frames)
    sure = [one for one in smooth if _is_sure(one, options)]
    if _is_sure(main, options) and all(one.member == main.member for one in sure):
        return [_as_word(main, unit)]
    runs = [_as_word(one, unit) for one in sure]
    if answer == "both" and unit.group is not None:
        runs += [
            _as_group(rest, unit.group)
            for rest in _rests(smooth, options)
            if rest.frames >= options.min_frames and rest.mean_of_all >= options.min_group
        ]
    return sorted(runs, key=lambda run: run.start)


def without_named(runs: Sequence[Run], units: Sequence[Unit]) -> list[Run]:
    """The runs without those of groups of which a class is sure at the same time."""
    members = {unit.group: unit.members for unit in units if unit.group is not None}

    def is_named(run: Run) -> bool:
        words = (one for one in runs if one.state in members[run.state])
        return any(one.start < run.end and run.start < one.end for one in words)

    return [run for run in runs if run.state not in members or not is_named(run)]


def absorbed(stretches: Sequence[Stretch], min_frames: int) -> list[Stretch]:
    """Stretches of which short ones have become part of the neighbour that is more probable in
    them."""
    kept: list[Stretch] = []
    for place, stretch in enumerate(stretches):
        before = kept[-1:]
        after = list(stretches[place + 1 : place + 2])
        if stretch.frames < min_frames and (before or after):
            beside = max((*before, *after), key=lambda one: stretch.sum_M[one.member])
            stretch = stretch._replace(member=beside.member)  # noqa: PLW2901  # a changed copy
        if before and before[0].member == stretch.member:
            kept[-1] = before[0].joined(stretch)
        else:
            kept.append(stretch)
    return kept


def _rests(stretches: Sequence[Stretch], options: DecodingOptions) -> Iterator[Stretch]:
    """Consecutive stretches without a sure class, as one."""
    open_: list[Stretch] = []
    for stretch in stretches:
        if not _is_sure(stretch, options):
            open_.append(stretch)
        elif open_:
            yield _joined(open_)
            open_ = []
    if open_:
        yield _joined(open_)


def _joined(stretches: Sequence[Stretch]) -> Stretch:
    first, last = stretches[0], stretches[-1]
    return Stretch(first.member, first.start, last.end, np.sum([one.sum_M for one in stretches], axis=0))


def _is_sure(stretch: Stretch, options: DecodingOptions) -> bool:
    return stretch.frames >= options.min_frames and stretch.mean >= options.min_confidence


def _as_word(stretch: Stretch, unit: Unit) -> Run:
    return Run(unit.members[stretch.member], stretch.start, stretch.end, stretch.mean)


def _as_group(stretch: Stretch, state: int) -> Run:
    return Run(state, stretch.start, stretch.end, stretch.mean_of_all)
