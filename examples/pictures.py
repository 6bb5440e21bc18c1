"""Make the pictures of the README again: a made-up gesture that moves, and the page of a run.

python examples/pictures.py [RUN]

Writes docs/pictures/gestures.gif and docs/pictures/page.png. RUN is a folder that `make demo` or
`mgllm run` wrote; without it all bundled scenarios are run. The page needs chromium and
chromedriver.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

import mgllm
from mgllm.commands.report import report
from mgllm.skeleton.layouts import FINGERS, load_layout
from mgllm.synthetic import LAYOUT
from mgllm.synthetic.geometry import Reals
from mgllm.synthetic.scenes import EXTRA, FPS, film
from mgllm.synthetic.trimmed import make_batch

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"

SHOWN = (("touching or scratching neck", 0), ("folding arms", 3), ("rubbing eyes", 7))
"""Gestures side by side, and which of the made-up people does each: chosen by eye, all face the
camera.
"""
PANEL = (280, 260)
"""Width and height of a panel, in pixels of the picture."""
CAPTION = 34
"""Height of the line below a panel."""
FINE = 3
"""Drawn so many times larger and then reduced, for smooth edges."""
EVERY = 2
"""Of so many frames one is drawn."""
STILL = 0.7
"""Seconds for which the first and the last frame stay, so that a reader sees where it begins."""
COLOURS = 32
"""Colours of the GIF: few, so that the file is small."""
NAMES = (*load_layout(LAYOUT).joints, *EXTRA)
RIGHT, LEFT, BODY, INK, PALE = "#c0392b", "#2471a3", "#dfe3e8", "#1f2328", "#b4bac2"


@dataclass(frozen=True, eq=False)
class Moving:
    """One gesture of one made-up person."""

    label: str
    pixels_TV2: Reals
    begin: float
    """Second at which a person would see it begin."""
    end: float


def find_gesture(label: str, person: int) -> Moving:
    """The gesture as the person of this number does it, without a detector's faults."""
    batch = make_batch(0, person // 4)
    clip = [n for n, name in enumerate(batch.labels) if name == label][person % 4]
    filmed = film(batch.scene, extra=True)
    pixels_TV2 = filmed.pixels_V2F.transpose(2, 0, 1)[filmed.clip_F == clip]
    first, last = (float(when[clip] - batch.scene.start[clip]) for when in batch.scene.acts.seen)
    return Moving(label, pixels_TV2, max(first, 0.0), min(last, len(pixels_TV2) / FPS))


def draw_gestures(path: Path) -> None:
    """Write the animated GIF: the gestures, and below each the line that a model reads."""
    moving = [find_gesture(*one) for one in SHOWN]
    frames = range(0, max(len(one.pixels_TV2) for one in moving), EVERY)
    pictures = [_side_by_side(moving, frame) for frame in frames]
    palette = _with_white(pictures[len(pictures) // 2].quantize(COLOURS))
    small = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    times = [round(1000 * EVERY / FPS)] * len(small)
    times[0] = times[-1] = round(1000 * STILL)
    small[0].save(path, save_all=True, append_images=small[1:], duration=times, loop=0, optimize=True)


def _with_white(palette: Image.Image) -> Image.Image:
    """The lightest colours become white, which reducing the colours has made a little grey."""
    colours = np.array(palette.getpalette()).reshape(-1, 3)
    colours[colours.min(1) > 240] = 255
    palette.putpalette(colours.ravel().tolist())
    return palette


def _side_by_side(moving: list[Moving], frame: int) -> Image.Image:
    width, height = PANEL[0] * FINE, (PANEL[1] + CAPTION) * FINE
    picture = Image.new("RGB", (width * len(moving), height), "white")
    for n, one in enumerate(moving):
        picture.paste(_panel(one, frame), (n * width, 0))
    return picture.reduce(FINE)


def _panel(one: Moving, frame: int) -> Image.Image:
    size = (PANEL[0] * FINE, (PANEL[1] + CAPTION) * FINE)
    panel = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(panel)
    points = _placed(one.pixels_TV2, min(frame, len(one.pixels_TV2) - 1))
    unit = float(np.linalg.norm(points["right_shoulder"] - points["left_shoulder"]))
    _draw_body(draw, points, unit)
    for side, colour in (("left", LEFT), ("right", RIGHT)):
        _draw_arm(draw, points, side, colour, unit)
    draw.rectangle((0, PANEL[1] * FINE, *size), fill="white")
    seen = frame > 0 and frame / FPS >= one.begin
    words = f"0:{one.begin:04.1f}–0:{one.end:04.1f} {one.label}"
    middle = (size[0] / 2, (PANEL[1] + CAPTION / 2) * FINE)
    draw.text(middle, words, fill=INK if seen else PALE, font=_font(12 * FINE), anchor="mm")
    return panel


def _placed(pixels_TV2: Reals, frame: int) -> dict[str, Reals]:
    """Each point's place on the panel: the neck of the first frame in the middle, shoulders 1/4
    wide.
    """
    first = pixels_TV2[0]
    neck = first[NAMES.index("neck")]
    wide = abs(first[NAMES.index("right_shoulder"), 0] - first[NAMES.index("left_shoulder"), 0])
    scale = PANEL[0] * FINE / 3.5 / wide
    at = (pixels_TV2[frame] - neck) * scale + np.array([PANEL[0] * FINE / 2, PANEL[1] * FINE * 0.42])
    return dict(zip(NAMES, at, strict=True))


def _draw_body(draw: ImageDraw.ImageDraw, points: dict[str, Reals], unit: float) -> None:
    """Trunk, neck and head as pale shapes, with eyes and nose."""
    right, left, hips = points["right_shoulder"], points["left_shoulder"], points["hips"]
    across = (left - right) * 0.4
    draw.polygon([tuple(one) for one in (right, left, hips + across, hips - across)], fill=BODY)
    for one in (right, left):
        _dot(draw, one, unit * 0.09, BODY)
    _line(draw, points["neck"], points["chin"], unit * 0.26, BODY)
    middle = (points["chin"] + points["crown"]) / 2
    half = float(np.linalg.norm(points["crown"] - points["chin"])) / 2
    away = np.array([half * 0.78, half])
    draw.ellipse((*(middle - away), *(middle + away)), fill=BODY)
    for name in ("right_eye", "left_eye", "nose"):
        _dot(draw, points[name], unit * 0.02, INK)


def _draw_arm(
    draw: ImageDraw.ImageDraw, points: dict[str, Reals], side: str, colour: str, unit: float
) -> None:
    shoulder, elbow, wrist = (points[f"{side}_{part}"] for part in ("shoulder", "elbow", "wrist"))
    _line(draw, shoulder, elbow, unit * 0.1, colour)
    _line(draw, elbow, wrist, unit * 0.08, colour)
    for finger in FINGERS:
        _line(draw, wrist, points[f"{side}_{finger}"], unit * 0.03, colour)


def _line(draw: ImageDraw.ImageDraw, start: Reals, end: Reals, width: float, colour: str) -> None:
    draw.line((*start, *end), fill=colour, width=round(width))
    for one in (start, end):
        _dot(draw, one, width / 2, colour)


def _dot(draw: ImageDraw.ImageDraw, at: Reals, radius: float, colour: str) -> None:
    draw.ellipse((*(at - radius), *(at + radius)), fill=colour)


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_manager.findfont("DejaVu Sans"), size)


FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--lang=en-GB", "--hide-scrollbars")
WIDE = 1100
"""Width of the browser's window: words and plot stand side by side from here on."""
SHARP = 2
"""Pixels of the picture for a pixel of the window, for screens with fine pixels."""
PAGE_COLOURS = 64
"""The page has few colours; more make the file larger and nothing clearer."""
TOP = "return document.querySelector('.caution').getBoundingClientRect().bottom"
"""Where the first view ends: below the caution."""


def photograph_page(run: Path, path: Path) -> None:
    """Write the first view of a run's page as a browser shows it."""
    from selenium import webdriver

    binary, driver = (shutil.which(name) for name in ("chromium", "chromedriver"))
    if binary is None or driver is None:
        raise SystemExit("the page needs chromium and chromedriver on PATH: make browser")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in FLAGS:
        options.add_argument(flag)
    with tempfile.TemporaryDirectory() as folder:
        page = report([run], Path(folder) / "page.html").path
        browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
        try:
            size = {"width": WIDE, "height": 1200, "deviceScaleFactor": SHARP, "mobile": False}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            browser.get(page.as_uri())
            shown, bottom = browser.get_screenshot_as_png(), browser.execute_script(TOP)
        finally:
            browser.quit()
    picture = Image.open(BytesIO(shown)).convert("RGB")
    height = min(round((bottom + 20) * SHARP), picture.height)
    picture.crop((0, 0, picture.width, height)).quantize(PAGE_COLOURS).save(path, optimize=True)


def main() -> int:
    """Make both."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    draw_gestures(PICTURES / "gestures.gif")
    with tempfile.TemporaryDirectory() as folder:
        run = Path(sys.argv[1]) if sys.argv[1:] else Path(mgllm.run(model="local", results=folder).folder)
        photograph_page(run, PICTURES / "page.png")
    for name in ("gestures.gif", "page.png"):
        print(f"{PICTURES / name}: {(PICTURES / name).stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
