"""A matplotlib figure as static SVG that can be read on a light and a dark background.

Colours become classes, which the page's style sheet defines for each theme; style attributes become
presentation attributes, so that a page may forbid inline styles; letters stay letters.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from typing import Any
from xml.etree import ElementTree as ET

from markupsafe import Markup

from mgllm.pages.plots.look import NAMES, WIDE, Look
from mgllm.pages.shell import visible

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"
KEPT = (
    *("stroke-width", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap", "stroke-linejoin"),
    *("fill-opacity", "stroke-opacity", "opacity", "text-anchor", "font-size", "font-weight", "fill-rule"),
)
"""Properties that become attributes; fonts are the page's own."""


def new_figure(
    width: float, height: float, panels: tuple[int, int] = (1, 1), look: Look = WIDE
) -> tuple[Any, Any]:
    """An empty figure in inches and its axes as an array [rows, columns], in a look's colours."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.subplots(*panels, squeeze=False)
    for each in axes.flat:
        each.spines[["top", "right"]].set_visible(False)
        each.spines[["left", "bottom"]].set_color(look.faint)
        each.tick_params(colors=look.ink, labelsize=9)
        each.xaxis.label.set_color(look.ink)
        each.yaxis.label.set_color(look.ink)
        each.title.set_color(look.ink)
    return figure, axes


def panel_grid(
    count: int, size: tuple[float, float], look: Look, axes: tuple[str, str]
) -> tuple[Any, list[Any]]:
    """A figure of equal panels, as many in a row as fit.

    Args:
        count: number of panels.
        size: width and height of each, in inches.
        look: sizes and colours.
        axes: labels of x and y, once for all panels.
    """
    width, height = size
    columns = max(1, min(count, int(look.width / width)))
    rows = -(-count // columns)
    figure, found = new_figure(width * columns, height * rows, (rows, columns), look)
    figure.supxlabel(axes[0], fontsize=look.letters, color=look.ink)
    figure.supylabel(axes[1], fontsize=look.letters, color=look.ink)
    for spare in found.flat[count:]:
        spare.set_visible(False)
    return figure, list(found.flat[:count])


def label_outer(panels: Sequence[Any]) -> None:
    """Keeps the labels of the y axis only at the first panel of each row."""
    for panel in panels:
        if not panel.get_subplotspec().is_first_col():
            panel.tick_params(labelleft=False)


@contextmanager
def drawing() -> Iterator[None]:
    """Draw inside this: letters are written as they are, never as mathematics."""
    import matplotlib as mpl

    with mpl.rc_context({"text.parse_math": False, "svg.fonttype": "none"}):
        yield


def to_svg(figure: Any, name: str, title: str, description: str) -> Markup:
    """A figure as an SVG element.

    Args:
        figure: drawn with the colours of this module.
        name: unique on the page; the same name gives the same bytes.
        title: what it shows.
        description: what a reader who cannot see it should know.
    """
    import matplotlib as mpl

    text = StringIO()
    quiet: Any = {"svg.fonttype": "none", "svg.hashsalt": name}
    with mpl.rc_context(quiet), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # the browser has its own fonts
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    root = ET.fromstring(text.getvalue())  # noqa: S314  # our own, a line ago
    _clean(root)
    _name(root, name, title, description)
    ET.register_namespace("", SVG[1:-1])
    ET.register_namespace("xlink", XLINK[1:-1])
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704  # ElementTree has escaped it


def _clean(root: ET.Element) -> None:
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{SVG}metadata", f"{SVG}style"):
                parent.remove(child)
    kept = {"clipPath", "path", "use"}
    for element in root.iter():
        _style_to_attributes(element)
        if element.tag.removeprefix(SVG) not in kept:
            element.attrib.pop("id", None)


def _style_to_attributes(element: ET.Element) -> None:
    classes = []
    pairs = [pair.partition(":") for pair in element.attrib.pop("style", "").split(";")]
    style = {key.strip(): value.strip() for key, _, value in pairs if value.strip()}
    style |= {key: element.attrib.pop(key) for key in ("fill", "stroke") if key in element.attrib}
    if "font" in style:
        style["font-size"] = next(word for word in style["font"].split() if word.endswith("px"))
    for key in ("fill", "stroke"):
        colour = style.get(key, "")
        if colour in NAMES:
            classes.append(f"{key}-{NAMES[colour]}")
        elif colour:
            element.set(key, colour)
    if element.tag == f"{SVG}text" and "fill" not in style:
        classes.append("fill-ink")
    for key in KEPT:
        if key in style:
            element.set(key, style[key])
    if classes:
        element.set("class", " ".join(classes))


def _name(root: ET.Element, name: str, title: str, description: str) -> None:
    width = float(root.attrib.pop("width").removesuffix("pt"))
    root.attrib.pop("height")
    root.attrib.pop("version", None)
    root.set("width", f"{width * 4 / 3:.0f}")
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-t {name}-d")
    for position, (tag, words) in enumerate((("title", title), ("desc", description))):
        element = ET.Element(f"{SVG}{tag}", {"id": f"{name}-{tag[0]}"})
        element.text = str(words)
        root.insert(position, element)


def short(text: str, length: int = 30) -> str:
    """At most so many characters, for a picture; hidden characters are named."""
    text = visible(text)
    return text if len(text) <= length else f"{text[: length - 1]}…"
