"""Training with labels: repeatable, starting from a linear probe, learning; rare classes; what stops it."""

from __future__ import annotations

import math
from collections.abc import Callable
from copy import deepcopy

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from mgllm.errors import TrainingStopped
from mgllm.recognizer.network.network import Recognizer, classify, encode, new_recognizer
from mgllm.recognizer.network.reading import ClipReader, layout_graph
from mgllm.recognizer.network.two_streams import StreamOptions
from mgllm.recognizer.training.composing import recipe, view_generator
from mgllm.recognizer.training.probing import LongTail, fit_linear
from mgllm.recognizer.training.supervised import SupervisedOptions, drawn, start_classifier, train_supervised

Refusal = Callable[[Callable[[], object]], str]
OPTIONS = SupervisedOptions(epochs=2, batch=10, device="cpu")
ALL = np.arange(36)


@pytest.fixture
def network(reader: ClipReader, small: StreamOptions) -> Recognizer:
    return new_recognizer(reader.layout, 2, small, seed=0, classes=reader.dataset.meta.classes)


def trained(network: Recognizer, reader: ClipReader, options: SupervisedOptions) -> dict[str, Tensor]:
    copied = deepcopy(network)
    train_supervised(copied, reader, ALL, options)
    return copied.state_dict()


def same(a: dict[str, Tensor], b: dict[str, Tensor]) -> bool:
    return all(torch.equal(a[name], b[name]) for name in a)


def test_it_learns_the_toy_classes(network: Recognizer, reader: ClipReader) -> None:
    options = OPTIONS.model_copy(update={"epochs": 25, "learning_rate": 1e-2, "augment": "none"})
    told: list[float] = []
    train_supervised(network, reader, ALL, options, on_step=told.append)
    assert len(told) == 25 * 4
    assert sum(told[-4:]) < 0.6 * sum(told[:4])
    said = classify(network, reader, ALL).argmax(1).numpy()
    assert (said == reader.dataset.labels).mean() > 0.9
    assert not network.training


def test_the_same_seed_gives_the_same_weights_to_the_bit(network: Recognizer, reader: ClipReader) -> None:
    torch.manual_seed(1)
    first = trained(network, reader, OPTIONS)
    torch.manual_seed(2)
    assert same(first, trained(network, reader, OPTIONS))
    assert not same(first, trained(network, reader, OPTIONS.model_copy(update={"seed": 1})))


def test_all_weights_are_trained_and_statistics_stay(network: Recognizer, reader: ClipReader) -> None:
    start_classifier(network, reader, ALL, OPTIONS)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    after = trained(network, reader, OPTIONS)
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert {name.split(".")[1] for name in moved if name.startswith("streams.")} >= {
        "spatial",
        "temporal",
        "fusion",
    }
    assert {"classifier.weight", "classifier.bias"} <= moved
    assert not {"mean_D", "scale_D"} & moved
    assert not any(".heads." in name for name in moved)


def test_the_classifier_starts_as_a_linear_probe(network: Recognizer, reader: ClipReader) -> None:
    start_classifier(network, reader, ALL, OPTIONS)
    other = deepcopy(network)
    fit_linear(other, encode(network, reader, ALL), reader.dataset.labels, OPTIONS.probe, "none")
    assert same(network.state_dict(), other.state_dict())
    assert (classify(network, reader, ALL).argmax(1).numpy() == reader.dataset.labels).mean() > 0.5


@pytest.mark.parametrize("tail", ["none", "logit"])
@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_the_first_loss_by_hand(
    network: Recognizer, reader: ClipReader, smoothing: float, tail: LongTail
) -> None:
    numbers = np.array([0, 3, 6, 9, 1, 4, 2])  # four left, two right, one still
    options = OPTIONS.model_copy(update={"batch": 7, "epochs": 1, "smoothing": smoothing, "long_tail": tail})
    started = deepcopy(network)
    start_classifier(started, reader, numbers, options)
    told: list[float] = []
    train_supervised(network, reader, numbers, options, on_step=told.append)
    order = drawn(numbers, reader.dataset.labels[numbers], 0, options)
    views = recipe("gentle", layout_graph(reader.layout))(reader.batch(order), view_generator(0, 0, 0))
    with torch.no_grad():
        logits_NK = started(views)
    if tail == "logit":
        logits_NK = logits_NK + torch.tensor([4 / 7, 2 / 7, 1 / 7]).log()
    log_p_NK = logits_NK.log_softmax(1)
    y_N = torch.from_numpy(reader.dataset.labels[order])
    right_N, all_N = -log_p_NK[torch.arange(7), y_N], -log_p_NK.mean(1)
    slow = ((1 - smoothing) * right_N + smoothing * all_N).mean()
    assert told == [pytest.approx(float(slow), rel=1e-4)]
    if smoothing == 0:
        assert told == [pytest.approx(float(cross_entropy(logits_NK, y_N)), rel=1e-4)]


def test_each_clip_once_an_epoch_in_another_order() -> None:
    numbers, labels = np.arange(100, 130), np.arange(30) % 3
    epochs = [drawn(numbers, labels, epoch, OPTIONS) for epoch in range(2)]
    assert [sorted(epoch) for epoch in epochs] == [list(numbers)] * 2
    assert epochs[0].tolist() != epochs[1].tolist()
    assert drawn(numbers, labels, 0, OPTIONS).tolist() == epochs[0].tolist()


def test_sampling_draws_classes_alike() -> None:
    labels = np.repeat([0, 1, 3], [900, 90, 10])
    numbers = np.arange(1000) + 7
    options = OPTIONS.model_copy(update={"long_tail": "sampling"})
    epochs = [drawn(numbers, labels, epoch, options) for epoch in range(5)]
    assert [len(epoch) for epoch in epochs] == [1000] * 5
    assert epochs[0].tolist() != epochs[1].tolist()
    shares = np.bincount(labels[np.concatenate(epochs) - 7], minlength=4) / 5000
    np.testing.assert_allclose(shares, [1 / 3, 1 / 3, 0, 1 / 3], atol=0.03)
    plain = drawn(numbers, labels, 0, OPTIONS)
    assert np.bincount(labels[plain - 7]).tolist() == [900, 90, 0, 10]


def test_clips_without_a_label_are_drawn_as_one_class() -> None:
    labels = np.repeat([0, 1, -1], [900, 90, 10])
    options = OPTIONS.model_copy(update={"long_tail": "sampling"})
    epochs = [drawn(np.arange(1000), labels, epoch, options) for epoch in range(5)]
    shares = np.bincount(labels[np.concatenate(epochs)] + 1, minlength=3) / 5000
    np.testing.assert_allclose(shares, [1 / 3] * 3, atol=0.03)


@pytest.mark.parametrize("tail", ["logit", "sampling"])
def test_a_class_without_clips_is_no_harm(network: Recognizer, reader: ClipReader, tail: LongTail) -> None:
    numbers = ALL[reader.dataset.labels != 1]
    options = OPTIONS.model_copy(update={"long_tail": tail, "epochs": 1})
    train_supervised(network, reader, numbers, options)
    p_NK = classify(network, reader, ALL)
    assert bool(p_NK.isfinite().all())
    assert float(p_NK[:, 1].max()) < 1e-6


@pytest.mark.parametrize("count", [1, 2, 11])
def test_odd_sizes(network: Recognizer, reader: ClipReader, count: int) -> None:
    told: list[float] = []
    train_supervised(network, reader, ALL[:count], OPTIONS, on_step=told.append)
    assert len(told) == 2 * math.ceil(count / 10)
    assert all(math.isfinite(loss) for loss in told)


def test_no_clip_is_refused(network: Recognizer, reader: ClipReader, refusal: Refusal) -> None:
    line = refusal(lambda: train_supervised(network, reader, [], OPTIONS))
    assert "none of the clips to learn from has a label" in line


def test_a_weight_that_is_no_number_stops_it_with_the_step(network: Recognizer, reader: ClipReader) -> None:
    steps = 0

    def poison(_: float) -> None:
        nonlocal steps
        steps += 1
        if steps == 5:
            with torch.no_grad():
                next(network.streams.parameters()).fill_(torch.nan)

    with pytest.raises(TrainingStopped) as caught:
        train_supervised(network, reader, ALL, OPTIONS, on_step=poison)
    assert str(caught.value) == (
        "the loss is not a finite number at epoch 2, step 2; try a lower learning rate than 0.001"
    )
    assert steps == 5
