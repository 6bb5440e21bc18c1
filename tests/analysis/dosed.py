"""A made run with gestures made wrong: what they add depends on their F1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mgllm.analysis import RunRecords
from tests.analysis.conftest import make_manifest, make_record

REAL = ("text", "text+mg", "text+shuffled")
ARMS = (*REAL, "text+noisy@0.25", "text+noisy@0.5", "text+noisy@0.75", "text+noisy@1")
Gain = Callable[[float], float]
"""Nats that gestures of this F1 add to the log-odds of the target."""


def from_04(f1: float) -> float:
    """Nothing up to an F1 of 0.4, then three nats for each F1."""
    return 3 * max(0.0, f1 - 0.4)


def dosed_run(  # what a test may set
    seed: int = 0,
    *,
    gain: Gain = from_04,
    sizes: Sequence[int] = (4,) * 20,
    source: str = "annotated",
    exposure: str | None = None,
    f1: float | None = None,
    arms: Sequence[str] = ARMS,
    **changes: Any,
) -> RunRecords:
    """A run whose arms have an F1 of about 1 − level, or of `f1` in the main arm."""
    rng = np.random.default_rng(seed)
    manifest = make_manifest(arms=tuple(arms), cue_source=source, **changes)
    records = []
    for s, size in enumerate(sizes):
        lean = rng.normal(0, 0.5)
        for i in range(size):
            target, other = ("win", "lose") if rng.random() < 0.5 else ("lose", "win")
            base = rng.normal() + lean
            for arm in arms:
                level = float(arm.partition("@")[2] or 0)
                drawn = float(np.clip(1 - level + rng.normal(0, 0.1), 0, 1)) if f1 is None else f1
                right = {"text": None, "text+shuffled": 0.1}.get(arm, drawn)
                more = gain(right) if right is not None and arm != "text+shuffled" else 0.0
                records.append(
                    make_record(
                        item=f"{s}-{i}",
                        subject=f"s{s}",
                        arm=arm,
                        target=target,
                        model=manifest.model,
                        cue_f1=right,
                        cue_source=None if arm == "text" else source,
                        exposure=None if arm == "text" else exposure,
                        logits={target: base + more + rng.normal(0, 0.3), other: 0.0},
                    )
                )
    return RunRecords(manifest, records)
