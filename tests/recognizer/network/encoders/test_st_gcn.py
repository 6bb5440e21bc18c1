"""The graph convolution of ST-GCN against loops over joints, frames and neighbours, each clip alone."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn.functional import layer_norm, pad

from mgllm.recognizer.graph import Graph
from mgllm.recognizer.network.encoders.base import joint_features
from mgllm.recognizer.network.encoders.st_gcn import StgcnBlock, StgcnEncoder, partitioned


def test_the_partition_by_hand() -> None:
    star = Graph(4, ((0, 1), (1, 2), (1, 3)))  # joint 1 is the centre
    same, nearer, farther = partitioned(star)
    assert torch.equal(same, torch.diag(torch.tensor([1 / 2, 1 / 4, 1 / 2, 1 / 2])))
    toward = torch.zeros(4, 4)
    toward[[0, 2, 3], 1] = 1 / 2
    assert torch.equal(nearer, toward)
    away = torch.zeros(4, 4)
    away[1, [0, 2, 3]] = 1 / 4
    assert torch.equal(farther, away)


def test_every_neighbour_is_in_one_part_of_the_partition(graph: Graph) -> None:
    parts_KVV = partitioned(graph)
    assert torch.equal((parts_KVV > 0).sum(0), (graph.hops() <= 1).long())
    torch.testing.assert_close(parts_KVV.sum((0, 2)), torch.ones(8))


def test_a_ring_links_joints_that_are_equally_far_from_the_centre() -> None:
    ring = Graph(3, ((0, 1), (1, 2), (2, 0)))
    same = partitioned(ring)[0]
    assert same[1, 2] == same[2, 1] == same[1, 1] == 1 / 3
    assert same[0, 1] == 0


def normal(x_C: Tensor, norm: torch.nn.LayerNorm) -> Tensor:
    return layer_norm(x_C, x_C.shape, norm.weight, norm.bias, norm.eps)


def slow(block: StgcnBlock, x_VTC: Tensor) -> Tensor:
    """A block on one clip without padding, joint by joint and frame by frame."""
    joints, frames, _ = x_VTC.shape
    width = block.norm_space.weight.shape[0]
    weight_KDC, bias_KD = block.mix.weight.view(3, width, -1), block.mix.bias.view(3, width)
    hidden_VTD = torch.zeros(joints, frames, width)
    for v in range(joints):
        for t in range(frames):
            summed_D = torch.zeros(width)
            for k in range(3):
                for w in range(joints):
                    share = block.fixed_KVV[k, v, w] * block.importance_KVV[k, v, w]
                    summed_D = summed_D + share * (weight_KDC[k] @ x_VTC[w, t] + bias_KD[k])
            hidden_VTD[v, t] = normal(summed_D, block.norm_space).relu()
    kernel_DCS = block.time.weight[:, :, 0]
    assert block.time.bias is not None
    half, last = kernel_DCS.shape[-1] // 2, []
    wide_VTD = pad(hidden_VTD, (0, 0, half, half))
    for t in range(0, frames, block.stride):
        seen_VSC = wide_VTD[:, t : t + 2 * half + 1]
        along_VD = torch.einsum("vsc,dcs->vd", seen_VSC, kernel_DCS) + block.time.bias
        joined = [normal(along_VD[v], block.norm_time) + block.past(x_VTC[v, t]) for v in range(joints)]
        last.append(torch.stack(joined).relu())
    return torch.stack(last, 1)


@torch.no_grad()
def test_blocks_against_loops(graph: Graph) -> None:
    torch.manual_seed(0)
    made = StgcnEncoder(graph, 2, widths=(6, 6, 10), kernel=3)
    for weight in made.parameters():
        weight.add_(0.2 * torch.randn_like(weight))
    assert [block.stride for block in made.blocks] == [1, 1, 2]
    x_NTVC = torch.randn(3, 9, 8, 2)
    mask_NTV = (torch.arange(9) < torch.tensor([[9], [4], [1]]))[..., None].repeat(1, 1, 8)
    found = made(x_NTVC, mask_NTV)
    for n, frames in enumerate((9, 4, 1)):
        own = x_NTVC[n : n + 1, :frames], mask_NTV[n : n + 1, :frames]
        out_VTC = made.enter(joint_features(*own))[0].transpose(0, 1)
        for block in made.blocks:
            assert isinstance(block, StgcnBlock)
            out_VTC = slow(block, out_VTC)
        torch.testing.assert_close(found[n], out_VTC.mean((0, 1)), atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_a_block_reaches_neighbours_alone(graph: Graph) -> None:
    block = StgcnBlock(graph, (4, 4), 1, 3)
    x_NVTC = torch.randn(1, 8, 5, 4)
    far = x_NVTC.clone()
    far[:, 3] += torch.randn(4)  # a hand: one bone from the elbow, two from the neck
    every = torch.ones(1, 5, dtype=torch.bool)
    moved = (block(far, every) - block(x_NVTC, every)).abs().amax((0, 2, 3)) > 1e-6
    assert moved.tolist() == [bool(hops <= 1) for hops in graph.hops()[3]]


def test_a_kernel_without_a_middle_is_refused(graph: Graph) -> None:
    with pytest.raises(ValueError, match="kernel 4 is even"):
        StgcnEncoder(graph, 2, kernel=4)
