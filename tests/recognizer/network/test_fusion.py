"""Fusions: shapes, shares against a loop, and that balance pulls a starving stream back."""

from __future__ import annotations

import math

import pytest
import torch

from mgllm.errors import InputError
from mgllm.recognizer.network.fusion import FUSIONS, Balanced, Gated, Sum, imbalance, make_fusion

each = pytest.mark.parametrize("name", FUSIONS)


def vectors(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    draws = torch.Generator().manual_seed(seed)
    return torch.randn(5, 12, generator=draws), 3 * torch.randn(5, 20, generator=draws)


@each
def test_any_two_lengths_are_joined(name: str) -> None:
    fusion = make_fusion(name, 12, 20, 16)
    fused = fusion(*vectors())
    assert fused.z_ND.shape == (5, fusion.dims)
    assert fusion.dims == (32 if name == "concat" else 16)
    assert float(fused.report.shares_2.sum()) == pytest.approx(1)
    assert not fused.report.shares_2.requires_grad
    assert fused.report.balance.requires_grad is (name == "balanced")


@each
def test_both_streams_and_every_weight_get_a_gradient(name: str) -> None:
    fusion = make_fusion(name, 12, 20, 16)
    a_ND, b_ND = (z_ND.requires_grad_() for z_ND in vectors())
    (fusion(a_ND, b_ND).z_ND * torch.randn(5, fusion.dims)).sum().backward()
    for tensor in (a_ND, b_ND, *fusion.parameters()):
        assert tensor.grad is not None
        assert float(tensor.grad.abs().max()) > 0


@each
def test_the_size_of_a_streams_numbers_does_not_decide(name: str) -> None:
    fusion = make_fusion(name, 12, 20, 16)
    a_ND, b_ND = vectors()
    torch.testing.assert_close(fusion(100 * a_ND, b_ND).z_ND, fusion(a_ND, b_ND).z_ND, atol=1e-3, rtol=1e-3)


@torch.no_grad()
def test_shares_against_a_loop() -> None:
    fusion = make_fusion("gated", 12, 20, 16)
    assert isinstance(fusion, Gated)
    parts = fusion.parts(*vectors())
    energies = [[float(part[n].square().sum()) for n in range(5)] for part in parts]
    expected = sum(a / (a + b) for a, b in zip(*energies, strict=True)) / 5
    shares = fusion(*vectors()).report.shares_2
    assert shares.tolist() == pytest.approx([expected, 1 - expected], abs=1e-4)


def test_an_open_gate_is_the_sum_of_halves() -> None:
    torch.manual_seed(0)
    gated, plain = Gated(12, 20, 16), Sum(12, 20, 16)
    plain.load_state_dict({key: w for key, w in gated.state_dict().items() if "gate" not in key})
    with torch.no_grad():
        gated.gate.weight.zero_()
        gated.gate.bias.zero_()
    torch.testing.assert_close(2 * gated(*vectors()).z_ND, plain(*vectors()).z_ND)


@pytest.mark.parametrize(
    ("share", "nats"), [(0.5, 0.0), (0.0, math.log(2)), (1.0, math.log(2)), (0.9, 0.36806)]
)
def test_imbalance_has_its_known_values(share: float, nats: float) -> None:
    assert float(imbalance(torch.tensor(share))) == pytest.approx(nats, abs=1e-5)


@pytest.mark.parametrize("bias", [4.0, -4.0], ids=["first leads", "second leads"])
def test_the_balance_feeds_a_starving_stream(bias: float) -> None:
    torch.manual_seed(0)
    fusion = Balanced(12, 20, 16)
    with torch.no_grad():
        fusion.gate.bias.fill_(bias)
    start = fusion(*vectors()).report
    assert float(start.shares_2.max()) > 0.95
    descent = torch.optim.SGD(fusion.parameters(), lr=1.0)
    for _ in range(200):
        descent.zero_grad()
        fusion(*vectors()).report.balance.backward()
        descent.step()
    end = fusion(*vectors()).report
    assert float(end.balance.detach()) < 0.05 < float(start.balance.detach())
    assert float(end.shares_2.min()) > 0.3


def test_a_clip_may_lean_where_the_batch_is_even() -> None:
    share_N = torch.tensor([1.0, 0.0, 0.9, 0.1])
    assert float(imbalance(share_N.mean())) == pytest.approx(0, abs=1e-6)


def test_an_unknown_fusion_is_guessed() -> None:
    with pytest.raises(InputError, match="Did you mean 'balanced'"):
        make_fusion("balance", 1, 1, 1)
