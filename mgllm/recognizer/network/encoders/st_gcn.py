"""Another spatial encoder: a graph convolution over the skeleton as it is, then one over time.

ST-GCN (Yan et al., AAAI 2018) with its partition by spatial configuration, its learned weight of
each edge and its readout. Widths are those of AimCLR (AAAI 2022) in six blocks instead of ten, with
which it takes about as long as `graph-conv`: our choice. Two things are not as in the paper. Layer
normalisation over the channels of one joint in one frame replaces batch normalisation, because
neither the padding nor the other clips of the batch may matter. And there is no dropout.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mgllm.recognizer.graph import Graph
from mgllm.recognizer.network.encoders.base import Encoder, encoder, inside_frames, joint_features


def partitioned(graph: Graph) -> Tensor:
    """[3, V, V]: for each joint, itself and neighbours as far from the centre, those nearer to the
    centre, and those farther from it; every neighbour counts 1 / (neighbours and itself).

    The paper's centre is the body's centre of gravity. Ours is the joint with the fewest bones to
    all others, because a graph has no places.
    """
    hops_VV = graph.hops()
    from_centre_V = hops_VV[hops_VV.sum(1).argmin()]
    linked_VV = hops_VV <= 1
    farther_VV = from_centre_V[None, :] - from_centre_V[:, None]
    kinds_KVV = torch.stack([farther_VV == 0, farther_VV < 0, farther_VV > 0])
    return (kinds_KVV & linked_VV) / linked_VV.sum(1, keepdim=True)


class StgcnBlock(nn.Module):
    """A graph convolution, a convolution over time, each normalised, and a residual connection."""

    fixed_KVV: Tensor

    def __init__(self, graph: Graph, widths: tuple[int, int], stride: int, kernel: int) -> None:
        super().__init__()
        width_in, width_out = widths
        self.stride = stride
        fixed_KVV = partitioned(graph)
        self.register_buffer("fixed_KVV", fixed_KVV, persistent=False)
        self.importance_KVV = nn.Parameter(torch.ones_like(fixed_KVV))
        self.mix = nn.Linear(width_in, len(fixed_KVV) * width_out)
        self.norm_space, self.norm_time = nn.LayerNorm(width_out), nn.LayerNorm(width_out)
        self.time = nn.Conv2d(width_out, width_out, (1, kernel), (1, stride), (0, kernel // 2))
        same = width_in == width_out
        self.past = nn.Identity() if same else nn.Linear(width_in, width_out, bias=False)

    def forward(self, x_NVTC: Tensor, inside_NT: Tensor) -> Tensor:
        """New features of joints in every `stride`-th frame."""
        n, v, t, _ = x_NVTC.shape
        graph_KVV = self.fixed_KVV * self.importance_KVV
        mixed_NWTKD = self.mix(x_NVTC).view(n, v, t, len(graph_KVV), -1)
        joined_NVTD = torch.einsum("kvw,nwtkd->nvtd", graph_KVV, mixed_NWTKD)
        hidden_NVTD = self.norm_space(joined_NVTD).relu() * inside_NT[:, None, :, None]
        along_NVTD = self.time(hidden_NVTD.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        past_NVTD = self.past(x_NVTC[:, :, :: self.stride])
        out_NVTD: Tensor = (self.norm_time(along_NVTD) + past_NVTD).relu()
        return out_NVTD


@encoder("st-gcn")
class StgcnEncoder(Encoder):
    """Blocks of graph and time, read out as the mean over joints and frames."""

    stream = "spatial"

    def __init__(
        self,
        graph: Graph,
        channels: int,
        widths: Sequence[int] = (16, 16, 32, 32, 64, 64),
        kernel: int = 9,
    ) -> None:
        super().__init__()
        if kernel % 2 == 0:
            raise ValueError(f"kernel {kernel} is even; it needs a frame in the middle")
        self.enter = nn.Linear(2 * channels + 1, widths[0])
        ends = list(zip([widths[0], *widths], widths, strict=False))
        self.blocks = nn.ModuleList(StgcnBlock(graph, pair, 1 + (pair[0] < pair[1]), kernel) for pair in ends)
        self.dims = widths[-1]

    def forward(self, x_NTVC: Tensor, mask_NTV: Tensor) -> Tensor:
        """Vectors z_ND of clips. As in the paper, the frames are halved where the width grows."""
        inside_NT = inside_frames(mask_NTV)
        x_NVTC = self.enter(joint_features(x_NTVC, mask_NTV)).transpose(1, 2)
        for block in self.blocks:
            x_NVTC = block(x_NVTC, inside_NT)
            inside_NT = inside_NT[:, :: block.stride]
        inside_N1T1 = inside_NT[:, None, :, None]
        mean_NVC = (x_NVTC * inside_N1T1).sum(2) / inside_N1T1.sum(2)
        z_ND: Tensor = mean_NVC.mean(1)
        return z_ND
