"""A made-up BVH body of any naming, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

Chain = Sequence[tuple[str, tuple[float, float, float]]]
XSENS: tuple[Chain, ...] = (
    (("Chest", (0, 10, 0)), ("Neck", (0, 40, 0)), ("Head", (0, 10, 0)), ("End", (0, 16, 0))),
    *(
        (
            (f"{side}Collar", (3 * sign, 45, 0)),
            (f"{side}Shoulder", (14 * sign, 0, 0)),
            (f"{side}Elbow", (28 * sign, 0, 0)),
            (f"{side}Wrist", (24 * sign, 0, 0)),
            ("End", (18 * sign, 0, 0)),
        )
        for side, sign in (("Left", 1), ("Right", -1))
    ),
    *(
        (
            (f"{side}Hip", (9 * sign, 0, 0)),
            (f"{side}Knee", (0, -42, 0)),
            (f"{side}Ankle", (0, -42, 0)),
            (f"{side}Toe", (0, -5, 14)),
        )
        for side, sign in (("Left", 1), ("Right", -1))
    ),
)
"""Chains from the hips; centimetres, arms stretched out to the sides."""
BONES = {"Collar": "Shoulder", "Shoulder": "Arm", "Elbow": "ForeArm", "Wrist": "Hand"}
BONES |= {"Hip": "UpLeg", "Knee": "Leg", "Ankle": "Foot", "Toe": "ToeBase", "Chest": "Spine"}


def cmu_name(name: str) -> str:
    """What CMU calls a joint of Xsens."""
    side = next((side for side in ("Left", "Right") if name.startswith(side)), "")
    return side + BONES.get(name.removeprefix(side), name.removeprefix(side))


def write_body(
    path: Path, frames: int = 4, scale: float = 1.0, *, cmu: bool = False, prefix: str = ""
) -> Path:
    """Write a body of 84 cm legs that stands still, its hips 90 cm high."""
    lines = ["HIERARCHY", f"ROOT {prefix}Hips", "{", "OFFSET 0 0 0"]
    lines.append("CHANNELS 6 Xposition Yposition Zposition Yrotation Xrotation Zrotation")
    joints = 0
    for chain in XSENS:
        depth = 0
        for name, offset in chain:
            place = "OFFSET " + " ".join(f"{scale * value:g}" for value in offset)
            if name == "End":
                lines += ["End Site", "{", place, "}"]
                continue
            called = prefix + (cmu_name(name) if cmu else name)
            lines += [f"JOINT {called}", "{", place, "CHANNELS 3 Yrotation Xrotation Zrotation"]
            joints, depth = joints + 1, depth + 1
        lines += ["}"] * depth
    row = " ".join(["0", f"{90 * scale:g}", "0", *["0"] * (3 + 3 * joints)])
    lines += ["}", "MOTION", f"Frames: {frames}", "Frame Time: 0.0083333", *[row] * frames]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path
