"""The audit of an item set: words, scores, names, doubles, people on both sides, shortcuts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from mgllm.audit.people import (
    balance_of,
    near_doubles,
    on_both_sides,
    shortcut_items,
    shortcuts,
    side_column,
)
from mgllm.audit.report import AuditReport, Double, Gate, RuleFound, Shortcut, Span
from mgllm.audit.rules import LEAKS, RULES, Finder, finder_of
from mgllm.errors import InputError, unknown
from mgllm.items.loading import items_sha256
from mgllm.records import Frozen, Item, Label, Mask, Scenario

GATES: tuple[Gate, ...] = ("leak", "subject", "shortcut", "duplicate")
"""The words of `--fail-on`."""


class Looked(Frozen):
    """What an audit goes by."""

    scenario: Scenario | None = None
    """Whose labels and mask; None: the targets alone."""
    listed: tuple[str, ...] = ()
    """Names that the user lists."""
    split: str | None = None
    """The covariate that names sides; None: `side` or `split`, if there is one."""
    show: bool = False
    """Whether words of restricted items are shown."""
    seed: int = 0
    """For p of shortcuts, where not all signs can be tried."""

    @property
    def mask(self) -> Mask:
        return self.scenario.mask if self.scenario else Mask()


def finder_for(items: Sequence[Item], looked: Looked) -> Finder:
    """Finds words as `looked` says."""
    if looked.scenario is not None:
        labels: tuple[Label, ...] = looked.scenario.labels
    else:
        targets = sorted({item.target for item in items if item.target is not None})
        labels = tuple(Label(id=one, text=one, cloze=f" {one}") for one in targets)
    try:
        return finder_of(items, labels, looked.mask, looked.listed)
    except InputError as error:  # a phrase of the mask
        raise InputError(f"scenario {looked.scenario.name if looked.scenario else ''} {error}") from None


def audit_items(items: Sequence[Item], name: str, looked: Looked) -> AuditReport:
    """Look at everything that needs no model.

    Args:
        items: the set.
        name: what it is called in the report.
        looked: what the audit goes by.

    Raises:
        InputError: the column of sides is unknown.
    """
    spans = tuple(_spans(items, finder_for(items, looked), looked.show))
    doubles, facts = near_doubles(items), shortcuts(items, looked.seed)
    column = _column(items, looked.split)
    both = on_both_sides(items, column) if column else {}
    rules = (
        *_by_words(items, spans),
        _people_rule(items, both, column),
        _shortcut_rule(items, facts),
        _double_rule(items, doubles),
    )
    return AuditReport(
        items_name=name,
        items_sha256=items_sha256(items),
        items=len(items),
        subjects=len({item.subject for item in items}),
        restricted=sum(item.terms == "restricted" for item in items),
        scenario=looked.scenario.name if looked.scenario else None,
        rules=rules,
        doubles=doubles,
        balance=balance_of(items),
        covariates=facts,
        failed={gate: ids for gate in GATES if (ids := _gate_items(items, rules, gate))},
        notes=tuple(_notes(items, looked, column)),
    )


def _column(items: Sequence[Item], wanted: str | None) -> str | None:
    known = {name for item in items for name in item.covariates}
    if wanted is not None and wanted not in known:
        raise InputError(f"--split: {unknown('covariate', wanted, known)}")
    return side_column(items, wanted)


def _spans(items: Iterable[Item], finder: Finder, show: bool) -> Iterator[tuple[str, Span]]:
    """Rule and place of everything that is found; names of speakers are places, too."""
    for item in items:
        shown = show or item.terms == "open"
        for n, turn in enumerate(item.speech):
            for one in finder.find(turn.text):
                words = turn.text[one.start : one.end] if shown else None
                yield one.rule, Span(item=item.id, turn=n, start=one.start, end=one.end, text=words)
            if finder.names_speaker(turn):
                words = turn.speaker if shown else None
                end = len(turn.speaker)
                yield "name", Span(item=item.id, turn=n, field="speaker", start=0, end=end, text=words)


def _by_words(items: Sequence[Item], spans: Sequence[tuple[str, Span]]) -> Iterator[RuleFound]:
    for rule, about in RULES.items():
        here = tuple(span for name, span in spans if name == rule)
        ids = {span.item for span in here}
        yield RuleFound(
            rule=rule,
            about=about,
            gate="leak" if rule in LEAKS else None,
            n=len(here),
            items=_in_order(items, ids),
            spans=here,
        )


def _people_rule(items: Sequence[Item], both: Mapping[str, tuple[str, ...]], column: str | None) -> RuleFound:
    ids = {one for there in both.values() for one in there}
    about = f"people on more than one side of '{column}'" if column else "people on more than one side"
    return RuleFound(rule="subject", about=about, gate="subject", n=len(both), items=_in_order(items, ids))


def _shortcut_rule(items: Sequence[Item], facts: Sequence[Shortcut]) -> RuleFound:
    return RuleFound(
        rule="shortcut",
        about="covariates that predict the target of other people",
        gate="shortcut",
        n=sum(one.shortcut for one in facts),
        items=tuple(shortcut_items(items, facts)),
    )


def _double_rule(items: Sequence[Item], doubles: Sequence[Double]) -> RuleFound:
    ids = {one for double in doubles for one in double.items}
    about = "pairs of people who say nearly the same (pieces of five words, Jaccard .5 or more)"
    found = _in_order(items, ids)
    return RuleFound(rule="duplicate", about=about, gate="duplicate", n=len(doubles), items=found)


def _in_order(items: Iterable[Item], ids: set[str]) -> tuple[str, ...]:
    return tuple(item.id for item in items if item.id in ids)


def _gate_items(items: Iterable[Item], rules: Iterable[RuleFound], gate: Gate) -> tuple[str, ...]:
    return _in_order(items, {one for rule in rules if rule.gate == gate for one in rule.items})


def _notes(items: Sequence[Item], looked: Looked, column: str | None) -> Iterator[str]:
    """What could not be looked at."""
    if looked.scenario is None:
        what = "their targets are looked for" if any(item.target for item in items) else "none have targets"
        yield f"no scenario has these targets, so only {what}; name a scenario with --scenario S"
    elif not looked.mask.result:
        name = looked.scenario.name
        yield f"scenario {name} has no mask: list of words, so only its labels are looked for"
    if column is None:
        yield "people on both sides: not looked for, no covariate is called side or split; use --split COLUMN"
    silent = sum(not item.speech for item in items)
    if silent:
        yield f"{silent} of {len(items)} items have no speech: nothing is looked for in them"
    if not all(item.subject_known for item in items):
        yield "some subjects are only recordings: p of shortcuts and doubles go by recording"
