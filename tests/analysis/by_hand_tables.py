"""Every cell of every table of one run, from plain loops over its records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from statistics import fmean
from typing import Any

from mgllm.analysis import RunRecords
from mgllm.records import Record
from tests.analysis import by_hand, by_hand_bootstrap, by_hand_claims, by_hand_effects
from tests.analysis.by_hand import METRICS, Known
from tests.analysis.tables.printed import Number, of, p, span

Cell = tuple[str, tuple[Number, ...]]
Rows = dict[tuple[str, ...], dict[str, Cell]]
"""By the row's names, each column's template and numbers."""
NOTHING: Cell = ("", ())
ROUGH = 0.05
"""Ends that rest on random draws: how far they may lie from those of other draws, in parts of the whole."""
WORDS = {
    "accuracy": "accuracy", "balanced_accuracy": "balanced accuracy", "macro_f1": "macro-F1", "auc": "AUC",
    "log_odds": "log-odds", "brier": "Brier score", "calibration_error": "calibration error",
}  # fmt: skip
HEADERS = {
    "accuracy": "accuracy [95 %]", "balanced_accuracy": "balanced", "macro_f1": "macro-F1", "auc": "AUC",
    "log_odds": "log-odds", "brier": "Brier", "calibration_error": "ECE %",
}  # fmt: skip


class Counted:
    """All that is counted of a run."""

    def __init__(self, run: RunRecords) -> None:
        self.run, self.records = run, run.records
        (self.scenario,) = run.manifest.scenarios
        self.labels = [label.id for label in self.scenario.labels]
        self.arms = list(self.scenario.arms)
        self.sampled = self.scenario.score == "sample"
        self.effects = self._effects()
        self.q = by_hand_claims.q_values(self.effects)
        self.rough = any(each["rule"] == "bootstrap_t" for each in self.effects.values())

    def _effects(self) -> dict[tuple[str, str, str], dict[str, Any]]:
        pairs = [*by_hand_claims.CONTRASTS, ("text+mg", "text+filler")]
        pairs += [(arm, "text") for arm in self.arms if arm not in {"none", "text"}]
        found = {}
        for (arm, baseline), name in product(dict.fromkeys(pairs), METRICS):
            each = by_hand_effects.effect(self.run.manifest, self.records, arm, baseline, name)
            metric = METRICS[name]
            shown = each["pairs"] >= metric.fewest if metric.scored or metric.fewest > 1 else True
            if shown and not (self.sampled and name == "calibration_error"):
                found[arm, baseline, name] = {**each, "bca_interval": self._bca(each, arm, baseline, name)}
        return found

    def _bca(self, each: Mapping[str, Any], arm: str, baseline: str, name: str) -> Any:
        if each["interval"] is None:
            return None
        metric = METRICS[name]
        has = [by_hand.answered(self.records, side, scored=metric.scored) for side in (arm, baseline)]
        kept = sorted(set(has[0]) & set(has[1]))
        over = [by_hand.items(self.records, side, kept, self.labels) for side in (arm, baseline)]
        return by_hand_bootstrap.bca(over[0], over[1], metric)

    def level(self, arm: str, name: str) -> Known:
        """An arm's number over all that it answered."""
        metric = METRICS[name]
        if arm == "none" or (self.sampled and name == "calibration_error"):
            return Known(None)
        cells = by_hand.answered(self.records, arm, scored=metric.scored)
        over = by_hand.items(self.records, arm, cells, self.labels)
        return by_hand.of_arm(over, metric) if over and len(over) >= metric.fewest else Known(None)

    def said(self, arm: str) -> list[Record]:
        """An arm's answers."""
        return [r for r in self.records if r.arm == arm and r.outcome == "answered"]

    def share(
        self, arm: str, of_all: Callable[[Record], bool], is_so: Callable[[Record], bool]
    ) -> Known | None:
        """Share of an arm's records, inside the item first, by person."""
        values: dict[str, list[float]] = {}
        owner: dict[str, str] = {}
        for record in self.records:
            if record.arm == arm and of_all(record):
                values.setdefault(record.item, []).append(float(is_so(record)))
                owner[record.item] = record.subject
        if not values:
            return None
        return by_hand.by_subject(
            lambda kept: fmean(fmean(found) for item, found in values.items() if kept(owner[item])),
            [owner[item] for item in values],
        )


def tables(counted: Counted) -> dict[str, Rows]:
    """By the beginning of the title."""
    primary = [(*pair, name) for pair in by_hand_claims.CONTRASTS for name in ("accuracy", "log_odds")]
    there = [name for name in primary if name in counted.effects]
    others = [name for name in counted.effects if name not in there]
    return {
        "Accuracy by model": {
            ("emotion",): {arm: _estimate(counted, arm, "accuracy") for arm in counted.arms}
        },
        "Log-odds": {("emotion",): {arm: _estimate(counted, arm, "log_odds") for arm in counted.arms}},
        "Claim": _claims(counted),
        "What was answered": {(arm,): _outcomes(counted, arm) for arm in counted.arms},
        "How good": {(arm,): _scores(counted, arm) for arm in counted.arms if arm != "none"},
        "The two primary": {_names(counted, name): _effect(counted, name) for name in there},
        "Checks": {_names(counted, name): _checks(counted, name) for name in there},
        "Primary contrasts if": {_names(counted, name): _missing(counted, name) for name in there},
        "Exploratory": {_names(counted, name): _effect(counted, name) for name in others},
        "Items gained": {
            (_contrast(name),): _flips(each)
            for name, each in counted.effects.items()
            if name[2] == "accuracy"
        },
        "Position bias": _places(counted),
        "Replies without an answer": {
            (arm,): _declined(counted, arm) for arm in counted.arms if arm != "none"
        },
    }


def _contrast(name: tuple[str, str, str]) -> str:
    return f"{name[0]} − {name[1]}"


def _names(counted: Counted, name: tuple[str, str, str]) -> tuple[str, str]:
    kind = " (sampled)" if counted.sampled and METRICS[name[2]].scored else ""
    return _contrast(name), WORDS[name[2]] + kind


def _cell(template: str, *numbers: tuple[Number, ...]) -> Cell:
    """Nothing where the first number is missing; an interval that is missing is left out."""
    if not numbers[0]:
        return NOTHING
    if len(numbers) > 1 and not numbers[1]:
        return template.partition(" [")[0], numbers[0]
    return template, tuple(number for part in numbers for number in part)


def _estimate(counted: Counted, arm: str, name: str) -> Cell:
    known = counted.level(arm, name)
    plus = name == "log_odds"
    if name != "accuracy":
        return _cell("{}", of(name, known.value, plus=plus))
    return _cell("{} [{}, {}]", of(name, known.value), span(name, by_hand_effects.inside(known, 0, 1)))


def _claims(counted: Counted) -> Rows:
    found: Rows = {}
    rough = 0.003 if counted.rough else 0.0
    for claim in by_hand_claims.claims(counted.effects):
        within = rough + 0.1 * (claim.holm or 0.0) * counted.rough
        kind = " (sampled)" if counted.sampled and claim.metric == "log_odds" else ""
        found["emotion", WORDS[claim.metric] + kind] = {
            "verdict": (claim.verdict, ()),
            "over text": _cell("{}", of(claim.metric, claim.over[0], plus=True)),
            "over shuffled": _cell("{}", of(claim.metric, claim.over[1], plus=True)),
            "Holm p": _cell("{}", p(claim.holm, within)),
        }
    return found


def _outcomes(counted: Counted, arm: str) -> dict[str, Cell]:
    mine, said = [r for r in counted.records if r.arm == arm], counted.said(arm)
    counts = {"n": len(mine), "subjects": len({r.subject for r in mine})}
    counts |= {
        name: sum(r.outcome == name for r in mine) for name in ("answered", "unparsed", "refused", "failed")
    }
    known = [r.probabilities for r in said if r.probabilities is not None]
    if arm == "none" and known:
        shares = {label: fmean(each[label] for each in known) for label in counted.labels}
    else:
        shares = {label: fmean(r.answer == label for r in said) for label in counted.labels} if said else {}
    lacking = sum(r.censored for r in mine)
    told = [Number(lacking, 0), Number(100 * lacking / len(said), 0)] if lacking else [Number(0, 0)]
    return {
        **{name: ("{}", (Number(count, 0),)) for name, count in counts.items()},
        "answer shares %": (
            ", ".join(f"{label} {{}}" for label in shares),
            tuple(Number(100 * share, 0) for share in shares.values()),
        ),
        "no probabilities": ("{} ({} %)" if lacking else "{}", tuple(told)),
    }


def _scores(counted: Counted, arm: str) -> dict[str, Cell]:
    found = {HEADERS[name]: _estimate(counted, arm, name) for name in METRICS}
    if counted.sampled:
        for name in ("auc", "log_odds", "brier"):
            times = f", K = {counted.run.manifest.epochs}" if name == "log_odds" else ""
            found[f"{HEADERS[name]} (sampled{times})"] = found[HEADERS[name]]
        found["share's error"] = _share_error(counted, arm)
    return found


def _share_error(counted: Counted, arm: str) -> Cell:
    cells = by_hand.answered(counted.records, arm, scored=True)
    items = by_hand.items(counted.records, arm, cells, counted.labels)
    errors = []
    for item in items:
        share = item.probabilities[item.target]
        errors.append(share * (1 - share) / ((item.draws or 2) - 1))
    return ("±{}", (Number(100 * fmean(errors) ** 0.5, 1),)) if errors else NOTHING


def _effect(counted: Counted, name: tuple[str, str, str]) -> dict[str, Cell]:
    each, metric = counted.effects[name], name[2]
    drawn = each["rule"] == "bootstrap_t"
    ends = each["interval"]
    within = ROUGH * (ends[1] - ends[0]) if drawn and ends else 0.0
    q = counted.q.get(name)
    loose = 0.004 + 0.15 * (q or 0.0) if counted.rough else 0.0
    plus = metric == "log_odds"
    return {
        "difference [95 %]": _cell(
            "{} [{}, {}]", of(metric, each["difference"], plus=True), span(metric, ends, within)
        ),
        "p": _cell("{}", p(each["p"], 0.003 + 0.1 * each["p"] if drawn else 0.0)),
        "q": _cell("{}", p(q, loose)),
        "pairs": ("{}", (Number(each["pairs"], 0),)),
        "arm": _cell("{}", of(metric, each["arm_value"], plus=plus)),
        "baseline": _cell("{}", of(metric, each["baseline_value"], plus=plus)),
        "missing": ("{}", (Number(each["missing"], 0),)),
    }


def _checks(counted: Counted, name: tuple[str, str, str]) -> dict[str, Cell]:
    each, metric = counted.effects[name], name[2]
    bca = each["bca_interval"]
    ends = span(metric, bca, 0.1 * (bca[1] - bca[0]) if bca else 0.0)
    table = NOTHING
    if each["b"] is not None:
        counts = (Number(each["b"], 0), Number(each["c"], 0))
        tested = each["mcnemar_p"]
        table = ("{}:{}, –", counts) if tested is None else ("{}:{}, {}", (*counts, *p(tested)))
    people = of(metric, each["by_subject"], plus=True)
    return {
        "detectable": _cell("{}", of(metric, each["detectable"])),
        "sign-flip p": _cell("{}", _flipped_p(each)),
        "BCa [95 %]": _cell("[{}, {}]", tuple(each._replace(digits=each.digits - 1) for each in ends)),
        "subjects weigh the same [95 %]": _cell(
            "{} [{}, {}]", people, span(metric, each["by_subject_interval"])
        ),
        "ignores subjects: b:c, McNemar p": table,
    }


def _flipped_p(each: Mapping[str, Any]) -> tuple[Number, ...]:
    """Of more than 32 people that differ, patterns are drawn, and a digit less is printed."""
    within = 0.02 if each["subjects"] > 20 else 0.0
    digits = 3 if each["sign_flip_exact"] else 2
    return tuple(number._replace(digits=digits) for number in p(each["sign_flip_p"], within))


def _missing(counted: Counted, name: tuple[str, str, str]) -> dict[str, Cell]:
    each, metric = counted.effects[name], name[2]
    low, high = each["bounds"] or (None, None)
    arm, baseline = each["arm_censored"] or 0.0, each["baseline_censored"] or 0.0
    sides = (Number(100 * arm, 1), Number(100 * baseline, 1), Number(100 * (arm - baseline), 1, plus=True))
    return {
        "missing pairs": ("{}", (Number(each["missing"], 0),)),
        "difference": _cell("{}", of(metric, each["difference"], plus=True)),
        "no probabilities %": ("{} − {} = {}", sides),
        "strict": _cell("{}", of(metric, each["strict"], plus=True)),
        "bounds": _cell("{} … {}", of(metric, low, plus=True), of(metric, high, plus=True)),
        "worst": _cell("{}", of(metric, each["worst"], plus=True)),
        "missing %": ("{}", (Number(100 * each["lacking"], 1),)),
        "sign changes": ("yes" if each["sign_changes"] else "no", ()),
    }


def _flips(each: Mapping[str, Any]) -> dict[str, Cell]:
    return {"gained": ("{}", (Number(each["b"], 0),)), "lost": ("{}", (Number(each["c"], 0),))}


def _places(counted: Counted) -> Rows:
    found: Rows = {}
    names = ("first", "second", "third")[: 1 if len(counted.labels) == 2 else None]
    for arm, (nth, name) in product(counted.arms, enumerate(names)):
        found[arm, name] = _prior_place(counted, nth) if arm == "none" else _place(counted, arm, nth)
    return {row: cells for row, cells in found.items() if cells["answers there % [95 %]"] is not NOTHING}


def _prior_place(counted: Counted, nth: int) -> dict[str, Cell]:
    mine = [r for r in sorted(counted.records, key=lambda r: (r.item, r.epoch)) if r.arm == "none"]
    asked = [*{(r.epoch, r.label_order): r for r in mine}.values()]
    scored = [r for r in asked if r.probabilities is not None] or [r for r in asked if r.answer is not None]
    each = [
        r.probabilities[r.label_order[nth]] if r.probabilities else float(r.answer == r.label_order[nth])
        for r in scored
    ]
    return {
        "items": ("{} order" if len(each) == 1 else "{} orders", (Number(len(each), 0),)),
        "answers there % [95 %]": _cell("{}", of("accuracy", fmean(each))) if each else NOTHING,
        "targets there %": NOTHING,
    }


def _place(counted: Counted, arm: str, nth: int) -> dict[str, Cell]:
    said = counted.said(arm)
    known = counted.share(
        arm, lambda r: r.outcome == "answered", lambda r: r.label_order.index(str(r.answer)) == nth
    )
    targets = {r.item: r.label_order.index(r.target) == nth for r in said if r.target is not None}
    return {
        "items": ("{}", (Number(len({r.item for r in said}), 0),)),
        "answers there % [95 %]": _share(known),
        "targets there %": _cell("{}", of("accuracy", fmean(targets.values()) if targets else None)),
    }


def _share(known: Known | None) -> Cell:
    if known is None:
        return NOTHING
    return _cell(
        "{} [{}, {}]", of("accuracy", known.value), span("accuracy", by_hand_effects.inside(known, 0, 1))
    )


def _declined(counted: Counted, arm: str) -> dict[str, Cell]:
    replied: Callable[[Record], bool] = lambda record: record.outcome != "failed"  # noqa: E731
    some = any(r.censored for r in counted.said(arm))
    lacking = counted.share(arm, lambda r: r.outcome == "answered", lambda r: r.censored) if some else None
    return {
        "refused [95 %]": _share(counted.share(arm, replied, lambda r: r.outcome == "refused")),
        "unparsed [95 %]": _share(counted.share(arm, replied, lambda r: r.outcome == "unparsed")),
        "no probabilities [95 %]": _share(lacking),
    }


def named(rows: Sequence[str]) -> tuple[str, ...]:
    """Names without spaces, as tables are read back."""
    return tuple("".join(each.split()) for each in rows)
