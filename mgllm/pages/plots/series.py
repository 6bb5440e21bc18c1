"""The models of a picture, with name, colour and shape of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mgllm.pages.plots.look import MARKERS, Look
from mgllm.records import RowName

APART = " · "
"""Between the parts of a row's name."""


@dataclass(frozen=True, slots=True)
class Series:
    """A model, or one of the ways in which it was asked."""

    words: str
    """Its name in the legend."""
    number: int
    """Its place among all of a picture."""

    @property
    def marker(self) -> str:
        """Its shape."""
        return MARKERS[self.number % len(MARKERS)]

    def colour(self, look: Look) -> str:
        """Its colour."""
        return look.series[self.number % len(look.series)]


def series_of(rows: Iterable[RowName]) -> Mapping[RowName, Series]:
    """One series for each model; if a model has several rows in a scenario, one for each, named by
    what differs."""
    distinct = list(dict.fromkeys(rows))
    words = {row: _words(row, [r for r in distinct if _same(r, row)]) for row in distinct}
    numbers = {name: number for number, name in enumerate(dict.fromkeys(words.values()))}
    return {row: Series(name, numbers[name]) for row, name in words.items()}


def _same(first: RowName, second: RowName) -> bool:
    return (first.scenario, first.model) == (second.scenario, second.model)


def _words(row: RowName, twins: Sequence[RowName]) -> str:
    if len(twins) == 1:
        return row.model
    shared = set.intersection(*(set(_parts(twin)) for twin in twins))
    own = [part for part in _parts(row) if part not in shared]
    return APART.join([row.model, *(own or _parts(row)[:1])])


def _parts(row: RowName) -> list[str]:
    """How it was asked, and everything else that differs from other rows of its scenario and
    model."""
    return row.words.removeprefix(f"{row.scenario}{APART}{row.model}{APART}").split(APART)
