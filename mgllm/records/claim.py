"""The claim, with its verdict."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mgllm.records.frozen import Frozen
from mgllm.records.manifest import FIRST_ROLES
from mgllm.records.row_name import RowName

ClaimVerdict = Literal["supported", "supported_among_answered", "not_shown", "not_claimed"]
"""Not claimed: not tested, for a reason that p cannot change (leaked cues, one label, a stopped run
…)."""


class Claim(Frozen):
    """ "The gestures' content helps": needs both primary contrasts."""

    row: RowName
    """What the row is about."""
    metric: str
    """accuracy, or log_odds."""
    arm: str = FIRST_ROLES["main"]
    """The arm that shows the gestures; mg if there is no speech."""
    over_text: float | None = None
    """text+mg − text; null for the claim without speech."""
    over_shuffled: float | None
    """text+mg − text+shuffled, or mg − mg+shuffled."""
    over_filler: float | None = Field(default=None, exclude_if=lambda difference: difference is None)
    """mg − mg+filler: only for the claim without speech."""
    p: float | None
    """The larger p of the two contrasts; 1 if either is not a gain; null if either has no p."""
    p_holm: float | None
    """p corrected after Holm over the family; null if the claim is not in it."""
    family: int
    """Claims in the table's family."""
    supported: bool
    """The verdict is "supported"."""
    verdict: ClaimVerdict = "not_shown"
    """Whether the claim holds."""
    reason: str | None = None
    """Why it is not supported; null if it is."""
    flags: tuple[str, ...] = ()
    """Words of caution of its two contrasts, each once."""
    words: str
    """The claim's result as a sentence. "No effect" is never written."""
