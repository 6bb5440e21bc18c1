"""What every encoder on the shelf must do, in training mode as in eval mode."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

import mgllm.recognizer.network.encoders
from mgllm.errors import InputError
from mgllm.recognizer.graph import Graph
from mgllm.recognizer.network.encoders.base import Encoder, encoders

NAMES = encoders.names()
MODES = pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
each = pytest.mark.parametrize("name", NAMES)


def chain(joints: int) -> Graph:
    return Graph(joints, tuple((a, a + 1) for a in range(joints - 1)))


def make(name: str, joints: int = 9, channels: int = 3, *, training: bool = False) -> Encoder:
    torch.manual_seed(1)
    made = encoders.get(name)(chain(joints), channels).train(training)
    with torch.no_grad():  # away from weights that start at 0 and would hide a path
        for weight in made.parameters():
            weight.add_(0.05 * torch.randn_like(weight))
    return made


def batch(joints: int = 9, channels: int = 3, frames: int = 21) -> tuple[Tensor, Tensor]:
    """Clips of every length from 0 up, a tenth of the joints missing."""
    draws = torch.Generator().manual_seed(2)
    x_NTVC = torch.randn(frames + 1, frames, joints, channels, generator=draws)
    mask_NTV = torch.rand(frames + 1, frames, joints, generator=draws) > 0.1
    return x_NTVC, mask_NTV & (torch.arange(frames) < torch.arange(frames + 1)[:, None])[..., None]


def test_every_file_of_the_shelf_is_on_it() -> None:
    folder = Path(next(iter(mgllm.recognizer.network.encoders.__path__)))
    stems = {path.stem.replace("_", "-") for path in folder.glob("[!_]*.py")} - {"base"}
    assert stems <= set(NAMES)
    assert {"graph-conv", "gru", "lstm", "st-gcn", "transformer"} <= stems
    assert all(issubclass(type(make(name)), Encoder) for name in stems)


def test_an_unknown_encoder_is_guessed() -> None:
    with pytest.raises(InputError, match="Did you mean 'gru'"):
        encoders.get("grru")


@each
@pytest.mark.parametrize(("joints", "channels", "frames"), [(1, 2, 1), (5, 2, 2), (9, 3, 7), (25, 3, 64)])
def test_any_number_of_joints_channels_and_frames(name: str, joints: int, channels: int, frames: int) -> None:
    made = make(name, joints, channels)
    x_NTVC, mask_NTV = batch(joints, channels, frames)
    z_ND = made(x_NTVC[:3], mask_NTV[:3])
    assert z_ND.shape == (min(3, frames + 1), made.dims)
    assert bool(z_ND.isfinite().all())


@each
def test_a_gradient_reaches_every_weight(name: str) -> None:
    made = make(name, training=True)
    z_ND = made(*batch())
    (z_ND * torch.randn(z_ND.shape, generator=torch.Generator().manual_seed(3))).sum().backward()
    without = [
        key for key, w in made.named_parameters() if w.grad is None or not bool((w.grad.abs() > 0).any())
    ]
    assert without == []
    assert all(bool(w.grad.isfinite().all()) for w in made.parameters() if w.grad is not None)


@each
@MODES
def test_what_stands_where_nothing_is_seen_changes_nothing(name: str, *, training: bool) -> None:
    made = make(name, training=training)
    x_NTVC, mask_NTV = batch()
    for rubbish in (torch.nan, torch.inf, 1e6):
        other = x_NTVC.masked_fill(~mask_NTV[..., None], rubbish)
        assert torch.equal(made(other, mask_NTV), made(x_NTVC, mask_NTV))


@each
@MODES
def test_what_is_seen_and_that_it_is_seen_change_something(name: str, *, training: bool) -> None:
    made = make(name, training=training)
    x_NTVC, mask_NTV = batch()
    z_ND = made(x_NTVC, mask_NTV)
    moved, hidden = x_NTVC.clone(), mask_NTV.clone()
    moved[20, 10, 4, 0] += 1
    hidden[20, 10] = False
    mask_NTV[20, 10, 4] = True
    assert not torch.allclose(made(moved, mask_NTV)[20], z_ND[20])
    assert not torch.allclose(made(x_NTVC, hidden)[20], z_ND[20])


@each
@MODES
@pytest.mark.parametrize("more", [1, 2, 7, 30])
def test_appended_padding_changes_nothing(name: str, more: int, *, training: bool) -> None:
    made = make(name, training=training)
    x_NTVC, mask_NTV = batch()
    n, _, v, c = x_NTVC.shape
    longer = torch.cat([x_NTVC, torch.full((n, more, v, c), torch.nan)], 1)
    unseen = torch.cat([mask_NTV, torch.zeros(n, more, v, dtype=torch.bool)], 1)
    torch.testing.assert_close(made(longer, unseen), made(x_NTVC, mask_NTV), atol=1e-5, rtol=0)


@each
@MODES
def test_a_clip_knows_nothing_of_its_batch(name: str, *, training: bool) -> None:
    made = make(name, training=training)
    x_NTVC, mask_NTV = batch()
    whole = made(x_NTVC, mask_NTV)
    half = made(x_NTVC[::2], mask_NTV[::2])
    torch.testing.assert_close(half, whole[::2], atol=1e-5, rtol=0)
    one = made(x_NTVC[13:14], mask_NTV[13:14])
    torch.testing.assert_close(one, whole[13:14], atol=1e-5, rtol=0)


@each
def test_padding_gets_no_gradient(name: str) -> None:
    made = make(name)
    x_NTVC, mask_NTV = batch()
    x_NTVC.requires_grad_()
    made(x_NTVC, mask_NTV).square().sum().backward()
    assert x_NTVC.grad is not None
    reached_NTV = (x_NTVC.grad != 0).any(-1)
    assert not bool((reached_NTV & ~mask_NTV).any())
    assert bool(reached_NTV[10][mask_NTV[10]].any(-1).all())


@each
def test_it_is_the_same_twice(name: str) -> None:
    x_NTVC, mask_NTV = batch()
    before = x_NTVC.clone(), mask_NTV.clone()
    first, second = make(name, training=True), make(name, training=True)
    assert torch.equal(first(x_NTVC, mask_NTV), second(x_NTVC, mask_NTV))
    assert torch.equal(x_NTVC, before[0])
    assert torch.equal(mask_NTV, before[1])


@each
def test_its_weights_can_be_saved_and_loaded(name: str) -> None:
    made = make(name)
    other = encoders.get(name)(chain(9), 3)
    other.load_state_dict(made.state_dict())
    assert torch.equal(other.eval()(*batch()), made(*batch()))
