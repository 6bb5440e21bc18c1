"""The verdict: at most three sentences for each scenario, on the terminal, in files and on the
page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mgllm.analysis.metric import headline, known_metrics, scale_of
from mgllm.analysis.statistics.notes import MADE_UP
from mgllm.analysis.tables.naming import apart
from mgllm.analysis.wording import (
    capital,
    change,
    metric_words,
    p_words,
    span,
)
from mgllm.records import ArmSummary, Claim, ClaimVerdict, Effect, Role, RowName, Summary

SHOWN: Mapping[ClaimVerdict, str] = {
    "supported": "supported",
    "supported_among_answered": "supported among the answered only",
    "not_shown": "not shown",
    "not_claimed": "not claimed",
}
"""The verdicts as people read them, the strongest first."""
NUMBERS = re.compile(r"\s*\([^()]*\)")
"""Words in brackets after a reason."""
NAMED = 3
"""A sentence names so many models, and says how many others there are."""


@dataclass(frozen=True, slots=True)
class ScenarioVerdict:
    """One scenario's answer, over all its models."""

    scenario: str
    """Its name."""
    lines: tuple[str, ...]
    """One to three sentences: what changed, by how much, and whether it is shown."""
    supported: bool
    """A claim of it is supported without reservation: only then it may be in bold."""
    items: str = ""
    """What a reader must know about its items before anything else: made up."""


@dataclass(frozen=True, slots=True)
class _Row:
    """The results of one model in one scenario, asked in one way."""

    name: RowName
    arms: tuple[ArmSummary, ...]
    effects: tuple[Effect, ...]
    claims: tuple[Claim, ...]
    roles: Mapping[Role, str]

    @property
    def main(self) -> str:
        """The arm that shows the gestures; the one without speech if a claim is about it."""
        of_claim = (claim.arm for claim in self.claims)
        return next(of_claim, None) or self.roles.get("main", "")

    @property
    def best(self) -> ClaimVerdict | None:
        """The strongest of its claims' verdicts."""
        found = {verdict_of(claim) for claim in self.claims}
        return next((verdict for verdict in SHOWN if verdict in found), None)

    @property
    def constant(self) -> str | None:
        """The label that the main arm always answers, if there is one."""
        return next((arm.constant for arm in self.arms if arm.arm == self.main), None)

    def primary(self, metric: str) -> tuple[Effect, ...]:
        """The contrasts of the claim, the one with the text first."""
        return tuple(e for e in self.effects if e.primary and e.metric == metric)


def verdicts(summary: Summary) -> tuple[ScenarioVerdict, ...]:
    """One verdict for each scenario, in table order; several models (or ways of asking) are summed
    up."""
    rows = _rows(summary)
    made_up = _made_up(summary)
    supported = {claim.row.scenario for claim in summary.claims if verdict_of(claim) == "supported"}
    return tuple(
        ScenarioVerdict(
            scenario=scenario,
            lines=tuple(_lines([row for row in rows if row.name.scenario == scenario])),
            supported=scenario in supported,
            items="made-up items" if scenario in made_up else "",
        )
        for scenario in dict.fromkeys(row.name.scenario for row in rows)
    )


def _made_up(summary: Summary) -> set[str]:
    """Scenarios whose items a note calls made up."""
    parts = (note.partition(": ") for note in summary.notes)
    return {name for names, _, words in parts if words == MADE_UP for name in names.split(", ")}


def verdict_of(claim: Claim) -> ClaimVerdict:
    """A claim's verdict; older claims without one are supported or not shown."""
    return "supported" if claim.supported else claim.verdict


def _rows(summary: Summary) -> list[_Row]:
    names = dict.fromkeys([*(arm.row for arm in summary.arms), *(e.row for e in summary.effects)])
    return [
        _Row(
            name,
            tuple(arm for arm in summary.arms if arm.row == name),
            tuple(effect for effect in summary.effects if effect.row == name),
            tuple(claim for claim in summary.claims if claim.row == name),
            summary.roles_of(name.scenario),
        )
        for name in names
    ]


def _lines(rows: Sequence[_Row]) -> list[str]:
    """One to three sentences. Between runs, the differences of the main arm replace the second
    metric."""
    asked = [row for row in rows if row.arms]
    between = [line for row in rows if not row.arms for line in _between(row)]
    if not asked:
        return between[:3]
    found = _of_one(asked[0]) if len(asked) == 1 else _of_many(asked)
    return [found[0], between[0], found[-1]] if between and len(found) > 1 else [*found, *between][:3]


def _of_one(row: _Row) -> list[str]:
    metrics = [metric for metric in known_metrics() if metric.primary]
    moved = [_moved(row.name, effects) for metric in metrics if (effects := row.primary(metric.name))]
    return [*moved[:2], _shown(row)]


def _moved(row: RowName, effects: Sequence[Effect]) -> str:
    """What changed, by how much: "Accuracy +8.3 points [−4.0, 20.7] over text, …": one line of a
    terminal."""
    first, *others = effects
    parts = [f"{_change(first, unit=first.metric == headline())} over {first.baseline}"]
    parts += [f"{_change(effect)} over {_short(effect)}" for effect in others]
    return f"{capital(metric_words(row, first.metric))} {', '.join(parts)}."


def _change(effect: Effect, *, unit: bool = False) -> str:
    if effect.difference is None:
        return "(no pairs)"
    words = scale_of(effect.metric).unit if unit else ""
    interval = span(effect.interval, effect.metric) or "[no interval]"
    return " ".join(filter(None, [change(effect.difference, effect.metric), words, interval]))


def _short(effect: Effect) -> str:
    """The control's name without the part that the arm has too: text+shuffled → shuffled."""
    return effect.baseline.rpartition("+")[2] or effect.baseline


def _shown(row: _Row) -> str:
    """Whether the claim is shown, or why not; and what to do if the model always gives the same
    answer."""
    if not row.claims:
        return " ".join(filter(None, [_nothing_to_claim(row), _one_answer(row)]))
    by_verdict: dict[ClaimVerdict, list[Claim]] = {}
    for claim in row.claims:
        by_verdict.setdefault(verdict_of(claim), []).append(claim)
    sentences = [_sentence(verdict, by_verdict[verdict], row) for verdict in SHOWN if verdict in by_verdict]
    return " ".join(filter(None, [*sentences, _one_answer(row)]))


def _sentence(verdict: ClaimVerdict, claims: Sequence[Claim], row: _Row) -> str:
    """One verdict's sentence, with its metrics if they are not all; the claim with the smallest p
    first."""
    claims = sorted(claims, key=lambda claim: 2.0 if claim.p_holm is None else claim.p_holm)
    names = [metric_words(claim.row, claim.metric) for claim in claims]
    by = "" if len(claims) == len(row.claims) else f" by {' and '.join(names)}"
    if verdict == "supported":
        sure = ", ".join(p_words(claim.p_holm) for claim in claims if claim.p_holm is not None)
        return f"Supported{by}: the gestures' content helps{f' (Holm p {sure})' if sure else ''}."
    first, *others = (claim.reason for claim in claims)
    why = f": {first.rstrip('.')}" if first else ""
    if others and any(reason != first for reason in others):
        more = "and" if verdict == "supported_among_answered" else "nor"
        return f"{capital(SHOWN[verdict])} by {names[0]}{why}; {more} by {' and '.join(names[1:])}."
    return f"{capital(SHOWN[verdict])}{by}{why}."


def _one_answer(row: _Row) -> str:
    """A model that always gives the same answer does not judge anything: another model is
    needed."""
    constant = {arm.arm: arm.constant for arm in row.arms if arm.constant is not None}
    if row.main in constant and any(
        (claim.reason or "").startswith("constant answer") for claim in row.claims
    ):
        return "Use another model."  # the reason has said the rest
    if row.main in constant:
        return f"In {row.main} the model always answers '{constant[row.main]}': use another model."
    first = next((e.baseline for e in row.effects if e.primary), None)
    if first in constant:
        return f"In {first} the model always answers '{constant[first]}'."
    return ""


def _nothing_to_claim(row: _Row) -> str:
    arms = [arm.arm for arm in row.arms]
    if all(arm.accuracy is None for arm in row.arms):
        return "Nothing can be claimed: there are no known targets, or no answers."
    wanted = [row.roles[role] for role in ("main", "shuffled") if role in row.roles]
    missing = [arm for arm in wanted if arm not in arms]
    if missing:
        were = "was" if len(missing) == 1 else "were"
        return f"Nothing is claimed: {' and '.join(missing)} {were} not asked."
    return "Nothing is claimed: one of the two contrasts of the claim is missing."


def _between(row: _Row) -> Iterable[str]:
    """The same arm of two runs, the main one first."""
    found = [e for e in row.effects if e.arm == e.baseline and e.metric == headline()]
    for effect in sorted(found, key=lambda each: each.arm != row.main):
        yield f"{capital(headline())} in {effect.arm}, {row.name.model}: {_change(effect, unit=True)}."


def _of_many(rows: Sequence[_Row]) -> list[str]:
    """How many were helped, from what to what, and why the others were not."""
    what = _what(rows)
    helped = [row for row in rows if row.best == "supported"]
    names = f": {_listed([_name(row, rows) for row in helped])}" if helped else ""
    lines = [f"That the gestures' content helps is shown for {len(helped)} of {len(rows)} {what}{names}."]
    ranges = _range(rows)
    return [*lines, *([ranges] if ranges else []), *_why_not(rows)]


def _what(rows: Sequence[_Row]) -> str:
    return "models" if len({row.name.model for row in rows}) == len(rows) else "rows"


def _name(row: _Row, rows: Sequence[_Row]) -> str:
    return row.name.model if _what(rows) == "models" else apart(row.name, [each.name for each in rows])


def _range(rows: Sequence[_Row]) -> str:
    """From the smallest to the largest difference, in each contrast."""
    found: dict[str, list[Effect]] = {}
    for row in rows:
        for n, effect in enumerate(row.primary(headline())):
            if effect.difference is not None:
                found.setdefault(_short(effect) if n else effect.baseline, []).append(effect)
    unit = scale_of(headline()).unit
    parts: list[str] = []
    for baseline, effects in found.items():
        values = sorted(effect.difference or 0.0 for effect in effects)
        low, high = change(values[0], headline()), change(values[-1], headline())
        size = low if low == high else f"{low} to {high}"
        parts.append(" ".join([size, *([] if parts else [unit]), "over", baseline]))
    return f"{capital(headline())}: {', '.join(parts)}." if parts else ""


def _why_not(rows: Sequence[_Row]) -> list[str]:
    """The reasons of rows that are not supported, each with its number of rows; then the constant
    ones."""
    reasons = Counter(_short_reason(row) for row in rows if row.best != "supported")
    counts = [f"{count} {reason}" for reason, count in reasons.items()]
    constant = [_name(row, rows) for row in rows if row.constant is not None]
    lines = [f"{'; '.join(counts)}."] if counts else []
    if constant:
        lines.append(f"Always the same answer: {_listed(constant)}; use another model.")
    return [capital(" ".join(lines))] if lines else []


def _short_reason(row: _Row) -> str:
    """The reason without its numbers, which differ from model to model."""
    if row.best is None:
        return "nothing is claimed"
    claim = next(claim for claim in row.claims if verdict_of(claim) == row.best)
    why = NUMBERS.sub("", claim.reason or "")
    if row.best == "not_claimed":
        why = why.partition(":")[0]
    return f"{SHOWN[row.best]}: {why}" if why else SHOWN[row.best]


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
