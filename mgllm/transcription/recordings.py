"""Single recordings: the joints of a video or a skeleton file, the recogniser, and a picture.

Poses of a video are found once and kept. The transcript names the recogniser and says whether it
may have seen the person. The picture shows moments of the transcript with their joints, over
pictures of the video.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mgllm.cues.label_names import best_vocabulary, groups_of
from mgllm.cues.vocabularies import with_shown_names
from mgllm.errors import InputError
from mgllm.media.overlay import Panel, Sheet, choose_moments, draw_sheet
from mgllm.media.pose import DETECTOR, Crop, PoseDetector, pose_key, read_poses, watch, write_poses
from mgllm.media.poses import Poses, check_mappable, joints_of
from mgllm.media.video import Pixels, open_video
from mgllm.progress import Display, Progress
from mgllm.recognizer.network.checkpoint import CheckpointConfig, Seen, weights_sha256
from mgllm.recognizer.network.network import SHIPPED, Recognizer, called, named_recognizer
from mgllm.recognizer.timelines.cutting import WINDOWS_OF
from mgllm.recognizer.timelines.people import OPEN_PEOPLE
from mgllm.recognizer.timelines.timeline import TimelineOptions, timeline
from mgllm.records import Exposure, Gesture, GestureFile
from mgllm.skeleton import Layout
from mgllm.skeleton.preparing import MAX_GAP, at_steady_rate
from mgllm.skeleton.skeleton_file import About, Recording, joints_for, read_skeleton_file
from mgllm.synthetic.definitions import MADE_UP
from mgllm.transcription.naming import check_answer
from mgllm.transcription.quality import quality_of

FPS = 25.0
"""Frames a second to which the joints of videos are resampled: those of iMiGUE."""
MARGIN = 0.2
"""Room around the person in the picture, as a share of the area of the joints."""


class RecordingReader:
    """A network with classes; made by `open_reader`."""

    def __init__(
        self, folder: Path, network: Recognizer, config: CheckpointConfig, options: TimelineOptions
    ) -> None:
        self._folder, self._network, self._options = folder, network, options
        self.config = config
        self._groups = groups_of(config.classes)

    @property
    def name(self) -> str:
        """Its name in messages."""
        return called(None if self._folder == SHIPPED else self._folder)

    def check_video(self) -> None:
        """Refuse to read videos if the recogniser cannot.

        Raises:
            InputError: it was made for other joints, or for three coordinates.
        """
        check_mappable(self.config.layout, self.name)

    def transcript(self, recording: Recording, item: str, subject: str | None) -> GestureFile:
        """The gestures it sees, and notes; times count from the recording's beginning, not from its
        first frame. A turned picture has no gestures."""
        about, fit = recording.about, (self.config.layout, self.config.dims, self.config.preprocessing)
        quality = quality_of(recording.joints, fit[:2], about.fps, begins=about.begins)
        seen: tuple[Gesture, ...] = ()
        if quality.turned is None:
            seen = timeline(self._network, recording.joints, about.fps, fit, self._options, self._groups)
        return GestureFile(
            item=item,
            source="recognized",
            exposure=exposure_of(self.config, item, subject),
            vocabulary=best_vocabulary(self.config.classes).vocabulary,
            checkpoint=self._sha256,
            duration=recording.end,
            gestures=tuple(_later(gesture, about.begins) for gesture in seen),
            notes=((about.partial,) if about.partial else ()) + quality.notes,
            unseen=quality.unseen,
        )

    @cached_property
    def _sha256(self) -> str:
        return weights_sha256(self._folder)


def open_reader(checkpoint: Path | None, options: TimelineOptions) -> RecordingReader:
    """The recogniser to be used: that of a checkpoint, or the bundled one.

    Raises:
        InputError: it cannot be used, has no classes, reads three coordinates, or has no groups to
            answer with.
    """
    folder, network, config = named_recognizer(checkpoint)
    if config.dims != 2:
        raise InputError(
            f"{checkpoint} was made for {config.dims} coordinates of each joint; recordings have 2"
        )
    check_answer(options, config.classes, called(checkpoint), trimmed=False)
    return RecordingReader(folder, network, config, options)


def exposure_of(config: CheckpointConfig, item: str, subject: str | None) -> Exposure:
    """Whether a recogniser has seen the person of a recording that is not part of a data set.

    A recogniser that has learned only from made-up people has seen nobody. One that has seen real
    people may have seen this person, unless the user says who it is; the same name is the same
    person. The people of the public landmarks are known by name (`OPEN_PEOPLE`).
    """
    real = [seen for seen in config.subjects_seen if not _all_from(seen, MADE_UP)]
    if any((subject or item) in seen.subjects for seen in real):
        return "in_sample"
    public = all(_all_from(seen, MADE_UP, OPEN_PEOPLE) for seen in real)
    return "held_out" if public or subject is not None else "unknown"


def _all_from(seen: Seen, *sources: str) -> bool:
    """Whether all of its clips are from data sets whose names begin so, or are windows of these."""
    names = (name.removeprefix(WINDOWS_OF) for name in seen.made_of or (seen.dataset,))
    return all(name.startswith(sources) for name in names)


def _later(gesture: Gesture, seconds: float) -> Gesture:
    start, end = (None if time is None else time + seconds for time in (gesture.start, gesture.end))
    return gesture.model_copy(update={"start": start, "end": end})


class Watched(NamedTuple):
    """A recording's joints."""

    recording: Recording
    """Joints at a steady rate, in the layout asked for."""
    found_before: bool
    """Whether the poses were kept from an earlier run."""


def watch_video(path: Path, layout: Layout, crop: Crop | None, name: str, display: Display) -> Watched:
    """The joints of the person in a video.

    Args:
        path: the video.
        layout: of the joints.
        crop: the part of the picture that is used.
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
    return Watched(Recording(joints_TVC, about), kept is not None)


def read_skeleton(path: Path, layout: Layout, what: str) -> Watched:
    """The joints of a skeleton file.

    Raises:
        InputError: the file cannot be used, or has not all joints of the layout.
    """
    recording = read_skeleton_file(path)
    joints = joints_for(recording, layout, what)
    about = recording.about.model_copy(update={"joints": layout.joints})
    return Watched(Recording(joints, about), found_before=False)


def _check(path: Path, poses: Poses) -> None:
    if not poses.seen.any():
        what = f"nobody is seen in its {len(poses.times)} frames; the person must be large enough, with"
        raise InputError(f"{path}: {what} the upper body in view; --crop X,Y,W,H enlarges a part")
    step = float(np.median(np.diff(poses.times)))
    if step > MAX_GAP:
        raise InputError(
            f"{path} has a picture every {step:.3g} s; "
            f"gestures need at least {1 / MAX_GAP:.0f} pictures a second"
        )


def picture_bytes(recording: Recording, file: GestureFile, layout: Layout, video: Path | None) -> bytes:
    """A PNG of a transcript; over the video's pictures, or over blank ones.

    Args:
        recording: joints in the order of the layout.
        file: the transcript.
        layout: of the joints.
        video: the file with the pictures; None: there are none.
    """
    about = recording.about
    last = about.begins + (len(recording.joints) - 1) / about.fps
    gestures = with_shown_names(file.gestures, file.vocabulary)
    moments = choose_moments(gestures, about.begins, last)
    frames = [round((moment.time - about.begins) * about.fps) for moment in moments]
    shown = _pictures(video, [about.begins + frame / about.fps for frame in frames])
    return draw_sheet(
        Sheet(
            title=f"{file.item}   {recording.end:.1f} s   {_counted(len(file.gestures))}",
            layout=layout,
            view=_view(recording),
            panels=[Panel(*parts) for parts in zip(moments, recording.joints[frames], shown, strict=True)],
            gestures=gestures,
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
    """The part of the picture with the person and some room around; never beyond the picture."""
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
