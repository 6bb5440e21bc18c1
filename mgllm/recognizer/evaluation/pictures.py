"""Pictures of results: which classes are confused, and how a training went. They need no
display."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mgllm.errors import InputError
from mgllm.files.writing import naming_unwritten
from mgllm.recognizer.metrics import Labels
from mgllm.recognizer.training.history import EpochRow


def draw_confusion(counts_KK: Labels, classes: Sequence[str], title: str, path: Path) -> None:
    """The confusion matrix; each row has shares of its class. Classes without test clips are left
    out.

    Raises:
        InputError: the file cannot be written, or its ending is not that of a picture format.
    """
    shown = np.flatnonzero(counts_KK.sum(1) + counts_KK.sum(0))
    counts = counts_KK[np.ix_(shown, shown)]
    share = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    size = max(4.5, 0.3 * len(shown) + 2.5)
    figure, axes = _figure(size + 0.8, size)
    image = axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    names = [_short(classes[int(place)]) for place in shown]
    axes.set_xticks(range(len(shown)), names, rotation=90, fontsize=8, parse_math=False)
    axes.set_yticks(range(len(shown)), names, fontsize=8, parse_math=False)
    axes.set_xlabel("recognised as")
    axes.set_ylabel("is")
    axes.set_title(title, fontsize=10, parse_math=False)
    for row, column in zip(*np.nonzero(counts), strict=True):
        colour = "white" if share[row, column] > 0.5 else "black"
        axes.text(column, row, str(counts[row, column]), ha="center", va="center", fontsize=7, color=colour)
    figure.colorbar(image, ax=axes, fraction=0.04, pad=0.02, label="share of the row")
    _save(figure, path)


def draw_history(rows: Sequence[EpochRow], path: Path) -> None:
    """Losses, similarity gaps, and each stream's share and gradient over the epochs.

    Raises:
        InputError: the file cannot be written.
    """
    import matplotlib.pyplot as plt

    plt.switch_backend("Agg")
    figure, panels = plt.subplots(1, 3, figsize=(13, 3.8), layout="constrained")
    epochs = [row.epoch for row in rows]
    for name in rows[0].parts:
        panels[0].plot(epochs, [row.parts[name] for row in rows], label=name)
    panels[0].set_title("losses (nats)")
    for name in rows[0].gap:
        panels[1].plot(epochs, [row.gap[name] for row in rows], label=name)
    panels[1].set_title("similarity: same clip minus other clips (cosine)")
    panels[1].set_ylim(-0.05, 1.05)
    spatial = [row.gradient_spatial for row in rows]
    both = [row.gradient_spatial + row.gradient_temporal for row in rows]
    panels[2].plot(epochs, [row.share_spatial for row in rows], label="share of the fused vector")
    panels[2].plot(
        epochs, [s / max(b, 1e-12) for s, b in zip(spatial, both, strict=True)], label="share of the gradient"
    )
    panels[2].axhline(0.5, color="grey", linewidth=0.8, linestyle=":")
    panels[2].set_ylim(0, 1)
    panels[2].set_title("spatial stream's share")
    for panel in panels:
        panel.set_xlabel("epoch")
        if panel.get_legend_handles_labels()[0]:
            panel.legend(fontsize=7, frameon=False, ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.2))
        panel.spines[["top", "right"]].set_visible(False)
    _save(figure, path)


def _figure(width: float, height: float) -> tuple[Any, Any]:
    import matplotlib.pyplot as plt

    plt.switch_backend("Agg")
    return plt.subplots(figsize=(width, height), layout="constrained")


def _save(figure: Any, path: Path) -> None:
    import matplotlib.pyplot as plt

    try:
        with naming_unwritten(path), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing from font")  # a box is drawn for it
            path.parent.mkdir(parents=True, exist_ok=True)
            figure.savefig(path, dpi=130, bbox_inches="tight")
    except ValueError as error:
        raise InputError(f"{path}: {error}") from None
    finally:
        plt.close(figure)


def _short(name: str) -> str:
    return name if len(name) <= 28 else f"{name[:27]}…"
