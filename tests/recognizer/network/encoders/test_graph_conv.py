"""The graph convolution against its formula, one clip and one joint at a time."""

from __future__ import annotations

import math

import torch

from mgllm.recognizer.graph import Graph
from mgllm.recognizer.network.encoders.graph_conv import AdaptiveGraphConv, GraphConvEncoder


@torch.no_grad()
def test_the_convolution_is_the_sum_over_fixed_learned_and_data_dependent_graphs(graph: Graph) -> None:
    torch.manual_seed(0)
    conv = AdaptiveGraphConv(graph, 5, 7, match=4)
    conv.learned_KVV.normal_()
    conv.gate_K11.normal_()
    inside_NT = torch.arange(6) < torch.tensor([[6], [2]])
    x_NVTC = torch.randn(2, 8, 6, 5)
    found = conv(x_NVTC, inside_NT)
    weight_DKC = conv.mix.weight.view(7, 3, 5)
    for n, frames in enumerate(((0, 4), (0,))):  # of six and of two frames, every fourth
        made = conv.match(x_NVTC[n, :, frames]).view(8, len(frames), 2, 3, 4)
        expected_VTD = conv.mix.bias.expand(8, 6, 7).clone()
        for k in range(3):
            for v in range(8):
                scores = [
                    sum(float(made[v, t, 0, k] @ made[w, t, 1, k]) for t in range(len(frames)))
                    / (len(frames) * math.sqrt(4))
                    for w in range(8)
                ]
                alike_V = torch.tensor(scores).softmax(0)
                row_V = conv.fixed_KVV[k, v] + conv.learned_KVV[k, v] + conv.gate_K11[k] * alike_V
                joined_TC = torch.stack([row_V.flatten()[w] * x_NVTC[n, w] for w in range(8)]).sum(0)
                expected_VTD[v] += joined_TC @ weight_DKC[:, k].T
        torch.testing.assert_close(found[n], expected_VTD, atol=1e-5, rtol=1e-4)


def test_without_the_adaptive_parts_far_joints_do_not_matter(graph: Graph) -> None:
    conv = AdaptiveGraphConv(graph, 4, 4)
    with torch.no_grad():
        conv.gate_K11.zero_()
    x_NVTC = torch.randn(1, 8, 3, 4)
    far = x_NVTC.clone()
    far[:, 3] += 1  # a hand: three bones from the head, two from the neck
    moved = (conv(far, torch.ones(1, 3) > 0) - conv(x_NVTC, torch.ones(1, 3) > 0)).abs().amax(
        (0, 2, 3)
    ) > 1e-6
    assert moved.tolist() == [bool(hops <= 2) for hops in graph.hops()[3]]


def test_a_joint_that_is_never_seen_does_not_count_in_the_readout(graph: Graph) -> None:
    made = GraphConvEncoder(graph, 3)
    features_NVTC = torch.randn(1, 8, 5, 6)
    mask_NTV = torch.ones(1, 5, 8, dtype=torch.bool)
    mask_NTV[:, :, 2] = False
    other = features_NVTC.clone()
    other[:, 2] += 9
    inside_NT = torch.ones(1, 5, dtype=torch.bool)
    first = made._read_out(features_NVTC, inside_NT, mask_NTV)
    assert torch.equal(made._read_out(other, inside_NT, mask_NTV), first)


def test_widths_can_be_chosen(graph: Graph) -> None:
    made = GraphConvEncoder(graph, 2, widths=(8, 16, 24), parts=3, kernel=3)
    z_ND = made(torch.randn(2, 11, 8, 2), torch.ones(2, 11, 8, dtype=torch.bool))
    assert z_ND.shape == (2, made.dims)
    assert made.dims == 2 * 3 * 24
