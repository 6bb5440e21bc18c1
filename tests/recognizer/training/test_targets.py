"""Accepted classes: for one it is the cross-entropy, for several their sum; names that are no classes."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from mgllm.recognizer.training.targets import ACCEPT, accepted_loss, accepting, targets_of
from mgllm.skeleton import Clip, SkeletonDataset, write_dataset

Refusal = Callable[[Callable[[], object]], str]
CLASSES = ("left", "right", "still")


@pytest.fixture(name="logits_NK")
def _logits() -> torch.Tensor:
    return torch.randn(6, 5, generator=torch.Generator().manual_seed(0)).mul(2).double()


def one_hot(*numbers: int) -> torch.Tensor:
    return torch.eye(5, dtype=torch.bool)[list(numbers)]


@pytest.mark.parametrize("smoothing", [0.0, 0.05, 0.4])
def test_for_one_class_it_is_the_cross_entropy(logits_NK: torch.Tensor, smoothing: float) -> None:
    y_N = torch.tensor([0, 1, 2, 3, 4, 0])
    slow = cross_entropy(logits_NK, y_N, label_smoothing=smoothing)
    torch.testing.assert_close(accepted_loss(logits_NK, one_hot(*y_N.tolist()), smoothing), slow)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_several_classes_against_a_loop(logits_NK: torch.Tensor, smoothing: float) -> None:
    right = [(0,), (1, 2), (0, 1, 2, 3, 4), (4, 0), (3,), (2, 3, 4)]
    right_NK = torch.stack([one_hot(*accepted).any(0) for accepted in right])
    slow = []
    for row, accepted in zip(logits_NK.softmax(-1).tolist(), right, strict=True):
        said = -math.log(sum(row[k] for k in accepted))
        slow.append((1 - smoothing) * said + smoothing * sum(-math.log(p) for p in row) / 5)
    assert float(accepted_loss(logits_NK, right_NK, smoothing)) == pytest.approx(sum(slow) / 6)


def test_the_gradient_asks_for_one_of_them_not_for_which(logits_NK: torch.Tensor) -> None:
    logits_NK = logits_NK[:1].requires_grad_()
    loss = accepted_loss(logits_NK, torch.tensor([[True, False, True, False, False]]), 0.0)
    torch.autograd.backward(loss)
    assert logits_NK.grad is not None
    p_K, grad_K = logits_NK.detach().softmax(-1)[0], logits_NK.grad[0]
    both = float(p_K[0] + p_K[2])
    wanted = [p - (p / both if k in (0, 2) else 0) for k, p in enumerate(p_K.tolist())]
    assert grad_K.tolist() == pytest.approx(wanted)
    assert max(float(grad_K[0]), float(grad_K[2])) < 0 < float(grad_K[[1, 3, 4]].min())


def test_a_network_that_says_one_of_them_surely_has_nothing_to_learn() -> None:
    sure = torch.tensor([[30.0, 0.0, 0.0, 0.0, 0.0]], requires_grad=True)
    loss = accepted_loss(sure, torch.tensor([[True, True, False, False, False]]), 0.0)
    torch.autograd.backward(loss)
    assert float(loss.detach()) == pytest.approx(0, abs=1e-6)
    assert sure.grad is not None
    assert float(sure.grad.abs().max()) < 1e-6


@pytest.fixture
def people(toy: SkeletonDataset, tmp_path: Path) -> SkeletonDataset:
    """A clip with a label, two with accepted classes, one of which nothing is known."""
    told = [("left", ""), (None, "left|still"), (None, "right"), (None, ""), ("still", "left")]
    clips = (
        Clip(f"c{n}", "p", toy.clip(n), label, 25.0, {ACCEPT: accept})
        for n, (label, accept) in enumerate(told)
    )
    return write_dataset(tmp_path / "people", toy.meta, clips).dataset


def test_targets_are_labels_or_accepted_classes(people: SkeletonDataset) -> None:
    assert targets_of(people, CLASSES).astype(int).tolist() == [
        [1, 0, 0],
        [1, 0, 1],
        [0, 1, 0],
        [0, 0, 0],
        [0, 0, 1],  # a label alone counts
    ]
    assert targets_of(people, ("more", *CLASSES))[:, 1:].tolist() == targets_of(people, CLASSES).tolist()
    assert accepting(people, np.arange(5)).tolist() == [1, 2]
    assert accepting(people, np.array([2, 0, 3])).tolist() == [2]
    assert accepting(people, np.array([0, 3])).dtype == np.int64


def test_a_set_without_the_column_has_labels_alone(toy: SkeletonDataset) -> None:
    right_NK = targets_of(toy, CLASSES)
    assert right_NK.argmax(1).tolist() == toy.labels.tolist()
    assert right_NK.sum() == len(toy)
    assert accepting(toy, np.arange(36)).tolist() == []


def test_a_name_that_is_no_class_is_refused(people: SkeletonDataset, refusal: Refusal) -> None:
    line = refusal(lambda: targets_of(people, ("left", "right")))
    assert line == f"{people.path}: clip 'c1' accepts 'still', which is not a class"
