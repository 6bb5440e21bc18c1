"""Which rows are in which table, and the registry of formats that write tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from mgllm.analysis.statistics.gates import with_margin
from mgllm.analysis.tables.attribution_tables import attribution_table
from mgllm.analysis.tables.bias_tables import bias_tables, slice_tables
from mgllm.analysis.tables.columns import Table
from mgllm.analysis.tables.dose_tables import dose_table
from mgllm.analysis.tables.effect_tables import (
    BY_SUBJECT_WORDS,
    CHECKS,
    CHECKS_WORDS,
    EXPLORATORY,
    PRIMARY,
    missing_table,
    rule_words,
    wide_table,
)
from mgllm.analysis.tables.long import long_table, numbers
from mgllm.analysis.tables.models import claim_table, contrasts_of, model_tables, registered_table
from mgllm.analysis.tables.names import refuse_unknown, why_empty
from mgllm.analysis.tables.naming import apart
from mgllm.analysis.tables.notes_shown import needed
from mgllm.analysis.tables.probe_tables import marked, probe_table
from mgllm.analysis.tables.reference_tables import reference_tables
from mgllm.analysis.tables.remarks import arm_remarks, clusters, equal, flags, leaks, less, results
from mgllm.analysis.tables.sweep_tables import sweep_tables
from mgllm.analysis.tables.tables import FLIPPED, GEE, OUTCOMES, SCORES, flipped_words, gee_words
from mgllm.analysis.tables.verdict import ScenarioVerdict, verdicts
from mgllm.analysis.tables.without import sampled_words, unscored_words, without_words
from mgllm.errors import InputError, unknown
from mgllm.records import Effect, RowName, Summary
from mgllm.registry import Shelf

ALPHA = (
    "agreement: Krippendorff's alpha between people who read an item in the same arm: 1 is perfect, 0 is "
    "chance; over items with two answers or more."
)
OVER_ANSWERED = "Each number is over the items that were answered in the arm."
SHAPES = ("tables", "wide", "long")
"""Values of `compare --shape`; the first is the default."""
TOGETHER = "Models and scenarios together"
Pair = tuple[str, str]
"""An arm, and the arm that it is compared with."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Which tables are shown."""

    brief: bool = False
    """True: only the verdict, models × arms, claims, what options asked for, and the notes that a
    reader needs."""
    shape: str = "tables"
    """One of SHAPES."""
    ids: bool = False
    """Name the items gained and lost."""
    pairs: tuple[Pair, ...] = ()
    """Contrasts that were asked for: a brief layout shows these too."""
    names: tuple[str, ...] = ()
    """Only these tables are shown; all if it is empty."""


table_formats: Shelf[Callable[[Summary, Layout], str]] = Shelf("table format", "mgllm.analysis.tables")
"""Functions that write a summary, by their name for `compare --format`."""
table_format = table_formats.register
"""Decorator: register a format under a name."""


@dataclass(frozen=True, slots=True)
class Section:
    """All tables about one scenario, model, form, reasoning, score and cue source."""

    heading: str
    """Its row's name, in one line."""
    tables: tuple[Table, ...]
    """In the order of reading."""
    about: str = ""
    """How it differs from other sections."""


@dataclass(frozen=True, slots=True)
class Report:
    """A summary as tables, before any format."""

    claims: tuple[Table, ...]
    """The claims' table, if there are any."""
    sections: tuple[Section, ...]
    """One per row name."""
    notes: tuple[str, ...]
    """Lines below everything."""
    verdicts: tuple[ScenarioVerdict, ...] = ()
    """One per scenario, above everything."""
    models: tuple[Table, ...] = ()
    """Models × arms, one table per primary metric."""
    registered: tuple[Table, ...] = ()
    """The registered hypotheses, if there are any."""

    @property
    def head(self) -> tuple[Table, ...]:
        """The tables before the sections."""
        return (*self.models, *self.registered, *self.claims)


def lay_out(summary: Summary, layout: Layout | None = None) -> Report:
    """A summary as tables."""
    layout = layout or Layout()
    rows = list(dict.fromkeys([*(arm.row for arm in summary.arms), *(e.row for e in summary.effects)]))
    sections = [
        Section(row.words, tuple(_tables(_about(summary, row), layout)), apart(row, rows)) for row in rows
    ]
    fitted = [gee for gee in summary.gee if gee.terms]
    if fitted and layout.shape == "tables" and not layout.brief:
        sections.append(Section(TOGETHER, tuple(GEE.table(gee.terms, gee_words(gee)) for gee in fitted)))
    unfitted = tuple(
        f"the regression {gee.formula} is not fitted: {gee.why_not}" for gee in summary.gee if gee.why_not
    )
    claims = claim_table(summary.claims, list(dict.fromkeys(arm.row for arm in summary.arms)))
    registered = registered_table(summary.registered)
    report = Report(
        registered=(registered,) if registered else (),
        verdicts=verdicts(summary),
        models=(*model_tables(summary), *reference_tables(summary.references), *probe_table(summary.probes)),
        claims=(claims,) if claims else (),
        sections=tuple(section for section in sections if section.tables),
        notes=needed(summary.notes) if layout.brief else (*summary.notes, *unfitted),
    )
    report = _with_marks(report, summary, rows)
    return _only(report, layout.names) if layout.names else report


def _with_marks(report: Report, summary: Summary, rows: Sequence[RowName]) -> Report:
    """A line below every table that has numbers of a model that knows the items from metadata."""
    about = {row.words: [row] for row in rows}
    sections = (
        replace(each, tables=marked(each.tables, summary, about.get(each.heading, rows)))
        for each in report.sections
    )
    models, claims = (marked(tables, summary, rows) for tables in (report.models, report.claims))
    return replace(report, models=models, claims=claims, sections=tuple(sections))


def _only(report: Report, names: Sequence[str]) -> Report:
    """The tables with these names, with the notes that are always shown.

    Raises:
        InputError: one of them is empty.
    """

    def kept(tables: Iterable[Table]) -> tuple[Table, ...]:
        return tuple(table for table in tables if table.name in names)

    sections = [replace(section, tables=kept(section.tables)) for section in report.sections]
    only = Report(
        verdicts=report.verdicts if "verdict" in names else (),
        models=kept(report.models),
        registered=kept(report.registered),
        claims=kept(report.claims),
        sections=tuple(section for section in sections if section.tables),
        notes=needed(report.notes),
    )
    there = {table.name for table in (*only.head, *(t for section in sections for t in section.tables))}
    there |= {"verdict"} if only.verdicts else set()
    for name in names:
        if name not in there:
            raise InputError(why_empty(name))
    return only


def _about(summary: Summary, row: RowName) -> Summary:
    """The part of a summary about one row."""
    parts = ("arms", "effects", "claims", "flips", "bias", "slices", "attribution", "doses", "sweeps")
    return summary.model_copy(
        update={name: tuple(each for each in getattr(summary, name) if each.row == row) for name in parts}
    )


def _tables(about: Summary, layout: Layout) -> Iterable[Table]:
    if layout.shape == "long":
        yield long_table(numbers(about))
        return
    if not layout.brief or layout.shape == "wide" or all(arm.accuracy is None for arm in about.arms):
        yield from _arm_tables(about)
    if layout.shape == "wide":
        if about.effects:
            yield wide_table(about.effects, [*flags(about.effects), *less(about.effects)])
        return
    yield from _asked_for(about, layout) if layout.brief else _effect_tables(about)
    yield from sweep_tables(about.sweeps, brief=layout.brief)
    if not layout.brief:
        yield from attribution_table(about.attribution)
    if about.doses:
        yield dose_table(about.doses)
    if about.flips and (layout.ids or not layout.brief):
        yield FLIPPED.table(about.flips, flipped_words(about.flips) if layout.ids else ())
    if not layout.brief:
        yield from bias_tables(about.bias)
    yield from slice_tables(about.slices)


def _arm_tables(about: Summary) -> Iterable[Table]:
    arms = about.arms
    unasked = [arm for arm in arms if arm.arm == about.roles_of(arm.row.scenario).get("unasked")]
    if arms:
        yield OUTCOMES.table(arms, [*arm_remarks(arms, unasked), *without_words(arms)])
    if any(arm.accuracy is not None or arm.agreement is not None for arm in arms):
        rated = [ALPHA] if any(arm.agreement is not None for arm in arms) else []
        asked = [arm for arm in arms if arm not in unasked]
        yield SCORES.table(asked, [OVER_ANSWERED, *rated, *unscored_words(asked), *sampled_words(asked)])


def _asked_for(about: Summary, layout: Layout) -> Iterable[Table]:
    """The differences that an option asked for: --margin, --against, --pair."""
    primary = [effect for effect in about.effects if effect.primary]
    if any(effect.margin is not None for effect in primary):
        yield _contrasts(about, primary)
    if others := contrasts_of(about.effects, layout.pairs):
        yield EXPLORATORY.table(others, [*flags(others), *leaks(others), *equal(others), *less(others)])


def _contrasts(about: Summary, primary: Sequence[Effect]) -> Table:
    remarks = [
        *flags(primary),
        *leaks(primary),
        *clusters(primary),
        *rule_words(primary),
        *results(about.claims, supported=False),
        *equal(primary),
    ]
    return PRIMARY.table(primary, remarks, results(about.claims, supported=True))


def _effect_tables(about: Summary) -> Iterable[Table]:
    primary = [effect for effect in about.effects if effect.primary]
    exploratory = sorted((e for e in about.effects if not e.primary), key=lambda e: (e.arm, e.baseline))
    if primary:
        yield _contrasts(about, primary)
        by_subject = [BY_SUBJECT_WORDS] if any(e.by_subject is not None for e in primary) else []
        yield CHECKS.table(primary, [*CHECKS_WORDS, *by_subject])
    if any(effect.missing or effect.lacking for effect in primary):
        yield missing_table(primary)
    if exploratory:
        remarks = [*flags(exploratory), *leaks(exploratory), *rule_words(exploratory)]
        yield EXPLORATORY.table(exploratory, [*remarks, *equal(exploratory), *less(exploratory)])


def render(  # noqa: PLR0913  # keywords of one call each
    summary: Summary,
    form: str,
    *,
    margin: float | None = None,
    brief: bool = False,
    shape: str = "tables",
    ids: bool = False,
    pairs: Sequence[Pair] = (),
    tables: Sequence[str] = (),
) -> str:
    """The same bytes for the same summary.

    Args:
        summary: what to show.
        form: the name of a format: md, csv, tex, html, json, or one from another package.
        margin: also say whether accuracy differences are within ± this share (0.05: five points).
        brief: verdict, models × arms, claims and the notes that a reader needs; md, tex and html
        only.
        shape: tables; wide: one contrast a line, metrics side by side; long: one number a line
        (also csv).
        ids: name the items gained and lost; md, tex and html only.
        pairs: contrasts that were asked for; a brief table shows these too.
        tables: show only these tables, by name: see TABLES.

    Raises:
        InputError: no such format, shape or table, nothing to show in it, or a margin that is not
        positive.
    """
    if form not in (known := table_formats.names()):
        raise InputError(f"--format: {unknown('format', form, known)}")
    if shape not in SHAPES:
        raise InputError(f"--shape: {unknown('shape', shape, SHAPES)}")
    refuse_unknown(tables)
    if margin is not None:
        summary = with_margin(summary, margin)
    layout = Layout(
        brief=brief and not tables,
        shape=shape if not tables else SHAPES[0],
        ids=ids,
        pairs=tuple(pairs),
        names=tuple(dict.fromkeys(tables)),
    )
    return table_formats.get(form)(summary, layout)
