"""Features and logits by hand; the same seed, the same weights; weights that do not fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from mgllm.recognizer.network.network import BATCH, Recognizer, classify, encode, new_recognizer, put_weights
from mgllm.recognizer.network.reading import ClipReader
from mgllm.recognizer.network.two_streams import STREAMS, StreamOptions

Refusal = Callable[[Callable[[], object]], str]
CLASSES = ("left", "right", "still")


@pytest.fixture
def network(reader: ClipReader, small: StreamOptions) -> Recognizer:
    return new_recognizer(reader.layout, reader.channels, small, seed=1, classes=CLASSES)


def test_the_same_seed_gives_the_same_weights(reader: ClipReader, small: StreamOptions) -> None:
    state = torch.get_rng_state()
    first, again, other = (new_recognizer(reader.layout, 2, small, seed=n).state_dict() for n in (1, 1, 2))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)
    assert torch.equal(torch.get_rng_state(), state)


def test_logits_are_a_linear_map_of_standardised_features(network: Recognizer, reader: ClipReader) -> None:
    clips = reader.batch(range(7))
    with torch.no_grad():
        z_ND = network.streams(clips).by_stream["fused"]
        network.standardise(z_ND)
        assert torch.equal(network.features(clips), z_ND)
        assert network.classifier is not None
        wanted_ND = (z_ND - z_ND.mean(0)) / z_ND.std(0, unbiased=False)
        wanted_NK = wanted_ND @ network.classifier.weight.T + network.classifier.bias
        torch.testing.assert_close(network(clips), wanted_NK, atol=1e-4, rtol=1e-4)


def test_what_is_constant_keeps_scale_1(network: Recognizer) -> None:
    z_ND = torch.randn(9, network.dims)
    z_ND[:, 3] = 5.0
    network.standardise(z_ND)
    assert float(network.scale_D[3]) == 1
    assert network.standardised(z_ND)[:, 3].tolist() == [0.0] * 9
    torch.testing.assert_close(network.standardised(z_ND)[:, 4].std(unbiased=False), torch.tensor(1.0))


@pytest.mark.parametrize("stream", STREAMS)
def test_each_stream_can_be_classified(reader: ClipReader, small: StreamOptions, stream: str) -> None:
    base = new_recognizer(reader.layout, 2, small, seed=0)
    network = Recognizer(base.streams, CLASSES, stream)
    z_ND = encode(network, reader, [0, 1])
    assert z_ND.shape == (2, network.dims) == (2, base.streams.dims[stream])
    torch.testing.assert_close(z_ND, encode(base, reader, [0, 1], stream))
    assert classify(network, reader, [0, 1]).shape == (2, 3)


def test_without_classes_there_are_no_logits(reader: ClipReader, small: StreamOptions) -> None:
    with pytest.raises(ValueError, match="fine-tune it first"):
        new_recognizer(reader.layout, 2, small, seed=0)(reader.batch([0]))


def test_batches_change_nothing(network: Recognizer, reader: ClipReader) -> None:
    numbers = np.tile(np.arange(36), 3)[: BATCH + 5]
    network.train()
    z_ND, p_NK = encode(network, reader, numbers), classify(network, reader, numbers)
    assert network.training
    assert not z_ND.requires_grad
    network.eval()
    with torch.no_grad():
        for place in (0, BATCH - 1, BATCH, BATCH + 4):
            clips = reader.batch([int(numbers[place])])
            torch.testing.assert_close(z_ND[place], network.features(clips)[0], atol=1e-5, rtol=1e-4)
            torch.testing.assert_close(p_NK[place], network(clips).softmax(-1)[0], atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(p_NK.sum(1), torch.ones(len(numbers)))


def _without(weights: dict[str, Tensor]) -> None:
    del weights["mean_D"]


def _strange(weights: dict[str, Tensor]) -> None:
    weights["more"] = torch.ones(1)


def _longer(weights: dict[str, Tensor]) -> None:
    weights["mean_D"] = torch.ones(25)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_without, "here: the weights have no tensor 'mean_D'; they do not fit config.json"),
        (_strange, "here: the weights have an unknown tensor 'more'"),
        (_longer, "here: tensor 'mean_D' has shape (25,), config.json asks for (24,)"),
    ],
)
def test_weights_that_do_not_fit_are_refused_and_nothing_is_loaded(
    network: Recognizer, refusal: Refusal, change: Callable[[dict[str, Tensor]], None], words: str
) -> None:
    before = {name: value.clone() for name, value in network.state_dict().items()}
    weights = {name: value + 1 for name, value in before.items()}
    change(weights)
    assert words in refusal(lambda: put_weights(network, weights, Path("here")))
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
