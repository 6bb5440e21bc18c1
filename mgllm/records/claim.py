"""What may be said: the claim, with its verdict."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mgllm.records.frozen import Frozen
from mgllm.records.manifest import FIRST_ROLES
from mgllm.records.row_name import RowName

ClaimVerdict = Literal["supported", "supported_among_answered", "not_shown", "not_claimed"]
"""Not claimed: not tested, for a reason that no p can mend (leaked cues, one label, a stopped run …)."""


class Claim(Frozen):
    """ "The gestures' content helps": needs both primary contrasts."""

    row: RowName
    """What the row is about."""
    metric: str
    """accuracy, or log_odds."""
    arm: str = FIRST_ROLES["main"]
    """The arm that tells the gestures: mg where there is no speech."""
    over_text: float | None = None
    """text+mg − text; null for the claim without speech."""
    over_shuffled: float | None
    """text+mg − text+shuffled, or mg − mg+shuffled."""
    over_filler: float | None = Field(default=None, exclude_if=lambda difference: difference is None)
    """mg − mg+filler: the claim without speech alone."""
    p: float | None
    """The larger of the two; 1 where either difference is not positive; null where either has none."""
    p_holm: float | None
    """Holm over the family; null where the claim is not in it."""
    family: int
    """Claims in the table's family."""
    supported: bool
    """The verdict is "supported"."""
    verdict: ClaimVerdict = "not_shown"
    """What may be said."""
    reason: str | None = None
    """Why it is no more than that; null where it is supported."""
    flags: tuple[str, ...] = ()
    """Words of caution of its two contrasts, each once."""
    words: str
    """The claim's result as a sentence. "No effect" is never written."""
