"""Health in numbers, against a loop, and in words."""

from __future__ import annotations

import math

import pytest
import torch

from mgllm.recognizer.training.losses import Contrast, Health, health


def test_numbers_against_a_loop() -> None:
    negative_NK = torch.tensor([[0.5, -0.2, 0.9], [0.1, 0.3, 0.4]])
    own_NK = torch.tensor([[False, False, True], [False, False, False]])
    found = health(Contrast(torch.tensor([0.8, 0.6]), negative_NK, own_NK), 0.5)
    assert found.positive == pytest.approx(0.7)
    assert found.negative == pytest.approx((0.5 - 0.2 + 0.1 + 0.3 + 0.4) / 5)
    assert found.uniform == pytest.approx((math.log(3) + math.log(4)) / 2)
    first = math.log(math.exp(1.6) + math.exp(1) + math.exp(-0.4)) - 1.6
    second = math.log(math.exp(1.2) + sum(math.exp(2 * s) for s in (0.1, 0.3, 0.4))) - 1.2
    assert found.loss == pytest.approx((first + second) / 2, rel=1e-5)
    assert found.gap == pytest.approx(0.7 - 0.22)


@pytest.mark.parametrize(
    ("made", "words", "collapsed"),
    [
        (Health(1.0, 0.999, 6.93, 6.93), "collapsed: all clips get nearly the same vector", True),
        (Health(0.01, 0.0, 6.93, 6.93), "not learning", True),
        (Health(0.3, 0.0, 6.92, 6.93), "at the beginning", False),
        (Health(0.8, 0.1, 1.5, 6.93), "learning: two views of a clip are similar", False),
        (Health(0.99, 0.98, 3.0, 6.93), "learning", False),
        (Health(0.9, 0.0, 0.0, 0.0), "unknown: there are no other clips", False),
    ],
)
def test_the_verdict_says_it_in_one_line(made: Health, words: str, *, collapsed: bool) -> None:
    assert made.verdict.startswith(words)
    assert made.collapsed is collapsed
    assert "\n" not in made.verdict


def test_a_network_that_gives_one_vector_is_found_out() -> None:
    same = Contrast(torch.ones(4), torch.ones(4, 50), torch.zeros(4, 50, dtype=torch.bool))
    assert health(same, 0.07).collapsed
    told_apart = Contrast(torch.ones(4), torch.zeros(4, 50), torch.zeros(4, 50, dtype=torch.bool))
    assert not health(told_apart, 0.07).collapsed
