"""Every augmentation: what all of them keep, and each in space against a slow version of one clip."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch

from mgllm.recognizer.clips import Clips
from mgllm.recognizer.training.augmentations import (
    Augmentation,
    CoordinatePerturbation,
    JointDropout,
    Mirror,
    PartDropout,
    ViewpointPerturbation,
)
from mgllm.recognizer.training.composing import Recipe, Step
from mgllm.recognizer.training.time_augmentations import (
    PosterizeTime,
    RepeatSegment,
    Speed,
    TemporalCropResize,
)

PLACES = (0, 1, 4, 5, 2, 3, 7, 6)
ALL: tuple[Augmentation, ...] = (
    CoordinatePerturbation(0.5),
    CoordinatePerturbation(0.5, knots=1),
    ViewpointPerturbation(40.0),
    JointDropout(0.5),
    Mirror(PLACES),
    PartDropout(((0, 1), (6, 7)), 0.5),
    RepeatSegment(0.7),
    PosterizeTime(4),
    TemporalCropResize(0.6),
    Speed(0.5),
)
each = pytest.mark.parametrize("augmentation", ALL, ids=lambda made: type(made).__name__)


def draws(seed: int = 3) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def apply(augmentation: Augmentation, clips: Clips, seed: int = 3) -> Clips:
    """As a recipe applies it: to clean clips."""
    return Recipe((Step(augmentation),))(clips, draws(seed))


def distances(x_JC: torch.Tensor) -> torch.Tensor:
    apart_JJ: torch.Tensor = (x_JC[:, None] - x_JC[None]).norm(dim=-1)
    return apart_JJ


def same(one: Clips, other: Clips) -> bool:
    return torch.equal(one.x_NTVC, other.x_NTVC) and torch.equal(one.mask_NTV, other.mask_NTV)


@each
def test_strength_0_changes_nothing(augmentation: Augmentation, clips: Clips) -> None:
    still = dataclasses.replace(augmentation, strength=0)  # type: ignore[type-var]  # all are dataclasses
    assert same(apply(still, clips), clips.clean())


@each
def test_an_amount_of_0_leaves_that_clip_alone(augmentation: Augmentation, clips: Clips) -> None:
    alike = Clips(clips.x_NTVC[:1].repeat(40, 1, 1, 1), clips.mask_NTV[:1].repeat(40, 1, 1)).clean()
    amount_N = torch.tensor([0.0, 1.0]).repeat(20)
    found = augmentation(alike, draws(), amount_N)
    every = augmentation(alike, draws())
    for n in range(0, 40, 2):
        assert torch.equal(found.x_NTVC[n], alike.x_NTVC[n])
        assert torch.equal(found.mask_NTV[n], alike.mask_NTV[n])
        assert torch.equal(found.x_NTVC[n + 1], every.x_NTVC[n + 1])
    assert not torch.equal(found.x_NTVC[1::2], alike.x_NTVC[1::2])


@each
def test_it_does_something_and_differently_to_each_clip(augmentation: Augmentation, clips: Clips) -> None:
    alike = Clips(clips.x_NTVC[:1].repeat(12, 1, 1, 1), clips.mask_NTV[:1].repeat(12, 1, 1))
    found = apply(augmentation, alike)
    assert not same(found, alike.clean())
    assert len({tuple(x_TVC.flatten().tolist()) for x_TVC in found.x_NTVC}) > 1


@each
def test_nothing_given_is_changed(augmentation: Augmentation, clips: Clips) -> None:
    before = Clips(clips.x_NTVC.clone(), clips.mask_NTV.clone())
    apply(augmentation, clips)
    assert torch.equal(clips.x_NTVC.nan_to_num(9), before.x_NTVC.nan_to_num(9))
    assert torch.equal(clips.mask_NTV, before.mask_NTV)


@each
def test_unseen_joints_are_zero_after_it_and_are_never_read(augmentation: Augmentation, clips: Clips) -> None:
    found = apply(augmentation, clips)
    assert bool((found.x_NTVC[~found.mask_NTV] == 0).all())
    assert bool(found.x_NTVC.isfinite().all())
    rubbish = Clips(clips.x_NTVC.nan_to_num(1e6), clips.mask_NTV)
    assert same(apply(augmentation, rubbish), found)


@each
def test_padding_neither_leaks_nor_matters(augmentation: Augmentation, clips: Clips) -> None:
    found = apply(augmentation, clips)
    assert bool((found.lengths() <= clips.lengths()).all())
    n, _, v, c = clips.x_NTVC.shape
    longer = Clips(
        torch.cat([clips.x_NTVC, torch.full((n, 9, v, c), 5.0)], 1),
        torch.cat([clips.mask_NTV, torch.zeros(n, 9, v, dtype=torch.bool)], 1),
    )
    padded = apply(augmentation, longer)
    assert torch.equal(padded.mask_NTV[:, :20], found.mask_NTV)
    torch.testing.assert_close(padded.x_NTVC[:, :20], found.x_NTVC)
    assert not bool(padded.mask_NTV[:, 20:].any())


@each
def test_the_same_seed_gives_the_same_clips(augmentation: Augmentation, clips: Clips) -> None:
    assert same(apply(augmentation, clips, 5), apply(augmentation, clips, 5))
    assert not same(apply(augmentation, clips, 5), apply(augmentation, clips, 6))


@pytest.mark.parametrize("knots", [1, 4])
def test_coordinate_perturbation_against_a_loop(clips: Clips, knots: int) -> None:
    found = apply(CoordinatePerturbation(0.3, knots), clips)
    c = clips.x_NTVC.shape[-1]
    offset_NKVC = 0.3 * torch.randn(6, knots, 8 * c, generator=draws()).view(6, knots, 8, c)
    for n, length in enumerate(clips.lengths().tolist()):
        for t in range(length):
            place = t * (knots - 1) / max(length - 1, 1)
            low = min(int(place + 1e-6), max(knots - 2, 0))
            high = min(low + 1, knots - 1)
            part = place - low if knots > 1 else 0.0
            offset_VC = (1 - part) * offset_NKVC[n, low] + part * offset_NKVC[n, high]
            seen_V = clips.mask_NTV[n, t]
            expected = (clips.x_NTVC[n, t] + offset_VC)[seen_V]
            torch.testing.assert_close(found.x_NTVC[n, t][seen_V], expected, atol=1e-5, rtol=1e-4)


def test_viewpoint_perturbation_in_3d_against_a_loop_and_keeps_distances(clips_3d: Clips) -> None:
    found = apply(ViewpointPerturbation(30.0), clips_3d)
    angles = (2 * torch.rand(6, 3, generator=draws()) - 1) * math.radians(30)
    for n in range(6):
        a, b, c = (float(angle) for angle in angles[n])
        about_x = torch.tensor([[1, 0, 0], [0, math.cos(a), math.sin(a)], [0, -math.sin(a), math.cos(a)]])
        about_y = torch.tensor([[math.cos(b), 0, math.sin(b)], [0, 1, 0], [-math.sin(b), 0, math.cos(b)]])
        about_z = torch.tensor([[math.cos(c), math.sin(c), 0], [-math.sin(c), math.cos(c), 0], [0, 0, 1]])
        seen = clips_3d.mask_NTV[n]
        before_JC, after_JC = clips_3d.x_NTVC[n][seen], found.x_NTVC[n][seen]
        torch.testing.assert_close(after_JC, before_JC @ about_x @ about_y @ about_z, atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(distances(after_JC), distances(before_JC), atol=1e-5, rtol=1e-4)


def test_viewpoint_perturbation_in_2d_is_a_shear_and_a_roll() -> None:
    clips = Clips(torch.randn(5, 4, 3, 2, generator=draws(1)), torch.ones(5, 4, 3, dtype=torch.bool))
    found = apply(ViewpointPerturbation(20.0), clips)
    angles = (2 * torch.rand(5, 3, generator=draws()) - 1) * math.radians(20)
    for n in range(5):
        roll, shear = float(angles[n, 0]), math.tan(float(angles[n, 1]))
        for t in range(4):
            for v in range(3):
                x, y = clips.x_NTVC[n, t, v].tolist()
                x = x + shear * y
                turned = [
                    x * math.cos(roll) - y * math.sin(roll),
                    x * math.sin(roll) + y * math.cos(roll),
                ]
                assert found.x_NTVC[n, t, v].tolist() == pytest.approx(turned, abs=1e-5)


def test_joint_dropout_masks_whole_joints_and_keeps_one(clips: Clips) -> None:
    found = apply(JointDropout(0.5), clips)
    luck_NV = torch.rand(6, 8, generator=draws())
    for n in range(6):
        seen = [v for v in range(8) if bool(clips.mask_NTV[n, :, v].any())]
        kept = {v for v in seen if luck_NV[n, v] >= 0.5}
        kept |= {max(seen, key=lambda v: float(luck_NV[n, v]))} if seen else set()
        for v in range(8):
            expected = clips.mask_NTV[n, :, v] & (v in kept)
            assert torch.equal(found.mask_NTV[n, :, v], expected)
    everything = apply(JointDropout(1.0), clips)
    assert everything.mask_NTV.any(1).sum(1).tolist() == [1, 1, 1, 1, 0, 1]


def test_joint_dropout_takes_its_share() -> None:
    clips = Clips(torch.ones(400, 2, 25, 2), torch.ones(400, 2, 25, dtype=torch.bool))
    gone = 1 - float(apply(JointDropout(0.1), clips).mask_NTV.float().mean())
    assert gone == pytest.approx(0.1, abs=0.01)


def test_mirror_swaps_joints_and_turns_x(clips: Clips) -> None:
    found = apply(Mirror(PLACES, strength=1.0), clips)
    for v, place in enumerate(PLACES):
        assert torch.equal(found.mask_NTV[:, :, v], clips.mask_NTV[:, :, place])
        clean = clips.clean().x_NTVC[:, :, place]
        assert torch.equal(found.x_NTVC[:, :, v, 0], -clean[..., 0])
        assert torch.equal(found.x_NTVC[:, :, v, 1:], clean[..., 1:])


def test_mirrored_twice_is_the_clip_itself(clips: Clips) -> None:
    mirror = Mirror(PLACES, strength=1.0)
    assert same(apply(mirror, apply(mirror, clips)), clips.clean())


def test_a_hidden_part_is_hidden_in_all_of_the_clip() -> None:
    parts = ((0, 2), (5, 6, 7))
    clips = Clips(torch.ones(4000, 3, 8, 2), torch.ones(4000, 3, 8, dtype=torch.bool))
    found = PartDropout(parts, 0.25)(clips, draws())
    whole_NV = found.mask_NTV.all(1)
    assert torch.equal(whole_NV, found.mask_NTV.any(1))
    for part in parts:
        assert bool((whole_NV[:, part] == whole_NV[:, part[:1]]).all())
        assert float((~whole_NV[:, part[0]]).float().mean()) == pytest.approx(0.25, abs=0.03)
    both = (~whole_NV[:, 0] & ~whole_NV[:, 5]).float().mean()
    assert float(both) == pytest.approx(0.25**2, abs=0.02)
    assert bool(whole_NV[:, [1, 3, 4]].all())
    assert not bool(found.x_NTVC[~found.mask_NTV].any())


def test_a_clip_of_one_part_keeps_it() -> None:
    mask_NTV = torch.zeros(50, 3, 8, dtype=torch.bool)
    mask_NTV[:, 1, :2] = True
    clips = Clips(mask_NTV[..., None].float().repeat(1, 1, 1, 2), mask_NTV)
    assert same(PartDropout(((0, 1),), 1.0)(clips, draws()), clips)
