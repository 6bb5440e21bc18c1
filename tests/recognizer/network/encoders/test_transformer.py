"""Attention between frames against loops over heads and frames, each clip alone and unpadded."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import gelu

from mgllm.recognizer.graph import Graph
from mgllm.recognizer.network.encoders.base import joint_features
from mgllm.recognizer.network.encoders.transformer import LONGEST_WAVE, TransformerEncoder, frame_places


def test_places_are_sines_and_cosines_of_the_frame() -> None:
    found_TD = frame_places(5, 6)
    for t in range(5):
        for pair in range(3):
            angle = t / LONGEST_WAVE ** (2 * pair / 6)
            assert float(found_TD[t, 2 * pair]) == pytest.approx(math.sin(angle), abs=1e-6)
            assert float(found_TD[t, 2 * pair + 1]) == pytest.approx(math.cos(angle), abs=1e-6)


def attention(layer: nn.TransformerEncoderLayer, x_TD: Tensor, parts: int) -> Tensor:
    """Each frame asks each frame, part by part."""
    own = layer.self_attn
    assert isinstance(own, nn.MultiheadAttention)
    assert own.in_proj_weight is not None
    asks, keys, values = (x_TD @ own.in_proj_weight.T + own.in_proj_bias).chunk(3, -1)
    width = x_TD.shape[1] // parts
    rows = []
    for t in range(len(x_TD)):
        heads = []
        for part in range(parts):
            at = slice(part * width, (part + 1) * width)
            scores = torch.stack([asks[t, at] @ key for key in keys[:, at]]) / math.sqrt(width)
            heads.append(scores.softmax(0) @ values[:, at])
        rows.append(own.out_proj(torch.cat(heads)))
    return torch.stack(rows)


def slow(made: TransformerEncoder, features_TF: Tensor, parts: int) -> Tensor:
    out_TD = made.enter(features_TF)
    out_TD = out_TD + frame_places(*out_TD.shape)
    for layer in made.layers:
        assert isinstance(layer, nn.TransformerEncoderLayer)
        out_TD = out_TD + attention(layer, layer.norm1(out_TD), parts)
        out_TD = out_TD + layer.linear2(gelu(layer.linear1(layer.norm2(out_TD))))
    out_TD = made.leave(out_TD)
    return torch.cat([out_TD.mean(0), out_TD.amax(0)])


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@torch.no_grad()
def test_layers_against_loops(graph: Graph, *, training: bool) -> None:
    torch.manual_seed(0)
    made = TransformerEncoder(graph, 2, width=8, layers=2, parts=2)
    for weight in made.parameters():
        weight.add_(0.2 * torch.randn_like(weight))
    made.train(training)  # without gradients, PyTorch has a faster way of its own in eval mode
    x_NTVC = torch.randn(3, 9, 8, 2)
    mask_NTV = (torch.arange(9) < torch.tensor([[9], [4], [1]]))[..., None].repeat(1, 1, 8)
    found = made(x_NTVC, mask_NTV)
    for n, frames in enumerate((9, 4, 1)):
        features = joint_features(x_NTVC[n : n + 1, :frames], mask_NTV[n : n + 1, :frames])
        expected_D = slow(made, features.flatten(2)[0], 2)
        torch.testing.assert_close(found[n], expected_D, atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_the_order_of_frames_matters(graph: Graph) -> None:
    torch.manual_seed(0)
    made = TransformerEncoder(graph, 2, width=8).eval()
    pose_11VC = torch.randn(1, 1, 8, 2).repeat(1, 6, 1, 1)
    pose_11VC[:, 3:] += 1
    seen = torch.ones(1, 6, 8, dtype=torch.bool)
    assert not torch.allclose(made(pose_11VC.flip(1), seen), made(pose_11VC, seen), atol=1e-3)


@pytest.mark.parametrize(("width", "parts"), [(7, 7), (10, 4), (0, 1), (8, 0), (-8, 2)])
def test_widths_that_cannot_be(graph: Graph, width: int, parts: int) -> None:
    with pytest.raises(
        ValueError, match=f"a width of {width} is not even, or not a multiple of {parts} parts"
    ):
        TransformerEncoder(graph, 2, width=width, parts=parts)
