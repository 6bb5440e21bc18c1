"""A detector's faults are as large and as frequent as they were asked to be, and lie where they should."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest
from numpy.typing import NDArray

from mgllm.skeleton.layouts import FINGERS, load_layout
from mgllm.synthetic.definitions import LAYOUT
from mgllm.synthetic.detector import MOST_LOST, Difficulty, detect, runs
from mgllm.synthetic.geometry import Reals
from mgllm.synthetic.trimmed import make_clips

LAYOUT_ = load_layout(LAYOUT)
FRAMES, CLIPS = 40_000, 400
HANDS = {side: [LAYOUT_.index(f"{side}_{finger}") for finger in FINGERS] for side in ("right", "left")}
BODY = [joint for joint in range(22) if joint not in HANDS["right"] + HANDS["left"]]
QUIET = Difficulty(lost=0, swapped=0)


def still() -> Reals:
    """Joints that do not move, far from one another."""
    place = np.arange(44, dtype=np.float32).reshape(22, 2, 1) * 20
    return np.repeat(place, FRAMES, axis=2)


def seen(difficulty: Difficulty, behind: NDArray[np.bool_] | None = None, width: float = 143.0) -> Reals:
    hidden = np.zeros((2, FRAMES), dtype=bool) if behind is None else behind
    clip_F = np.repeat(np.arange(CLIPS), FRAMES // CLIPS)
    widths = np.full(FRAMES, width, np.float32)
    return detect(still(), hidden, widths, clip_F, difficulty, np.random.default_rng(1))


@pytest.mark.parametrize(("width", "noise"), [(143.0, 1.0), (286.0, 1.0), (143.0, 2.0)])
def test_jitter_is_as_asked(width: float, noise: float) -> None:
    every = seen(QUIET.times(noise), width=width)[..., :2] - still().transpose(2, 0, 1)
    off = every[:, BODY]
    by_clip = off.reshape(CLIPS, -1).std(axis=1)
    scale = width / 143 * noise
    assert abs(float(off.mean())) < 0.01
    assert 0.29 * scale < float(by_clip.min()) < 0.32 * scale
    assert 0.58 * scale < float(by_clip.max()) < 0.62 * scale
    assert abs(float(by_clip.mean()) - 0.45 * scale) < 0.02 * scale
    fingers = every[:, HANDS["left"] + HANDS["right"]].reshape(CLIPS, -1).std(axis=1)
    assert abs(float((fingers / by_clip).mean()) - 1.4) < 0.02


def test_hands_are_lost_as_often_as_asked_in_runs_and_whole() -> None:
    found = seen(Difficulty(swapped=0))
    for fingers in HANDS.values():
        missing = np.isnan(found[:, fingers, :2])
        assert (missing == missing[:, :1, :1]).all()
        lost = missing[:, 0, 0]
        assert abs(float(lost.mean()) - 0.25) < 0.02
        lengths = [len(list(run)) for gone, run in groupby(lost) if gone]
        assert abs(float(np.mean(lengths)) - 3.5) < 0.3
        assert (found[lost][:, fingers, 2] == 0).all()
        assert (found[~lost][:, fingers, 2] > 0).all()
    assert not np.isnan(found[:, BODY]).any()


def test_both_hands_are_lost_independently() -> None:
    found = seen(Difficulty(swapped=0))
    right, left = (np.isnan(found[:, fingers[0], 0]) for fingers in HANDS.values())
    assert abs(float((right & left).mean()) - 0.25**2) < 0.02


def test_a_hand_behind_the_trunk_is_never_seen() -> None:
    behind = np.zeros((2, FRAMES), dtype=bool)
    behind[0, 1000:3000] = True
    found = seen(QUIET, behind)
    assert np.isnan(found[1000:3000, HANDS["right"], 0]).all()
    assert not np.isnan(found[:, HANDS["left"], 0]).any()
    wrist = LAYOUT_.index("right_wrist")
    assert float(found[1000:3000, wrist, 2].max()) < 0.3 < float(found[:1000, wrist, 2].min())
    off = found[:, wrist, :2] - still()[wrist].T
    assert float(off[1000:3000].std()) > 2.5 * float(off[:1000].std())


def test_sides_are_swapped_as_often_as_asked() -> None:
    found = seen(Difficulty(lost=0, swapped=0.04))
    truth = still().transpose(2, 0, 1)
    swapped = np.abs(found[..., :2] - truth).max(axis=-1) > 10
    mirrored = LAYOUT_.mirror_index != np.arange(22)
    assert not swapped[:, ~mirrored].any()
    hand, shoulder = HANDS["right"][0], LAYOUT_.index("right_shoulder")
    alone = swapped[:, hand] & ~swapped[:, shoulder]
    everything = swapped[:, shoulder]
    assert abs(float(everything.mean()) - 0.02) < 0.006
    assert abs(float(alone.mean()) - 0.02) < 0.006
    back = found[everything][:, LAYOUT_.mirror_index, :2]
    far = np.abs(back - truth[everything]).max(axis=(1, 2)) > 10  # both kinds at once leave the hands
    assert float(far.mean()) < 0.1
    lengths = [len(list(run)) for on, run in groupby(everything) if on]
    assert 3 < float(np.mean(lengths)) < 7


def test_no_noise_is_the_truth() -> None:
    found = seen(Difficulty().times(0))
    np.testing.assert_array_equal(found[..., :2], still().transpose(2, 0, 1))


def test_however_much_noise_some_hands_are_seen() -> None:
    assert Difficulty().times(10).lost == MOST_LOST
    found = seen(Difficulty().times(10).model_copy(update={"swapped": 0.0}))
    assert 0.85 < float(np.isnan(found[:, HANDS["left"][0], 0]).mean()) < 0.95


@pytest.mark.parametrize("share", [0.01, 0.25, 0.5, 0.9])
def test_runs_make_up_their_share(share: float) -> None:
    on = np.concatenate([runs(20_000, share, 6, np.random.default_rng(n)) for n in range(20)])
    assert abs(float(on.mean()) - share) < 0.15 * min(share, 1 - share) + 0.005
    lengths = [len(list(run)) for state, run in groupby(on) if state]
    assert float(np.mean(lengths)) > 5


def test_short_stretches_are_no_different_at_their_beginning() -> None:
    first = np.array([runs(40, 0.25, 8, np.random.default_rng(n)) for n in range(4000)])
    assert abs(float(first[:, 0].mean()) - 0.25) < 0.03
    assert abs(float(first[:, -1].mean()) - 0.25) < 0.03


def test_the_clips_of_the_generator_have_these_faults() -> None:
    joints = [
        clip.joints for clip in make_clips(5, 240, Difficulty()) if clip.label != "putting arms behind body"
    ]
    lost = np.concatenate([np.isnan(x[:, fingers[0], 0]) for x in joints for fingers in HANDS.values()])
    assert abs(float(lost.mean()) - 0.25) < 0.04
    for x in joints:
        nan = np.isnan(x[..., :2]).any(axis=-1)
        assert not nan[:, BODY].any()
        assert (np.isnan(x[..., 0]) == np.isnan(x[..., 1])).all()
        assert (x[..., 2][nan] == 0).all()
        assert (x[..., 2][~nan] > 0).all()
