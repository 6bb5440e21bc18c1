"""The recurrent stream against one cell at a time, each clip alone and unpadded."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mgllm.recognizer.clips import MOTION_GAIN
from mgllm.recognizer.graph import Graph
from mgllm.recognizer.network.encoders.base import joint_features
from mgllm.recognizer.network.encoders.gru import GruEncoder


def run(gru: nn.Module, x_TF: Tensor, *, turned: bool) -> Tensor:
    """One direction of one layer by a cell; backward ones see the clip turned round."""
    assert isinstance(gru, nn.GRU)
    cell = nn.GRUCell(x_TF.shape[1], gru.hidden_size)
    kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    cell.load_state_dict({kind: getattr(gru, f"{kind}_l0") for kind in kinds})
    state, states = torch.zeros(1, gru.hidden_size), []
    for x_F in x_TF.flip(0) if turned else x_TF:
        state = cell(x_F[None], state)
        states.append(state[0])
    return torch.stack(states[::-1] if turned else states)


def test_both_directions_run_over_the_clip_itself(graph: Graph) -> None:
    torch.manual_seed(0)
    made = GruEncoder(graph, 2, width=6, layers=2)
    x_NTVC = torch.randn(3, 9, 8, 2)
    mask_NTV = (torch.arange(9) < torch.tensor([[9], [4], [1]]))[..., None].repeat(1, 1, 8)
    found = made(x_NTVC, mask_NTV)
    for n, frames in enumerate((9, 4, 1)):
        features = joint_features(x_NTVC[n : n + 1, :frames], mask_NTV[n : n + 1, :frames])
        out_TD = made.enter(features.flatten(2))[0]
        for layer in range(2):
            ahead = run(made.forwards[layer], out_TD, turned=False)
            back = run(made.backwards[layer], out_TD, turned=True)
            out_TD = torch.cat([ahead, back], -1)
        expected_D = torch.cat([out_TD.mean(0), out_TD.amax(0)])
        torch.testing.assert_close(found[n], expected_D, atol=1e-5, rtol=1e-4)


def test_features_of_a_joint_against_a_loop() -> None:
    draws = torch.Generator().manual_seed(4)
    x_NTVC = torch.randn(2, 5, 3, 2, generator=draws)
    mask_NTV = torch.rand(2, 5, 3, generator=draws) > 0.4
    found = joint_features(x_NTVC, mask_NTV)
    for n in range(2):
        for t in range(5):
            for v in range(3):
                seen = bool(mask_NTV[n, t, v])
                moves = seen and t > 0 and bool(mask_NTV[n, t - 1, v])
                place = x_NTVC[n, t, v] if seen else torch.zeros(2)
                step = MOTION_GAIN * (x_NTVC[n, t, v] - x_NTVC[n, t - 1, v]) if moves else torch.zeros(2)
                torch.testing.assert_close(found[n, t, v], torch.tensor([*place, *step, float(seen)]))
