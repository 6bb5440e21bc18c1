"""Both encoders and their fusion: vectors of three kinds, heads of unit length, options that are refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from mgllm.recognizer.clips import Clips
from mgllm.recognizer.graph import Graph
from mgllm.recognizer.network.two_streams import STREAMS, StreamOptions, TwoStreams, stream_gradient_norms

Refusal = Callable[[Callable[[], object]], str]


@pytest.fixture
def streams(graph: Graph, clips: Clips, small: StreamOptions) -> TwoStreams:
    torch.manual_seed(0)
    return TwoStreams(graph, clips.x_NTVC.shape[-1], small).eval()


def test_each_kind_of_vector_has_its_length(streams: TwoStreams, clips: Clips) -> None:
    embedded = streams(clips)
    assert tuple(embedded.by_stream) == STREAMS
    for name, z_ND in embedded.by_stream.items():
        assert z_ND.shape == (6, streams.dims[name])
        assert torch.isfinite(z_ND).all()


def test_the_fused_vector_is_the_fusion_of_the_other_two(streams: TwoStreams, clips: Clips) -> None:
    by_stream = streams(clips).by_stream
    torch.testing.assert_close(by_stream["spatial"], streams.spatial(*clips))
    torch.testing.assert_close(by_stream["temporal"], streams.temporal(*clips))
    fused = streams.fusion(by_stream["spatial"], by_stream["temporal"])
    torch.testing.assert_close(by_stream["fused"], fused.z_ND)


def test_what_is_contrasted_has_unit_length(streams: TwoStreams, clips: Clips, small: StreamOptions) -> None:
    projected = streams.project(streams(clips))
    for name in STREAMS:
        assert projected[name].shape == (6, small.head_dims)
        torch.testing.assert_close(projected[name].norm(dim=-1), torch.ones(6))


@pytest.mark.parametrize("own", ["spatial", "temporal"])
def test_a_loss_on_one_stream_reaches_that_one_alone(streams: TwoStreams, clips: Clips, own: str) -> None:
    assert set(stream_gradient_norms(streams).values()) == {0.0}
    streams(clips).by_stream[own].square().sum().backward()
    norms = stream_gradient_norms(streams)
    weights = [weight.grad for weight in getattr(streams, own).parameters() if weight.grad is not None]
    assert norms[own] == pytest.approx(
        float(torch.cat([grad.flatten() for grad in weights]).norm()), rel=1e-4
    )
    assert [name for name, norm in norms.items() if norm > 0] == [own]


def test_widths_that_make_no_encoder_are_refused(
    graph: Graph, small: StreamOptions, refusal: Refusal
) -> None:
    strange = small.model_copy(update={"temporal_args": {"depth": 3}})
    assert "encoder gru cannot be made with {'depth': 3}" in refusal(lambda: TwoStreams(graph, 2, strange))
    unknown = small.model_copy(update={"spatial": "graph-cnv"})
    assert "graph-conv" in refusal(lambda: TwoStreams(graph, 2, unknown))


def test_a_third_branch_joins_the_fused_vector_alone(
    graph: Graph, clips: Clips, small: StreamOptions
) -> None:
    torch.manual_seed(0)
    options = small.model_copy(update={"contact": "contacts", "contact_args": {"width": 8}})
    streams = TwoStreams(graph, clips.x_NTVC.shape[-1], options).eval()
    assert streams.contact is not None
    embedded = streams(clips)
    assert tuple(embedded.by_stream) == STREAMS
    assert embedded.report.shares_P.shape == (3,)
    parts = embedded.by_stream["spatial"], embedded.by_stream["temporal"], streams.contact(*clips)
    torch.testing.assert_close(embedded.by_stream["fused"], streams.fusion(*parts).z_ND)
    embedded.by_stream["fused"].square().sum().backward()
    assert all(weight.grad is not None for weight in streams.contact.parameters())


def test_widths_that_make_no_contact_branch_are_refused(
    graph: Graph, small: StreamOptions, refusal: Refusal
) -> None:
    strange = small.model_copy(update={"contact": "contacts", "contact_args": {"depth": 3}})
    assert "encoder contacts cannot be made with {'depth': 3}" in refusal(
        lambda: TwoStreams(graph, 2, strange)
    )
