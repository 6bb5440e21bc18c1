"""Contrast against double loops, and its known limits."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn.functional import normalize

from mgllm.recognizer.training.losses import Bank, Contrast, contrast, divergence, info_nce

IDS = [4, 7, 9]
BANK_IDS = [7, 1, 4, 2, 7]


def case(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, Bank]:
    draws = torch.Generator().manual_seed(seed)
    q_ND, k_ND = (normalize(torch.randn(3, 6, generator=draws), dim=-1) for _ in range(2))
    z_KD = normalize(torch.randn(5, 6, generator=draws), dim=-1)
    return q_ND, k_ND, torch.tensor(IDS), Bank(z_KD, torch.tensor(BANK_IDS))


def slow_choice(seed: int, n: int, temperature: float) -> list[float]:
    """Probabilities of positive and rows for one query; 0 for rows of its own."""
    q_ND, k_ND, _, bank = case(seed)
    weights = [math.exp(float(q_ND[n] @ k_ND[n]) / temperature)]
    for k in range(5):
        own = BANK_IDS[k] == IDS[n]
        weights.append(0.0 if own else math.exp(float(q_ND[n] @ bank.z_KD[k]) / temperature))
    return [weight / sum(weights) for weight in weights]


@pytest.mark.parametrize("temperature", [0.07, 0.5])
def test_info_nce_against_a_double_loop(temperature: float) -> None:
    slow = -sum(math.log(slow_choice(0, n, temperature)[0]) for n in range(3)) / 3
    assert float(info_nce(contrast(*case()), temperature)) == pytest.approx(slow, rel=1e-5)


def test_rows_of_the_clip_itself_are_excluded_and_others_are_not() -> None:
    compared = contrast(*case())
    assert compared.negatives().tolist() == [4, 3, 5]
    q_ND, k_ND, ids_N, _ = case()
    own = Bank(q_ND[:1], torch.tensor([IDS[0]]))  # as like as can be, and its own
    assert float(info_nce(contrast(q_ND[:1], k_ND[:1], ids_N[:1], own), 0.1)) == 0
    assert float(info_nce(contrast(q_ND[:1], k_ND[:1], ids_N[1:2], own), 0.1)) > 1


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_where_all_look_alike_the_loss_is_that_of_guessing(size: int) -> None:
    same_ND = torch.ones(2, 4) / 2
    bank = Bank(torch.ones(size, 4) / 2, torch.full((size,), 99))
    loss = info_nce(contrast(same_ND, same_ND, torch.tensor([1, 2]), bank), 0.1)
    assert float(loss) == pytest.approx(math.log(size + 1), rel=1e-5)


def test_a_perfect_answer_costs_nothing() -> None:
    q_ND = torch.eye(2)
    bank = Bank(-torch.eye(2), torch.tensor([8, 9]))
    assert float(info_nce(contrast(q_ND, q_ND, torch.tensor([1, 2]), bank), 0.01)) == pytest.approx(
        0, abs=1e-6
    )


def test_with_nothing_to_compare_loss_and_gradient_are_0() -> None:
    q_ND, k_ND, ids_N, bank = case()
    q_ND.requires_grad_()
    loss = info_nce(contrast(q_ND, k_ND, ids_N, Bank(bank.z_KD[:0], bank.ids_K[:0])), 0.1)
    (grad_ND,) = torch.autograd.grad(loss, q_ND)
    assert float(loss.detach()) == 0
    assert bool((grad_ND == 0).all())


def test_the_gradient_draws_to_the_key_and_away_from_others() -> None:
    q_ND, k_ND, ids_N, bank = case()
    q_ND.requires_grad_()
    (grad_ND,) = torch.autograd.grad(info_nce(contrast(q_ND, k_ND, ids_N, bank), 0.1), q_ND)
    with torch.no_grad():
        nearer = contrast(normalize(q_ND - 0.01 * grad_ND, dim=-1), k_ND, ids_N, bank)
    assert float(info_nce(nearer, 0.1)) < float(info_nce(contrast(q_ND, k_ND, ids_N, bank), 0.1))


def test_divergence_against_a_double_loop() -> None:
    normal, extreme = contrast(*case(0)), contrast(case(1)[0], *case(0)[1:])
    q_ND, (_, k_ND, _, bank) = case(1)[0], case(0)
    slow = 0.0
    for n in range(3):
        sims = [float(q_ND[n] @ k_ND[n]), *(float(q_ND[n] @ z_D) for z_D in bank.z_KD)]
        allowed = [True, *(BANK_IDS[k] != IDS[n] for k in range(5))]
        total = sum(math.exp(s / 0.2) for s, fine in zip(sims, allowed, strict=True) if fine)
        for p, s, fine in zip(slow_choice(0, n, 0.2), sims, allowed, strict=True):
            slow -= p * (s / 0.2 - math.log(total)) / 3 if fine else 0
    assert float(divergence(extreme, normal, 0.2)) == pytest.approx(slow, rel=1e-5)


def test_divergence_is_least_where_both_views_choose_alike_and_teaches_one_of_them() -> None:
    q_ND, k_ND, ids_N, bank = case()
    normal_ND, extreme_ND = q_ND.clone().requires_grad_(), q_ND.clone().requires_grad_()
    normal = contrast(normal_ND, k_ND, ids_N, bank)
    alike = divergence(contrast(extreme_ND, k_ND, ids_N, bank), normal, 0.1)
    grads = torch.autograd.grad(alike, (normal_ND, extreme_ND), allow_unused=True)
    assert grads[0] is None
    assert float(grads[1].abs().max()) < 1e-5
    assert float(divergence(contrast(-q_ND, k_ND, ids_N, bank), normal, 0.1)) > float(alike)


def test_logits_are_float32_even_of_half_numbers() -> None:
    q_ND, k_ND, ids_N, bank = case()
    compared = contrast(q_ND.bfloat16(), k_ND.bfloat16(), ids_N, bank)
    assert isinstance(compared, Contrast)
    assert compared.logits(0.1).dtype == torch.float32
    assert bool(info_nce(compared, 0.1).isfinite())
