"""How numbers are written for people: percent, points, true minus signs."""

from __future__ import annotations

from typing import NamedTuple

from mgllm.records import Effect


class Scale(NamedTuple):
    """How a metric is written."""

    name: str
    """In tables."""
    factor: float
    """What the number is multiplied by."""
    digits: int
    """Decimals."""
    unit: str
    """Of a difference."""


SCALES = {
    "accuracy": Scale("accuracy", 100, 1, "points"),
    "balanced_accuracy": Scale("balanced accuracy", 100, 1, "points"),
    "macro_f1": Scale("macro-F1", 100, 1, "points"),
    "auc": Scale("AUC", 1, 3, ""),
    "log_odds": Scale("log-odds", 1, 2, "nats"),
    "brier": Scale("Brier score", 1, 3, ""),
    "calibration_error": Scale("calibration error", 100, 1, "points"),
}
"""By metric: shares in percent, their differences in points; log-odds in nats."""


def number(value: float | None, digits: int, *, plus: bool = False) -> str:
    """A number with a true minus sign; an empty word where there is none.

    >>> number(-1.26, 1)
    '−1.3'
    """
    if value is None:
        return ""
    text = f"{value:{'+' if plus else ''}.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("+-")
    return text.replace("-", "−")


def level(value: float | None, metric: str) -> str:
    """An arm's number in the metric's scale; log-odds, which have a sign, with it."""
    scale = SCALES[metric]
    return number(_scaled(value, scale), scale.digits, plus=metric == "log_odds")


def change(value: float | None, metric: str) -> str:
    """A difference in the metric's scale, with its sign."""
    scale = SCALES[metric]
    return number(_scaled(value, scale), scale.digits, plus=True)


def span(interval: tuple[float, float] | None, metric: str) -> str:
    """An interval in the metric's scale: "[−1.3, 9.7]"; an empty word where there is none."""
    if interval is None:
        return ""
    scale = SCALES[metric]
    low, high = (number(_scaled(end, scale), scale.digits) for end in interval)
    return f"[{low}, {high}]"


def p_words(p: float | None) -> str:
    """A p-value to three decimals, without its zero: ".012"; "<.001"."""
    if p is None:
        return ""
    return "<.001" if p < 0.0005 else f"{p:.3f}".removeprefix("0")


def difference(effect: Effect) -> str:
    """A difference with its interval: "+4.2 [1.3, 9.7]"."""
    return f"{change(effect.difference, effect.metric)} {span(effect.interval, effect.metric)}".strip()


def gain(effect: Effect) -> str:
    """A difference with its interval and unit: "+4.2 [1.3, 9.7] points"."""
    return f"{difference(effect)} {SCALES[effect.metric].unit}".strip()


def excluded(effect: Effect) -> str:
    """The interval beyond which differences are excluded: "[−1.3, 9.7] points"."""
    return f"{span(effect.interval, effect.metric)} {SCALES[effect.metric].unit}".strip()


def contrast_words(effect: Effect) -> str:
    """The two arms: "text+mg − text"; the arm alone where the same arm is taken between runs."""
    return effect.arm if effect.arm == effect.baseline else f"{effect.arm} − {effect.baseline}"


def _scaled(value: float | None, scale: Scale) -> float | None:
    return None if value is None else value * scale.factor
