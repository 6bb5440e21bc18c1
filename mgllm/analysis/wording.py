"""How numbers are written for people: percent, points, true minus signs."""

from __future__ import annotations

from collections.abc import Mapping

from mgllm.analysis.metric import Scale, metrics, scale_of
from mgllm.records import CensoredReason, Effect, Record, RowName, Share

CENSORED: Mapping[CensoredReason, str] = {
    "no_tokens": "the server shows no tokens",
    "misaligned": "the tokens do not spell the reply",
    "no_numbers": "the values shown are not log-probabilities",
    "not_shown": "a label is not among the tokens shown",
    "not_parted": "no token distinguishes the labels",
    "unlikely": "the probabilities shown make the written answer unlikely",
}
"""Why an answer has no probabilities."""


def number(value: float | None, digits: int, *, plus: bool = False) -> str:
    """A number with a true minus sign; an empty word for None.

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
    """An arm's number in the metric's scale; log-odds always with a sign."""
    scale = scale_of(metric)
    return number(_scaled(value, scale), scale.digits, plus=scale.signed)


def change(value: float | None, metric: str) -> str:
    """A difference in the metric's scale, with its sign."""
    scale = scale_of(metric)
    return number(_scaled(value, scale), scale.digits, plus=True)


def span(interval: tuple[float, float] | None, metric: str, fewer: int = 0) -> str:
    """An interval in the metric's scale, with `fewer` digits less: "[−1.3, 9.7]"; empty for
    None."""
    if interval is None:
        return ""
    scale = scale_of(metric)
    low, high = (number(_scaled(end, scale), max(0, scale.digits - fewer)) for end in interval)
    return f"[{low}, {high}]"


def estimate(value: float | None, interval: tuple[float, float] | None, metric: str) -> str:
    """An arm's number with its interval: "61.2 [50.4, 72.0]"."""
    return f"{level(value, metric)} {span(interval, metric)}".strip()


def share_words(share: Share | None) -> str:
    """A share in percent with its interval: "50.0 [38.1, 61.9]"; an empty word for None."""
    return "" if share is None else estimate(share.value, share.interval, "accuracy")


def p_words(p: float | None, digits: int = 3) -> str:
    """A p-value to three decimals, without its zero: ".012"; "<.001"."""
    if p is None:
        return ""
    least = 10**-digits
    words = f"<{least:.{digits}f}" if p < least / 2 else f"{p:.{digits}f}"
    return words.replace("0.", ".", 1)


def difference(effect: Effect) -> str:
    """A difference with its interval: "+4.2 [1.3, 9.7]"."""
    return f"{change(effect.difference, effect.metric)} {span(effect.interval, effect.metric)}".strip()


def gain(effect: Effect) -> str:
    """A difference with its interval and unit: "+4.2 [1.3, 9.7] points"."""
    return f"{difference(effect)} {scale_of(effect.metric).unit}".strip()


def excluded(effect: Effect) -> str:
    """The interval beyond which differences are excluded: "[−1.3, 9.7] points"."""
    return f"{span(effect.interval, effect.metric)} {scale_of(effect.metric).unit}".strip()


def axis_words(row: RowName, metric: str) -> str:
    """The label of an axis: "log-odds of the target, nats"."""
    scale, name = scale_of(metric), metric_words(row, metric)
    return ", ".join(filter(None, [name.replace(scale.name, f"{scale.name}{scale.of}", 1), scale.unit]))


def metric_words(row: RowName, metric: str) -> str:
    """A metric's name; metrics of probabilities say if these are shares: "log-odds (sampled)"."""
    kind = metrics.get(metric)
    return f"{kind.scale.name}{' (sampled)' if row.score == 'sample' and kind.scored else ''}"


def why_none(record: Record) -> str | None:
    """Why an answer has no probabilities although they were asked for; null if it has some."""
    if not record.censored:
        return None
    return CENSORED[record.censored_reason] if record.censored_reason else "scored by older rules"


def read_at(record: Record) -> str | None:
    """The written tokens at which an answer's probabilities were read; null if it has none."""
    if record.probabilities is None or not record.answer_tokens:
        return None
    return "".join(token.token for token in record.answer_tokens)


def capital(words: str) -> str:
    """Words with a capital letter first."""
    return words[:1].upper() + words[1:]


def contrast_words(effect: Effect) -> str:
    """The two arms: "text+mg − text"; only the arm if it is the same arm in two runs."""
    return effect.arm if effect.arm == effect.baseline else f"{effect.arm} − {effect.baseline}"


def _scaled(value: float | None, scale: Scale) -> float | None:
    return None if value is None else value * scale.factor
