"""What an evaluation leaves in a folder: numbers, each clip's answer, confusions as table and picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mgllm.files.tables import csv_text
from mgllm.files.writing import replace_texts
from mgllm.recognizer.evaluation.pictures import draw_confusion
from mgllm.recognizer.metrics import confusion_counts
from mgllm.skeleton import SkeletonDataset

if TYPE_CHECKING:
    from mgllm.recognizer.evaluation.trial import Evaluation


def write_evaluation(
    found: Evaluation,
    dataset: SkeletonDataset,
    tested: NDArray[np.int64],
    p_NK: NDArray[np.float64],
    out: Path,
) -> tuple[str, ...]:
    """Write `evaluation.json`, `predictions.csv`, `confusion.csv` (for `--confusion`), `confusion.png`.

    Raises:
        InputError: the folder cannot be written.
    """
    classes = (*dataset.meta.classes, *found.other_classes)
    counts_KK = confusion_counts(p_NK, dataset.labels[tested])
    seen = ", its people seen in training" if found.transductive else ""
    title = f"{found.protocol}, {found.split}{seen}: top-1 {100 * found.top1:.1f} % of {found.n} clips"
    texts = {
        "evaluation.json": found.model_dump_json(indent=2) + "\n",
        "predictions.csv": _predictions(dataset, tested, p_NK, classes),
        "confusion.csv": _confusion(counts_KK, classes),
    }
    replace_texts(out, texts)
    draw_confusion(counts_KK, classes, title, out / "confusion.png")
    return tuple(str(out / name) for name in (*texts, "confusion.png"))


def _predictions(
    dataset: SkeletonDataset,
    tested: NDArray[np.int64],
    p_NK: NDArray[np.float64],
    classes: tuple[str, ...],
) -> str:
    rows = []
    for number, p_K in zip(tested, p_NK, strict=True):
        clip, said = dataset.clips[int(number)], int(p_K.argmax())
        rows.append((clip.id, clip.subject, clip.label, classes[said], f"{p_K[said]:.4f}"))
    return csv_text([("id", "subject", "label", "predicted", "probability"), *rows])


def _confusion(counts_KK: NDArray[np.int64], classes: tuple[str, ...]) -> str:
    shown = np.flatnonzero(counts_KK.sum(1) + counts_KK.sum(0))
    heads = ("true", *(classes[place] for place in shown), "missed")
    rows = [
        (classes[row], *(str(counts_KK[row, column]) for column in shown), "0")
        for row in shown
        if counts_KK[row].any()
    ]
    return csv_text([heads, *rows])
