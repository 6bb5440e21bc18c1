"""Claims, Holm and Benjamini–Hochberg over the effects of one table, the slow way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tests.analysis import by_hand
from tests.analysis.by_hand import METRICS

Effects = Mapping[tuple[str, str, str], Mapping[str, Any]]
"""By arm, baseline and metric, what `by_hand_effects.effect` says."""
CONTRASTS = (("text+mg", "text"), ("text+mg", "text+shuffled"))
WITHOUT_SPEECH = (("mg", "mg+shuffled"), ("mg", "mg+filler"))


class Claimed(NamedTuple):
    """A claim."""

    metric: str
    over: tuple[float | None, float | None]
    p: float | None
    holm: float | None
    verdict: str
    family: int


def claims(effects: Effects, pairs: Sequence[tuple[str, str]] = CONTRASTS) -> list[Claimed]:
    """One for each of the two metrics whose contrasts are both there."""
    found = []
    for metric in ("accuracy", "log_odds"):
        two = [effects[(*pair, metric)] for pair in pairs if (*pair, metric) in effects]
        if len(two) == 2:
            found.append((metric, two))
    inside = [each for each in found if not _has(each[1], "leaked", "exposure unknown", "single label")]
    raw = [1.0 if _p(two) is None or _barred(*each) else _p(two) for each in inside for two in [each[1]]]
    corrected = dict(
        zip([metric for metric, _ in inside], by_hand.holm([p or 0.0 for p in raw]), strict=True)
    )
    claimed = []
    for metric, two in found:
        p = _p(two)
        tested = metric in corrected and p is not None and not _barred(metric, two)
        holm = corrected[metric] if tested else None
        verdict = (
            "not claimed" if holm is None
            else "not shown" if holm > 0.05
            else "supported among the answered only" if _doubted(metric, two)
            else "supported"
        )  # fmt: skip
        over = (two[0]["difference"], two[1]["difference"])
        claimed.append(Claimed(metric, over, p, holm, verdict, len(inside)))
    return claimed


def q_values(
    effects: Effects, pairs: Sequence[tuple[str, str]] = CONTRASTS
) -> dict[tuple[str, str, str], float]:
    """Benjamini and Hochberg over every effect with a p that no claim is made of."""
    primary = {(*pair, metric) for pair in pairs for metric in ("accuracy", "log_odds")}
    explored = [name for name, each in effects.items() if name not in primary and each["p"] is not None]
    return dict(
        zip(explored, by_hand.benjamini_hochberg([effects[name]["p"] for name in explored]), strict=True)
    )


def _p(two: Sequence[Mapping[str, Any]]) -> float | None:
    if any(each["p"] is None for each in two):
        return None
    return max(each["p"] for each in two) if min(each["difference"] for each in two) > 0 else 1.0


def _has(two: Sequence[Mapping[str, Any]], *kinds: str) -> bool:
    return any(flag.split(":")[0] in kinds for each in two for flag in each["flags"])


def _barred(metric: str, two: Sequence[Mapping[str, Any]]) -> bool:
    """A stopped run, a constant arm (the first contrast's), a difference that is printed as 0."""
    factor, digits = METRICS[metric].printed
    constant = any(
        flag.startswith(("constant answer: text+mg ", "constant answer: mg "))
        for each in two
        for flag in each["flags"]
    )
    tiny = any(
        each["difference"] and each["p"] is not None and not round(factor * each["difference"], digits)
        for each in two
    )
    return _has(two, "stopped") or constant or tiny


def _doubted(metric: str, two: Sequence[Mapping[str, Any]]) -> bool:
    """Readings of what is missing under which the gain is none; too many pairs without probabilities."""
    for each in two:
        if metric == "log_odds":
            lacks = each["lacking"] > 0.05 or abs(each["apart"] or 0) > 0.02
            if lacks or (each["worst"] is not None and each["worst"] <= 0):
                return True
        else:
            others = [each["strict"], each["bounds"][0] if each["bounds"] else None]
            if any(value is not None and value <= 0 for value in others) or (each["strict_p"] or 0) > 0.05:
                return True
    return False
