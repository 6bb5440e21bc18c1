"""The overlay of a transcript: which moments, with which joints, over which pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mgllm.errors import InputError
from mgllm.media.overlay import Panel, Sheet, choose_moments, draw_sheet
from mgllm.media.video import Pixels, open_video
from mgllm.records import GestureFile
from mgllm.skeleton import Layout
from mgllm.skeleton.skeleton_file import Recording

MARGIN = 0.2
"""Room around the person, in shares of how far the joints reach."""


def picture_bytes(recording: Recording, file: GestureFile, layout: Layout, video: Path | None) -> bytes:
    """A PNG of a transcript; over the video's pictures, or over blank ones.

    Args:
        recording: joints in the order of the layout.
        file: the transcript.
        layout: of the joints.
        video: where pictures are to be had; None: nowhere.
    """
    about = recording.about
    last = about.begins + (len(recording.joints) - 1) / about.fps
    moments = choose_moments(file.gestures, about.begins, last)
    frames = [round((moment.time - about.begins) * about.fps) for moment in moments]
    shown = _pictures(video, [about.begins + frame / about.fps for frame in frames])
    return draw_sheet(
        Sheet(
            title=f"{file.item}   {recording.end:.1f} s   {_counted(len(file.gestures))}",
            layout=layout,
            view=_view(recording),
            panels=[Panel(*parts) for parts in zip(moments, recording.joints[frames], shown, strict=True)],
            gestures=file.gestures,
            span=(0.0, recording.end),
        )
    )


def _counted(gestures: int) -> str:
    return "1 gesture" if gestures == 1 else f"{gestures} gestures"


def _pictures(video: Path | None, times: list[float]) -> list[Pixels | None]:
    if video is None:
        return [None] * len(times)
    try:
        with open_video(video) as opened:
            found = [opened.at(time) for time in times]
    except InputError:
        return [None] * len(times)
    return [None if picture is None else picture.rgb for picture in found]


def _view(recording: Recording) -> tuple[float, float, float, float]:
    """The part of the picture in which the person is, with some room around; never beyond the picture."""
    points = recording.joints[..., :2].reshape(-1, 2).astype(np.float64)
    size = np.array(recording.about.picture or (np.inf, np.inf), np.float64)
    inside = points[((points >= 0) & (points <= size)).all(axis=1)]
    if recording.about.picture is None or not len(inside):
        inside = points[~np.isnan(points).any(axis=1)]
    low, high = np.percentile(inside, (1, 99), axis=0)
    room = MARGIN * max(float((high - low).max()), 1.0)
    half = np.maximum((high - low) / 2 + room, (high - low).max() / 2)
    low, high = (low + high) / 2 - half, (low + high) / 2 + half
    if recording.about.picture is not None:
        low, high = np.maximum(low, 0), np.minimum(high, size)
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
