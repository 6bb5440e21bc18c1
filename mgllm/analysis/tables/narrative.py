"""A summary in words, for the top of a page: what was measured, and how sure it is; never "no
effect"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mgllm.analysis.metric import headline, known_metrics
from mgllm.analysis.tables.attribution_tables import WAYS
from mgllm.analysis.wording import gain, level, metric_words, number, p_words, span
from mgllm.records import ArmSummary, Attribution, Claim, Effect, Role, RowName, Summary

LIKELY = 0.05
"""Largest false discovery rate at which a single gesture is named."""


@dataclass(frozen=True, slots=True)
class Account:
    """What one row of the tables found, in sentences."""

    heading: str
    """Scenario, model and how it was asked."""
    sentences: tuple[str, ...]
    """What was found."""
    claims: tuple[str, ...]
    """Claims that are not shown, or not tested."""
    supported: tuple[str, ...] = ()
    """Claims that are supported: only these may be in bold."""


def narrate(summary: Summary) -> tuple[Account, ...]:
    """One account per scenario, model, form, reasoning, score and cue source."""
    rows = list(dict.fromkeys([*(arm.row for arm in summary.arms), *(e.row for e in summary.effects)]))
    return tuple(_account(summary, row) for row in rows)


def _account(summary: Summary, row: RowName) -> Account:
    arms = [arm for arm in summary.arms if arm.row == row]
    effects = [effect for effect in summary.effects if effect.row == row]
    claims = [claim for claim in summary.claims if claim.row == row]
    return Account(
        heading=row.words,
        sentences=(
            *_asked(arms),
            *_found(effects, summary.roles_of(row.scenario)),
            *_between(effects),
            *_gestures([each for each in summary.attribution if each.row == row]),
            *_constant(arms),
            *_flagged(arms),
        ),
        claims=tuple(_claimed(claim) for claim in claims if not claim.supported),
        supported=tuple(_claimed(claim) for claim in claims if claim.supported),
    )


def _asked(arms: Sequence[ArmSummary]) -> Iterable[str]:
    if not arms:
        return
    n, answered = sum(arm.n for arm in arms), sum(arm.answered for arm in arms)
    lost = ", ".join(
        f"{count} {what}"
        for what in ("unparsed", "refused", "failed")
        if (count := sum(getattr(arm, what) for arm in arms))
    )
    people, without = max(arm.subjects for arm in arms), sum(arm.censored for arm in arms)
    yield (
        f"{len(arms)} arm{'' if len(arms) == 1 else 's'}, {n} records about {people} "
        f"subject{'' if people == 1 else 's'}: {answered} answered"
        f"{f', {without} of them without probabilities' if without else ''}{f'; {lost}' if lost else ''}."
    )
    if all(arm.accuracy is None for arm in arms):
        yield "There is no accuracy: the items have no known targets, or nothing was answered."


def _found(effects: Sequence[Effect], roles: Mapping[Role, str]) -> Iterable[str]:
    """The main arm compared with the text alone, with another person's gestures, and with
    filler."""
    controls: dict[str | None, str] = {
        roles.get("shuffled"): "another person's gestures",
        roles.get("filler"): "filler text",
    }
    of_main = [e for e in effects if e.arm == roles.get("main") and e.arm != e.baseline]
    found: dict[str | None, Effect] = {e.baseline: e for e in of_main if e.metric == headline()}
    alone = {arm: "the text alone" for arm, e in found.items() if e.primary and arm not in controls}
    for baseline, what in (*alone.items(), *((arm, f"{words} ({arm})") for arm, words in controls.items())):
        effect = found.get(baseline)
        if effect is not None and effect.difference is not None:
            yield _difference(effect, "With gestures,", f"than with {what}")
            yield from _elsewhere(effect, [e for e in of_main if e.baseline == baseline])


def _elsewhere(headed: Effect, others: Sequence[Effect]) -> Iterable[str]:
    """What other metrics show in a contrast in which the headline shows neither a gain nor a loss.

    An exploratory number is named if its q is small, as with a single gesture.
    """
    if _one_sided(headed):
        return
    sided = [e for e in others if e.metric != headed.metric and _one_sided(e)]
    shown = [_moved(e) for e in sided if e.primary]
    shown += [_moved(e) for e in sided if not e.primary and e.q is not None and e.q <= LIKELY]
    if shown:
        yield f"Accuracy shows neither a gain nor a loss here, but other numbers do: {'; '.join(shown)}."


def _one_sided(effect: Effect) -> bool:
    """Whether its interval contains only gains, or only losses."""
    return effect.interval is not None and (effect.interval[0] > 0 or effect.interval[1] < 0)


def _moved(effect: Effect) -> str:
    less = next(metric.less_is_better for metric in known_metrics() if metric.name == effect.metric)
    better = ((effect.difference or 0.0) > 0) is not less
    sure = "" if effect.primary else f", exploratory, q {p_words(effect.q)}"
    flags = "".join(f", {flag}" for flag in effect.flags)
    favour = "in favour of" if better else "against"
    return f"{metric_words(effect.row, effect.metric)} {gain(effect)} ({favour} the gestures{sure}{flags})"


def _between(effects: Sequence[Effect]) -> Iterable[str]:
    for effect in effects:
        if effect.arm == effect.baseline and effect.metric == headline() and effect.difference is not None:
            yield _difference(effect, f"In the arm {effect.arm}, the first run minus the second:", "")


def _gestures(found: Sequence[Attribution]) -> Iterable[str]:
    found = [each for each in found if each.gesture.members]  # the empty cue block is not a gesture
    if not found:
        return
    several = len({each.gesture.name for each in found})
    start = f"Exploratory: of {several} single gestures," if several > 1 else "Exploratory:"
    sure = [each for each in found if each.effect.q is not None and each.effect.q <= LIKELY]
    if not sure:
        which = "none can" if several > 1 else f"{found[0].gesture.words} cannot"
        yield f"{start} {which} be distinguished from chance (q ≤ .05)."
        return
    named = "; ".join(map(_one_gesture, sure))
    yield f"{start} these can be distinguished from chance: {named}."


def _one_gesture(found: Attribution) -> str:
    direction = "towards" if (found.effect.difference or 0) > 0 else "away from"
    sure = f"({direction} the truth, q {p_words(found.effect.q)})"
    return f"{found.gesture.words}, {WAYS[found.way]}: {gain(found.effect)} {sure}"


def _difference(effect: Effect, who: str, than: str) -> str:
    assert effect.difference is not None
    points = number(abs(100 * effect.difference), 1)
    change = "higher" if effect.difference > 0 else "lower"
    size = f"is {points} points {change}"
    if points == "0.0":
        size, than = "differs by 0.0 points", than.replace("than", "from that", 1)
    values = f"{level(effect.arm_value, 'accuracy')} % against {level(effect.baseline_value, 'accuracy')} %"
    gained = "item" if effect.b == 1 else "items"
    flips = "" if effect.b is None else f"; {effect.b} {gained} gained, {effect.c} lost"
    missing = f"; {effect.missing} pairs without an answer" if effect.missing else ""
    start = " ".join(filter(None, [f"{who} accuracy {size}", than]))
    if not effect.primary:
        start = f"Exploratory: {start[:1].lower()}{start[1:]}"
    return f"{start} {_sure(effect)} ({values}, {effect.pairs} pairs{flips}{missing}).{_caution(effect)}"


def _sure(effect: Effect) -> str:
    """The interval, and whether it includes both directions."""
    if effect.interval is None:
        return "[no interval]"
    inside = effect.interval[0] <= 0 <= effect.interval[1]
    return f"{span(effect.interval, 'accuracy')}{', which includes gains and losses' if inside else ''}"


def _caution(effect: Effect) -> str:
    return "".join(f" {flag[:1].upper()}{flag[1:]}." for flag in effect.flags)


def _constant(arms: Sequence[ArmSummary]) -> Iterable[str]:
    for arm in arms:
        if arm.constant is not None:
            yield f"{arm.arm}: all answers are '{arm.constant}', so its accuracy says nothing; look at AUC."


def _flagged(arms: Sequence[ArmSummary]) -> Iterable[str]:
    """Each flag once, with the arms that have it; a constant answer has its own sentence."""
    about: dict[str, list[str]] = {}
    for arm in arms:
        for flag in arm.flags:
            if arm.constant is None or not flag.startswith("constant"):
                about.setdefault(flag, []).append(arm.arm)
    for flag, names in about.items():
        yield f"{', '.join(names)}: {flag.rstrip('.')}."


def _claimed(claim: Claim) -> str:
    """The claim's result, with its reason and its flags if the result does not contain them."""
    words = claim.words
    for more in filter(None, (claim.reason, *claim.flags)):
        if more not in words:
            words = f"{words}; {more.rstrip('.')}"
    return f"Claim “the gestures' content helps”, by {metric_words(claim.row, claim.metric)}: {words}."
