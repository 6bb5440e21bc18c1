"""The spatial stream: convolutions over a skeleton graph that adapts itself, then over time.

After ST-GCN (Yan et al., AAAI 2018) and the adaptive graph of 2s-AGCN (Shi et al., CVPR 2019, eq.
3). Widths, normalisation and readout are our reading. It has layer normalisation over the channels
of one joint in one frame instead of batch normalisation, because then neither the padding nor the
other clips of the batch matter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mgllm.recognizer.graph import Graph
from mgllm.recognizer.network.encoders.base import Encoder, encoder, inside_frames, joint_features


class AdaptiveGraphConv(nn.Module):
    """out = Σ_k (A_k + B_k + g_k C_k(x)) x W_k: 2s-AGCN, eq. 3, with a gate g that is ours.

    A is the skeleton by distance. B is learned and starts at 0. C is a softmax over joints of how
    similar two joints' embeddings are, averaged over the clip's frames. g starts at 0.1, so that
    the skeleton counts more at the beginning, when C is still uniform and only mixes all joints.
    """

    fixed_KVV: Tensor

    def __init__(self, graph: Graph, width_in: int, width_out: int, match: int = 4) -> None:
        super().__init__()
        fixed_KVV = graph.adjacency()
        self.subsets = len(fixed_KVV)
        self.register_buffer("fixed_KVV", fixed_KVV, persistent=False)
        self.learned_KVV = nn.Parameter(torch.zeros_like(fixed_KVV))
        self.gate_K11 = nn.Parameter(torch.full((self.subsets, 1, 1), 0.1))
        self.match = nn.Linear(width_in, 2 * self.subsets * match)
        self.mix = nn.Linear(self.subsets * width_in, width_out)

    def forward(self, x_NVTC: Tensor, inside_NT: Tensor) -> Tensor:
        """Joints combined with those that the graph links to them, frame by frame."""
        n, v, t, c = x_NVTC.shape
        graph_NKVV = self.fixed_KVV + self.learned_KVV + self.gate_K11 * self._alike(x_NVTC, inside_NT)
        weight_KDC = self.mix.weight.view(-1, self.subsets, c).transpose(0, 1)
        out = self.mix.bias.expand(n * v * t, -1)
        for graph_NVV, weight_DC in zip(graph_NKVV.unbind(1), weight_KDC, strict=True):
            joined = torch.bmm(graph_NVV, x_NVTC.reshape(n, v, t * c))
            out = torch.addmm(out, joined.view(-1, c), weight_DC.T)
        return out.view(n, v, t, -1)

    def _alike(self, x_NVTC: Tensor, inside_NT: Tensor) -> Tensor:
        """C_k(x); rows sum to 1. Only every fourth frame is used, which takes a quarter of the
        time."""
        x_NVTC, inside_NT = x_NVTC[:, :, ::4], inside_NT[:, ::4]
        n, v, t, _ = x_NVTC.shape
        inside_N1T1 = inside_NT[:, None, :, None]
        both = (self.match(x_NVTC) * inside_N1T1).view(n, v, t, 2, self.subsets, -1)
        left_NKVF, right_NKVF = both.permute(3, 0, 4, 1, 2, 5).flatten(4).unbind(0)
        width = left_NKVF.shape[-1] // t
        frames_N111 = inside_NT.sum(1)[:, None, None, None]
        score_NKVV = left_NKVF @ right_NKVF.transpose(-1, -2) / (frames_N111 * math.sqrt(width))
        alike_NKVV: Tensor = score_NKVV.softmax(-1)
        return alike_NKVV


class Block(nn.Module):
    """Normalise, combine over the graph, combine over time; a residual connection keeps
    magnitudes."""

    def __init__(self, graph: Graph, widths: tuple[int, int], stride: int, kernel: int) -> None:
        super().__init__()
        width_in, width_out = widths
        self.stride = stride
        self.norm = nn.LayerNorm(width_in)
        self.space = AdaptiveGraphConv(graph, width_in, width_out)
        self.time = nn.Conv2d(width_out, width_out, (1, kernel), (1, stride), (0, kernel // 2))
        same = width_in == width_out
        self.past = nn.Identity() if same else nn.Linear(width_in, width_out, bias=False)

    def forward(self, x_NVTC: Tensor, inside_NT: Tensor) -> Tensor:
        """New features of joints in every `stride`-th frame."""
        inside_N1T1 = inside_NT[:, None, :, None]
        hidden_NVTC = self.space(self.norm(x_NVTC), inside_NT).relu() * inside_N1T1
        hidden_NCVT: Tensor = self.time(
            hidden_NVTC.permute(0, 3, 1, 2)
        )  # in memory this is already channels-last
        past_NVTC: Tensor = self.past(x_NVTC[:, :, :: self.stride])
        return past_NVTC + hidden_NCVT.permute(0, 2, 3, 1)


@encoder("graph-conv")
class GraphConvEncoder(Encoder):
    """Blocks of graph and time, read out as mean and maximum over frames of learned groups of
    joints."""

    stream = "spatial"

    def __init__(
        self,
        graph: Graph,
        channels: int,
        widths: Sequence[int] = (32, 32, 64, 64),
        parts: int = 4,
        kernel: int = 5,
    ) -> None:
        super().__init__()
        self.enter = nn.Linear(2 * channels + 1, widths[0])
        self.place_VC = nn.Parameter(0.02 * torch.randn(graph.joints, widths[0]))
        strides = [1 + index % 2 for index in range(len(widths))]  # every second block halves the frames
        ends = zip([widths[0], *widths], widths, strides, strict=False)
        self.blocks = nn.ModuleList(Block(graph, (a, b), stride, kernel) for a, b, stride in ends)
        self.part_PV = nn.Parameter(torch.randn(parts, graph.joints))
        self.dims = 2 * parts * widths[-1]

    def forward(self, x_NTVC: Tensor, mask_NTV: Tensor) -> Tensor:
        """Vectors z_ND of clips."""
        inside_NT = inside_frames(mask_NTV)
        x_NVTF = joint_features(x_NTVC, mask_NTV).transpose(1, 2).contiguous()
        x_NVTC = self.enter(x_NVTF) + self.place_VC[:, None]
        for block in self.blocks:
            x_NVTC = block(x_NVTC, inside_NT)
            inside_NT = inside_NT[:, :: block.stride]
        return self._read_out(x_NVTC, inside_NT, mask_NTV)

    def _read_out(self, x_NVTC: Tensor, inside_NT: Tensor, mask_NTV: Tensor) -> Tensor:
        """A joint counts by its weight in the group and by how often it is seen."""
        inside_N1T1 = inside_NT[:, None, :, None]
        mean_NVC = (x_NVTC * inside_N1T1).sum(2) / inside_N1T1.sum(2)
        most_NVC = x_NVTC.masked_fill(~inside_N1T1, -torch.inf).amax(2)
        seen_N1V = mask_NTV.sum(1)[:, None] / mask_NTV.any(-1).sum(1).clamp_min(1)[:, None, None]
        weight_NPV = self.part_PV.softmax(-1) * seen_N1V
        weight_NPV = weight_NPV / weight_NPV.sum(-1, keepdim=True).clamp_min(1e-6)
        return (weight_NPV @ torch.cat([mean_NVC, most_NVC], -1)).flatten(1)
