"""A video, or a skeleton file: its name, and the joints that a recogniser reads; poses are sought once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mgllm.errors import InputError, one_line
from mgllm.files.json_files import to_model
from mgllm.items.gesture_files import check_gesture_file, file_stem
from mgllm.media.crop import Crop
from mgllm.media.mapping import joints_of
from mgllm.media.pose import DETECTOR, PoseDetector, watch
from mgllm.media.pose_cache import pose_key, read_poses, write_poses
from mgllm.media.poses import Poses, several_people
from mgllm.media.video import open_video
from mgllm.progress import Display, Progress
from mgllm.records import Frozen, GestureFile
from mgllm.skeleton import Layout
from mgllm.skeleton.skeleton_file import SUFFIX as SKELETON
from mgllm.skeleton.skeleton_file import About, Recording, joints_for, read_skeleton_file
from mgllm.skeleton.steady import MAX_GAP, at_steady_rate

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
            with PoseDetector() as detector, Progress(display, name, video.expected_frames) as steps:
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


class NamedInput(Frozen):
    """A file to be transcribed."""

    path: Path
    """Where it lies."""
    item: str
    """The transcript's item."""
    spoken: str
    """What messages call it."""

    @property
    def is_skeleton(self) -> bool:
        """Whether it holds joints instead of pictures."""
        return self.path.name.endswith(SKELETON)

    @property
    def stem(self) -> str:
        """What the names of its files begin with."""
        return file_stem(self.item)


def name_inputs(paths: Sequence[Path], *, anonymous: bool) -> tuple[NamedInput, ...]:
    """Inputs by their files' stems, or as clip-0001 and so on in their order.

    Raises:
        InputError: a folder is among several inputs, two inputs have one stem, or a name cannot be an item's.
    """
    for path in paths:
        if path.is_dir():
            raise InputError(
                f"{path} is a folder: name one skeleton data set, or videos and *{SKELETON} files, "
                "such as FOLDER/*.mp4"
            )
    if anonymous:
        return tuple(
            NamedInput(path=path, item=f"clip-{number:04d}", spoken=f"input {number}")
            for number, path in enumerate(paths, 1)
        )
    named: dict[str, NamedInput] = {}
    for path in paths:
        one = NamedInput(path=path, item=_stem(path), spoken=one_line(str(path)))
        empty = {"schema": "mgllm.gestures/1", "item": one.item}
        check_gesture_file(to_model(GestureFile, empty, one.spoken), one.spoken)
        same = named.setdefault(one.stem.casefold(), one)
        if same is not one:
            raise InputError(f"{same.path} and {path} would both be called '{one.item}'; rename one of them")
    return tuple(named.values())


def _stem(path: Path) -> str:
    name = path.name
    return name.removesuffix(SKELETON) if name.endswith(SKELETON) else path.stem
