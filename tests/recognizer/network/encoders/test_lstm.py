"""The LSTM against one cell at a time, each clip alone and unpadded."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mgllm.recognizer.graph import Graph
from mgllm.recognizer.network.encoders.base import joint_features
from mgllm.recognizer.network.encoders.gru import GruEncoder
from mgllm.recognizer.network.encoders.lstm import LstmEncoder


def run(lstm: nn.Module, x_TF: Tensor, *, turned: bool) -> Tensor:
    """One direction of one layer by its formula; backward ones see the clip turned round."""
    assert isinstance(lstm, nn.LSTM)
    weight = dict(lstm.named_parameters())
    hidden_D = cell_D = torch.zeros(lstm.hidden_size)
    states = []
    for x_F in x_TF.flip(0) if turned else x_TF:
        sums = weight["weight_ih_l0"] @ x_F + weight["bias_ih_l0"]
        sums = sums + weight["weight_hh_l0"] @ hidden_D + weight["bias_hh_l0"]
        enter_D, forget_D, new_D, leave_D = sums.chunk(4)
        cell_D = forget_D.sigmoid() * cell_D + enter_D.sigmoid() * new_D.tanh()
        hidden_D = leave_D.sigmoid() * cell_D.tanh()
        states.append(hidden_D)
    return torch.stack(states[::-1] if turned else states)


def test_both_directions_run_over_the_clip_itself(graph: Graph) -> None:
    torch.manual_seed(0)
    made = LstmEncoder(graph, 2, width=6, layers=2)
    x_NTVC = torch.randn(3, 9, 8, 2)
    mask_NTV = (torch.arange(9) < torch.tensor([[9], [4], [1]]))[..., None].repeat(1, 1, 8)
    found = made(x_NTVC, mask_NTV)
    for n, frames in enumerate((9, 4, 1)):
        features = joint_features(x_NTVC[n : n + 1, :frames], mask_NTV[n : n + 1, :frames])
        out_TD = made.enter(features.flatten(2))[0]
        for ahead, back in zip(made.forwards, made.backwards, strict=True):
            out_TD = torch.cat([run(ahead, out_TD, turned=False), run(back, out_TD, turned=True)], -1)
        expected_D = torch.cat([out_TD.mean(0), out_TD.amax(0)])
        torch.testing.assert_close(found[n], expected_D, atol=1e-5, rtol=1e-4)


def test_it_differs_from_the_gru_in_its_cells_alone(graph: Graph) -> None:
    ours, theirs = (kind(graph, 2, width=6) for kind in (LstmEncoder, GruEncoder))
    assert ours.dims == theirs.dims
    shapes = [{name: tuple(w.shape) for name, w in made.named_parameters()} for made in (ours, theirs)]
    assert shapes[0].keys() == shapes[1].keys()
    changed = {name for name in shapes[0] if shapes[0][name] != shapes[1][name]}
    assert changed == {name for name in shapes[0] if not name.startswith("enter")}
