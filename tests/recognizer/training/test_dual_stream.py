"""One step of the whole method: losses against their parts, gradients, keys, queues, learning, resume."""

from __future__ import annotations

import math
from copy import deepcopy

import pytest
import torch
from torch.nn.functional import normalize

from mgllm.errors import InputError
from mgllm.recognizer.clips import Clips
from mgllm.recognizer.graph import Graph
from mgllm.recognizer.network.fusion import FUSIONS
from mgllm.recognizer.network.two_streams import STREAMS, StreamOptions, stream_gradient_norms
from mgllm.recognizer.training.composing import EXTREME, Views, make_views, view_generator
from mgllm.recognizer.training.dual_stream import ContrastOptions, DualStream
from mgllm.recognizer.training.losses import contrast, divergence, info_nce

SMALL = StreamOptions(
    spatial_args={"widths": (8, 8), "parts": 2},
    temporal_args={"width": 8},
    dims=24,
    head_width=16,
    head_dims=8,
)
IDS = torch.tensor([3, 1, 4, 15, 9, 2])


def make(graph: Graph, options: ContrastOptions | None = None, streams: StreamOptions = SMALL) -> DualStream:
    torch.manual_seed(0)
    return DualStream(graph, 3, streams, options or ContrastOptions(queue=16))


@pytest.fixture
def views(clips_3d: Clips) -> Views:
    return make_views(clips_3d, view_generator(0, 0, 0), extreme=EXTREME)


@pytest.mark.parametrize("fusion", FUSIONS)
def test_one_step_gives_a_loss_and_gradients_to_every_weight(graph: Graph, views: Views, fusion: str) -> None:
    model = make(graph, streams=SMALL.model_copy(update={"fusion": fusion}))
    model.follow(0.5)
    losses = model(views, IDS)
    losses.loss.backward()
    assert set(losses.parts) == {
        *STREAMS,
        "spatial_temporal",
        "temporal_spatial",
        "balance",
        *(f"extreme_{name}" for name in STREAMS),
    }
    without = [key for key, w in model.query.named_parameters() if w.grad is None or not bool(w.grad.any())]
    assert without == []
    assert all(w.grad is None for w in model.key.parameters())
    norms = stream_gradient_norms(model.query)
    assert min(norms.values()) > 0
    slow = math.sqrt(
        sum(float(w.grad.square().sum()) for w in model.query.spatial.parameters() if w.grad is not None)
    )
    assert norms["spatial"] == pytest.approx(slow, rel=1e-4)


@torch.no_grad()
def test_the_losses_are_those_of_heads_and_queues(graph: Graph, views: Views) -> None:
    options = ContrastOptions(queue=16, cross=0.25, spatial=2.0, extreme=0.3, balance=0.7, temperature=0.2)
    model = make(graph, options)
    found = model(views, IDS)
    queries = model.query.project(model.query(views.query))
    keys = model.key.project(model.key(views.key))
    extreme = model.query.project(model.query(views.extreme))
    assert views.extreme is not None
    total = 0.7 * float(found.parts["balance"])
    pairs = {(a, a): weight for a, weight in zip(STREAMS, (2.0, 1.0, 1.0), strict=True)}
    for (a, b), weight in {**pairs, ("spatial", "temporal"): 0.25, ("temporal", "spatial"): 0.25}.items():
        compared = contrast(queries[a], keys[b], IDS, model.queue(b).bank())
        name = a if a == b else f"{a}_{b}"
        assert float(found.parts[name]) == pytest.approx(float(info_nce(compared, 0.2)), rel=1e-4)
        total += weight * float(found.parts[name])
        if a == b:
            third = divergence(contrast(extreme[a], keys[a], IDS, model.queue(a).bank()), compared, 0.2)
            assert float(found.parts[f"extreme_{a}"]) == pytest.approx(float(third), rel=1e-4)
            total += 0.3 * weight * float(third)
    assert float(found.loss) == pytest.approx(total, rel=1e-4)


def test_the_first_step_has_the_batch_for_negatives(graph: Graph, views: Views) -> None:
    losses = make(graph)(views, IDS)
    for compared in losses.compared.values():
        assert compared.negatives().tolist() == [5] * 6
    for state in losses.health().values():
        assert state.uniform == pytest.approx(math.log(6), rel=1e-5)


def test_keys_of_the_same_clip_are_never_negatives(graph: Graph, views: Views) -> None:
    model = make(graph)
    for _ in range(2):
        losses = model(views, IDS)
    assert losses.compared["fused"].negatives().tolist() == [10] * 6
    model(views, IDS)
    assert len(model.queue("fused")) == 16


def test_a_loss_of_weight_0_is_not_computed(graph: Graph, views: Views) -> None:
    options = ContrastOptions(queue=8, temporal=0, fused=0, cross=0, extreme=0, balance=0)
    model = make(graph, options)
    losses = model(views, IDS)
    assert set(losses.parts) == {"spatial", "balance"}
    losses.loss.backward()
    norms = stream_gradient_norms(model.query)
    assert norms["spatial"] > 0 == norms["temporal"]


def test_without_a_third_view_there_is_no_extreme_loss(graph: Graph, views: Views) -> None:
    losses = make(graph)(views._replace(extreme=None), IDS)
    assert not any(name.startswith("extreme") for name in losses.parts)


def test_key_network_starts_equal_and_follows(graph: Graph, views: Views) -> None:
    model = make(graph)
    for ours, theirs in zip(model.key.parameters(), model.query.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    with torch.no_grad():
        for weight in model.query.parameters():
            weight.add_(1)
    model.follow(0.75)
    for ours, theirs in zip(model.key.parameters(), model.query.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs - 0.75)


def test_other_processes_keys_enter_the_queue(graph: Graph, views: Views) -> None:
    def twice(tensor: torch.Tensor) -> torch.Tensor:
        """As if a second process had the next six clips."""
        return (
            torch.cat([tensor, tensor + 100]) if tensor.dtype == torch.long else torch.cat([tensor, -tensor])
        )

    model = make(graph)
    losses = model(views, IDS, gather=twice)
    assert sorted(model.queue("spatial").bank().ids_K.tolist()) == sorted(
        [*IDS.tolist(), *(IDS + 100).tolist()]
    )
    assert losses.compared["spatial"].negatives().tolist() == [11] * 6


def test_encode_gives_frozen_features_of_each_stream(graph: Graph, clips_3d: Clips) -> None:
    model = make(graph)
    for stream in STREAMS:
        z_ND = model.encode(clips_3d, stream)
        assert z_ND.shape == (6, model.query.dims[stream])
        assert not z_ND.requires_grad
    assert torch.equal(model.encode(clips_3d), model.query(clips_3d).by_stream["fused"])


def test_heads_give_unit_vectors(graph: Graph, clips_3d: Clips) -> None:
    model = make(graph)
    for z_ND in model.query.project(model.query(clips_3d)).values():
        torch.testing.assert_close(z_ND.norm(dim=-1), torch.ones(6))
        torch.testing.assert_close(normalize(z_ND, dim=-1), z_ND)


def _train(model: DualStream, steps: int) -> list[float]:
    """Some steps on twelve people who wave, each from a pose of their own; the fused losses."""
    draws, losses = torch.Generator().manual_seed(5), []
    x_NTVC = torch.randn(12, 1, 8, 3, generator=draws).repeat(1, 24, 1, 1)
    x_NTVC[:, :, 3, 0] += (0.4 * torch.arange(24)).sin()
    clips = Clips(x_NTVC, torch.ones(12, 24, 8, dtype=torch.bool))
    descent = torch.optim.Adam(model.query.parameters(), lr=3e-3)
    for step in range(steps):
        found = model(make_views(clips, view_generator(0, 0, step)), torch.arange(12))
        descent.zero_grad()
        found.loss.backward()
        descent.step()
        model.follow(0.9)
        losses.append(float(found.parts["fused"]))
    return losses


def test_it_learns_to_tell_clips_apart(graph: Graph) -> None:
    model = make(graph, ContrastOptions(queue=24))
    losses = _train(model, 40)
    assert sum(losses[-5:]) < 0.5 * sum(losses[2:7])


def test_training_goes_on_from_a_saved_state_to_the_bit(graph: Graph) -> None:
    model = make(graph)
    _train(model, 3)
    other = make(graph)
    other.load_state_dict(deepcopy(model.state_dict()))
    assert _train(model, 3) == _train(other, 3)


def test_an_unknown_part_is_guessed(graph: Graph) -> None:
    with pytest.raises(InputError, match="unknown encoder 'gruu'"):
        make(graph, streams=SMALL.model_copy(update={"temporal": "gruu"}))
    with pytest.raises(InputError, match="unknown fusion 'gatd'"):
        make(graph, streams=SMALL.model_copy(update={"fusion": "gatd"}))
