"""A video, or a skeleton file, as the joints that a recogniser reads; poses are sought once."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mgllm.errors import InputError
from mgllm.media.crop import Crop
from mgllm.media.mapping import joints_of
from mgllm.media.pose import DETECTOR, PoseDetector, watch
from mgllm.media.pose_cache import pose_key, read_poses, write_poses
from mgllm.media.poses import Poses, several_people
from mgllm.media.video import open_video
from mgllm.progress import Display, Steps
from mgllm.skeleton import Layout
from mgllm.skeleton.preparing import MAX_GAP, at_steady_rate
from mgllm.skeleton.skeleton_file import About, Recording, joints_for, read_skeleton_file

FPS = 25.0
"""Frames a second that joints of videos are brought to."""
SELDOM = 0.5
"""A person who is seen in a smaller share of frames is worth a line."""


class Watched(NamedTuple):
    """A recording's joints, and what is to be said of them."""

    recording: Recording
    """Joints at a steady rate, in the layout asked for."""
    notes: tuple[str, ...]
    """A line each."""
    found_before: bool
    """Whether the poses were kept from an earlier run."""


def watch_video(path: Path, layout: Layout, crop: Crop | None, name: str, display: Display) -> Watched:
    """The joints of the person in a video.

    Args:
        path: the video.
        layout: of the joints.
        crop: the part of the picture that is looked at.
        name: what progress calls it.
        display: how progress is shown.

    Raises:
        InputError: the file cannot be used, or nobody is seen in it.
    """
    with open_video(path) as video:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        key = pose_key(sha256, crop)
        poses = kept = read_poses(key)
        if poses is None:
            with PoseDetector() as detector, Steps(display, name, video.expected_frames) as steps:
                poses = watch(video, detector, crop, steps.step)
            write_poses(key, poses)
    _check(path, poses)
    joints_TVC = at_steady_rate(poses.times, joints_of(poses, layout), FPS)
    about = About(
        joints=layout.joints,
        fps=FPS,
        begins=round(max(0.0, float(poses.times[0])), 6),
        picture=poses.size,
        source=path.name[:200],
        source_sha256=sha256,
        detector=DETECTOR + (f", crop {crop.text}" if crop else ""),
        partial=poses.partial,
    )
    return Watched(Recording(joints_TVC, about), _notes(poses), kept is not None)


def read_skeleton(path: Path, layout: Layout, what: str) -> Watched:
    """The joints of a skeleton file.

    Raises:
        InputError: the file cannot be used, or lacks joints of the layout.
    """
    recording = read_skeleton_file(path)
    joints = joints_for(recording, layout, what)
    about = recording.about.model_copy(update={"joints": layout.joints})
    partial = (about.partial,) if about.partial else ()
    return Watched(Recording(joints, about), partial, found_before=False)


def _check(path: Path, poses: Poses) -> None:
    if not poses.seen.any():
        what = f"nobody is seen in its {len(poses.times)} frames; the person must be large enough, with"
        raise InputError(f"{path}: {what} the upper body in view; --crop X,Y,W,H brings people nearer")
    step = float(np.median(np.diff(poses.times)))
    if step > MAX_GAP:
        raise InputError(
            f"{path} has a picture every {step:.1f} s; gestures need at least {1 / MAX_GAP:.0f} a second"
        )


def _notes(poses: Poses) -> tuple[str, ...]:
    notes = [poses.partial] if poses.partial else []
    if people := several_people(poses):
        notes.append(people)
    share = float(poses.seen.mean())
    if share < SELDOM:
        notes.append(f"a person is seen in {share:.0%} of the frames only")
    return tuple(notes)
