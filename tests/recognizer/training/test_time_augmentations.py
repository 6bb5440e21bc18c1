"""Changes in time, each against a slow version of one clip; the same seed draws the same again."""

from __future__ import annotations

import math

import pytest
import torch

from mgllm.recognizer.clips import Clips
from mgllm.recognizer.training.time_augmentations import (
    PosterizeTime,
    RepeatSegment,
    Speed,
    TemporalCropResize,
)

LENGTHS = (30, 17, 5, 1, 0)


def draws() -> torch.Generator:
    return torch.Generator().manual_seed(11)


@pytest.fixture
def ramp() -> Clips:
    """One joint whose x is the frame's number and whose y is its square: what is read tells its time."""
    frame_T = torch.arange(30.0)
    x_NTVC = torch.stack([frame_T, frame_T.square()], -1)[None, :, None].repeat(5, 1, 1, 1)
    mask_NT = torch.arange(30) < torch.tensor(LENGTHS)[:, None]
    return Clips(x_NTVC, mask_NT[..., None])


def times(found: Clips, clip: int) -> list[float]:
    """From which times the seen frames come."""
    length = int(found.lengths()[clip])
    assert bool(found.mask_NTV[clip, :length].all())
    times: list[float] = found.x_NTVC[clip, :length, 0, 0].tolist()
    return times


def test_repeat_tiles_a_part(ramp: Clips) -> None:
    found = RepeatSegment(0.6)(ramp, draws())
    luck_N2 = torch.rand(5, 2, generator=draws())
    for n, length in enumerate(LENGTHS):
        part = max(math.ceil(length * (1 - 0.6 * float(luck_N2[n, 0]))), 1)
        start = int(float(luck_N2[n, 1]) * (length - part + 1))
        assert times(found, n) == [start + t % part for t in range(length)]
    assert len(set(times(found, 0))) < 30


def test_posterize_holds_frames(ramp: Clips) -> None:
    found = PosterizeTime(5)(ramp, draws())
    luck_N = torch.rand(5, 2, generator=draws())[:, 0]
    for n, length in enumerate(LENGTHS):
        hold = 1 + int(float(luck_N[n]) * 6)
        assert times(found, n) == [t - t % hold for t in range(length)]


def test_crop_resize_stretches_a_part_to_the_whole_length(ramp: Clips) -> None:
    found = TemporalCropResize(0.5)(ramp, draws())
    luck_N2 = torch.rand(5, 2, generator=draws())
    for n, length in enumerate(LENGTHS):
        share = 1 - 0.5 * float(luck_N2[n, 0])
        start = (1 - share) * float(luck_N2[n, 1]) * (length - 1)
        assert times(found, n) == pytest.approx([start + share * t for t in range(length)], abs=1e-4)
    assert found.lengths().tolist() == list(LENGTHS)


def test_speed_shortens_what_is_fast_and_cuts_what_is_slow(ramp: Clips) -> None:
    found = Speed(1.0)(ramp, draws())
    luck_N2 = torch.rand(5, 2, generator=draws())
    for n, length in enumerate(LENGTHS):
        pace = 2 ** (2 * float(luck_N2[n, 0]) - 1)
        last = max(length - 1, 0)
        frames = min(math.floor(last / pace), last)
        start = max(last - frames * pace, 0) * float(luck_N2[n, 1])
        expected = [start + pace * t for t in range(frames + 1)] if length else []
        assert times(found, n) == pytest.approx(expected, abs=1e-4)


def test_speeds_are_as_often_fast_as_slow() -> None:
    clips = Clips(torch.zeros(2000, 64, 1, 2), torch.ones(2000, 64, 1, dtype=torch.bool))
    lengths_N = Speed(0.5)(clips, draws()).lengths()
    assert float((lengths_N == 64).float().mean()) == pytest.approx(0.5, abs=0.04)
    assert int(lengths_N.min()) >= math.floor(63 / 1.5) + 1


def test_between_two_frames_it_is_a_straight_line(ramp: Clips) -> None:
    found = TemporalCropResize(0.5)(ramp, draws())
    time, square = found.x_NTVC[0, 7, 0].tolist()
    low = math.floor(time)
    assert square == pytest.approx((low + 1 - time) * low**2 + (time - low) * (low + 1) ** 2, rel=1e-4)
