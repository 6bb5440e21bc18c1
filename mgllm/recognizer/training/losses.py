"""Losses of contrast: a clip's two views are alike, other clips are not; and how training goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

NEVER = -1e9
"""The logit of what may not be chosen: finite, so that 0 · log 0 stays 0."""


class Bank(NamedTuple):
    """Keys and whose they are."""

    z_KD: Tensor
    ids_K: Tensor
    """Number of the clip that each row is of."""


class Contrast(NamedTuple):
    """Unit vectors compared: one positive and K candidates for each of N queries."""

    positive_N: Tensor
    """Cosine of query and key of the same clip."""
    negative_NK: Tensor
    """Cosines of query and the rows of a bank."""
    own_NK: Tensor
    """True where the row is of the query's own clip, hence no negative."""

    def negatives(self) -> Tensor:
        """How many negatives each query has."""
        return (~self.own_NK).sum(1)

    def logits(self, temperature: float) -> Tensor:
        """[N, 1 + K], the positive first, own rows never to be chosen; float32."""
        negative_NK = (self.negative_NK.float() / temperature).masked_fill(self.own_NK, NEVER)
        return torch.cat([self.positive_N.float()[:, None] / temperature, negative_NK], 1)


def contrast(q_ND: Tensor, k_ND: Tensor, ids_N: Tensor, bank: Bank) -> Contrast:
    """Compare queries with their keys and with a bank's rows. All vectors have unit length.

    Rows of a query's own clip are excluded by id: a queue that holds more keys than the set has clips holds
    each clip as its own negative (seen in public code on small sets), and the batch's keys may enter the bank
    before the comparison, which gives negatives from the first step on.

    Args:
        q_ND: queries; q may be of another stream than k and bank (Thoker et al., ACM MM 2021).
        k_ND: keys of the same clips.
        ids_N: the clips' numbers.
        bank: candidates with theirs.
    """
    own_NK = ids_N[:, None] == bank.ids_K
    return Contrast((q_ND * k_ND).sum(-1), q_ND @ bank.z_KD.to(q_ND.dtype).T, own_NK)


def info_nce(compared: Contrast, temperature: float) -> Tensor:
    """Mean of −log softmax of the positive (van den Oord et al., 2018, eq. 4), in nats.

    ln(1 + K) where all cosines are equal; 0 where there is no negative.
    """
    logits_NK = compared.logits(temperature)
    return (logits_NK.logsumexp(1) - logits_NK[:, 0]).mean()


def divergence(extreme: Contrast, normal: Contrast, temperature: float) -> Tensor:
    """Cross entropy of the extreme view's choice against the normal view's, which gets no gradient.

    D³M of AimCLR (Guo et al., AAAI 2022): a strongly changed view need not find its key, only see the others
    as the normal view sees them.
    """
    target_NK = normal.logits(temperature).detach().softmax(1)
    return -(target_NK * extreme.logits(temperature).log_softmax(1)).sum(1).mean()


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
