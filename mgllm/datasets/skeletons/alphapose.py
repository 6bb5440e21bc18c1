"""AlphaPose's JSON files (Fang et al., TPAMI 2023): all bodies of a recording in one list.

`[{"image_id": "12.jpg", "keypoints": [x, y, score, …], "score": …, "idx": 1}, …]`; `idx` numbers
people where AlphaPose followed them. A body has 17 (COCO), 26 or 136 (Halpe) or 133
(COCO-WholeBody) key points. With `--format open` it is an object `{"12.jpg": {"people": [{
"pose_keypoints_2d": [18 × x, y, score]}]}}`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mgllm.datasets.base import dataset
from mgllm.datasets.skeletons._frames import detections, last_number, load_json, mapping, triples
from mgllm.datasets.skeletons._keypoints import KEYPOINTS
from mgllm.datasets.skeletons._people_seen import Detections
from mgllm.datasets.skeletons._pose_files import Found, PoseImporter, json_recordings
from mgllm.errors import InputError, some

KNOWN = {len(KEYPOINTS[name]): name for name in ("coco17", "coco18", "halpe26", "wholebody133", "halpe136")}
"""Lists of key points by their length; AlphaPose writes no others of people in two dimensions."""


@dataset("alphapose")
class AlphaPose(PoseImporter):
    """Importer of AlphaPose's result files."""

    title = "AlphaPose key points"
    program = "AlphaPose"
    citation = (
        "Fang, H.-S., Li, J., Tang, H., Xu, C., Zhu, H., Xiu, Y., Li, Y.-L., & Lu, C. (2023). AlphaPose: "
        "Whole-body regional multi-person pose estimation and tracking in real-time. IEEE TPAMI 45(6)."
    )

    def find(self, source: Path) -> tuple[list[Found], list[str]]:
        """A recording for each file; `alphapose-results.json` is called like its folder.

        Raises:
            InputError: there are none.
        """
        return json_recordings(source, "alphapose-results")

    def detect(self, found: Found) -> Detections:
        """The bodies of a recording.

        Raises:
            InputError: the file is not of the form; names the place.
        """
        path = found.files[0]
        entries = _entries(load_json(path), path)
        if not entries:
            raise InputError(f"{path} contains no body")
        bodies: list[tuple[int, Any, str | None]] = []
        begins: set[str] = set()
        kind = ""
        for image, where, one in entries:
            begin, frame = _frame(image, where)
            begins.add(begin)
            x_VC = triples(one.get("keypoints", one.get("pose_keypoints_2d")), f"{where} keypoints")
            if len(x_VC) not in KNOWN:
                known = ", ".join(map(str, KNOWN))
                raise InputError(f"{where} keypoints: has {len(x_VC)} key points; known are {known}")
            name = KNOWN[len(x_VC)]
            if kind and name != kind:
                raise InputError(
                    f"{where} has {len(x_VC)} key points, the bodies before it {len(KEYPOINTS[kind])}"
                )
            kind = name
            bodies.append((frame, x_VC, _number(one)))
        if len(begins) > 1:
            raise InputError(
                f"{path} has frames of several recordings ({some(sorted(begins))}); write a file for each"
            )
        frames = sorted({frame for frame, _, _ in bodies})
        return detections(frames, bodies, KEYPOINTS[kind], found.where)._replace(counts={})


def _entries(content: object, path: Path) -> list[tuple[object, str, Any]]:
    """Picture, place and body of each entry."""
    if isinstance(content, list):
        rows = [(mapping(one, f"{path} [{n}]", "image_id", "keypoints"), n) for n, one in enumerate(content)]
        return [(one["image_id"], f"{path} [{n}]", one) for one, n in rows]
    found: list[tuple[object, str, Any]] = []
    for image, frame in mapping(content, str(path)).items():
        people = mapping(frame, f"{path} '{image:.60}'", "people")["people"]
        if not isinstance(people, list):
            raise InputError(f"{path} '{image:.60}' people: must be a list")
        for n, one in enumerate(people):
            where = f"{path} '{image:.60}' people[{n}]"
            found.append((image, where, mapping(one, where, "pose_keypoints_2d")))
    return found


def _frame(image: object, where: str) -> tuple[str, int]:
    """What stands before the number in a picture's name, and the number."""
    if isinstance(image, int) and not isinstance(image, bool) and image >= 0:
        return "", image
    found = last_number(Path(image).stem) if isinstance(image, str) else None
    if found is None:
        raise InputError(f"{where} image_id: must be the number of a frame, such as '12.jpg'")
    return found


def _number(one: Any) -> str | None:
    """The person's number; some versions write it as a list."""
    given = one.get("idx")
    while isinstance(given, list) and given:
        given = given[0]
    return f"{given:g}" if isinstance(given, int | float) else None
