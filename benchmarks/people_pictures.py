"""Ten clips of people_open, one of each place, beside made-up previews: to be judged by eye."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from people_sets import Source, fps_of, read_source  # type: ignore[import-not-found]

from mgllm.skeleton import Layout
from mgllm.skeleton.layouts import FINGERS
from mgllm.synthetic.definitions import visible_classes
from mgllm.synthetic.preview import COLOURS, draw_preview

PLACES = (
    "forehead_temple",
    "face",
    "side_of_face",
    "chin_jaw",
    "neck",
    "chest",
    "hands_together",
    "hips",
    "none",
    "idle",
)
MOMENTS = 8
"""Frames drawn of a clip, evenly spread."""
PREVIEWED = 2
"""Right words of a clip that are shown made up."""
FRAMES = (0.3, 0.5, 0.7)
"""Of a preview: before, in and after its middle."""
ROOM = ((-1.6, 1.6), (1.9, -1.5))
"""Drawn around the neck, in shoulder widths; as in previews."""


def draw_pictures(people: Path, out: Path) -> None:
    """Write a PNG for each place."""
    source = read_source(people / "people_open")
    out.mkdir(parents=True, exist_ok=True)
    for number, place in enumerate(PLACES, 1):
        row = _typical(source, place)
        if row is not None:
            path = out / f"{number:02d}-{place}.png"
            _draw(source, row, place, path)
            print(path)


def _typical(source: Source, place: str) -> dict[str, str] | None:
    """The clip in the middle by its share of contact; licensed ones before those of the public
    test."""
    here = [row for row in source.rows if _place(row) == place]
    learned = [row for row in here if row["group"] not in ("o07", "o08")] or here
    in_order = sorted(learned, key=lambda row: (float(row["contact_share"] or 0), row["id"]))
    return in_order[len(in_order) // 2] if in_order else None


def _place(row: dict[str, str]) -> str:
    return "idle" if row["location"] == "none" and row["idle"] else row["location"]


def _draw(source: Source, row: dict[str, str], place: str, path: Path) -> None:
    import matplotlib.pyplot as plt

    plt.switch_backend("Agg")
    start, length = int(row["start"]), int(row["length"])
    x_TVC = source.joints[start : start + length]
    words = [word for word in row["mg_accept"].split("|") if word in visible_classes()][:PREVIEWED]
    figure = plt.figure(figsize=(2.0 * MOMENTS, 2.3 + 2.6 * len(words)), layout="constrained")
    parts: Any = figure.subfigures(1 + len(words), 1, height_ratios=[2.3, *[2.6] * len(words)])
    above, *below = np.atleast_1d(parts)
    seconds = length / (fps_of(row) or 15)
    above.suptitle(f"{place}: {row['id']}, sign '{row['sign']}', {seconds:.1f} s", fontsize=9)
    frames = np.linspace(0, length - 1, MOMENTS).round().astype(int)
    for axes, frame in zip(above.subplots(1, MOMENTS), frames, strict=True):
        _frame_around(axes, x_TVC, source.meta.layout)
        _stick(axes, x_TVC[frame], source.meta.layout)
        axes.set_title(f"frame {frame}", fontsize=7)
    for part, word in zip(below, words, strict=True):
        part.suptitle(f"made up: {word}", fontsize=9)
        for axes, picture in zip(part.subplots(1, len(FRAMES)), _preview(word), strict=True):
            axes.imshow(picture)
            axes.set_axis_off()
    figure.savefig(path, dpi=80)
    plt.close(figure)


def _frame_around(axes: Any, x_TVC: NDArray[np.float32], layout: Layout) -> None:
    """The part of the picture around the person."""
    neck = np.nanmedian(x_TVC[:, layout.index("neck"), :2], axis=0)
    right, left = (x_TVC[:, layout.index(f"{side}_shoulder"), :2] for side in ("right", "left"))
    width = float(np.nanmedian(np.linalg.norm(right - left, axis=-1)))
    axes.set_xlim(*(neck[0] + width * side for side in ROOM[0]))
    axes.set_ylim(*(neck[1] + width * side for side in ROOM[1]))
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])


def _stick(axes: Any, x_VC: NDArray[np.float32], layout: Layout) -> None:
    """The person's right red, left blue; fingers thin."""
    for a, b in layout.edges:
        side, _, part = b.partition("_")
        width = 0.8 if part in FINGERS else 2.0
        ends = x_VC[[layout.index(a), layout.index(b)], :2]
        axes.plot(*ends.T, color=COLOURS.get(side, COLOURS[""]), linewidth=width)


def _preview(word: str) -> list[Any]:
    """Three pictures of the animated preview of a class; each shows three made-up people."""
    from PIL import Image, ImageSequence

    with TemporaryDirectory() as folder:
        path = Path(folder) / "preview.gif"
        draw_preview(word, path)
        with Image.open(path) as movie:
            pictures = [np.asarray(one.convert("RGB")) for one in ImageSequence.Iterator(movie)]
    return [pictures[round(share * (len(pictures) - 1))] for share in FRAMES]
