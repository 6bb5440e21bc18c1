"""The temperature of logits that were drawn from a known one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax

from mgllm.recognizer.metrics import calibration_error
from mgllm.recognizer.training.probing import fit_temperature


@pytest.mark.parametrize("true", [0.5, 1.0, 3.0])
def test_it_finds_the_temperature_that_answers_were_drawn_with(true: float) -> None:
    random = np.random.default_rng(0)
    logits = 2 * random.normal(size=(4000, 6))
    y_N = np.array([random.choice(6, p=p) for p in softmax(logits / true, axis=1)])
    found = fit_temperature(logits, y_N)
    assert found == pytest.approx(true, rel=0.1)
    p_NK = softmax(logits / found, axis=1)
    assert calibration_error(p_NK.max(1), p_NK.argmax(1) == y_N) < 0.04


def test_without_clips_it_changes_nothing() -> None:
    assert fit_temperature(np.zeros((0, 3)), np.zeros(0, np.int64)) == 1.0
