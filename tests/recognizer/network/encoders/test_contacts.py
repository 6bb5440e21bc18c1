"""The contact branch against one hand and frame at a time; only joints that it asks for count."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import gelu

from mgllm.recognizer.graph import Graph
from mgllm.recognizer.network.contact_features import contact_features
from mgllm.recognizer.network.encoders.contacts import STRIDE, ContactEncoder
from mgllm.recognizer.network.reading import layout_graph
from mgllm.skeleton.layouts import load_layout

GRAPH = layout_graph(load_layout("imigue22"))


def encoder(graph: Graph = GRAPH) -> ContactEncoder:
    torch.manual_seed(0)
    return ContactEncoder(graph, 2, width=6, kernel=3)


def batch(length: int = 11) -> tuple[torch.Tensor, torch.Tensor]:
    draws = torch.Generator().manual_seed(1)
    x_NTVC = torch.randn(2, 11, 22, 2, generator=draws)
    mask_NTV = torch.rand(2, 11, 22, generator=draws) > 0.05
    mask_NTV[:, length:] = False
    return x_NTVC, mask_NTV


@torch.no_grad()
@pytest.mark.parametrize("length", [1, 6, 11])
def test_it_is_a_network_a_hand_and_frame_and_a_convolution_over_frames(length: int) -> None:
    made = encoder()
    x_NTVC, mask_NTV = batch(length)
    found_ND = made(x_NTVC, mask_NTV)
    assert found_ND.shape == (2, made.dims) == (2, 24)
    first, _, second = made.enter
    for n in range(2):
        clip_NTVC, seen_NTV = x_NTVC[n : n + 1, :length], mask_NTV[n : n + 1, :length]
        hands_THF = contact_features(clip_NTVC, seen_NTV, GRAPH.names)[0, ::STRIDE]
        rows = []
        for hand in range(2):
            hidden_TD = torch.stack([second(gelu(first(f_F))).relu() for f_F in hands_THF[:, hand]])
            padded = torch.cat([torch.zeros(1, 6), hidden_TD, torch.zeros(1, 6)])
            assert made.time.bias is not None
            along = [
                made.time.bias
                + torch.stack([made.time.weight[:, :, k] @ padded[t + k] for k in range(3)]).sum(0)
                for t in range(len(hidden_TD))
            ]
            rows.append(hidden_TD + torch.stack(along).relu())
        both_TD = torch.cat([rows[0] + rows[1], torch.maximum(rows[0], rows[1])], -1)
        slow_D = torch.cat([both_TD.mean(0), both_TD.amax(0)])
        torch.testing.assert_close(found_ND[n], slow_D, atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_both_hands_are_read_alike() -> None:
    x_NTVC, mask_NTV = batch()
    turned = list(GRAPH.mirrored())
    mirrored = x_NTVC[:, :, turned] * torch.tensor([-1.0, 1.0])
    torch.testing.assert_close(encoder()(mirrored, mask_NTV[:, :, turned]), encoder()(x_NTVC, mask_NTV))


def test_one_coordinate_is_not_enough() -> None:
    with pytest.raises(ValueError, match="two coordinates"):
        ContactEncoder(GRAPH, 1)
