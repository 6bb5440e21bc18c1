"""The temperature of logits that were drawn from a known one; calibration on accepted classes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.special import softmax
from torch.nn.functional import cross_entropy

from mgllm.recognizer.metrics import calibration_error
from mgllm.recognizer.network.network import Recognizer, new_recognizer, raw_logits
from mgllm.recognizer.network.reading import ClipReader, Preprocessing
from mgllm.recognizer.network.two_streams import StreamOptions
from mgllm.recognizer.training.probing import calibrate, fit_linear, fit_temperature
from mgllm.recognizer.training.targets import ACCEPT
from mgllm.skeleton import Clip, SkeletonDataset, write_dataset


@pytest.mark.parametrize("true", [0.5, 1.0, 3.0])
def test_it_finds_the_temperature_that_answers_were_drawn_with(true: float) -> None:
    random = np.random.default_rng(0)
    logits = 2 * random.normal(size=(4000, 6))
    y_N = np.array([random.choice(6, p=p) for p in softmax(logits / true, axis=1)])
    logits_NK, right_N = torch.from_numpy(logits), torch.from_numpy(y_N)
    found = fit_temperature(lambda t: float(cross_entropy(logits_NK / t, right_N)))
    assert found == pytest.approx(true, rel=0.1)
    p_NK = softmax(logits / found, axis=1)
    assert calibration_error(p_NK.max(1), p_NK.argmax(1) == y_N) < 0.04


def test_it_stays_between_a_twentieth_and_twenty() -> None:
    assert fit_temperature(lambda t: t) == pytest.approx(1 / 20, rel=0.01)
    assert fit_temperature(lambda t: -t) == pytest.approx(20, rel=0.01)


@pytest.fixture
def accepting(toy: SkeletonDataset, tmp_path_factory: pytest.TempPathFactory) -> SkeletonDataset:
    """The toy clips; those of p4 have no label, but two accepted classes."""
    clips = (
        Clip(
            row.id,
            row.subject,
            toy.clip(number),
            None if row.subject == "p4" else row.label,
            row.fps,
            {ACCEPT: f"{row.label}|still" if row.subject == "p4" else ""},
        )
        for number, row in enumerate(toy.clips)
    )
    return write_dataset(tmp_path_factory.mktemp("accepting") / "set", toy.meta, clips).dataset


@pytest.fixture
def network(accepting: SkeletonDataset, reader: ClipReader, small: StreamOptions) -> Recognizer:
    made = new_recognizer(reader.layout, 2, small, seed=0, classes=accepting.meta.classes).eval()
    learned = np.arange(27)
    with torch.no_grad():
        z_ND = made.features(reader.batch(learned))
    fit_linear(made, z_ND, accepting.labels[learned], 10.0, "none")
    return made


def test_without_clips_it_changes_nothing(network: Recognizer, reader: ClipReader) -> None:
    before = network.state_dict()["classifier.weight"].clone()
    assert calibrate(network, reader, []) == 1.0
    assert torch.equal(network.state_dict()["classifier.weight"], before)


def test_accepted_classes_count_together(network: Recognizer, accepting: SkeletonDataset) -> None:
    reader, numbers = ClipReader(accepting, Preprocessing(frames=8)), np.arange(27, 36)
    before = raw_logits(network, reader, numbers).all_NK
    found = calibrate(network, reader, numbers)
    torch.testing.assert_close(raw_logits(network, reader, numbers).all_NK, before / found)
    names = [accepting.clips[number].more[ACCEPT].split("|") for number in numbers]

    def slow(temperature: float) -> float:
        total = 0.0
        for row, accepted in zip(before.double().numpy() / temperature, names, strict=True):
            p_K = softmax(row)
            total -= np.log(sum(p_K[accepting.meta.classes.index(name)] for name in {*accepted}))
        return total

    grid = np.exp(np.linspace(-np.log(20), np.log(20), 2001))
    best = min(slow(t) for t in grid)
    assert slow(found) == pytest.approx(best, abs=1e-3)
    assert slow(1.0) > best + 0.01
