"""The temporal stream: a recurrent network over frames.

A GRU (Cho et al., EMNLP 2014) over the sequence of whole poses, as the paper's temporal stream and the
sequence stream of Thoker et al. (ACM MM 2021). Widths and readout are our reading.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from mgllm.recognizer.encoders.base import Encoder, encoder, inside_frames, joint_features
from mgllm.recognizer.graph import Graph


@encoder("gru")
class GruEncoder(Encoder):
    """A GRU in both directions, read out as mean and maximum over the clip's frames.

    Sequences are packed: the backward direction begins at the clip's own last frame, not in the padding, and
    all frames of all layers and directions go through one fused call.
    """

    def __init__(self, graph: Graph, channels: int, width: int = 128, layers: int = 2) -> None:
        super().__init__()
        pose = graph.joints * (2 * channels + 1)
        self.enter = nn.Linear(pose, 2 * width)
        self.gru = nn.GRU(2 * width, width, layers, batch_first=True, bidirectional=True)
        self.dims = 4 * width

    def forward(self, x_NTVC: Tensor, mask_NTV: Tensor) -> Tensor:
        """Vectors z_ND of clips."""
        inside_NT = inside_frames(mask_NTV)
        pose_NTF = self.enter(joint_features(x_NTVC, mask_NTV).flatten(2))
        lengths_N = inside_NT.sum(1).cpu()  # packing wants them there
        packed = pack_padded_sequence(pose_NTF, lengths_N, batch_first=True, enforce_sorted=False)
        out_NTD, _ = pad_packed_sequence(self.gru(packed)[0], batch_first=True)
        inside_NT1 = inside_NT[:, : out_NTD.shape[1], None]
        mean_ND = out_NTD.sum(1) / inside_NT1.sum(1)  # padding is 0 here
        most_ND = out_NTD.masked_fill(~inside_NT1, -torch.inf).amax(1)
        return torch.cat([mean_ND, most_ND], -1)
