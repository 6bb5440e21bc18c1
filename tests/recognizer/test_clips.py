"""Reading frames at other times, against loops."""

from __future__ import annotations

import math

import torch

from mgllm.recognizer.clips import Clips, between_frames


def test_lengths_reach_to_the_last_frame_with_a_joint(clips: Clips) -> None:
    assert clips.lengths().tolist() == [20, 13, 7, 1, 0, 18]


def test_clean_puts_zeros_where_nothing_is_seen_and_leaves_the_rest(clips: Clips) -> None:
    clean = clips.clean()
    assert bool((clean.x_NTVC[~clips.mask_NTV] == 0).all())
    assert torch.equal(clean.x_NTVC[clips.mask_NTV], clips.x_NTVC[clips.mask_NTV])


def slow_between(clips: Clips, n: int, time: float, v: int) -> list[float] | None:
    """One joint at one time, or None where it is not seen."""
    low = math.floor(time)
    high = min(low + 1, clips.x_NTVC.shape[1] - 1)
    part = time - low
    left, right = bool(clips.mask_NTV[n, low, v]), bool(clips.mask_NTV[n, high, v])
    near = left if part <= 0.5 else right
    if part == 0.5:
        near = left or right
    if not near:
        return None
    a, b = clips.x_NTVC[n, low, v].tolist(), clips.x_NTVC[n, high, v].tolist()
    if not left:
        return list(b)
    if not right:
        return list(a)
    return [(1 - part) * p + part * q for p, q in zip(a, b, strict=True)]


def test_between_frames_against_a_loop(clips: Clips) -> None:
    draws = torch.Generator().manual_seed(2)
    time_NS = torch.rand(6, 11, generator=draws, dtype=torch.float64) * 18.9
    time_NS[:, :3] = torch.tensor([0.5, 3.0, 7.5])
    found = between_frames(clips.clean(), time_NS, torch.ones(6, 11, dtype=torch.bool))
    for n in range(6):
        for s in range(11):
            for v in range(8):
                slow = slow_between(clips, n, float(time_NS[n, s]), v)
                assert bool(found.mask_NTV[n, s, v]) is (slow is not None)
                expected = torch.tensor(slow or [0.0] * clips.x_NTVC.shape[-1])
                torch.testing.assert_close(found.x_NTVC[n, s, v], expected, rtol=1e-4, atol=1e-5)


def test_whole_times_give_the_frames_to_the_bit(clips: Clips) -> None:
    time_NT = torch.arange(20.0).repeat(6, 1)
    found = between_frames(clips.clean(), time_NT, torch.ones(6, 20, dtype=torch.bool))
    assert torch.equal(found.x_NTVC, clips.clean().x_NTVC)
    assert torch.equal(found.mask_NTV, clips.mask_NTV)
