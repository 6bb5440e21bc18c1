"""Fusions: shapes, shares against a loop, and that balance pulls a starving stream back."""

from __future__ import annotations

import math

import pytest
import torch

from mgllm.errors import InputError
from mgllm.recognizer.network.fusion import FUSIONS, Balanced, Fusion, Gated, Sum, imbalance, make_fusion

LENGTHS = (12, 20, 7)
each = pytest.mark.parametrize("name", FUSIONS)
two_or_three = pytest.mark.parametrize("count", [2, 3])


def vectors(count: int = 2, seed: int = 0) -> list[torch.Tensor]:
    draws = torch.Generator().manual_seed(seed)
    return [(1 + 2 * n) * torch.randn(5, length, generator=draws) for n, length in enumerate(LENGTHS[:count])]


def made(name: str, count: int = 2) -> Fusion:
    torch.manual_seed(0)
    return make_fusion(name, LENGTHS[:count], 16)


@each
@two_or_three
def test_any_lengths_are_joined(name: str, count: int) -> None:
    fusion = made(name, count)
    fused = fusion(*vectors(count))
    assert fused.z_ND.shape == (5, fusion.dims)
    assert fusion.dims == (sum(LENGTHS[:count]) if name == "concat" else 16)
    assert fused.report.shares_P.shape == (count,)
    assert float(fused.report.shares_P.sum()) == pytest.approx(1)
    assert not fused.report.shares_P.requires_grad
    assert fused.report.balance.requires_grad is (name == "balanced")


def _slow_unit(z_D: torch.Tensor) -> torch.Tensor:
    return (z_D - z_D.mean()) / (z_D.var(unbiased=False) + 1e-5).sqrt()


def _slow_parts(fusion: Fusion, name: str, clip: list[torch.Tensor]) -> list[torch.Tensor]:
    """What each stream adds for one clip, number by number from the weights."""
    weights = fusion.state_dict()
    lifted = [
        weights[f"lift_{letter}.weight"] @ _slow_unit(z_D) + weights[f"lift_{letter}.bias"]
        for letter, z_D in zip("abc", clip, strict=False)
    ]
    if name == "sum":
        return lifted
    asked = weights["gate.weight"] @ torch.cat(lifted) + weights["gate.bias"]
    parts = [torch.zeros(16) for _ in lifted]
    for feature in range(16):
        powers = [math.exp(float(asked[16 * p + feature])) for p in range(len(lifted) - 1)] + [1.0]
        for p, power in enumerate(powers):
            parts[p][feature] = power / sum(powers) * lifted[p][feature]
    return parts


@torch.no_grad()
@pytest.mark.parametrize("name", ["sum", "gated", "balanced"])
@two_or_three
def test_the_fused_vector_and_its_report_against_a_loop(name: str, count: int) -> None:
    fusion = made(name, count)
    rows = zip(*vectors(count), strict=True)
    clips = [_slow_parts(fusion, name, list(row)) for row in rows]
    fused = fusion(*vectors(count))
    torch.testing.assert_close(fused.z_ND, torch.stack([sum(parts, torch.zeros(16)) for parts in clips]))
    energies = [[float(part.square().sum()) for part in parts] for parts in clips]
    shares = [sum(row[p] / sum(row) for row in energies) / 5 for p in range(count)]
    assert fused.report.shares_P.tolist() == pytest.approx(shares, abs=1e-5)
    nats = math.log(count) + sum(share * math.log(share) for share in shares) if name == "balanced" else 0
    assert float(fused.report.balance) == pytest.approx(nats, abs=1e-5)


def test_names_of_weights_are_those_of_older_checkpoints() -> None:
    lifts = {f"lift_{letter}.{kind}" for letter in "ab" for kind in ("weight", "bias")}
    gate = {"gate.weight", "gate.bias"}
    found = {name: set(made(name).state_dict()) for name in FUSIONS}
    assert found == {"concat": set(), "sum": lifts, "gated": lifts | gate, "balanced": lifts | gate}
    assert made("gated").state_dict()["gate.weight"].shape == (16, 32)
    third = {"lift_c.weight", "lift_c.bias"}
    assert set(made("balanced", 3).state_dict()) == lifts | gate | third


@each
@two_or_three
def test_every_stream_and_weight_gets_a_gradient(name: str, count: int) -> None:
    fusion = made(name, count)
    parts_ND = [z_ND.requires_grad_() for z_ND in vectors(count)]
    (fusion(*parts_ND).z_ND * torch.randn(5, fusion.dims)).sum().backward()
    for tensor in (*parts_ND, *fusion.parameters()):
        assert tensor.grad is not None
        assert float(tensor.grad.abs().max()) > 0


@each
def test_the_size_of_a_streams_numbers_does_not_decide(name: str) -> None:
    fusion = made(name)
    a_ND, b_ND = vectors()
    torch.testing.assert_close(fusion(100 * a_ND, b_ND).z_ND, fusion(a_ND, b_ND).z_ND, atol=1e-3, rtol=1e-3)


@two_or_three
def test_an_open_gate_is_the_mean_of_all_parts(count: int) -> None:
    gated, plain = Gated(LENGTHS[:count], 16), Sum(LENGTHS[:count], 16)
    plain.load_state_dict({key: w for key, w in gated.state_dict().items() if "gate" not in key})
    with torch.no_grad():
        gated.gate.weight.zero_()
        gated.gate.bias.zero_()
    torch.testing.assert_close(count * gated(*vectors(count)).z_ND, plain(*vectors(count)).z_ND)


@pytest.mark.parametrize(
    ("shares", "nats"),
    [
        ((0.5, 0.5), 0.0),
        ((0.0, 1.0), math.log(2)),
        ((1.0, 0.0), math.log(2)),
        ((0.9, 0.1), 0.36806),
        ((1 / 3, 1 / 3, 1 / 3), 0.0),
        ((0.0, 1.0, 0.0), math.log(3)),
        ((0.5, 0.5, 0.0), math.log(3 / 2)),
    ],
)
def test_imbalance_has_its_known_values(shares: tuple[float, ...], nats: float) -> None:
    assert float(imbalance(torch.tensor(shares))) == pytest.approx(nats, abs=1e-5)


@pytest.mark.parametrize("bias", [4.0, -4.0], ids=["first leads", "second leads"])
def test_the_balance_feeds_a_starving_stream(bias: float) -> None:
    torch.manual_seed(0)
    fusion = Balanced(LENGTHS[:2], 16)
    with torch.no_grad():
        fusion.gate.bias.fill_(bias)
    start = fusion(*vectors()).report
    assert float(start.shares_P.max()) > 0.95
    descent = torch.optim.SGD(fusion.parameters(), lr=1.0)
    for _ in range(200):
        descent.zero_grad()
        fusion(*vectors()).report.balance.backward()
        descent.step()
    end = fusion(*vectors()).report
    assert float(end.balance.detach()) < 0.05 < float(start.balance.detach())
    assert float(end.shares_P.min()) > 0.3


def test_the_balance_feeds_a_starving_third_stream() -> None:
    torch.manual_seed(0)
    fusion = Balanced(LENGTHS, 16)
    with torch.no_grad():
        fusion.gate.bias.fill_(4.0)  # the third stream's gate is what is left
    assert float(fusion(*vectors(3)).report.shares_P[2]) < 0.02
    descent = torch.optim.SGD(fusion.parameters(), lr=1.0)
    for _ in range(300):
        descent.zero_grad()
        fusion(*vectors(3)).report.balance.backward()
        descent.step()
    assert float(fusion(*vectors(3)).report.shares_P.min()) > 0.2


def test_a_clip_may_lean_where_the_batch_is_even() -> None:
    shares_NP = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.9, 0.1], [0.1, 0.9]])
    assert float(imbalance(shares_NP.mean(0))) == pytest.approx(0, abs=1e-6)


def test_an_unknown_fusion_is_guessed() -> None:
    with pytest.raises(InputError, match="Did you mean 'balanced'"):
        make_fusion("balance", (1, 1), 1)
