"""The picture of `recognizer_scaling.py`: time against size, four panels, with lines of slope 1."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scaling_time import Curve  # type: ignore[import-not-found]  # stands beside this script

COLOURS = {"training": "#1f5fa8", "inference": "#c8641e"}
MARKERS = {"training": "o", "inference": "s"}


def draw_curves(curves: Sequence[Curve], path: Path) -> None:
    """Four panels, all axes logarithmic; the file's ending names its format."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "mgllm"  # the same numbers give the same file
    import matplotlib.pyplot as plt
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    figure, panels = plt.subplots(
        2, 2, figsize=(9.5, 7.4), layout=ConstrainedLayoutEngine(w_pad=0.15, h_pad=0.12)
    )
    for panel, curve in zip(panels.flat, curves, strict=True):
        for work, times in curve.times.items():
            label = f"{work}, slope {curve.exponent(work):.2f}"
            look = {"color": COLOURS[work], "marker": MARKERS[work], "label": label}
            panel.plot(curve.sizes, times, markersize=6, linewidth=1.8, **look)
            guide = [times[0] * size / curve.sizes[0] for size in curve.sizes]
            panel.plot(curve.sizes, guide, color="0.55", linewidth=1.0, linestyle="--", zorder=1)
        panel.plot([], [], color="0.55", linewidth=1.0, linestyle="--", label="slope 1 from the first point")
        panel.set_xscale("log")
        panel.set_yscale("log")
        panel.set_xticks(curve.sizes, [f"{size:,}" for size in curve.sizes])
        panel.xaxis.set_minor_locator(mpl.ticker.NullLocator())
        panel.yaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _: f"{value:,g}"))
        panel.set_xlabel(curve.axis)
        panel.set_ylabel(f"processor time, {curve.unit}")
        panel.grid(which="major", color="0.9", linewidth=0.8)
        panel.spines[["top", "right"]].set_visible(False)
        panel.legend(fontsize=9, loc="upper left", framealpha=1, edgecolor="none")
        low, high = panel.get_ylim()
        panel.set_ylim(low, high * (high / low) ** 0.3)  # room for the legend
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = {"Date": None} if path.suffix == ".svg" else None
    figure.savefig(path, dpi=130, metadata=metadata)
    plt.close(figure)
