"""Is contrastive training learning, or has it collapsed? In numbers, and in words."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from mgllm.recognizer.training.losses import Contrast, info_nce


@dataclass(frozen=True)
class Health:
    """Of one comparison of a batch with its bank."""

    positive: float
    """Mean cosine of the two views of a clip."""
    negative: float
    """Mean cosine of different clips."""
    loss: float
    """InfoNCE in nats."""
    uniform: float
    """The loss of one who cannot tell clips apart: mean ln(1 + negatives)."""

    @property
    def gap(self) -> float:
        """Positive minus negative similarity; 0 means that nothing is told apart."""
        return self.positive - self.negative

    @property
    def collapsed(self) -> bool:
        """Two views of a clip are hardly more alike than two clips, and the loss says the same.

        Judged on a mean over some steps, not on the first ones. Both signs are needed: with few negatives or
        a low temperature each may be missing while training goes well.
        """
        return self.uniform > 0 and self.gap < 0.02 and self.loss > 0.98 * self.uniform

    @property
    def verdict(self) -> str:
        """One line for a person."""
        numbers = (
            f"same clip {self.positive:.2f}, other clips {self.negative:.2f}, "
            f"loss {self.loss:.2f} of {self.uniform:.2f} for guessing"
        )
        if self.uniform == 0:
            return f"cannot be judged: there are no other clips to compare with ({numbers})"
        if self.collapsed and self.negative > 0.9:
            return f"collapsed: all clips get nearly the same vector ({numbers})"
        if self.collapsed:
            return f"not learning: a clip's views are no more alike than two clips ({numbers})"
        if self.loss > 0.98 * self.uniform:
            return f"at the beginning: clips differ, but guessing would do as well ({numbers})"
        return f"learning: views of a clip find each other ({numbers})"


@torch.no_grad()
def health(compared: Contrast, temperature: float) -> Health:
    """How a comparison stands; own rows count nowhere."""
    other_NK = ~compared.own_NK
    negative = (compared.negative_NK * other_NK).sum() / other_NK.sum().clamp_min(1)
    return Health(
        positive=float(compared.positive_N.mean()),
        negative=float(negative),
        loss=float(info_nce(compared, temperature)),
        uniform=float(torch.log1p(compared.negatives().float()).mean()),
    )
