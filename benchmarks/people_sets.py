"""The sets of people, and what `mgllm transcribe` with its defaults finds in them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mgllm.commands.transcribe_sets import TranscribeOptions, transcribe
from mgllm.items.gesture_files import SUFFIX, file_stem
from mgllm.recognizer.timelines.segment_metrics import Segment
from mgllm.skeleton import Clip, DatasetMeta, write_dataset

NOT_A_GESTURE = "illustrative body language"
"""Counts as none, as in the transcripts."""


@dataclass(frozen=True)
class Named:
    """One gesture of a transcript."""

    label: str
    level: str
    """word or group."""
    start: float
    """Seconds."""
    end: float
    """Seconds."""
    confidence: float

    @property
    def segment(self) -> Segment:
        """Its time."""
        return Segment(self.label, self.start, self.end)


@dataclass(frozen=True)
class Watched:
    """A clip's line of `clips.csv`, and the gestures found in it."""

    row: dict[str, str]
    gestures: tuple[Named, ...]

    @property
    def person(self) -> str:
        """The subject."""
        return self.row["subject"]

    @property
    def right_words(self) -> frozenset[str]:
        """Words that would be right; empty if there is no contact."""
        return frozenset(self.row["mg_accept"].split("|")) - {"none", ""}


@dataclass(frozen=True, eq=False)
class Source:
    """A set as its folder has it: read without its classes, which no one needs here."""

    meta: DatasetMeta
    rows: tuple[dict[str, str], ...]
    joints: NDArray[np.float32]

    def clips(self, keep: Callable[[dict[str, str]], bool] = lambda row: True) -> Iterator[Clip]:
        """The clips whose line is wanted; all columns but the place in the file are kept."""
        for row in self.rows:
            if keep(row):
                start, length = int(row["start"]), int(row["length"])
                yield Clip(
                    row["id"], row["subject"], self.joints[start : start + length], None, fps_of(row), row
                )


def fps_of(row: dict[str, str]) -> float | None:
    """Frames a second; None where nobody knows."""
    return float(row["fps"]) if row["fps"] else None


def read_source(folder: Path) -> Source:
    """Open a folder of the test data."""
    meta = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    meta = {name: value for name, value in meta.items() if name not in ("classes", "splits")}
    with (folder / "clips.csv").open(encoding="utf-8", newline="") as file:
        rows = tuple(csv.DictReader(file))
    return Source(DatasetMeta.model_validate(meta), rows, np.load(folder / "joints.npy", mmap_mode="r"))


def watch(meta: DatasetMeta, clips: Iterable[Clip], checkpoint: Path | None) -> list[Watched]:
    """Transcribe clips with the defaults of the product, and read the transcripts.

    A clip without any joint is not given to the recogniser: nothing is found in it.
    """
    plain = meta.model_copy(update={"classes": (), "splits": {}})
    kept = list(clips)
    with TemporaryDirectory() as folder:
        made, out = Path(folder) / "set", Path(folder) / "transcripts"
        bare = (Clip(one.id, one.subject, one.joints, None, one.fps) for one in kept)
        write_dataset(made, plain, bare, lenient=True)
        transcribe(made, out, TranscribeOptions(checkpoint=checkpoint), display="none")
        return [Watched(dict(one.more), _gestures(out / f"{file_stem(one.id)}{SUFFIX}")) for one in kept]


def _gestures(path: Path) -> tuple[Named, ...]:
    if not path.exists():
        return ()
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["gestures"]
    return tuple(
        Named(one["label"], one.get("level", "word"), one["start"], one["end"], one["confidence"])
        for one in found
        if one["label"] != NOT_A_GESTURE
    )
