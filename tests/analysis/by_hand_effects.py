"""All that an effect's row must say, the slow way."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import scipy.stats

from mgllm.records import Record, RunManifest
from tests.analysis import by_hand, by_hand_missing
from tests.analysis.by_hand import METRICS, Item, Known, Metric

TURNED = "the sign changes if missing answers count as wrong, or all against or for the arm"
WORST_TURNED = "the sign changes if missing probabilities get the worst observed difference"


def effect(
    manifest: RunManifest, records: Sequence[Record], arm: str, baseline: str, name: str
) -> dict[str, Any]:
    """Every number of one effect, and its words of caution in any order.

    Args:
        manifest: of a run of one scenario.
        records: all of it.
        arm: the arm.
        baseline: what it is taken against.
        name: of the metric.
    """
    (scenario,) = manifest.scenarios
    labels, metric = [label.id for label in scenario.labels], METRICS[name]
    has = (
        by_hand.answered(records, arm, scored=metric.scored),
        by_hand.answered(records, baseline, scored=metric.scored),
    )
    kept = sorted(set(has[0]) & set(has[1]))
    two = by_hand_missing.sides(records, arm, baseline, labels)
    over = tuple(by_hand.items(records, each, kept, labels) for each in (arm, baseline))
    sizes = by_hand.people_of(over[0]).values()
    known = by_hand.of_two(over[0], over[1], metric) if kept else Known(None, flag="no pairs")
    found: dict[str, Any] = {
        "pairs": len(over[0]),
        "subjects": len(sizes),
        "effective_subjects": by_hand.effective(sizes) if sizes else 0.0,
        "largest_cluster": max(sizes, default=0),
        "missing": len(set(two.asked) - set(kept)),
        "difference": known.value,
        "se": known.se,
        "p": known.p,
        "df": known.df,
        "rule": known.rule,
        "interval": inside(known, -metric.most, metric.most),
        "detectable": by_hand.detectable(known),
        **_values(over, metric),
        **_of_people(over, metric, known),
        **_exposures(records, arm, baseline, kept),
        **_censored(records, arm, baseline),
        **_first_epoch(two, name),
    }
    found |= _otherwise(two, metric, over, kept, has)
    found["sign_changes"] = _turns(found)
    found["flags"] = {
        *_cautions(manifest, records, (arm, baseline), over, metric),
        *_exposed_words(found),
        *([known.flag] if known.flag else []),
        *_too_small(known, metric),
        *_turned(found, metric),
        *_lacks(found, metric),
    }
    return found


def inside(known: Known, low: float, high: float) -> tuple[float, float] | None:
    """An interval held inside what can be."""
    return known.interval and (max(low, known.interval[0]), min(high, known.interval[1]))


def _values(over: Sequence[Sequence[Item]], metric: Metric) -> dict[str, Any]:
    occur = sorted({item.target for item in over[0]})
    values = [metric.value(side, occur) if side else math.nan for side in over]
    return dict(
        zip(("arm_value", "baseline_value"), (None if math.isnan(v) else v for v in values), strict=True)
    )


def _of_people(over: Sequence[Sequence[Item]], metric: Metric, known: Known) -> dict[str, Any]:
    """Every person weighing the same, and sign flips by person of the two metrics that claims are made of."""
    if metric.of_one is None or not over[0]:
        nothing = dict.fromkeys(("by_subject", "by_subject_interval", "sign_flip_p"))
        return {**nothing, "sign_flip_exact": True}
    mean, interval = by_hand.mean_of_people(over[0], over[1], metric)
    flips, summed = None, by_hand.differences_by_person(over[0], over[1], metric)[0]
    few = sum(abs(each) > 1e-12 for each in summed) <= 32
    is_primary = metric in (METRICS["accuracy"], METRICS["log_odds"])
    enough = by_hand.effective(by_hand.people_of(over[0]).values()) >= 5
    if is_primary and enough and known.flag != "no interval: no discordant pair":
        flips = by_hand.sign_flip_p(summed)
    return {
        "by_subject": mean,
        "by_subject_interval": interval,
        "sign_flip_p": flips,
        "sign_flip_exact": few or flips is None,
    }


def _exposures(records: Sequence[Record], arm: str, baseline: str, kept: Sequence[Any]) -> dict[str, int]:
    told: dict[str, set[str]] = {"in_sample": set(), "unknown": set()}
    for record in records:
        here = record.arm in {arm, baseline} and (record.item, record.epoch) in kept
        if here and record.cue_source not in {None, "annotated"} and record.exposure in told:
            told[record.exposure].add(record.item)
    return {"leaked": len(told["in_sample"]), "exposure_unknown": len(told["unknown"] - told["in_sample"])}


def _censored(records: Sequence[Record], arm: str, baseline: str) -> dict[str, Any]:
    """Of the pairs answered by both, the shares without probabilities; null where no answer lacks any."""
    said = [by_hand.answered(records, each, scored=False) for each in (arm, baseline)]
    sure = [by_hand.answered(records, each, scored=True) for each in (arm, baseline)]
    both = set(said[0]) & set(said[1])
    some = any(lacks_any(records, each) for each in (arm, baseline))
    if not both or not some:
        return {"arm_censored": None, "baseline_censored": None}
    shares = [sum(cell not in each for cell in both) / len(both) for each in sure]
    return {"arm_censored": shares[0], "baseline_censored": shares[1]}


def _first_epoch(two: by_hand_missing.Sides, name: str) -> dict[str, Any]:
    """b, c and McNemar's exact p of accuracy: first epoch, first shuffle."""
    if name != "accuracy":
        return {"b": None, "c": None, "mcnemar_p": None}
    b = c = 0
    for cell, shuffles in two.arm.items():
        mine, other = shuffles.get(0), two.baseline.get(cell, {}).get(0)
        if cell[1] or mine is None or other is None or {mine.outcome, other.outcome} != {"answered"}:
            continue
        b += mine.answer == mine.target and other.answer != other.target
        c += mine.answer != mine.target and other.answer == other.target
    p = scipy.stats.binomtest(b, b + c).pvalue if b + c else None
    return {"b": b, "c": c, "mcnemar_p": p}


def _otherwise(
    two: by_hand_missing.Sides,
    metric: Metric,
    over: Sequence[Sequence[Item]],
    kept: Sequence[Any],
    has: tuple[Any, Any],
) -> dict[str, Any]:
    share, apart = by_hand_missing.lacking(two, has) if two.asked else (0.0, 0.0)
    if not metric.scored:
        nothing = not two.asked
        return {
            "lacking": share,
            "strict": None if nothing else by_hand_missing.strict(two, metric),
            "bounds": None if nothing else by_hand_missing.bounds(two, metric),
            "strict_p": by_hand_missing.strict_p(two, metric)
            if metric is METRICS["accuracy"] and share
            else None,
            "worst": None,
            "apart": None,
        }
    both = (over[0], over[1])
    worst = by_hand_missing.worst(two, metric, both, kept, has) if share and kept else None
    nothing_said = dict.fromkeys(("strict", "strict_p", "bounds"))
    return {**nothing_said, "lacking": share, "worst": worst, "apart": apart or None}


def _turns(found: Mapping[str, Any]) -> bool:
    if found["difference"] is None:
        return False
    others = [found["strict"], *(found["bounds"] or ()), found["worst"]]
    return any(_sign(value) != _sign(found["difference"]) for value in others if value is not None)


def _sign(value: float) -> float:
    return 0.0 if abs(value) < 1e-12 else math.copysign(1, value)


def _turned(found: Mapping[str, Any], metric: Metric) -> list[str]:
    return [WORST_TURNED if metric.scored else TURNED] if found["sign_changes"] else []


def _too_small(known: Known, metric: Metric) -> list[str]:
    """A difference that is there and is printed as 0."""
    factor, digits = metric.printed
    here = known.value is not None and abs(known.value) > 1e-12
    return (
        ["too small for the printed digits"]
        if here and round(factor * (known.value or 0), digits) == 0
        else []
    )


def _lacks(found: Mapping[str, Any], metric: Metric) -> list[str]:
    arm, baseline = found["arm_censored"], found["baseline_censored"]
    if not metric.scored or arm is None or (max(arm, baseline) <= 0.05 and abs(arm - baseline) <= 0.02):
        return []
    return [
        f"of the pairs answered in both arms, {100 * arm:.1f} % have no probabilities in the arm and "
        f"{100 * baseline:.1f} % none in the baseline"
    ]


def _exposed_words(found: Mapping[str, Any]) -> list[str]:
    n, words = found["pairs"], []
    if found["leaked"]:
        words.append(f"leaked: {found['leaked']} of {n} pairs (the recogniser has learned from the person)")
    if found["exposure_unknown"]:
        count = found["exposure_unknown"]
        words.append(
            f"exposure unknown: {count} of {n} pairs (the recogniser may have learned from the person)"
        )
    return words


def _cautions(
    manifest: RunManifest,
    records: Sequence[Record],
    names: tuple[str, str],
    over: Sequence[Sequence[Item]],
    metric: Metric,
) -> list[str]:
    """One label, targets missing, a stopped run, constant answers."""
    (scenario,) = manifest.scenarios
    words = target_words(records)
    planned = scenario.items_asked * manifest.epochs
    asked = {name: len({(r.item, r.epoch) for r in records if r.arm == name}) for name in names}
    short = [f"{name} {count} of {planned}" for name, count in asked.items() if count < planned]
    words += [f"stopped: asked {' and '.join(short)} times"] if short else []
    says_nothing = {METRICS["macro_f1"]: "macro-F1", METRICS["auc"]: "AUC"}.get(metric)
    for name, side in zip(names, over, strict=True):
        only = {label for item in side for label, share in item.shares.items() if share > 0}
        if len(side) > 1 and len(only) == 1:
            tail = f", so {says_nothing} says nothing" if says_nothing else ""
            words.append(f"constant answer: {name} always says '{only.pop()}'{tail}")
    return words


def target_words(records: Sequence[Record]) -> list[str]:
    """What is true of all numbers of a row."""
    targets = {record.item: record.target for record in records if record.arm != "none"}
    known = {target for target in targets.values() if target is not None}
    words = [f"single label: every target is '{next(iter(known))}'"] if len(known) == 1 else []
    without = sum(target is None for target in targets.values())
    return [
        *words,
        *(
            [f"targets missing: {without} of {len(targets)} items have no target"]
            if known and without
            else []
        ),
    ]


def lacks_any(records: Sequence[Record], arm: str) -> bool:
    """Whether an answer of an arm lacks probabilities that were to be had; of draws, an item with too few."""
    mine = [record for record in records if record.arm == arm and record.outcome == "answered"]
    if any(map(by_hand.is_sampled, mine)):
        sure = by_hand.answered(records, arm, scored=True)
        return any((record.item, record.epoch) not in sure for record in mine)
    return any(record.censored for record in mine)
