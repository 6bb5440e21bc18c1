"""Another temporal encoder: attention between frames.

The encoder of the Transformer (Vaswani et al., NeurIPS 2017) with sines for the frames' places, and
normalised before each part (Xiong et al., ICML 2020), which trains without a long warm-up. A frame
is a whole pose. Widths and readout are our reading, and there is no dropout.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from mgllm.recognizer.graph import Graph
from mgllm.recognizer.network.encoders.base import Encoder, encoder, inside_frames, joint_features

LONGEST_WAVE = 1000.0
"""Frames; 10,000 in the paper, for texts. Clips have some dozens of frames."""


def frame_places(frames: int, width: int) -> Tensor:
    """[T, D]: sines and cosines of each frame's number, with wavelengths of 2π frames and more
    (Vaswani et al., section 3.5)."""
    rate_F = torch.exp(torch.arange(0, width, 2) * (-math.log(LONGEST_WAVE) / width))
    angle_TF = torch.arange(frames)[:, None] * rate_F
    return torch.stack([angle_TF.sin(), angle_TF.cos()], -1).flatten(1)


@encoder("transformer")
class TransformerEncoder(Encoder):
    """Layers of attention over the clip's own frames, read out as their mean and maximum."""

    stream = "temporal"

    def __init__(
        self, graph: Graph, channels: int, width: int = 128, layers: int = 2, parts: int = 4
    ) -> None:
        super().__init__()
        if min(width, parts) < 1 or width % 2 or width % parts:
            raise ValueError(f"a width of {width} is not even, or not a multiple of {parts} parts")
        self.enter = nn.Linear(graph.joints * (2 * channels + 1), width)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                width, parts, 2 * width, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
            )
            for _ in range(layers)
        )
        self.leave = nn.LayerNorm(width)
        self.dims = 2 * width

    def forward(self, x_NTVC: Tensor, mask_NTV: Tensor) -> Tensor:
        """Vectors z_ND of clips."""
        inside_NT = inside_frames(mask_NTV)
        out_NTD = self.enter(joint_features(x_NTVC, mask_NTV).flatten(2))
        out_NTD = out_NTD + frame_places(*out_NTD.shape[1:]).to(out_NTD)
        for layer in self.layers:
            out_NTD = layer(out_NTD, src_key_padding_mask=~inside_NT)
        out_NTD = self.leave(out_NTD)
        inside_NT1 = inside_NT[..., None]
        mean_ND = (out_NTD * inside_NT1).sum(1) / inside_NT1.sum(1)
        most_ND = out_NTD.masked_fill(~inside_NT1, -torch.inf).amax(1)
        return torch.cat([mean_ND, most_ND], -1)
