"""Probes: questions without speech and gestures, which show what a model answers anyway."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from pydantic import Field

from mgllm.records.frozen import Frozen
from mgllm.records.row_name import RowName

Probe = Literal["metadata", "labels-only", "question-only"]
"""`metadata` shows an item's covariates and asks the question; `labels-only` shows the labels and
nothing else; `question-only` shows question and labels."""
PROBES: tuple[Probe, ...] = get_args(Probe)
"""In table order."""
_START = "probe:"


def probe_place(probe: str) -> str:
    """What stands in the place of the arm in a probe's key: it has no arm."""
    return f"{_START}{probe}"


def probe_at(place: str) -> str | None:
    """The probe whose key has this in the place of the arm; None for an arm.

    >>> probe_at("probe:metadata"), probe_at("text")
    ('metadata', None)
    """
    return place.removeprefix(_START) if place.startswith(_START) else None


class ProbeSummary(Frozen):
    """What a model answered to one probe."""

    row: RowName
    """What the row is about."""
    probe: str
    """Name of the probe."""
    n: int
    """Records."""
    subjects: int
    """Distinct subjects."""
    answered: int
    """Replies with exactly one label."""
    answer_shares: Mapping[str, float] = Field(default_factory=dict)
    """Share of each label among the answers."""
    balanced_accuracy: float | None = None
    """Mean of the recalls of the labels that occur as targets; null without targets."""
    constant: float | None = None
    """The same of a model that gives one answer to everything: 1 / labels that occur as targets."""
    interval: tuple[float, float] | None = None
    """95 %, of balanced accuracy, by subject."""
    p: float | None = None
    """Two-sided, for no difference from a constant answer, by subject."""
    beats: bool = False
    """Balanced accuracy is above that of a constant answer, and p is below .05."""
    flags: tuple[str, ...] = ()
    """Words of caution: few subjects, no interval, stopped …"""
