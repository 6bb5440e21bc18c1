"""JSON files of MMPose (OpenMMLab): demo scripts and `MMPoseInferencer`.

`{"meta_info": {"keypoint_id2name": {"0": "nose", …}}, "instance_info": [{"frame_id": 1,
"instances": [{"keypoints": [[x, y], …], "keypoint_scores": […], "bbox": …}]}]}`. The inferencer
writes the list alone, without names, and for pictures a file each with a list of instances. 17 key
points are those of COCO, of Human3.6M or of an animal: without names, `--keypoints` says which.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mgllm.datasets.base import dataset
from mgllm.datasets.skeletons._frames import (
    detections,
    last_number,
    load_json,
    mapping,
    numbered,
    points,
    recording_names,
)
from mgllm.datasets.skeletons._keypoints import KEYPOINTS, named_joints
from mgllm.datasets.skeletons._people_seen import Detections
from mgllm.datasets.skeletons._pose_files import Found, PoseImporter, json_files
from mgllm.errors import InputError, unknown

TRACKS = ("track_id", "instance_id")
"""Fields that number a person over frames."""


@dataset("mmpose")
class MMPose(PoseImporter):
    """Importer of MMPose's prediction files."""

    title = "MMPose key points"
    program = "MMPose"
    citation = "MMPose Contributors (2020). OpenMMLab pose estimation toolbox and benchmark."
    heeds: ClassVar[frozenset[str]] = PoseImporter.heeds | {"keypoints"}

    def find(self, source: Path) -> tuple[list[Found], list[str]]:
        """A recording for each file; or for files of pictures, which are numbered, of one folder.

        Raises:
            InputError: there are none.
        """
        files = json_files(source)
        if not files:
            raise InputError(f"{source} has no .json files of {self.program}")
        if not _is_picture(load_json(files[0])):
            names = recording_names([(path.parent, path.stem) for path in files])
            return [Found(name, (path,)) for name, path in zip(names, files, strict=True)], []
        groups = numbered(files)
        if sum(map(len, groups.values())) < len(files):
            raise InputError(f"{source}: files of pictures must have the number of the frame in their names")
        return [
            Found(name, tuple(frames[n] for n in sorted(frames)))
            for name, frames in zip(recording_names(list(groups)), groups.values(), strict=True)
        ], []

    def detect(self, found: Found) -> Detections:
        """The bodies of each frame.

        Raises:
            InputError: a file is not of the form, or its key points have no names; names the place.
        """
        names: object = None
        frames: dict[int, list[tuple[str, Any]]] = {}
        for path in found.files:
            content = load_json(path)
            if isinstance(content, dict):
                names = mapping(content.get("meta_info") or {}, f"{path} meta_info").get("keypoint_id2name")
                content = mapping(content, str(path), "instance_info")["instance_info"]
            for frame, where, instances in _frames(content, path):
                if frame in frames:
                    raise InputError(f"{where}: frame {frame} is there a second time")
                frames[frame] = [(f"{where} instances[{n}]", one) for n, one in enumerate(instances)]
        bodies = [
            (frame, _points(one, where), _track(one))
            for frame, instances in frames.items()
            for where, one in instances
        ]
        if not bodies:
            raise InputError(f"{found.where} contains no body")
        count = len(bodies[0][1])
        if other := next((frame for frame, x_VC, _ in bodies if len(x_VC) != count), None):
            raise InputError(f"{found.where}: frame {other} has another number of key points than {count}")
        return detections(sorted(frames), bodies, self._joints(names, count, found.where), found.where)

    def _joints(self, names: object, count: int, where: str) -> tuple[str, ...]:
        """Our names of the key points: from the file, or from the list that is asked for."""
        if self.choices.keypoints is not None:
            if self.choices.keypoints not in KEYPOINTS:
                raise InputError(unknown("list of key points", self.choices.keypoints, KEYPOINTS))
            joints = KEYPOINTS[self.choices.keypoints]
            if len(joints) != count:
                raise InputError(
                    f"--keypoints {self.choices.keypoints} has {len(joints)} key points; {where} has {count}"
                )
            return joints
        if isinstance(names, Mapping) and len(names) == count:
            by_number = {str(number): str(name) for number, name in names.items()}
            if set(by_number) == {str(n) for n in range(count)}:
                return named_joints(by_number[str(n)] for n in range(count))
        fitting = [name for name, joints in KEYPOINTS.items() if len(joints) == count]
        asked = f"--keypoints {' or '.join(fitting)}" if fitting else "a file with meta_info"
        raise InputError(f"{where} does not name its {count} key points; give {asked} if they are these")


def _is_picture(content: object) -> bool:
    """Whether a file is a list of instances, those of one picture."""
    return isinstance(content, list) and all(
        isinstance(one, dict) and "keypoints" in one and "instances" not in one for one in content
    )


def _frames(content: object, path: Path) -> list[tuple[int, str, list[Any]]]:
    """Number, place and instances of each frame of a file."""
    if not isinstance(content, list):
        raise InputError(f"{path} must be MMPose's list of frames")
    if _is_picture(content):
        found = last_number(path.stem)
        return [(found[1] if found else 0, str(path), content)]
    frames = []
    for place, one in enumerate(content):
        where = f"{path} [{place}]"
        entry = mapping(one, where, "frame_id", "instances")
        frame, instances = entry["frame_id"], entry["instances"]
        if not isinstance(frame, int) or frame < 0 or not isinstance(instances, list):
            raise InputError(f"{where}: frame_id must be a whole number, and instances a list")
        frames.append((frame, where, instances))
    return frames


def _points(one: object, where: str) -> NDArray[np.float32]:
    """[V, 3] of an instance."""
    instance = mapping(one, where, "keypoints")
    given = instance["keypoints"]
    count = len(given) if isinstance(given, list) else 0
    if count and isinstance(given[0], list) and len(given[0]) == 3:
        raise InputError(f"{where} keypoints: x, y and z; only key points in the picture are read")
    x_V3 = points([[*_pair(pair), 1] for pair in given] if count else given, (count, 3), f"{where} keypoints")
    scores = instance.get("keypoint_scores", [1] * count)
    if not isinstance(scores, list) or len(scores) != count:
        raise InputError(f"{where} keypoint_scores: must be a number for each of {count} key points")
    scored = [[*pair, score] for pair, score in zip(x_V3[:, :2].tolist(), scores, strict=True)]
    return points(scored, (count, 3), f"{where} keypoint_scores")


def _pair(pair: object) -> list[Any]:
    return pair if isinstance(pair, list) else [pair]


def _track(one: object) -> str | None:
    given = next((one[name] for name in TRACKS if isinstance(one, dict) and name in one), None)
    return str(given) if isinstance(given, int) and given >= 0 else None
