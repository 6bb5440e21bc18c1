"""An animated picture of a movement, to judge by eye: three people do it, seen by three cameras."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mgllm.errors import InputError, unknown
from mgllm.files.writing import naming_unwritten
from mgllm.seeds import stream
from mgllm.skeleton.layouts import FINGERS, load_layout
from mgllm.synthetic.definitions import LAYOUT, hidden_classes, load_definitions
from mgllm.synthetic.detector import Difficulty
from mgllm.synthetic.geometry import Reals
from mgllm.synthetic.scenes import EXTRA, FPS, film
from mgllm.synthetic.trimmed import Batch, detected, make_batch

PEOPLE = 3
EVERY = 2
"""One of this number of frames is drawn."""
COLOURS = {"right": "#c0392b", "left": "#2471a3", "": "#333333"}
NAMES = (*load_layout(LAYOUT).joints, *EXTRA)
BREAK = len(NAMES)
"""A gap in a line."""
OUTLINE_LOOK = ("#bbbbbb", 1.0)
OUTLINE = ("chin", "right_ear", "crown", "left_ear", "chin")
FACE = ("nose", "right_eye", "left_eye", "right_ear", "left_ear")
TRUNK = (("neck", "bend"), ("bend", "hips"))


def draw_preview(label: str, path: Path, *, seed: int = 0, noise: float = 0.0) -> None:
    """Write an animated GIF of a class, or of one of the others of the definitions.

    Args:
        label: its name.
        path: the file; an existing one is replaced.
        seed: another seed gives other people.
        noise: of the detector, as a share of its usual one; 0 shows the movement itself.

    Raises:
        InputError: there is no such name, the layout cannot show it, or the file cannot be
            written.
    """
    if label in hidden_classes():
        raise InputError(f"'{label}' has no preview: the joints of {LAYOUT} cannot show it")
    made = load_definitions().specs
    if label not in made:
        raise InputError(unknown("class", label, made))
    if path.suffix.lower() != ".gif":
        raise InputError(f"{path}: a preview is an animated GIF; give a file name that ends in .gif")
    _animate(label, _clips(label, seed, noise), path)


def _clips(label: str, seed: int, noise: float) -> list[Reals]:
    """[T, V, 2] of each person: pixels of joints and of extra points."""
    clips: list[Reals] = []
    number = 0
    while len(clips) < PEOPLE:  # a batch has every class, but not every one of the others
        batch = make_batch(seed, number)
        if label in batch.names:
            clips += _of_batch(label, batch, stream(seed, "preview", number), noise)
        number += 1
    return clips[:PEOPLE]


def _of_batch(label: str, batch: Batch, random: np.random.Generator, noise: float) -> list[Reals]:
    filmed = film(batch.scene, extra=True)
    shown = filmed.pixels_V2F.transpose(2, 0, 1).copy()
    if noise > 0:
        joints = len(load_layout(LAYOUT).joints)
        shown[:, :joints] = detected(filmed, batch.scene, Difficulty().times(noise), random)[..., :2]
    return [shown[filmed.clip_F == n] for n, name in enumerate(batch.names) if name == label]


def _animate(label: str, clips: Sequence[Reals], path: Path) -> None:
    import matplotlib.pyplot as plt
    from matplotlib.animation import FuncAnimation, PillowWriter

    plt.switch_backend("Agg")
    figure, panels = plt.subplots(1, len(clips), figsize=(3.2 * len(clips), 3.6))
    figure.subplots_adjust(left=0.01, right=0.99, bottom=0.02, top=0.9, wspace=0.03)
    artists = [_Stick(panel, clip) for panel, clip in zip(panels, clips, strict=True)]
    longest = max(len(clip) for clip in clips)
    title = figure.suptitle("", fontsize=11)

    def show(frame: int) -> None:
        title.set_text(f"{label}   {frame / FPS:.1f} s")
        for artist in artists:
            artist.show(frame)

    try:
        with naming_unwritten(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            writer = PillowWriter(fps=round(FPS / EVERY))
            FuncAnimation(figure, show, frames=range(0, longest, EVERY)).save(path, writer=writer, dpi=80)
    finally:
        plt.close(figure)


class _Stick:
    """A stick figure on its panel; after its end a clip keeps its last frame."""

    def __init__(self, panel: Any, clip_TV2: Reals) -> None:
        self._clip = clip_TV2
        strokes: dict[tuple[str, float], list[int]] = {}
        for a, b in (*load_layout(LAYOUT).edges, *TRUNK):
            strokes.setdefault(_look(b), []).extend([NAMES.index(a), NAMES.index(b), BREAK])
        strokes[OUTLINE_LOOK] = [NAMES.index(name) for name in OUTLINE]
        self._lines = [
            (panel.plot([], [], color=colour, linewidth=width)[0], numbers)
            for (colour, width), numbers in strokes.items()
        ]
        face = panel.plot([], [], "o", color="#1e8449", markersize=3)[0]
        self._lines.append((face, [NAMES.index(name) for name in FACE]))
        centre = clip_TV2[0, NAMES.index("neck")]
        width = np.ptp(clip_TV2[0, [NAMES.index("right_shoulder"), NAMES.index("left_shoulder")], 0])
        panel.set_xlim(centre[0] - 1.6 * width, centre[0] + 1.6 * width)
        panel.set_ylim(centre[1] + 1.9 * width, centre[1] - 1.5 * width)
        panel.set_aspect("equal")
        panel.set_xticks([])
        panel.set_yticks([])

    def show(self, frame: int) -> None:
        """Draw a frame."""
        points = self._clip[min(frame, len(self._clip) - 1)]
        points = np.append(points, [[np.nan, np.nan]], axis=0)  # BREAK
        for line, numbers in self._lines:
            line.set_data(*points[numbers].T)


def _look(end: str) -> tuple[str, float]:
    """Colour and width of the line to a joint: right sides red, left sides blue, fingers thin."""
    side, _, part = end.partition("_")
    return COLOURS.get(side, COLOURS[""]), 0.8 if part in FINGERS else 2.0
