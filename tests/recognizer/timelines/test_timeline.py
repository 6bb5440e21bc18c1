"""A recording made of clips that a network knows: the timeline names them, where they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from mgllm.recognizer.clips import Clips
from mgllm.recognizer.network.network import BACKGROUND_NAME, Recognizer, new_recognizer
from mgllm.recognizer.network.reading import Preprocessing
from mgllm.recognizer.network.two_streams import StreamOptions
from mgllm.recognizer.timelines.decoding import DecodingOptions
from mgllm.recognizer.timelines.timeline import TimelineOptions, WindowOptions, timeline
from mgllm.recognizer.training.probing import fit_linear
from mgllm.skeleton.layouts import load_layout
from mgllm.skeleton.preparing import Points, prepare_clip, resampled

LAYOUT = load_layout("coco17")
HOW = Preprocessing(frames=8)
FIT = (LAYOUT, 2, HOW)
FPS = 10.0


def moving(joint: str | None, frames: int, seed: int) -> Points:
    """A person at rest who swings one joint."""
    random = np.random.default_rng(seed)
    still = np.random.default_rng(1).normal(size=(17, 2))
    x = still + 0.02 * random.normal(size=(frames, 17, 2))
    if joint is not None:
        x[:, LAYOUT.index(joint), 1] += np.sin(np.arange(frames) * 1.2 + random.uniform(0, 6))
    return np.concatenate([x, np.ones((frames, 17, 1))], 2).astype(np.float32)


KINDS = {BACKGROUND_NAME: None, "left": "left_wrist", "right": "right_wrist"}


@pytest.fixture(scope="module")
def network() -> Recognizer:
    small = StreamOptions(
        spatial_args={"widths": (8, 8), "parts": 2},
        temporal_args={"width": 16},
        dims=32,
        head_width=16,
        head_dims=8,
    )
    made = new_recognizer(LAYOUT, 2, small, seed=0, classes=tuple(KINDS)).eval()
    windows = [moving(joint, 10, seed) for seed in range(30) for joint in KINDS.values()]
    prepared = [resampled(prepare_clip(x, LAYOUT, 2, HOW.preparation), 8) for x in windows]
    clips = Clips(
        torch.from_numpy(np.stack([clip.x for clip in prepared])),
        torch.from_numpy(np.stack([clip.mask for clip in prepared])),
    )
    with torch.no_grad():
        fit_linear(made, made.features(clips), np.arange(90) % 3, 1.0, "none")
    return made


def options(**how: Any) -> TimelineOptions:
    return TimelineOptions(
        windows=WindowOptions(seconds=1.0, hop=0.2),
        decoding=DecodingOptions(median=3, stay=0.9, min_frames=5),
        **how,
    )


def recording() -> Points:
    parts = (
        (None, 40, 100),
        ("left_wrist", 30, 101),
        (None, 50, 102),
        ("right_wrist", 30, 103),
        (None, 40, 104),
    )
    return np.concatenate([moving(joint, frames, seed) for joint, frames, seed in parts])


def test_gestures_are_named_where_they_are(network: Recognizer) -> None:
    found = timeline(network, recording(), FPS, FIT, options())
    assert [gesture.label for gesture in found] == ["left", "right"]
    for gesture, (start, end) in zip(found, ((4.0, 7.0), (12.0, 15.0)), strict=True):
        assert gesture.start == pytest.approx(start, abs=0.6)
        assert gesture.end == pytest.approx(end, abs=0.6)
        assert gesture.confidence is not None
        assert 0.5 < gesture.confidence <= 1


def test_a_network_without_a_background_must_be_sure(network: Recognizer) -> None:
    blind = Recognizer(network.streams, ("left", "right"))
    assert blind.classifier is not None
    assert network.classifier is not None
    with torch.no_grad():
        blind.classifier.weight.copy_(network.classifier.weight[1:])
        blind.classifier.bias.copy_(network.classifier.bias[1:])
        blind.mean_D.copy_(network.mean_D)
        blind.scale_D.copy_(network.scale_D)
    rest = moving(None, 60, 7)
    assert {gesture.label for gesture in timeline(blind, recording(), FPS, FIT, options())} >= {
        "left",
        "right",
    }
    sure = timeline(blind, rest, FPS, FIT, options(background=0.999))
    assert sure == ()


def test_a_recording_of_one_frame(network: Recognizer) -> None:
    assert timeline(network, moving(None, 1, 0), FPS, FIT, options()) == ()


def test_several_scales_say_a_gesture_once(network: Recognizer) -> None:
    several = options().model_copy(update={"scales": (0.7, 1.0, 1.5)})
    found = timeline(network, recording(), FPS, FIT, several)
    assert [gesture.label for gesture in found] == ["left", "right"]
    for gesture, (start, end) in zip(found, ((4.0, 7.0), (12.0, 15.0)), strict=True):
        assert gesture.start == pytest.approx(start, abs=0.8)
        assert gesture.end == pytest.approx(end, abs=0.8)


def test_one_scale_is_what_a_longer_window_gives(network: Recognizer) -> None:
    long = options().model_copy(update={"windows": WindowOptions(seconds=2.0, hop=0.2)})
    scaled = options().model_copy(update={"scales": (2.0,)})
    assert timeline(network, recording(), FPS, FIT, scaled) == timeline(network, recording(), FPS, FIT, long)


def test_what_is_no_gesture_is_told_apart_but_not_told(network: Recognizer) -> None:
    quiet = options(leave_out=("left",))
    assert [gesture.label for gesture in timeline(network, recording(), FPS, FIT, quiet)] == ["right"]


GROUPS = {"left": "a wrist swings", "right": "a wrist swings"}


def unsure(**how: Any) -> TimelineOptions:
    """No class is ever sure enough."""
    given = options(**how)
    return given.model_copy(update={"decoding": given.decoding.model_copy(update={"min_confidence": 1.0})})


def test_a_group_is_answered_where_no_class_is_sure(network: Recognizer) -> None:
    found = timeline(network, recording(), FPS, FIT, unsure(), GROUPS)
    assert [(one.label, one.level) for one in found] == [("a wrist swings", "group")] * 2
    words = timeline(network, recording(), FPS, FIT, options(), GROUPS)
    assert [(one.label, one.level) for one in words] == [("left", "word"), ("right", "word")]
    for group, word in zip(found, words, strict=True):
        assert group.start == pytest.approx(word.start, abs=0.3)
        assert (group.confidence or 0) >= (word.confidence or 0) - 1e-9
    assert timeline(network, recording(), FPS, FIT, unsure()) == ()
    assert timeline(network, recording(), FPS, FIT, unsure(answer="words"), GROUPS) == ()


def test_groups_alone_never_name_a_class(network: Recognizer) -> None:
    found = timeline(network, recording(), FPS, FIT, options(answer="groups"), GROUPS)
    assert [one.level for one in found] == ["group", "group"]
    one = timeline(network, recording(), FPS, FIT, options(answer="groups"), {"left": "a wrist swings"})
    assert [gesture.label for gesture in one] == ["a wrist swings"]


def test_of_several_scales_a_sure_class_goes_before_its_group(network: Recognizer) -> None:
    several = options(scales=(0.7, 1.0, 1.5))
    found = timeline(network, recording(), FPS, FIT, several, GROUPS)
    assert [gesture.label for gesture in found] == ["left", "right"]


def test_a_network_without_a_background_answers_no_groups(network: Recognizer) -> None:
    blind = Recognizer(network.streams, ("left", "right"))
    assert {one.level for one in timeline(blind, recording(), FPS, FIT, options(), GROUPS)} <= {"word"}
    assert timeline(blind, recording(), FPS, FIT, unsure(), GROUPS) == timeline(
        blind, recording(), FPS, FIT, unsure()
    )
