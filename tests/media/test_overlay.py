"""The contact sheet is drawn, in the colours it promises; how it looks is judged by eye."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from mgllm.media.overlay import COLOURS, Moment, Panel, Sheet, draw_sheet
from mgllm.records import Gesture
from mgllm.skeleton.layouts import load_layout

LAYOUT = load_layout("imigue22")
PIXEL = (90, 61, 200)
VIEW = (0.0, 0.0, 200.0, 150.0)


def sheet(count: int, *, pictures: bool, label: str = "folding arms") -> Sheet:
    gestures = (Gesture(label=label, start=0.2, end=1.0, confidence=0.8), Gesture(label="present"))
    joints = np.zeros((22, 3), np.float32)
    joints[:, 0] = 100 + 40 * np.cos(np.arange(22))
    joints[:, 1] = 75 + 40 * np.sin(np.arange(22))
    joints[:, 2] = 0.9
    joints[12:17, :2] = np.nan
    rgb = np.full((150, 200, 3), PIXEL, np.uint8) if pictures else None
    panels = [Panel(Moment(n / 10, gestures[:1]), joints, rgb) for n in range(count)]
    return Sheet("a $title$", LAYOUT, VIEW, panels, gestures, (0.0, 1.5))


def pixels(png: bytes) -> set[tuple[int, ...]]:
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    return {pixel for _, pixel in picture.getcolors(10_000_000) or []}  # type: ignore[misc]  # of an RGB picture


def test_a_sheet_is_a_picture_with_both_sides() -> None:
    png = draw_sheet(sheet(12, pictures=True))
    assert png.startswith(b"\x89PNG")
    assert Image.open(io.BytesIO(png)).size[0] == 1320
    seen = pixels(png)
    assert PIXEL in seen
    for side in ("right", "left"):
        wanted = np.array([int(COLOURS[side][n : n + 2], 16) for n in (1, 3, 5)])
        assert min(np.abs(np.array(one) - wanted).max() for one in seen) < 12


def test_a_blank_one_holds_no_pixels_of_the_picture() -> None:
    assert PIXEL not in pixels(draw_sheet(sheet(5, pictures=False)))


def test_any_label_and_nobody_at_all() -> None:
    odd = sheet(2, pictures=False, label="$x_ {\\frac <b> 😀 " + "long " * 30)
    nobody = np.full((22, 3), np.nan, np.float32)
    panels = [Panel(panel.moment, nobody) for panel in odd.panels]
    assert draw_sheet(Sheet("", LAYOUT, VIEW, panels, odd.gestures, (0.0, 1.5)))
