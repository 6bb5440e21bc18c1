"""Changes in space that leave the gesture of a clip the same.

Each is a frozen object with a strength (0: nothing happens). It is called with clean clips (zeros
where no joint is seen; a `Recipe` makes them so), a generator on the clips' device, and an amount:
a factor on the strength that may differ between clips. Its result is clean again. What is drawn for
a clip depends neither on the number of its padding frames nor on the other clips.

Default strengths have the scale of micro-gestures (coordinates in shoulder widths), because
augmentations for whole-body actions hurt here ("Naive Data Augmentation Might Be Toxic", FG 2024).
The paper (arXiv 2405.13206) names coordinate and viewpoint perturbation; sizes and forms are our
reading.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from mgllm.recognizer.clips import Clips

Amount = Tensor | float
"""A factor on the strength, for all clips or for each."""


class Augmentation(Protocol):
    """A change of clips, drawn for each clip."""

    @property
    def strength(self) -> float:
        """How much is changed; 0: nothing."""

    def __call__(self, clips: Clips, generator: torch.Generator, amount_N: Amount = 1.0) -> Clips:
        """New clean clips of the same shape; the given clips, also clean, are not changed."""


def uniform(count: int, generator: torch.Generator, *shape: int) -> Tensor:
    """Numbers in [0, 1) for each of N clips, float32 [N, *shape], on the generator's device."""
    return torch.rand(count, *shape, generator=generator, device=generator.device)


@dataclass(frozen=True)
class CoordinatePerturbation:
    """Each joint is moved a little, by an offset that is constant or drifts through the clip."""

    strength: float = 0.02
    """Standard deviation in shoulder widths: about 8 mm, the jitter of a pose estimator; a scratch
    is ten times as large."""
    knots: int = 4
    """Offsets drawn along the clip, linear between them; 1: one constant offset."""

    def __call__(self, clips: Clips, generator: torch.Generator, amount_N: Amount = 1.0) -> Clips:
        """Clips with the offsets added."""
        n, t, v, c = clips.x_NTVC.shape
        device = generator.device
        knots_NKD = torch.randn(n, self.knots, v * c, generator=generator, device=device)
        size_N = torch.as_tensor(self.strength * amount_N, device=device).expand(n)
        weight_NTK = _tents(clips.lengths(), t, self.knots) * size_N[:, None, None]
        offset_NTVC = torch.bmm(weight_NTK, knots_NKD).view(n, t, v, c)
        return Clips(offset_NTVC.mul_(clips.mask_NTV[..., None]).add_(clips.x_NTVC), clips.mask_NTV)


def _tents(lengths_N: Tensor, frames: int, knots: int) -> Tensor:
    """Weight of each knot in each frame, [N, T, knots]; knots are evenly spread over the frames."""
    frame_T = torch.arange(frames, device=lengths_N.device)
    spread_N = (knots - 1) / (lengths_N - 1).clamp_min(1).float()
    place_NT = (frame_T * spread_N[:, None]).clamp_max(knots - 1)
    knot_K = torch.arange(knots, device=lengths_N.device)
    return (1 - (place_NT[..., None] - knot_K).abs()).clamp_min(0)


@dataclass(frozen=True)
class ViewpointPerturbation:
    """The camera is moved a little: one rotation for the whole clip, about the origin.

    3-D: a rotation about each of the three axes. 2-D: a roll of the image and a shear along x, as
    rotation does to a picture without depth.
    """

    strength: float = 10.0
    """Largest angle in degrees: a camera moved by half a metre at three metres' distance."""

    def __call__(self, clips: Clips, generator: torch.Generator, amount_N: Amount = 1.0) -> Clips:
        """Clips from the other viewpoint."""
        n, t, v, c = clips.x_NTVC.shape
        angle_3N = (2 * uniform(n, generator, 3).T - 1) * (math.radians(self.strength) * amount_N)
        turn_NCC = (_affine(angle_3N) if c == 2 else _rotation(angle_3N)).to(clips.x_NTVC.dtype)
        x_NTVC = torch.bmm(clips.x_NTVC.reshape(n, t * v, c), turn_NCC).view(n, t, v, c)
        return Clips(x_NTVC, clips.mask_NTV)


def _affine(angle_3N: Tensor) -> Tensor:
    shear_N22 = torch.eye(2, device=angle_3N.device).repeat(angle_3N.shape[1], 1, 1)
    shear_N22[:, 1, 0] = angle_3N[1].tan()
    return torch.bmm(shear_N22, _plane(angle_3N[0]))


def _rotation(angle_3N: Tensor) -> Tensor:
    turns = []
    for axis, angle_N in enumerate(angle_3N):
        rest = torch.tensor([other for other in range(3) if other != axis], device=angle_N.device)
        turn_N33 = torch.eye(3, device=angle_N.device).repeat(len(angle_N), 1, 1)
        turn_N33[:, rest[:, None], rest] = _plane(angle_N)
        turns.append(turn_N33)
    return torch.bmm(torch.bmm(turns[0], turns[1]), turns[2])


def _plane(angle_N: Tensor) -> Tensor:
    """Rotations of row vectors in a plane, [N, 2, 2]."""
    sin_N, cos_N = angle_N.sin(), angle_N.cos()
    return torch.stack([cos_N, sin_N, -sin_N, cos_N], -1).view(-1, 2, 2)


@dataclass(frozen=True)
class JointDropout:
    """Some joints are hidden in the whole clip, as behind a table: masked, not moved to the
    origin."""

    strength: float = 0.1
    """Share of joints, on average: two or three of 25. One seen joint is always kept."""

    def __call__(self, clips: Clips, generator: torch.Generator, amount_N: Amount = 1.0) -> Clips:
        """Clips with some joints masked."""
        n, t, v, c = clips.x_NTVC.shape
        luck_VN = uniform(n, generator, v).T
        keep_NV = (luck_VN >= self.strength * amount_N).T
        seen_NV = clips.mask_NTV.any(1)
        best_N1 = torch.where(seen_NV, luck_VN.T, -1.0).argmax(1, keepdim=True)
        keep_NV = keep_NV.scatter(1, best_N1, value=True)
        keep_N1F = keep_NV.to(clips.x_NTVC).repeat_interleave(c, 1)[:, None]
        x_NTVC = (clips.x_NTVC.flatten(2) * keep_N1F).view(n, t, v, c)
        return Clips(x_NTVC, clips.mask_NTV & keep_NV[:, None])


@dataclass(frozen=True)
class PartDropout:
    """A part of the body is hidden in the whole clip: the head, as in data without points of a
    face, or all fingers, as in layouts that end at the wrist."""

    parts: tuple[tuple[int, ...], ...]
    """Joints of each part."""
    strength: float = 0.08
    """Share of clips in which a part is hidden, for each part: our choice."""

    def __call__(self, clips: Clips, generator: torch.Generator, amount_N: Amount = 1.0) -> Clips:
        """Clips with some parts masked; a clip keeps a part if it shows nothing else."""
        n, _, v, _ = clips.x_NTVC.shape
        mask_NTV = clips.mask_NTV
        for part in self.parts:
            hidden_N = uniform(n, generator) < self.strength * amount_N
            inside_V = torch.zeros(v, dtype=torch.bool, device=mask_NTV.device)
            inside_V[list(part)] = True
            left_NTV = mask_NTV & ~inside_V
            hidden_N = hidden_N & left_NTV.flatten(1).any(1)
            mask_NTV = torch.where(hidden_N[:, None, None], left_NTV, mask_NTV)
        return Clips(clips.x_NTVC * mask_NTV[..., None], mask_NTV)


@dataclass(frozen=True)
class Mirror:
    """Left becomes right: joints change places and x changes its sign.

    It is in no default recipe: if a class says which hand moved (UTD-MHAD), the mirror makes
    another class.
    """

    places: tuple[int, ...]
    """For each joint its place in the mirror: `Graph.mirrored()`."""
    strength: float = 0.5
    """Share of clips that are mirrored."""

    def __call__(self, clips: Clips, generator: torch.Generator, amount_N: Amount = 1.0) -> Clips:
        """Clips of which some are mirrored."""
        chosen_N = uniform(len(clips.x_NTVC), generator) < self.strength * amount_N
        places_V = torch.tensor(self.places, device=generator.device)
        sign_C = torch.ones_like(clips.x_NTVC[0, 0, 0])
        sign_C[0] = -1
        turned_NTVC = clips.x_NTVC[:, :, places_V] * sign_C
        return Clips(
            torch.where(chosen_N[:, None, None, None], turned_NTVC, clips.x_NTVC),
            torch.where(chosen_N[:, None, None], clips.mask_NTV[:, :, places_V], clips.mask_NTV),
        )
