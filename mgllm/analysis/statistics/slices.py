"""The arms and the primary contrasts over the items that share a value of a covariate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mgllm.analysis.metric import Bools, known_metrics
from mgllm.analysis.statistics.arm_rows import arm_rows
from mgllm.analysis.statistics.effects import Contrast, contrast_effects, primary_contrasts
from mgllm.analysis.statistics.grid import Grid
from mgllm.analysis.statistics.parts import narrowed
from mgllm.analysis.statistics.runs import RunRecords
from mgllm.errors import InputError
from mgllm.records import Effect, Exposure, Slice

Scalar = str | int | float | bool | None

MOST = 12
"""Most values of a covariate."""
WHOLE_NUMBERS = 6
"""Numbers with more different values are cut into thirds."""
UNKNOWN = "(unknown)"
"""The slice of items without a value."""
EXPOSURE = "exposure"
"""`--by exposure`: this is in the records, not in the items."""
GRAVITY: tuple[Exposure, ...] = ("held_out", "unknown", "in_sample")
"""From clean to leaked."""


@dataclass(frozen=True, slots=True)
class Covariate:
    """The values of one covariate."""

    name: str
    """Its name."""
    values: Mapping[tuple[str, str], Scalar]
    """By scenario and item."""


def exposures(runs: Sequence[RunRecords]) -> Covariate:
    """For each item, whether the recogniser of the main arm's gestures had seen the person.

    Annotated gestures have no exposure; if it differs between records of an item, the worse one
    counts.

    Raises:
        InputError: no run shows recognised gestures.
    """
    worst: dict[tuple[str, str], Exposure] = {}
    for run in runs:
        for record in run.records:
            if record.exposure is None or record.cue_source in {None, "annotated"}:
                continue
            where = (record.scenario, record.item)
            worst[where] = max(worst.get(where, GRAVITY[0]), record.exposure, key=GRAVITY.index)
    if not worst:
        raise InputError("--by exposure: no run shows recognised gestures, so there is no exposure")
    return Covariate(EXPOSURE, worst)


def slices(grid: Grid, by: Covariate) -> list[Slice]:
    """One slice per value, in order, items without a value last.

    Raises:
        InputError: no item has such a covariate, or it has too many values.
    """
    values = [by.values.get((grid.row.scenario, item)) for item in grid.items]
    names = _named(by.name, grid.row.scenario, values)
    order = [name for name in dict.fromkeys(sorted(names, key=_place)) if name != UNKNOWN]
    if UNKNOWN in names:
        order.append(UNKNOWN)
    return [_slice(grid, by.name, name, np.array([each == name for each in names])) for name in order]


def _slice(grid: Grid, covariate: str, value: str, kept_I: Bools) -> Slice:
    part = narrowed(grid, kept_I)
    return Slice(
        row=grid.row,
        covariate=covariate,
        value=value,
        items=len(part.items),
        subjects=len(set(part.subjects)),
        arms=tuple(row for row in arm_rows(part) if row.arm in part.answers),
        effects=tuple(_effects(part)),
    )


def _effects(part: Grid) -> list[Effect]:
    """Primary metrics of the primary contrasts; exploratory, because they are over a part of the
    items."""
    if not (part.target_I >= 0).any():
        return []
    metrics = [metric for metric in known_metrics() if metric.primary]
    return [
        effect.model_copy(update={"primary": False})
        for names in primary_contrasts(part.scenario)
        if set(names) <= set(part.answers)
        for effect in contrast_effects(
            Contrast(part, part.row, names, (part.answers[names[0]], part.answers[names[1]])), metrics
        )
    ]


def _named(name: str, scenario: str, values: Sequence[Scalar]) -> list[str]:
    """The slice of each item: the value as a word, or the third that a number is in."""
    known = [value for value in values if value is not None]
    if not known:
        raise InputError(f"--by {name}: no item of scenario '{scenario}' has the covariate '{name}'")
    numbers = [float(v) for v in known if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) == len(known) and len(set(numbers)) > WHOLE_NUMBERS:
        low, high = (float(edge) for edge in np.quantile(numbers, (1 / 3, 2 / 3)))
        return [UNKNOWN if value is None else _third(float(value), low, high) for value in values]
    if len(set(known)) > MOST:
        raise InputError(
            f"--by {name}: the items of scenario '{scenario}' have {len(set(known))} different values; "
            f"at most {MOST} are possible"
        )
    return [UNKNOWN if value is None else _word(value) for value in values]


def _third(value: float, low: float, high: float) -> str:
    if value <= low:
        return f"≤ {low:g}"
    return f"{low:g} … {high:g}" if value <= high else f"> {high:g}"


def _word(value: Scalar) -> str:
    return (
        f"{value:g}"
        if isinstance(value, float)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )


def _place(name: str) -> tuple[int, float, str]:
    """Thirds from low to high, numbers by size, words by letter."""
    first = {"≤": 0, ">": 2}.get(name[:1], 1)
    try:
        return (first, float(name), "")
    except ValueError:
        return (first, 0.0, name)
