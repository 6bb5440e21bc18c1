"""`--crop`: pixels and percents, and what cannot be a part of a picture."""

from __future__ import annotations

import pytest

from mgllm.errors import InputError
from mgllm.media.pose import Box, parse_crop


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("10,20,300,400", Box(x=10, y=20, width=300, height=400)),
        ("25%,0,50%,100%", Box(x=160, y=0, width=320, height=480)),
        (" 33.3% , 10 , 33.4% , 50% ", Box(x=213, y=10, width=214, height=240)),
        ("50%,50%,50%,50%", Box(x=320, y=240, width=320, height=240)),
        ("0,0,100%,100%", Box(x=0, y=0, width=640, height=480)),
    ],
)
def test_a_part_of_the_picture(text: str, box: Box) -> None:
    assert parse_crop(text).within((640, 480), "a.mp4") == box


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "1,2,3,4,5", "a,0,50%,50%", "-5,0,50,50", "1e3,0,9,9", "1;2;3;4"]
)
def test_what_is_no_crop(text: str) -> None:
    with pytest.raises(InputError, match=r"is not X,Y,W,H in pixels or percent, such as 25%,0,50%,100%"):
        parse_crop(text)


def test_it_must_lie_in_the_picture_and_hold_a_person() -> None:
    with pytest.raises(InputError, match=r"reaches beyond the picture of a\.mp4, 640 x 480 pixels"):
        parse_crop("400,0,300,300").within((640, 480), "a.mp4")
    with pytest.raises(InputError, match="it must have at least 32 on each side"):
        parse_crop("0,0,31,300").within((640, 480), "a.mp4")
