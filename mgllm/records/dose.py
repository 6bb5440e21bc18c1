"""How good the gestures must be: a metric by the F1 of the gestures shown."""

from __future__ import annotations

from pydantic import Field

from mgllm.records.frozen import Frozen
from mgllm.records.gesture import CueSource, Exposure
from mgllm.records.row_name import RowName


class DosePoint(Frozen):
    """One arm: how right its gestures are, and what comes of it."""

    arm: str
    """Name of the arm."""
    level: float | None = None
    """Noise level in its name; 0 for annotated gestures, null for gestures of a recogniser."""
    cue_source: CueSource | None = None
    """Source of its gestures; null if it shows none."""
    exposure: Exposure | None = None
    """Of recognised gestures the worst one among its records: in_sample, unknown, held_out."""
    f1: float | None
    """Mean over items of the F1 of the gestures shown against the annotated ones; null if it shows
    none."""
    value: float
    """The metric."""
    interval: tuple[float, float] | None = None
    """95 %, delete-one-subject jackknife with Student t."""
    items: int
    """Items that it is about."""

    @property
    def words(self) -> str:
        """The arm; of recognised gestures also their source, and whether they are a leak."""
        if self.level is not None or self.cue_source in {None, "annotated"}:
            return self.arm
        exposure = {"in_sample": "in sample: a LEAK", "unknown": "exposure unknown", "held_out": "held out"}
        source = str(self.cue_source).replace("_", "-")
        return f"{self.arm}, {source} ({exposure[self.exposure or 'unknown']})"


class DoseFit(Frozen):
    """The monotone fit at one F1."""

    f1: float
    """The F1."""
    value: float
    """The metric there."""
    interval: tuple[float, float] | None = None
    """95 %, delete-one-subject jackknife with Student t, for this F1 alone; null if there are too
    few subjects."""


class DoseNeed(Frozen):
    """From which F1 on the gestures gain over a control."""

    control: str
    """The arm without gestures, or with another person's."""
    crosses: float | None = None
    """From this F1 on the fit itself is better than the control; null if it never is."""
    shown: float | None = None
    """From this F1 on the gain is shown: the 95 % interval of fit − control is above 0; null if it
    never is."""


class DoseResponse(Frozen):
    """A metric by the F1 of the gestures shown."""

    row: RowName
    """What it is about."""
    metric: str
    """accuracy or log_odds."""
    items: int
    """Items answered in all arms of the curve and all controls."""
    subjects: int
    """Subjects among them."""
    effective_subjects: float
    """n² / Σ nₛ²."""
    points: tuple[DosePoint, ...]
    """The arms that the curve is fitted to, by rising F1."""
    controls: tuple[DosePoint, ...] = ()
    """The same without gestures, and with another person's, over the same items."""
    real: tuple[DosePoint, ...] = ()
    """Gestures that a recogniser has really found, over their own items. No part of the fit."""
    fit: tuple[DoseFit, ...] = ()
    """Isotonic regression over `points`, from the smallest to the largest F1."""
    needs: tuple[DoseNeed, ...] = ()
    """One per control."""
    needed: float | None = None
    """The accuracy that a recogniser needs: from this F1 on the gain over every control is shown;
    null if it is not reached."""
    words: str
    """The result as a sentence."""
    flags: tuple[str, ...] = Field(default=(), exclude_if=lambda flags: not flags)
    """Words of caution."""
