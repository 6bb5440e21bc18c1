"""A person who sits upright and faces the camera: pixels of the body's joints, without fingers."""

from __future__ import annotations

POSE: dict[str, tuple[float, float]] = {
    "nose": (320, 130),
    "neck": (320, 200),
    "right_shoulder": (250, 200),
    "right_elbow": (230, 290),
    "right_wrist": (290, 340),
    "left_shoulder": (390, 200),
    "left_elbow": (410, 290),
    "left_wrist": (350, 340),
    "right_eye": (307, 118),
    "left_eye": (333, 118),
    "right_ear": (288, 124),
    "left_ear": (352, 124),
}
