"""UTD-MHAD (Chen, Jafari, Kehtarnavaz, ICIP 2015): 27 actions of 8 people before a Kinect, 20
joints.

Source: the skeletons repacked into one `.npz` with `x` float32 [sum of frames, 20, 3] in metres,
`lengths`, `label` 1..27, `subject` 1..8, `trial`, `name` (the name of the original `.mat` file).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mgllm.datasets.base import ImportedSkeletons, dataset
from mgllm.errors import InputError
from mgllm.files.arrays import read_npz
from mgllm.skeleton import Clip, DatasetMeta, SplitRule
from mgllm.skeleton.layouts import load_layout

CLASSES = (
    "swipe left", "swipe right", "wave", "clap", "throw", "arm cross", "basketball shoot", "draw X",
    "draw circle clockwise", "draw circle counter-clockwise", "draw triangle", "bowling", "boxing",
    "baseball swing", "tennis swing", "arm curl", "tennis serve", "push", "knock", "catch",
    "pickup and throw", "jog", "walk", "sit to stand", "stand to sit", "lunge", "squat",
)  # fmt: skip
ARRAYS = ("x", "lengths", "label", "subject", "trial", "name")
MAX_BYTES = 1_000_000_000
"""Most bytes of all arrays, unpacked: a hundred times those of the release."""
FPS = 30.0
"""Of the first Kinect."""


@dataset("utd-mhad")
class UtdMhad:
    """Importer of the repacked UTD-MHAD skeletons."""

    title = "UTD-MHAD, skeletons"
    terms = "Free for research; cite the paper; do not redistribute."
    citation = (
        "Chen, C., Jafari, R., & Kehtarnavaz, N. (2015). UTD-MHAD: A multimodal dataset for human action "
        "recognition utilizing a depth camera and a wearable inertial sensor. ICIP 2015."
    )
    caution = "Its classes are deliberate actions of the whole body, not micro-gestures; eight people."

    def read(self, source: Path) -> ImportedSkeletons:
        """Read the `.npz` file.

        Raises:
            InputError: it is not that file, or its arrays do not fit one another.
        """
        arrays = _load(source)
        _check(source, arrays)
        sides = [{"subject": tuple(numbers.split(","))} for numbers in ("1,3,5,7", "2,4,6,8")]
        meta = DatasetMeta(
            name="UTD-MHAD",
            layout=load_layout("kinect20"),
            dims=3,
            units="metres",
            classes=CLASSES,
            splits={"cross-subject": SplitRule(train=sides[0], test=sides[1])},
            source=self.citation,
            licence=self.terms,
        )
        return ImportedSkeletons(meta, _clips(arrays))


def _load(source: Path) -> dict[str, NDArray[np.generic]]:
    return read_npz(source, ARRAYS, MAX_BYTES)


def _check(source: Path, arrays: dict[str, NDArray[np.generic]]) -> None:
    x, lengths = arrays["x"], arrays["lengths"]
    if x.ndim != 3 or x.shape[1:] != (20, 3) or x.dtype.kind != "f":
        raise InputError(f"{source} x: must be float [frames, 20, 3], but is {x.dtype} {list(x.shape)}")
    for name in ARRAYS[1:]:
        array = arrays[name]
        if array.shape != lengths.shape or array.ndim != 1:
            raise InputError(
                f"{source} {name}: has shape {list(array.shape)}, but lengths has {list(lengths.shape)}"
            )
        if array.dtype.kind not in ("U" if name == "name" else "iu"):
            raise InputError(f"{source} {name}: has the type {array.dtype}")
    if int(lengths.astype(np.int64).sum()) != len(x) or (lengths.astype(np.int64) < 0).any():
        raise InputError(
            f"{source} lengths: their sum is {int(lengths.astype(np.int64).sum())}, but x has {len(x)} frames"
        )
    wrong = [int(n) for n in arrays["label"].astype(np.int64) if not 1 <= n <= len(CLASSES)]
    if wrong:
        raise InputError(f"{source} label: must be 1 to {len(CLASSES)} (given {wrong[0]})")


def _clips(arrays: dict[str, NDArray[np.generic]]) -> Iterator[Clip]:
    x = arrays["x"].astype(np.float32, copy=False)
    begin = 0
    columns = (arrays[name].tolist() for name in ARRAYS[1:])
    for length, label, subject, trial, name in zip(*columns, strict=True):
        yield Clip(
            id=name.removesuffix(".mat").removesuffix("_skeleton"),
            subject=str(subject),
            joints=x[begin : begin + length],
            label=CLASSES[label - 1],
            fps=FPS,
            more={"trial": str(trial)},
        )
        begin += length
