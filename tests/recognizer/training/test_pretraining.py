"""The loop: repeatable to the bit, each clip once an epoch, learning; what goes astray is stopped."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch import nn

from mgllm.errors import TrainingStopped
from mgllm.recognizer.clips import Clips
from mgllm.recognizer.network.reading import ClipReader, Numbers
from mgllm.recognizer.network.two_streams import STREAMS
from mgllm.recognizer.training.dual_stream import ContrastOptions
from mgllm.recognizer.training.history import EpochRow
from mgllm.recognizer.training.length import cosine
from mgllm.recognizer.training.pretraining import Pretraining, PretrainOptions
from mgllm.recognizer.training.processes import Processes

Refusal = Callable[[Callable[[], object]], str]
ALL = range(36)


def start(reader: ClipReader, options: PretrainOptions, numbers: Numbers = ALL, **how: Any) -> Pretraining:
    return Pretraining(reader, numbers, options.model_copy(update=how), Processes())


def train(reader: ClipReader, options: PretrainOptions, numbers: Numbers = ALL, **how: Any) -> Pretraining:
    training = start(reader, options, numbers, **how)
    while not training.finished:
        training.epoch()
    return training


def timeless(rows: list[EpochRow]) -> list[EpochRow]:
    return [row.model_copy(update={"seconds": 0.0}) for row in rows]


def same(a: nn.Module, b: nn.Module) -> bool:
    theirs = b.state_dict()
    return all(torch.equal(value, theirs[name]) for name, value in a.state_dict().items())


class Listening(ClipReader):
    """Remembers which clips were asked for."""

    def __init__(self, reader: ClipReader) -> None:
        super().__init__(reader.dataset, reader.how)
        self.asked: list[list[int]] = []

    def batch(self, numbers: Numbers, device: torch.device | str = "cpu") -> Clips:
        self.asked.append([int(number) for number in numbers])
        return super().batch(numbers, device)

    def clips(self, first: int, end: int) -> list[int]:
        """All that some batches held."""
        return [number for batch in self.asked[first:end] for number in batch]


def test_the_same_seed_gives_the_same_weights_to_the_bit(reader: ClipReader, quick: PretrainOptions) -> None:
    torch.manual_seed(1)
    first = train(reader, quick)
    torch.manual_seed(2)
    torch.rand(5)
    again = train(reader, quick)
    assert same(first.model, again.model)
    assert timeless(first.history) == timeless(again.history)
    other = train(reader, quick, seed=1)
    assert not same(first.model, other.model)
    assert first.history[0].loss != other.history[0].loss


def test_each_epoch_has_each_clip_once_in_another_order(reader: ClipReader, quick: PretrainOptions) -> None:
    listening = Listening(reader)
    train(listening, quick)
    epochs = [listening.clips(0, 4), listening.clips(4, 8)]
    assert [len(batch) for batch in listening.asked] == [9] * 8
    assert [sorted(epoch) for epoch in epochs] == [list(ALL)] * 2
    assert epochs[0] != epochs[1]
    assert sorted(listening.asked[0]) != sorted(listening.asked[4])


def test_a_short_rest_is_left_out_another_one_each_time(reader: ClipReader, quick: PretrainOptions) -> None:
    listening = Listening(reader)
    train(listening, quick, batch=10)
    assert [len(batch) for batch in listening.asked] == [10] * 6
    rests = [set(ALL) - set(listening.clips(first, first + 3)) for first in (0, 3)]
    assert [len(rest) for rest in rests] == [6, 6]
    assert rests[0] != rests[1]


def test_only_the_clips_that_were_named_are_seen(reader: ClipReader, quick: PretrainOptions) -> None:
    listening = Listening(reader)
    train(listening, quick, [30, 2, 17, 8], batch=2, epochs=1)
    assert set(listening.clips(0, 99)) == {30, 2, 17, 8}


def test_it_learns(reader: ClipReader, quick: PretrainOptions) -> None:
    options = quick.model_copy(update={"extreme": None, "contrast": ContrastOptions(cross=0)})
    how = {"augment": "viewpoint+coordinates", "learning_rate": 0.01, "epochs": 12}
    history = train(reader, options.model_copy(update=how)).history
    assert history[-1].loss < 0.8 * history[1].loss
    for pair in STREAMS:
        assert history[-1].parts[pair] < 0.85 * history[1].parts[pair]
        assert history[-1].gap[pair] > 0.3 > 0.1 > history[0].gap[pair]
    assert history[-1].verdict.startswith("fused: learning")


def test_the_history_is_the_mean_of_what_steps_told(reader: ClipReader, quick: PretrainOptions) -> None:
    training, told = start(reader, quick), list[float]()
    row = training.epoch(told.append)
    assert len(told) == training.steps == 4
    assert row.loss == pytest.approx(sum(told) / 4)
    assert row.learning_rate == pytest.approx(0.02 * cosine(3, 8))
    assert training.epoch().learning_rate == pytest.approx(0.02 * cosine(7, 8))
    assert (training.epochs_done, [row.epoch for row in training.history]) == (2, [1, 2])
    assert min(row.gradient_spatial, row.gradient_temporal, row.seconds) > 0


def test_momentum_and_queue_follow_from_the_set(reader: ClipReader, quick: PretrainOptions) -> None:
    training = start(reader, quick)
    assert (training.options.momentum, training.options.queue) == (0.9, 36)
    assert all(training.model.queue(stream).size == 36 for stream in STREAMS)
    many = quick.model_copy(update={"epochs": 50, "batch": 32}).fitted(5000)
    assert many.momentum == pytest.approx(1 - 10 / (50 * 156))
    assert (many.queue, many.contrast.queue) == (5000, 5000)


def test_the_length_follows_from_the_set_unless_it_is_given(
    reader: ClipReader, quick: PretrainOptions
) -> None:
    training = start(reader, quick, epochs=None)
    assert (training.epochs, training.options.epochs, training.steps) == (30, 30, 4)
    assert not training.finished
    given = start(reader, quick, epochs=1)
    assert (given.epochs, given.options.epochs, given.finished) == (1, 1, False)
    given.epoch()
    assert given.finished
    free = quick.model_copy(update={"epochs": None})
    assert (free.planned_epochs(36), free.steps(36)) == (30, 120)
    assert (quick.planned_epochs(36), quick.steps(36)) == (2, 8)
    assert free.fitted(36) == free.fitted(36).fitted(36)


def test_momentum_and_queue_that_are_given_stay(reader: ClipReader, quick: PretrainOptions) -> None:
    training = train(reader, quick, momentum=0.0, queue=5, epochs=1)
    assert (training.options.momentum, training.options.contrast.queue) == (0.0, 5)
    assert len(training.model.queue("fused")) == 5
    assert same(training.model.key, training.model.query)  # momentum 0: the key network is a copy
    slow = train(reader, quick, momentum=0.999, epochs=1)
    assert not same(slow.model.key, slow.model.query)


def test_without_a_third_view(reader: ClipReader, quick: PretrainOptions) -> None:
    assert "extreme_fused" in start(reader, quick).epoch().parts
    parts = start(reader, quick, extreme=None).epoch().parts
    assert not any(name.startswith("extreme") for name in parts)


@pytest.mark.parametrize(("numbers", "batch"), [(range(5), 64), (range(2), 2), (range(3), 2), (ALL, 35)])
def test_odd_sizes(reader: ClipReader, quick: PretrainOptions, numbers: Numbers, batch: int) -> None:
    training = train(reader, quick, numbers, batch=batch, epochs=1)
    assert training.steps == 1
    assert math.isfinite(training.history[0].loss)
    assert len(training.model.queue("fused")) == min(batch, len(numbers))


def test_half_precision_gives_finite_losses_near_the_full_ones(
    reader: ClipReader, quick: PretrainOptions
) -> None:
    full, half = train(reader, quick), train(reader, quick, precision="bfloat16")
    for row, rough in zip(full.history, half.history, strict=True):
        assert rough.loss == pytest.approx(row.loss, rel=0.05)
        assert rough.loss != row.loss
    assert all(weight.dtype == torch.float32 for weight in half.weights)
    assert train(reader, quick, precision="auto").history[-1].loss == full.history[-1].loss


def test_what_is_kept_is_the_query_network_without_classes(
    reader: ClipReader, quick: PretrainOptions
) -> None:
    training = train(reader, quick)
    kept = training.recognizer()
    clips = reader.batch([3, 4])
    assert kept.classes == ()
    assert torch.equal(kept.features(clips), training.model.encode(clips))
    names = {name.split(".")[0] for name in kept.state_dict()}
    assert names == {"streams", "mean_D", "scale_D"}


def test_a_weight_that_is_no_number_stops_the_first_step(reader: ClipReader, quick: PretrainOptions) -> None:
    training = start(reader, quick)
    with torch.no_grad():
        training.weights[0].view(-1)[0] = torch.nan
    with pytest.raises(TrainingStopped, match=r"not a finite number at epoch 1, step 1 \(step 1 of all\)"):
        training.epoch()
    assert training.history == []


def test_a_later_step_is_named_and_its_gradient_is_not_used(
    reader: ClipReader, quick: PretrainOptions
) -> None:
    training = start(reader, quick)
    training.epoch()
    steps = 0

    def poison(_: float) -> None:
        nonlocal steps
        steps += 1
        if steps == 2:
            with torch.no_grad():
                training.model.query.heads["fused"][2].bias[0] = torch.inf  # type: ignore[index]

    with pytest.raises(TrainingStopped) as caught:
        training.epoch(poison)
    line = str(caught.value)
    assert "at epoch 2, step 3 (step 7 of all); the checkpoint of epoch 1 is kept" in line
    assert "lower learning rate than 0.02" in line
    assert steps == 2
    assert training.epochs_done == 1
    assert all(bool(w.isfinite().all()) for w in training.model.query.spatial.parameters())


def one_vector(training: Pretraining) -> None:
    """Make heads that give the same vector to all clips."""
    with torch.no_grad():
        for network in (training.model.query, training.model.key):
            for name in STREAMS:
                last = network.heads[name][2]  # type: ignore[index]
                last.weight.zero_()
                last.bias.fill_(1.0)


@pytest.mark.parametrize(("epochs", "stopped"), [(2, 2), (5, 2), (15, 3)])
def test_a_collapse_is_stopped_after_a_fifth(
    reader: ClipReader, quick: PretrainOptions, epochs: int, stopped: int
) -> None:
    training = start(reader, quick, epochs=epochs, learning_rate=1e-12, judged_after=0)
    one_vector(training)
    for _ in range(stopped - 1):
        assert training.epoch().collapsed != ""
    with pytest.raises(TrainingStopped) as caught:
        training.epoch()
    line = str(caught.value)
    assert line.startswith(f"epoch {stopped}: spatial: collapsed: all clips get nearly the same vector")
    assert "fused: collapsed" in line
    assert "try a lower learning rate than 1e-12, or a higher temperature" in line
    assert training.epochs_done == stopped


def test_a_collapse_is_not_called_before_enough_steps(reader: ClipReader, quick: PretrainOptions) -> None:
    training = start(reader, quick, epochs=4, learning_rate=1e-12, judged_after=3 * 4)
    one_vector(training)
    assert all(training.epoch().collapsed for _ in range(2))
    with pytest.raises(TrainingStopped, match="epoch 3: "):
        training.epoch()


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"augment": "gentel"}, "unknown augmentation 'gentel'"),
        ({"extreme": "extrem"}, "Did you mean 'extreme'?"),
    ],
)
def test_unknown_names(
    reader: ClipReader, quick: PretrainOptions, refusal: Refusal, how: Any, words: str
) -> None:
    assert words in refusal(lambda: start(reader, quick, **how))


def test_parts_that_do_not_exist(reader: ClipReader, quick: PretrainOptions, refusal: Refusal) -> None:
    for field in ("spatial", "temporal", "fusion"):
        changed = quick.encoder.model_copy(update={field: "nothing"})
        assert "unknown" in refusal(partial(start, reader, quick, encoder=changed))


def test_sizes_that_do_not_fit(reader: ClipReader, quick: PretrainOptions, refusal: Refusal) -> None:
    assert "1 clips to learn from; contrast needs at least two" in refusal(lambda: start(reader, quick, [3]))
    assert "0 clips to learn from" in refusal(lambda: start(reader, quick, []))
    two = Processes(0, 2, 0)
    assert "a batch of 9 cannot be divided among 2 processes" in refusal(
        lambda: Pretraining(reader, ALL, quick, two)
    )
    even = quick.model_copy(update={"batch": 8})
    assert "3 clips are too few for 2 processes" in refusal(lambda: Pretraining(reader, range(3), even, two))
