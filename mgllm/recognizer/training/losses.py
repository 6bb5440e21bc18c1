"""Losses of contrast: a clip's two views are alike, other clips are not."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from mgllm.recognizer.training.queues import Bank

NEVER = -1e9
"""The logit of what may not be chosen: finite, so that 0 · log 0 stays 0."""


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
