"""Losses of contrast: a clip's two views are similar, other clips are not; and the state of
training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

NEVER = -1e9
"""The logit of a row that must not be chosen: finite, so that 0 · log 0 stays 0."""


class Bank(NamedTuple):
    """Keys and the clips they belong to."""

    z_KD: Tensor
    ids_K: Tensor
    """Number of each row's clip."""


class Contrast(NamedTuple):
    """Compared unit vectors: one positive and K candidates for each of N queries."""

    positive_N: Tensor
    """Cosine of query and key of the same clip."""
    negative_NK: Tensor
    """Cosines of query and the rows of a bank."""
    own_NK: Tensor
    """True if the row is of the query's own clip, and so not a negative."""

    def negatives(self) -> Tensor:
        """Number of negatives of each query."""
        return (~self.own_NK).sum(1)

    def logits(self, temperature: float) -> Tensor:
        """[N, 1 + K], the positive first; own rows cannot be chosen; float32."""
        negative_NK = (self.negative_NK.float() / temperature).masked_fill(self.own_NK, NEVER)
        return torch.cat([self.positive_N.float()[:, None] / temperature, negative_NK], 1)


def contrast(q_ND: Tensor, k_ND: Tensor, ids_N: Tensor, bank: Bank) -> Contrast:
    """Compare queries with their keys and with a bank's rows. All vectors have unit length.

    Rows of a query's own clip are excluded by id, for two reasons. A queue with more keys than the
    set has clips has each clip as its own negative (seen in public code on small sets). And the
    batch's keys may enter the bank before the comparison, which gives negatives from the first step
    on.

    Args:
        q_ND: queries; they may be of another stream than k and bank (Thoker et al., ACM MM 2021).
        k_ND: keys of the same clips.
        ids_N: the clips' numbers.
        bank: candidates with their clips' numbers.
    """
    own_NK = ids_N[:, None] == bank.ids_K
    return Contrast((q_ND * k_ND).sum(-1), q_ND @ bank.z_KD.to(q_ND.dtype).T, own_NK)


def info_nce(compared: Contrast, temperature: float) -> Tensor:
    """Mean of −log softmax of the positive (van den Oord et al., 2018, eq. 4), in nats.

    It is ln(1 + K) if all cosines are equal, and 0 if there is no negative.
    """
    logits_NK = compared.logits(temperature)
    return (logits_NK.logsumexp(1) - logits_NK[:, 0]).mean()


def divergence(extreme: Contrast, normal: Contrast, temperature: float) -> Tensor:
    """Cross entropy of the extreme view's choice and the normal view's, which gets no gradient.

    This is D³M of AimCLR (Guo et al., AAAI 2022): a strongly changed view need not find its key; it
    must only be as similar to the others as the normal view is.
    """
    target_NK = normal.logits(temperature).detach().softmax(1)
    return -(target_NK * extreme.logits(temperature).log_softmax(1)).sum(1).mean()


@dataclass(frozen=True)
class Health:
    """Numbers of one comparison of a batch with its bank."""

    positive: float
    """Mean cosine of the two views of a clip."""
    negative: float
    """Mean cosine of different clips."""
    loss: float
    """InfoNCE in nats."""
    uniform: float
    """The loss of guessing: mean ln(1 + negatives)."""

    @property
    def gap(self) -> float:
        """Positive minus negative similarity; 0: clips cannot be distinguished."""
        return self.positive - self.negative

    @property
    def collapsed(self) -> bool:
        """Two views of a clip are hardly more similar than two clips, and the loss is that of
        guessing.

        Judge it on a mean over some steps, not on the first steps. Both signs are needed: with few
        negatives or a low temperature, one of them may appear although training works.
        """
        return self.uniform > 0 and self.gap < 0.02 and self.loss > 0.98 * self.uniform

    @property
    def verdict(self) -> str:
        """The state of training as one line."""
        numbers = (
            f"same clip {self.positive:.2f}, other clips {self.negative:.2f}, "
            f"loss {self.loss:.2f} of {self.uniform:.2f} for guessing"
        )
        if self.uniform == 0:
            return f"unknown: there are no other clips to compare with ({numbers})"
        if self.collapsed and self.negative > 0.9:
            return f"collapsed: all clips get nearly the same vector ({numbers})"
        if self.collapsed:
            return f"not learning: two views of a clip are not more similar than two clips ({numbers})"
        if self.loss > 0.98 * self.uniform:
            return f"at the beginning: clips differ, but guessing would be as good ({numbers})"
        return f"learning: two views of a clip are similar, two clips are not ({numbers})"


@torch.no_grad()
def health(compared: Contrast, temperature: float) -> Health:
    """The numbers of a comparison; rows of a query's own clip do not count."""
    other_NK = ~compared.own_NK
    negative = (compared.negative_NK * other_NK).sum() / other_NK.sum().clamp_min(1)
    return Health(
        positive=float(compared.positive_N.mean()),
        negative=float(negative),
        loss=float(info_nce(compared, temperature)),
        uniform=float(torch.log1p(compared.negatives().float()).mean()),
    )
