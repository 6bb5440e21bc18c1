"""The trunk's head: it needs a trunk that moves; padding and joints that are not seen change nothing."""

from __future__ import annotations

import math

import pytest
import torch

from mgllm.recognizer.clips import Clips
from mgllm.recognizer.network.trunk import JOINTS, LEAST_MOVED, SOFTNESS, TRUNK_CLASSES, TrunkHead
from mgllm.skeleton.layouts import load_layout

NAMES = load_layout("imigue22").joints
HANDS = [number for number, name in enumerate(NAMES) if name not in JOINTS]


def head(names: tuple[str, ...] = NAMES, channels: int = 2) -> TrunkHead:
    torch.manual_seed(0)
    return TrunkHead(names, channels, 5).eval()


def still(clips: int = 3, frames: int = 32) -> Clips:
    pose_V2 = torch.randn(22, 2, generator=torch.Generator().manual_seed(1))
    return Clips(pose_V2.repeat(clips, frames, 1, 1), torch.ones(clips, frames, 22, dtype=torch.bool))


def moved(clips: Clips, joints: list[int], far: float) -> Clips:
    """These joints move aside, there and back."""
    frames = clips.x_NTVC.shape[1]
    x_NTVC = clips.x_NTVC.clone()
    x_NTVC[:, :, joints, 0] += far * torch.sin(torch.linspace(0, math.pi, frames))[:, None]
    return Clips(x_NTVC, clips.mask_NTV)


def gate(clips: Clips) -> list[float]:
    found: list[float] = head()(clips)[1].tolist()
    return found


def closed(moved_by: float) -> float:
    return math.log(1 / (1 + math.exp(-(moved_by - LEAST_MOVED) / SOFTNESS)))


@torch.no_grad()
def test_the_gate_opens_with_the_trunk_alone() -> None:
    assert gate(still()) == pytest.approx([closed(0.0)] * 3)
    assert gate(still())[0] < -5
    assert gate(moved(still(), HANDS, 2.0)) == pytest.approx([closed(0.0)] * 3)
    assert min(gate(moved(still(), list(range(22)), 0.3))) > -1e-3
    assert min(gate(moved(still(), [NAMES.index("nose")], 0.3))) > -1e-3


@torch.no_grad()
def test_jitter_alone_does_not_open_it() -> None:
    clips = still(50)
    jitter = torch.randn(clips.x_NTVC.shape, generator=torch.Generator().manual_seed(2))
    for shake in (0.002, 0.004):
        assert max(gate(Clips(clips.x_NTVC + shake * jitter, clips.mask_NTV))) < math.log(0.2)
    one_frame = clips.x_NTVC.clone()
    one_frame[:, 7] += 0.5  # a detector's error
    assert max(gate(Clips(one_frame, clips.mask_NTV))) == pytest.approx(closed(0.0))


@torch.no_grad()
def test_the_gate_against_a_loop() -> None:
    draws = torch.Generator().manual_seed(3)
    x_NTVC = 0.04 * torch.randn(2, 12, 22, 2, generator=draws)
    mask_NTV = torch.rand(2, 12, 22, generator=draws) > 0.3
    slow = []
    for x_TVC, seen_TV in zip(x_NTVC, mask_NTV, strict=True):
        ways = []
        for name in JOINTS:
            places_FC = x_TVC[:, NAMES.index(name)][seen_TV[:, NAMES.index(name)]]
            low, high = (places_FC.quantile(share, dim=0) for share in (0.1, 0.9))
            ways.append(float((high - low).norm()))
        slow.append(closed(max(ways)))
    assert gate(Clips(x_NTVC, mask_NTV)) == pytest.approx(slow, abs=1e-3)


@torch.no_grad()
def test_padding_and_what_is_not_seen_change_nothing() -> None:
    clips = moved(still(), list(range(22)), 0.1)
    mask_NTV = torch.rand(3, 32, 22, generator=torch.Generator().manual_seed(4)) > 0.2
    rubbish_NTVC = torch.where(mask_NTV[..., None], clips.x_NTVC, 1e4)
    empty_NTVC = clips.x_NTVC.masked_fill(~mask_NTV[..., None], torch.nan)
    short = Clips(empty_NTVC, mask_NTV)
    longer = Clips(
        torch.cat([rubbish_NTVC, torch.full((3, 9, 22, 2), 5.0)], 1),
        torch.cat([mask_NTV, torch.zeros(3, 9, 22, dtype=torch.bool)], 1),
    )
    for one, other in zip(head()(short), head()(longer), strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_hands_are_not_read() -> None:
    clips = moved(still(), [NAMES.index("nose")], 0.2)
    for one, other in zip(head()(clips), head()(moved(clips, HANDS, 3.0)), strict=True):
        assert torch.equal(one, other)
    tilted = moved(still(), [NAMES.index("nose")], 0.4)
    assert not torch.equal(head()(clips)[0], head()(tilted)[0])


@torch.no_grad()
def test_nobody_at_all_is_a_trunk_that_does_not_move() -> None:
    nobody = Clips(torch.full((2, 8, 22, 2), torch.nan), torch.zeros(2, 8, 22, dtype=torch.bool))
    logits_NK, gate_N = head()(nobody)
    assert logits_NK.shape == (2, 6)
    assert bool(logits_NK.isfinite().all())
    assert gate_N.tolist() == pytest.approx([closed(0.0)] * 2)


@torch.no_grad()
@pytest.mark.parametrize("channels", [2, 3])
def test_a_layout_without_some_of_its_joints(channels: int) -> None:
    names = ("left_wrist", "left_shoulder", "right_shoulder", "nose")
    x_NTVC = torch.randn(2, 8, 4, channels)
    logits_NK, _ = head(names, channels)(Clips(x_NTVC, torch.ones(2, 8, 4, dtype=torch.bool)))
    assert bool(logits_NK.isfinite().all())


def test_every_weight_learns() -> None:
    made = head()
    logits_NK, _ = made(moved(still(), list(range(22)), 0.2))
    (logits_NK * torch.randn(3, 6)).sum().backward()
    for weight in made.parameters():
        assert weight.grad is not None
        assert float(weight.grad.abs().max()) > 0


def test_its_classes_are_movements_of_trunk_and_head() -> None:
    from mgllm.synthetic import visible_classes

    assert set(TRUNK_CLASSES) <= set(visible_classes())
