"""A recogniser with a trunk's head: one distribution over all classes. Two parts are as before."""

from __future__ import annotations

import pytest
import torch

from mgllm.recognizer.clips import Clips
from mgllm.recognizer.network.network import BACKGROUND_NAME, Recognizer, new_recognizer, with_classes
from mgllm.recognizer.network.trunk import RawLogits
from mgllm.recognizer.network.two_streams import StreamOptions
from mgllm.skeleton.layouts import load_layout

LAYOUT = load_layout("imigue22")
CLASSES = ("arms akimbo", "head up", "folding arms", "moving torso", BACKGROUND_NAME)
TRUNK = ("moving torso", "head up")


def network(small: StreamOptions) -> Recognizer:
    torch.manual_seed(0)
    options = small.model_copy(update={"contact": "contacts", "contact_args": {"width": 8}})
    return with_classes(new_recognizer(LAYOUT, 2, options, seed=0), CLASSES, "fused", TRUNK).eval()


def clips(far: float = 0.0) -> Clips:
    """Somebody who leans aside that far."""
    pose_V2 = torch.randn(22, 2, generator=torch.Generator().manual_seed(1))
    x_NTVC = pose_V2.repeat(4, 16, 1, 1)
    x_NTVC[..., 0] += far * torch.linspace(0, 1, 16)[:, None]
    return Clips(x_NTVC, torch.ones(4, 16, 22, dtype=torch.bool))


@torch.no_grad()
def test_probabilities_are_those_of_two_heads(small: StreamOptions) -> None:
    made, leaning = network(small), clips(0.2)
    p_NK = made(leaning).softmax(-1)
    torch.testing.assert_close(p_NK.sum(-1), torch.ones(4))
    raw = made.raw_logits(leaning)
    assert raw.trunk_NJ is not None
    assert raw.gate_N is not None
    for n in range(4):
        hands = {name: float(raw.all_NK[n, k].exp()) for k, name in enumerate(CLASSES) if name not in TRUNK}
        of_hands = {name: weight / sum(hands.values()) for name, weight in hands.items()}
        none, *gated = raw.trunk_NJ[n].exp().tolist()
        gated = [float(raw.gate_N[n].exp()) * weight for weight in gated]
        background = of_hands[BACKGROUND_NAME]
        total = none + sum(gated)
        slow = of_hands | {BACKGROUND_NAME: background * none / total}
        slow |= {name: background * weight / total for name, weight in zip(TRUNK, gated, strict=True)}
        assert p_NK[n].tolist() == pytest.approx([slow[name] for name in CLASSES], abs=1e-6)


@torch.no_grad()
def test_a_still_clip_has_no_movement_of_the_trunk(small: StreamOptions) -> None:
    made = network(small)
    trunk = [CLASSES.index(name) for name in TRUNK]
    still, leaning = (made(clips(far)).softmax(-1)[:, trunk].sum(-1) for far in (0.0, 0.3))
    assert float(still.max()) < 0.01
    assert float(leaning.min()) > 0.05


@torch.no_grad()
@pytest.mark.parametrize("temperature", [0.5, 2.5])
def test_a_cooled_network_says_what_its_logits_say_at_that_temperature(
    small: StreamOptions, temperature: float
) -> None:
    made, leaning = network(small), clips(0.2)
    wanted_NK = made.joined(made.raw_logits(leaning), temperature)
    before_NK = made(leaning)
    made.cool(temperature)
    torch.testing.assert_close(made(leaning), wanted_NK)
    assert not torch.allclose(before_NK, wanted_NK)


@torch.no_grad()
def test_without_a_trunks_head_logits_are_the_classifiers(small: StreamOptions) -> None:
    made = new_recognizer(LAYOUT, 2, small, seed=0, classes=CLASSES).eval()
    raw = made.raw_logits(clips())
    assert (raw.trunk_NJ, raw.gate_N) == (None, None)
    assert torch.equal(made(clips()), raw.all_NK)
    torch.testing.assert_close(made.joined(RawLogits(raw.all_NK, None, None), 2.0), raw.all_NK / 2)


def test_every_head_gets_a_gradient(small: StreamOptions) -> None:
    made = network(small)
    made(clips(0.2))[:, CLASSES.index("head up")].sum().backward()
    assert made.trunk is not None
    assert made.classifier is not None
    for weight in (*made.trunk.parameters(), made.classifier.weight):
        assert weight.grad is not None
        assert bool(weight.grad.isfinite().all())
        assert float(weight.grad.abs().max()) > 0


GATED = ((0.288252, 0.384463, 0.327285), (0.287521, 0.384472, 0.328008), (0.286940, 0.384448, 0.328613))
OLDER = {
    "sum": ((0.219631, 0.366109, 0.414260), (0.220838, 0.366452, 0.412710), (0.220290, 0.366294, 0.413416)),
    "gated": GATED,
    "balanced": GATED,
    "concat": ((0.708598, 0.230531, 0.060871), (0.69044, 0.249058, 0.060502), (0.691695, 0.250212, 0.058094)),
}  # fmt: skip
"""Probabilities by the code that had no third branch, for the weights and clips below."""


def _by_formula(made: Recognizer) -> None:
    with torch.no_grad():
        for number, (name, weight) in enumerate(sorted(made.state_dict().items())):
            if not name.endswith("_D") and weight.is_floating_point():
                count = torch.arange(weight.numel(), dtype=torch.float64)
                weight.copy_(0.3 * torch.sin(1.3 * count + number).view(weight.shape))


@torch.no_grad()
@pytest.mark.parametrize("fusion", OLDER)
def test_a_network_of_two_parts_says_what_it_said_before_there_was_a_third(
    small: StreamOptions, fusion: str
) -> None:
    options = small.model_copy(update={"fusion": fusion})
    made = new_recognizer(LAYOUT, 2, options, seed=0, classes=("a", "b", "c")).eval()
    _by_formula(made)
    n, t = torch.arange(3.0)[:, None, None, None], torch.arange(12.0)[None, :, None, None]
    v, c = torch.arange(22.0)[None, None, :, None], torch.arange(2.0)
    x_NTVC = torch.sin(0.9 * n + 0.31 * t * (1 + 0.1 * v) + 1.7 * v + 2.3 * c)
    mask_NTV = torch.ones(3, 12, 22, dtype=torch.bool)
    mask_NTV[1, 9:], mask_NTV[2, :, 5] = False, False
    p_NK = made(Clips(x_NTVC, mask_NTV)).softmax(-1)
    torch.testing.assert_close(p_NK, torch.tensor(OLDER[fusion]), atol=2e-4, rtol=0)
