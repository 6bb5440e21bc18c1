"""The course of a pre-training by epoch: losses, shares and gradients of the streams, health."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from pydantic import Field

from mgllm.files.tables import csv_text
from mgllm.recognizer.network.two_streams import STREAMS
from mgllm.recognizer.training.dual_stream import StepLosses
from mgllm.recognizer.training.losses import Health
from mgllm.records import Frozen


class EpochRow(Frozen):
    """Means over an epoch's steps; of several processes, those of the first."""

    epoch: int = Field(ge=1)
    """Number, from 1."""
    loss: float
    """The sum that was minimised."""
    parts: Mapping[str, float]
    """Unweighted losses in nats."""
    gap: Mapping[str, float]
    """Positive minus negative cosine of each pair; 0: clips cannot be distinguished."""
    share_spatial: float
    """Share of the spatial stream in the fused vector's energy."""
    gradient_spatial: float
    """Length of the spatial encoder's gradient."""
    gradient_temporal: float
    """Length of the temporal encoder's gradient."""
    learning_rate: float
    """Learning rate at the last step."""
    seconds: float
    """Duration of the epoch."""
    collapsed: str = ""
    """What is wrong, in words, if a stream's contrast with itself has collapsed; else empty."""
    verdict: str
    """State of the fused vectors, or of the first pair there is, in words."""


class EpochMeans:
    """Collects the steps of an epoch and gives its row."""

    def __init__(self) -> None:
        self._losses: list[float] = []
        self._parts: dict[str, list[float]] = {}
        self._health: dict[str, list[Health]] = {}
        self._shares: list[float] = []
        self._norms: dict[str, list[float]] = {}

    def add(self, losses: StepLosses, norms: Mapping[str, float]) -> None:
        """Add one step."""
        self._losses.append(float(losses.loss.detach()))
        self._shares.append(float(losses.fusion.shares_P[0]))
        for name, part in losses.parts.items():
            self._parts.setdefault(name, []).append(float(part))
        for name, health in losses.health().items():
            self._health.setdefault(name, []).append(health)
        for name, norm in norms.items():
            self._norms.setdefault(name, []).append(norm)

    def row(self, epoch: int, rate: float, seconds: float) -> EpochRow:
        """The row of means; `epoch` counts from 0."""
        health = {name: _mean_health(steps) for name, steps in self._health.items()}
        judged = [name for name in STREAMS if name in health] or list(health)
        broken = [f"{name}: {health[name].verdict}" for name in judged if health[name].collapsed]
        shown = "fused" if "fused" in health else next(iter(health), "")
        return EpochRow(
            epoch=epoch + 1,
            loss=fmean(self._losses),
            parts=_means(self._parts),
            gap={name: found.gap for name, found in health.items()},
            share_spatial=fmean(self._shares),
            gradient_spatial=fmean(self._norms["spatial"]),
            gradient_temporal=fmean(self._norms["temporal"]),
            learning_rate=rate,
            seconds=seconds,
            collapsed="; ".join(broken),
            verdict=f"{shown}: {health[shown].verdict}" if shown else "no pair is compared",
        )


def history_csv(rows: Sequence[EpochRow]) -> str:
    """The history as a table: a line for each epoch, a column for each number."""
    flat = [_flat(row) for row in rows]
    header = list(flat[0]) if flat else ["epoch"]
    return csv_text([header, *([row.get(name, "") for name in header] for row in flat)])


def _flat(row: EpochRow) -> dict[str, str | int]:
    numbers: dict[str, float] = {"loss": row.loss}
    numbers |= {f"loss_{name}": value for name, value in row.parts.items()}
    numbers |= {f"gap_{name}": value for name, value in row.gap.items()}
    for name in ("share_spatial", "gradient_spatial", "gradient_temporal", "learning_rate", "seconds"):
        numbers[name] = getattr(row, name)
    return {"epoch": row.epoch, **{name: f"{value:.6g}" for name, value in numbers.items()}}


def _mean_health(steps: Iterable[Health]) -> Health:
    rows = list(steps)
    fields = ("positive", "negative", "loss", "uniform")
    return Health(**{name: fmean(getattr(row, name) for row in rows) for name in fields})


def _means(columns: Mapping[str, list[float]]) -> dict[str, float]:
    return {name: fmean(values) for name, values in columns.items()}
