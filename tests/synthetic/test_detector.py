"""A detector's errors are as large and as frequent as they were asked to be, and lie where they
should."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

import numpy as np
import pytest
from numpy.typing import NDArray

from mgllm.skeleton.layouts import FINGERS, load_layout
from mgllm.synthetic.definitions import LAYOUT
from mgllm.synthetic.detector import (
    MOST_LOST,
    RATES,
    ROOM_BELOW,
    Difficulty,
    Picture,
    decimated,
    detect,
    draw_rates,
    runs,
)
from mgllm.synthetic.geometry import Reals
from mgllm.synthetic.trimmed import make_clips

LAYOUT_ = load_layout(LAYOUT)
FRAMES, CLIPS = 40_000, 400
EACH = FRAMES // CLIPS
WIDTH = 143.0
HANDS = {side: [LAYOUT_.index(f"{side}_{finger}") for finger in FINGERS] for side in ("right", "left")}
BODY = [joint for joint in range(22) if joint not in HANDS["right"] + HANDS["left"]]
SHOULDERS = [LAYOUT_.index(f"{side}_shoulder") for side in HANDS]
WRISTS = [LAYOUT_.index(f"{side}_wrist") for side in HANDS]
NEVER = {"busy": 0.0, "idle": 0.0}
COMPLETE = Difficulty(lost_clips=NEVER, cropped=0)
QUIET = Difficulty(lost=0, swapped=0, lost_clips=NEVER, cropped=0)
STILL = Difficulty(jitter=(0, 0), lost=0, swapped=0, lost_clips=NEVER, cropped=1)
"""Only the picture's edge."""


def still() -> Reals:
    """Joints that do not move, far from one another."""
    place = np.arange(44, dtype=np.float32).reshape(22, 2, 1) * 20
    return np.repeat(place, FRAMES, axis=2)


def busy(share: float = 1.0) -> NDArray[np.bool_]:
    """Whether each hand does anything: in the first clips, in this share."""
    return np.stack([np.arange(CLIPS) < share * CLIPS] * 2)


def picture(
    behind: NDArray[np.bool_] | None = None, width: float = WIDTH, does: NDArray[np.bool_] | None = None
) -> Picture:
    hidden = np.zeros((2, FRAMES), dtype=bool) if behind is None else behind
    clip_F = np.repeat(np.arange(CLIPS), EACH)
    return Picture(
        still(), hidden, np.full(FRAMES, width, np.float32), clip_F, busy() if does is None else does
    )


def seen(difficulty: Difficulty, filmed: Picture | None = None) -> Reals:
    return detect(filmed or picture(), difficulty, np.random.default_rng(1))


@pytest.mark.parametrize(("width", "noise"), [(143.0, 1.0), (286.0, 1.0), (143.0, 2.0)])
def test_jitter_is_as_asked_and_its_logarithm_uniform(width: float, noise: float) -> None:
    every = seen(QUIET.times(noise), picture(width=width))[..., :2] - still().transpose(2, 0, 1)
    off = every[:, BODY]
    by_clip = off.reshape(CLIPS, -1).std(axis=1)
    scale = width / WIDTH * noise
    low, high = QUIET.jitter
    assert abs(float(off.mean())) < 0.01
    assert 0.95 * low * scale < float(by_clip.min()) < 1.1 * low * scale
    assert 0.9 * high * scale < float(by_clip.max()) < 1.05 * high * scale
    quarters = np.quantile(np.log(by_clip / scale), [0.25, 0.5, 0.75])
    wanted = np.log(low) + np.array([0.25, 0.5, 0.75]) * np.log(high / low)
    np.testing.assert_allclose(quarters, wanted, atol=0.15)
    fingers = every[:, HANDS["left"] + HANDS["right"]].reshape(CLIPS, -1).std(axis=1)
    assert abs(float((fingers / by_clip).mean()) - 1.4) < 0.02


def test_hands_are_lost_as_often_as_asked_in_runs_and_complete() -> None:
    found = seen(COMPLETE.model_copy(update={"swapped": 0.0}))
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
    found = seen(COMPLETE.model_copy(update={"swapped": 0.0}))
    right, left = (np.isnan(found[:, fingers[0], 0]) for fingers in HANDS.values())
    assert abs(float((right & left).mean()) - 0.25**2) < 0.02


def test_idle_hands_are_often_never_found_and_busy_ones_seldom() -> None:
    only = QUIET.model_copy(update={"lost_clips": {"busy": 0.06, "idle": 0.5}})
    found = seen(only, picture(does=busy(0.5)))
    for fingers in HANDS.values():
        lost = np.isnan(found[:, fingers[0], 0]).reshape(CLIPS, EACH)
        assert (lost.all(axis=1) == lost.any(axis=1)).all()
        shares = lost[: CLIPS // 2, 0].mean(), lost[CLIPS // 2 :, 0].mean()
        assert abs(float(shares[0]) - 0.06) < 0.05
        assert abs(float(shares[1]) - 0.5) < 0.1
    assert not np.isnan(found[:, BODY]).any()


def test_a_hand_behind_the_trunk_is_never_seen() -> None:
    behind = np.zeros((2, FRAMES), dtype=bool)
    behind[0, 1000:3000] = True
    found = seen(QUIET, picture(behind))
    assert np.isnan(found[1000:3000, HANDS["right"], 0]).all()
    assert not np.isnan(found[:, HANDS["left"], 0]).any()
    wrist = LAYOUT_.index("right_wrist")
    assert float(found[1000:3000, wrist, 2].max()) < 0.3 < float(found[:1000, wrist, 2].min())
    off = found[:, wrist, :2] - still()[wrist].T
    assert float(off[1000:3000].std()) > 2.5 * float(off[:1000].std())


def seated(wrists: float, does: NDArray[np.bool_]) -> Picture:
    """Wrists lie some shoulder widths below the shoulders, fingers and elbows with them."""
    place = np.zeros((22, 2, FRAMES), np.float32)
    place[[*WRISTS, *HANDS["right"], *HANDS["left"]], 1] = wrists * WIDTH
    behind, width = np.zeros((2, FRAMES), dtype=bool), np.full(FRAMES, WIDTH, np.float32)
    return Picture(place, behind, width, np.repeat(np.arange(CLIPS), EACH), does)


@pytest.mark.parametrize("wrists", [1.0, 2.0, 5.0])
def test_busy_hands_are_in_the_picture(wrists: float) -> None:
    found = seen(STILL, seated(wrists, busy()))
    assert not np.isnan(found).any()
    assert float(found[:, WRISTS, 2].min()) > 0.3
    assert ROOM_BELOW > 0


def test_below_the_edge_wrists_are_unsure_or_missing_and_fingers_missing() -> None:
    low, high = STILL.ends_below
    wrists = (low + high) / 2
    found = seen(STILL, seated(wrists, busy(0))).reshape(CLIPS, EACH, 22, 3)[:, 0]
    for side, wrist in zip(HANDS, WRISTS, strict=True):
        gone = np.isnan(found[:, wrist, 0])
        unsure = ~gone & (found[:, wrist, 2] < 0.3)
        assert abs(float((gone | unsure).mean()) - 0.5) < 0.1  # ends are uniform, wrists in their middle
        assert abs(float(gone.mean() / (gone | unsure).mean()) - STILL.beyond) < 0.1
        no_fingers = np.isnan(found[:, HANDS[side], 0])
        assert (no_fingers == (gone | unsure)[:, None]).all()
        assert (found[gone][:, wrist, 2] == 0).all()
    assert not np.isnan(found[:, SHOULDERS]).any()


def test_a_share_of_clips_has_an_edge_and_none_without_noise() -> None:
    far = seated(100.0, busy(0))
    half = seen(STILL.model_copy(update={"cropped": 0.5}), far).reshape(CLIPS, EACH, 22, 3)
    cut = np.isnan(half[:, 0, HANDS["left"][0], 0])
    assert abs(float(cut.mean()) - 0.5) < 0.1
    assert not np.isnan(seen(Difficulty().times(0), far)).any()


def test_sides_are_swapped_as_often_as_asked() -> None:
    found = seen(QUIET.model_copy(update={"swapped": 0.04}))
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
    found = seen(Difficulty().times(0), picture(does=busy(0)))
    np.testing.assert_array_equal(found[..., :2], still().transpose(2, 0, 1))


def test_however_much_noise_some_hands_are_seen() -> None:
    much = Difficulty().times(10)
    assert much.lost == MOST_LOST
    assert much.lost_clips == {"busy": pytest.approx(0.6), "idle": MOST_LOST}
    found = seen(much.model_copy(update={"swapped": 0.0, "lost_clips": NEVER, "cropped": 0.0}))
    assert 0.85 < float(np.isnan(found[:, HANDS["left"][0], 0]).mean()) < 0.95


def test_rates_are_drawn_in_their_shares() -> None:
    rates = draw_rates(4000, np.random.default_rng(2)).tolist()
    assert set(rates) == set(RATES)
    for rate, share in RATES.items():
        assert abs(rates.count(rate) / 4000 - share) < 0.03
    assert sum(RATES.values()) == pytest.approx(1)


@pytest.mark.parametrize("wanted", [25.0, 15.0, 12.5, 8.0])
@pytest.mark.parametrize("frames", [1, 2, 5, 26, 250])
def test_a_slower_camera_takes_some_frames_at_its_times(frames: int, wanted: float) -> None:
    time = np.arange(frames, dtype=np.float32).reshape(-1, 1, 1) / np.float32(25)
    taken = decimated(time, 25.0, wanted)[:, 0, 0]
    assert len(taken) == max(min(2, frames), int(frames * wanted / 25))
    asked = np.minimum(np.arange(len(taken)) / wanted, time[-1, 0, 0])
    assert float(np.abs(taken - asked).max()) <= 0.5 / 25 + 1e-6
    assert (np.diff(taken) > 0).all()


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


def test_the_clips_of_the_generator_have_these_errors() -> None:
    clips = list(make_clips(5, 320, Difficulty()))
    below = Counter[str]()
    for clip in clips:
        x = clip.joints
        nan = np.isnan(x[..., :2]).any(axis=-1)
        assert not nan[:, [joint for joint in BODY if "shoulder" in LAYOUT_.joints[joint]]].any()
        assert (np.isnan(x[..., 0]) == np.isnan(x[..., 1])).all()
        assert (x[..., 2][nan] == 0).all()
        assert (x[..., 2][~nan] > 0).all()
        below["wrist"] += bool((nan[:, WRISTS].mean(axis=0) > 0.5).any())
        below["unsure"] += bool(((x[:, WRISTS, 2] < 0.3).mean(axis=0) > 0.5).any())
        never = [nan[:, fingers].all() for fingers in HANDS.values()]
        below["both" if all(never) else "one" if any(never) else "none"] += 1
    assert {clip.fps for clip in clips} == set(RATES)
    assert 0 < below["wrist"] < below["unsure"] < 0.2 * len(clips)  # of idle hands only
    assert below["one"] > below["both"] > 0.03 * len(clips)
    assert below["none"] > 0.2 * len(clips)
