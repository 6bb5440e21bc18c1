"""What windows say of frames, against a loop over frames and windows; nothing depends on the batch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mgllm.recognizer.clips import Clips
from mgllm.recognizer.network.network import Recognizer, new_recognizer
from mgllm.recognizer.network.reading import Preprocessing
from mgllm.recognizer.network.two_streams import StreamOptions
from mgllm.recognizer.timelines.windows import WindowOptions, frame_posteriors, window, window_starts
from mgllm.skeleton.layouts import load_layout
from mgllm.skeleton.preparing import Points, prepare_clip, resampled

LAYOUT = load_layout("coco17")
HOW = Preprocessing(frames=8)
FIT = (LAYOUT, 2, HOW)


@pytest.fixture
def network() -> Recognizer:
    small = StreamOptions(
        spatial_args={"widths": (8, 8), "parts": 2},
        temporal_args={"width": 8},
        dims=24,
        head_width=16,
        head_dims=8,
    )
    return new_recognizer(LAYOUT, 2, small, seed=0, classes=("rest", "a", "b")).eval()


def recording(frames: int) -> Points:
    random = np.random.default_rng(5)
    joints = random.normal(size=(frames, 17, 3)).cumsum(0).astype(np.float32)
    joints[..., 2] = 1
    joints[4:7, 3] = np.nan
    return joints


def test_windows_have_their_middles_from_the_first_frame_to_the_last() -> None:
    assert window_starts(10, 4, 3).tolist() == [-1, 2, 5, 8]
    assert window_starts(11, 5, 3).tolist() == [-2, 1, 4, 7, 8]
    assert window_starts(1, 4, 3).tolist() == [-1]


def test_beyond_the_recording_its_edge_stands_still() -> None:
    joints = recording(6)
    np.testing.assert_array_equal(window(joints, -2, 5), joints[[0, 0, 0, 1, 2]])
    np.testing.assert_array_equal(window(joints, 3, 5), joints[[3, 4, 5, 5, 5]])
    np.testing.assert_array_equal(window(joints, 1, 5), joints[1:6])


@torch.no_grad()
def slow(network: Recognizer, joints: Points, length: int, hop: int) -> np.typing.NDArray[np.float64]:
    total, weights = np.zeros((len(joints), 3)), np.zeros(len(joints))
    for start in window_starts(len(joints), length, hop):
        places = [min(max(place, 0), len(joints) - 1) for place in range(start, start + length)]
        clip = resampled(prepare_clip(joints[places], LAYOUT, 2, HOW.preparation), 8)
        p_K = network(Clips(torch.from_numpy(clip.x)[None], torch.from_numpy(clip.mask)[None])).softmax(-1)[0]
        for place in range(length):
            weight = max(1 - abs(place - (length - 1) / 2) / (length / 4 + 0.5), 0.001)
            if 0 <= start + place < len(joints):
                total[start + place] += weight * p_K.double().numpy()
                weights[start + place] += weight
    return total / weights[:, None]


@pytest.mark.parametrize("frames", [1, 5, 40, 63])
def test_the_mean_over_windows_against_a_loop(network: Recognizer, frames: int) -> None:
    joints = recording(frames)
    for batch in (1, 3, 64):
        options = WindowOptions(seconds=2.0, hop=0.5, batch=batch)
        blocks = list(frame_posteriors(network, joints, 10.0, FIT, options))
        found = np.concatenate(blocks)
        np.testing.assert_allclose(found, slow(network, joints, 20, 5), atol=1e-5)
        np.testing.assert_allclose(found.sum(1), 1)
    assert len(found) == frames


def test_no_more_than_a_batch_is_held(network: Recognizer) -> None:
    options = WindowOptions(seconds=2.0, hop=0.5, batch=4)
    sizes = [len(block) for block in frame_posteriors(network, recording(400), 10.0, FIT, options)]
    assert sum(sizes) == 400
    assert max(sizes) <= 4 * 5 + 20
