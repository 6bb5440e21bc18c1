"""What an audit found, as it stands in `audit.json`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pydantic import Field

from mgllm.errors import some
from mgllm.records import Frozen, Reference, References

Gate = Literal["leak", "subject", "shortcut", "duplicate"]
"""What `--fail-on` asks for."""


class Span(Frozen):
    """A place in what was said."""

    item: str
    """Id of the item."""
    turn: int
    """Which turn, from 0."""
    field: Literal["text", "speaker"] = "text"
    """Of the turn."""
    start: int
    """Offset of the first character."""
    end: int
    """Offset after the last one."""
    text: str | None = None
    """The words; null for restricted items without `--show`."""


class RuleFound(Frozen):
    """What one rule found."""

    rule: str
    """Its name."""
    about: str
    """What it looks for."""
    gate: Gate | None
    """The word of `--fail-on` that it belongs to; null: it is only reported."""
    n: int
    """Places, pairs, people or covariates."""
    items: tuple[str, ...]
    """Ids of the items, in the order of the set."""
    spans: tuple[Span, ...] = ()
    """Where, for rules about words."""


class Double(Frozen):
    """Two items of different people that say nearly the same."""

    items: tuple[str, str]
    """Their ids."""
    jaccard: float
    """Share of their pieces of five words that they have in common."""


class Balance(Frozen):
    """How targets are spread over people."""

    targets: Mapping[str, int]
    """Items by target."""
    subjects: int
    """People with a target."""
    effective_subjects: float
    """n² / Σ nₛ²."""
    largest_subject: int
    """Items of the person who has most."""
    several_items: int
    """People with more than one item."""
    one_target_only: int
    """Those of them whose items all have the same target: who the person is then says it."""


class Shortcut(Frozen):
    """A covariate against the target."""

    covariate: str
    """Its name."""
    items: int
    """Items that have it and a target."""
    subjects: int
    """Their people."""
    values: int
    """Different values; many numbers count as four bins."""
    p: float
    """Of no association, by people, not corrected for the number of covariates."""
    shortcut: bool
    """Whether p ≤ .05, and guesses from other people's values are right 10 points more often than
    by chance."""


class AuditReport(Frozen):
    """All of it."""

    schema_: Literal["mgllm.audit/1"] = Field(default="mgllm.audit/1", alias="schema")
    """Of this file."""
    items_name: str
    """The item set, as it was named, without folders."""
    items_sha256: str
    """Of its content."""
    items: int
    """How many."""
    subjects: int
    """People among them."""
    restricted: int
    """Items whose words must not leave this machine."""
    scenario: str | None
    """Whose labels and mask were used; null: targets alone."""
    rules: tuple[RuleFound, ...]
    """All rules, also those that found nothing."""
    doubles: tuple[Double, ...]
    """Near-duplicates across people."""
    balance: Balance
    """Targets over people."""
    covariates: tuple[Shortcut, ...]
    """Each covariate against the target."""
    references: References | None = None
    """What simple classifiers reach with each covariate, all, gestures alone, speech alone; null if
    they cannot be made."""
    failed: Mapping[Gate, tuple[str, ...]]
    """Ids of items by gate, of those that found anything; asked for or not."""
    masked: Mapping[str, int] = Field(default_factory=dict)
    """Masks written by `--mask`, by kind."""
    notes: tuple[str, ...] = ()
    """What was not checked, and why."""


def as_markdown(report: AuditReport) -> str:
    """The report as a page."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: AuditReport) -> Iterator[str]:
    yield f"# Audit of {_plain(report.items_name)}"
    yield ""
    yield (
        f"{report.items} items of {report.subjects} subjects, "
        f"{f'read as scenario {report.scenario}' if report.scenario else 'without a scenario'}. "
        f"Content sha256 {report.items_sha256[:16]}."
    )
    yield ""
    yield from _table(
        ("rule", "looks for", "gate", "found", "items"), [_rule_row(one) for one in report.rules]
    )
    yield from _table(
        ("covariate", "values", "items", "people", "p", "shortcut"),
        [_fact_row(one) for one in report.covariates],
    )
    made = report.references.rows if report.references else ()
    yield from _table(("learned from", "UAR", "95 %", "AUC"), [_reference_row(one) for one in made])
    balance = report.balance
    yield f"Targets: {', '.join(f'{count} {name}' for name, count in balance.targets.items()) or 'none'}. "
    yield (
        f"{balance.several_items} of {balance.subjects} people have several items, {balance.one_target_only} "
        f"of these always with the same target; the largest has {balance.largest_subject}."
    )
    for double in report.doubles:
        yield f"* {_plain(double.items[0])} and {_plain(double.items[1])}: Jaccard {double.jaccard:.2f}"
    yield from (f"* {_plain(note)}" for note in report.notes)


def _rule_row(one: RuleFound) -> tuple[str, ...]:
    return one.rule, one.about, one.gate or "", str(one.n), _plain(some(one.items)) if one.items else ""


def _fact_row(one: Shortcut) -> tuple[str, ...]:
    return (
        _plain(one.covariate),
        str(one.values),
        str(one.items),
        str(one.subjects),
        "< .001" if one.p < 0.001 else f"{one.p:.3f}".removeprefix("0"),
        "yes" if one.shortcut else "",
    )


def _reference_row(one: Reference) -> tuple[str, ...]:
    """Name and numbers, UAR in percent."""
    low, high = one.uar_interval or (None, None)
    between = "" if low is None or high is None else f"[{100 * low:.1f}, {100 * high:.1f}]"
    auc = "" if one.auc is None else f"{one.auc:.2f}"
    return _plain(one.name), f"{100 * one.uar:.1f}", between, auc


def _plain(text: str) -> str:
    """Names of others in a cell: nothing in them is markup."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if rows:
        yield from (f"| {' | '.join(header)} |", f"|{'---|' * len(header)}")
        yield from (f"| {' | '.join(row)} |" for row in rows)
        yield ""
