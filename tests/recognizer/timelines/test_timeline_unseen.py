"""The bundled recogniser names nothing where nobody is, and nothing goes through such a stretch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from mgllm.recognizer.network.network import Recognizer, named_recognizer
from mgllm.recognizer.network.reading import Preprocessing
from mgllm.recognizer.timelines.decoding import DecodingOptions
from mgllm.recognizer.timelines.timeline import TimelineOptions, timeline
from mgllm.records import Gesture
from mgllm.skeleton import Layout
from mgllm.skeleton.layouts import FINGERS, load_layout
from mgllm.skeleton.preparing import Points
from tests.skeleton.upright import POSE

LAYOUT = load_layout("imigue22")
FPS = 25.0
Fit = tuple[Layout, int, Preprocessing]
LOUD = TimelineOptions(decoding=DecodingOptions(beside=1e-6, min_frames=2, min_confidence=0))
"""Whatever is not quite impossible is a gesture, so that there is something to forbid."""


def person(seconds: float, seed: int = 0) -> Points:
    """Somebody whose right hand goes up to the face and down again, every two seconds."""
    frames = round(seconds * FPS)
    random = np.random.default_rng(seed)
    x_TVC = np.ones((frames, len(LAYOUT.joints), 3), np.float32)
    for name, point in POSE.items():
        x_TVC[:, LAYOUT.index(name), :2] = point
    up_T = (1 - np.cos(np.arange(frames) / FPS * np.pi)) / 2
    x_TVC[:, LAYOUT.index("right_wrist"), :2] += up_T[:, None] * np.array((15, -190))
    for side in ("right", "left"):
        for place, finger in enumerate(FINGERS):
            at = x_TVC[:, LAYOUT.index(f"{side}_wrist"), :2] + np.array((6 * place - 12, -25))
            x_TVC[:, LAYOUT.index(f"{side}_{finger}"), :2] = at
    x_TVC[..., :2] += random.normal(0, 0.4, x_TVC[..., :2].shape)
    return x_TVC


def nobody(seconds: float) -> Points:
    x_TVC = np.full((round(seconds * FPS), len(LAYOUT.joints), 3), np.nan, np.float32)
    x_TVC[..., 2] = 0
    return x_TVC


@pytest.fixture(scope="module")
def bundled() -> tuple[Recognizer, Fit]:
    _, network, config = named_recognizer(None)
    return network, (config.layout, config.dims, config.preprocessing)


def inside(found: Sequence[Gesture], start: float, end: float) -> list[Gesture]:
    """Those that overlap a span."""
    return [one for one in found if (one.end or 0) > start + 1e-6 and (one.start or 0) < end - 1e-6]


@pytest.mark.parametrize("options", [TimelineOptions(), LOUD], ids=["defaults", "loud"])
@pytest.mark.parametrize("seconds", [0.6, 2, 4, 8])
def test_nothing_is_named_in_seconds_without_a_person(
    bundled: tuple[Recognizer, Fit], seconds: float, options: TimelineOptions
) -> None:
    network, fit = bundled
    joints = np.concatenate([person(4), nobody(seconds), person(4, 1)])
    found = timeline(network, joints, FPS, fit, options)
    assert inside(found, 4, 4 + seconds) == []
    if options is LOUD:
        assert inside(found, 0, 4)
        assert inside(found, 4 + seconds, 8 + seconds)
        assert max(one.end or 0 for one in found) <= 8 + seconds


def test_a_blacked_out_part_of_a_clip(bundled: tuple[Recognizer, Fit]) -> None:
    network, fit = bundled
    joints = person(2.2)
    joints[round(0.7 * FPS) : round(1.3 * FPS)] = nobody(0.6)[:1]
    found = timeline(network, joints, FPS, fit, LOUD)
    assert found
    assert inside(found, 0.72, 1.28) == []


def test_the_parts_are_read_as_if_they_were_alone(bundled: tuple[Recognizer, Fit]) -> None:
    network, fit = bundled
    first, second = person(3), person(4, 1)
    joints = np.concatenate([nobody(1), first, nobody(0.6), second, nobody(2)])
    found = timeline(network, joints, FPS, fit, LOUD)
    alone = [(1.0, one) for one in timeline(network, first, FPS, fit, LOUD)]
    alone += [(4.6, one) for one in timeline(network, second, FPS, fit, LOUD)]
    assert [one.label for one in found] == [one.label for _, one in alone]
    assert [one.start for one in found] == pytest.approx([after + (one.start or 0) for after, one in alone])
    assert [one.end for one in found] == pytest.approx([after + (one.end or 0) for after, one in alone])


def test_nobody_at_all(bundled: tuple[Recognizer, Fit]) -> None:
    network, fit = bundled
    assert timeline(network, nobody(5), FPS, fit, LOUD) == ()
    assert timeline(network, nobody(0.2), FPS, fit, LOUD) == ()


def test_a_hand_that_is_never_seen_touches_nothing(bundled: tuple[Recognizer, Fit]) -> None:
    network, fit = bundled
    joints = person(6)
    hands = [number for number, name in enumerate(LAYOUT.joints) if name.endswith(("wrist", *FINGERS))]
    joints[:, hands] = (np.nan, np.nan, 0)
    labels = {one.label for one in timeline(network, joints, FPS, fit, LOUD)}
    assert labels
    assert not [label for label in labels if label.startswith(("touching", "rubbing", "scratching or"))]
    assert not labels & {"covering face", "crossing fingers", "folding arms", "biting nails"}
