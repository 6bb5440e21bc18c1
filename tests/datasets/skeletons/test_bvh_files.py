"""Untrusted BVH files: what is read, and the line that each error names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mgllm.datasets.skeletons._bvh_files import read_bvh
from mgllm.errors import InputError

TEXT = """HIERARCHY
ROOT Hips
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Yrotation Xrotation
  JOINT Left Arm
  {
    OFFSET 1 2 3.5
    CHANNELS 3 Zrotation Xrotation Yrotation
    End Site
    {
      OFFSET 0 1 0
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.04
1 2 3 4 5 6 7 8 9
0 0 0 0 0 0 0 0 90
"""


def _written(tmp_path: Path, old: str = "", new: str = "", times: int = 1) -> Path:
    assert old in TEXT
    path = tmp_path / "13_04.bvh"
    path.write_text(TEXT.replace(old, new, times) if old else TEXT)
    return path


def test_hierarchy_and_frames_are_read(tmp_path: Path) -> None:
    motion = read_bvh(_written(tmp_path))
    assert [bone.name for bone in motion.bones] == ["Hips", "Left Arm", "Left Arm_end"]
    assert [bone.parent for bone in motion.bones] == [-1, 0, 1]
    assert motion.bones[1].offset == (1, 2, 3.5)
    assert motion.bones[1].channels == ("Zrotation", "Xrotation", "Yrotation")
    assert motion.seconds == pytest.approx(0.04)
    np.testing.assert_array_equal(motion.values, [range(1, 10), [0] * 8 + [90]])


def test_windows_lines_tabs_and_blank_lines_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.bvh"
    path.write_bytes(("\ufeff" + TEXT.replace("\n", "\r\n\r\n").replace("  ", "\t")).encode())
    np.testing.assert_array_equal(read_bvh(path).values, read_bvh(_written(tmp_path)).values)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("HIERARCHY", "HIERARCHIE", ":1 must be 'HIERARCHY'"),
        ("ROOT Hips", "JOINT Hips", ":2 must be 'ROOT NAME' (given 'JOINT Hips')"),
        ("  JOINT Left Arm", "  ROOT Left Arm", ":6 must be 'JOINT NAME', 'End Site' or '}'"),
        ("  JOINT Left Arm", "  JOINT hips", ":9 the joint 'hips' appears twice"),
        ("OFFSET 1 2 3.5", "OFFSET 1 2", ":8 must be 'OFFSET X Y Z'"),
        ("OFFSET 1 2 3.5", "OFFSET 1 2 nan", ":8 'nan' is not a number"),
        ("CHANNELS 3 Z", "CHANNELS 2 Z", ":9 says 2 channels, but names 3"),
        ("3 Zrotation X", "3 Wrotation X", ":9 channel 'Wrotation' is not one of Xposition"),
        ("3 Zrotation X", "3 Yrotation X", ":9 the channel Yrotation appears twice"),
        ("Frames: 2", "Frames: 3", "says 3 frames, but has 2 lines of numbers"),
        ("Frames: 2", "Frames 2", ":17 must be 'Frames: NUMBER'"),
        ("Frame Time: 0.04", "Frame Time: 0", ":18 Frame Time must be above 0"),
        ("1 2 3 4", "1 2 3", ":19 has 8 numbers; the joints have 9 channels"),
        ("1 2 3 4", "1 2 x 4", "has a word that is not a number in a frame"),
        ("1 2 3 4", "1 2 inf 4", ":19 has an infinite or missing value"),
        (TEXT[TEXT.index("MOTION") :], "", ":15 the file ends where 'MOTION' must follow"),
        (TEXT[TEXT.index("    End Site") :], "", ":9 the file ends where a joint or '}' must follow"),
        (TEXT, "", ":1 the file ends where 'HIERARCHY' must follow"),
    ],
)
def test_wrong_files_are_refused_in_one_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_bvh(_written(tmp_path, old, new))
    assert message in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_bytes_that_are_no_text_and_endless_skeletons_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.bvh"
    path.write_bytes(b"HIERARCHY\n\xff\xfe\x00")
    with pytest.raises(InputError, match="it is not a text file"):
        read_bvh(path)
    chain = "".join(f"JOINT j{n}\n{{\nOFFSET 0 1 0\nCHANNELS 1 Zrotation\n" for n in range(1001))
    path.write_text(f"HIERARCHY\nROOT r\n{{\nOFFSET 0 0 0\nCHANNELS 1 Zrotation\n{chain}")
    with pytest.raises(InputError, match="more than 1000 joints"):
        read_bvh(path)
