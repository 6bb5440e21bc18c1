"""The table on how right gestures must be, for readers and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from mgllm.analysis.tables.columns import Table, TableSpec
from mgllm.analysis.wording import capital, estimate, metric_words
from mgllm.records import DoseFit, DosePoint, DoseResponse

HOW_TO_READ = (
    "F1: of the gestures shown against the annotated ones, matched one to one, mean over items. fit: the "
    "rising curve nearest to the arms of the curve, with an interval by person for each F1 alone. Gestures "
    "of a recogniser are no part of it."
)
CURVE, CONTROL, REAL = "curve", "control", "recogniser"
"""What a line of the table is."""


class _Line(NamedTuple):
    dose: DoseResponse
    part: str
    point: DosePoint


def _f1(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _fit_at(line: _Line) -> str:
    """The fit at the point's F1; nothing outside of the curve."""
    found = nearest(line.dose, line.point.f1) if line.part != CONTROL else None
    return "" if found is None else estimate(found.value, found.interval, line.dose.metric)


DOSE = TableSpec[_Line](
    "How right the gestures must be",
    name="dose",
    names=3,
    columns=[
        ("arm", lambda line: line.point.words),
        ("part", lambda line: line.part),
        ("metric", lambda line: metric_words(line.dose.row, line.dose.metric)),
        ("F1", lambda line: _f1(line.point.f1)),
        ("value [95 %]", lambda line: estimate(line.point.value, line.point.interval, line.dose.metric)),
        ("fit [95 %]", _fit_at),
        ("items", lambda line: str(line.point.items)),
    ],
)


def dose_table(doses: Sequence[DoseResponse]) -> Table:
    """The curves of one row, a metric below the other."""
    return DOSE.table([line for dose in doses for line in _lines(dose)], dose_remarks(doses))


def dose_remarks(doses: Sequence[DoseResponse]) -> list[str]:
    """What a recogniser needs, where the fit crosses the controls, and how to read it."""
    return [line for dose in doses for line in _said(dose)] + [HOW_TO_READ] * bool(doses)


def _said(dose: DoseResponse) -> Iterable[str]:
    yield f"{capital(dose.words)}."
    crossed = [
        f"{need.control} {'never' if need.crosses is None else f'at F1 {need.crosses:.2f}'}"
        for need in dose.needs
    ]
    yield f"{capital(metric_words(dose.row, dose.metric))}: the fit itself crosses {', '.join(crossed)}."
    yield from (f"{capital(flag)}." for flag in dose.flags)


def nearest(dose: DoseResponse, f1: float | None) -> DoseFit | None:
    """The fit at the F1 nearest to this one; null outside of the curve."""
    if f1 is None or not dose.fit or not dose.fit[0].f1 <= f1 <= dose.fit[-1].f1:
        return None
    return min(dose.fit, key=lambda one: abs(one.f1 - f1))


def dose_lines(dose: DoseResponse) -> Iterator[dict[str, Any]]:
    """For programs: a line for each point, each point of the fit, and each control's need."""
    about = {**dose.row.model_dump(), "metric": dose.metric}
    for line in _lines(dose):
        yield {**about, "part": line.part, **_flat(line.point)}
    for one in dose.fit:
        yield {**about, "part": "fit", "items": dose.items, **_flat(one)}
    for need in dose.needs:
        found = need.model_dump()
        yield {**about, "part": "need", "arm": found.pop("control"), **found, "needed": dose.needed}


def _flat(point: DosePoint | DoseFit) -> dict[str, Any]:
    values = point.model_dump()
    low, high = values.pop("interval") or (None, None)
    return {**values, "interval_low": low, "interval_high": high}


def _lines(dose: DoseResponse) -> Iterator[_Line]:
    for part, points in ((CURVE, dose.points), (CONTROL, dose.controls), (REAL, dose.real)):
        yield from (_Line(dose, part, point) for point in points)
