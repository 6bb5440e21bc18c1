"""Which rows stand in which table, the remarks beneath, and the shelf of formats that write it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from mgllm.analysis.metric import known_metrics
from mgllm.analysis.statistics.gates import equivalence, with_margin
from mgllm.analysis.tables.attribution_tables import attribution_table
from mgllm.analysis.tables.bias_tables import bias_tables, slice_tables
from mgllm.analysis.tables.columns import Table
from mgllm.analysis.tables.long import long_table, numbers
from mgllm.analysis.tables.tables import (
    CHECKS,
    CLAIMS,
    EXPLORATORY,
    FLIPPED,
    GEE,
    MISSING,
    OUTCOMES,
    PRIMARY,
    SCORES,
    flipped_words,
    gee_words,
    wide_table,
)
from mgllm.analysis.tables.without import sampled_words, unscored_words, without_words
from mgllm.analysis.wording import contrast_words, metric_words
from mgllm.errors import InputError, unknown
from mgllm.records import ArmSummary, Claim, Effect, Exposure, RowName, Summary
from mgllm.registry import Shelf

EXPOSED: dict[Exposure, str] = {
    "in_sample": "the recogniser was trained on the subject: a LEAK (in-sample cues)",
    "unknown": "it is unknown whether the recogniser was trained on the subject",
}
"""What is said of cues that were not held out."""
CHECKS_WORDS = (
    "detectable: a true effect of that size is found in 80 % of such experiments (noncentral t).",
    "b:c: in the first epoch, arm right and baseline wrong, and the reverse.",
)
MISSING_WORDS = (
    "strict: unparsed and refused count as wrong. bounds: all missing against the arm … for it.",
)
LACKING_WORDS = (
    "no probabilities %: of the pairs answered by both, those that lack them in the arm − in the baseline = "
    "the difference in points; they are missing in log-odds, AUC and Brier."
)
ALPHA = (
    "agreement: Krippendorff's alpha of the people who read an item in the same arm: 1 perfect, 0 chance; "
    "over items with two answers or more."
)
SHAPES = ("tables", "wide", "long")
"""What `compare --shape` takes; the first is the default."""
PRIOR = "the mean probability of each label when nothing is told, its prior; not an accuracy."
SAID = "the share of each label among the answers when nothing is told, its prior; not an accuracy."
TOGETHER = "Models and scenarios together"


@dataclass(frozen=True, slots=True)
class Layout:
    """Which tables are shown."""

    brief: bool = False
    """Without checks, exploratory differences, flips, biases and regressions."""
    shape: str = "tables"
    """One of SHAPES."""
    ids: bool = False
    """Name the items gained and lost."""


table_formats: Shelf[Callable[[Summary, Layout], str]] = Shelf("table format", "mgllm.analysis.tables")
"""What writes a summary, by the name that `compare --format` takes."""
table_format = table_formats.register
"""Decorator: put a format on the shelf under a name."""


@dataclass(frozen=True, slots=True)
class Section:
    """All tables about one scenario, model, form, reasoning, score and cue source."""

    heading: str
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A summary as tables, before any format."""

    claims: tuple[Table, ...]
    """The claims' table, if there are any."""
    sections: tuple[Section, ...]
    """One per row name."""
    notes: tuple[str, ...]
    """What stands under everything."""


def lay_out(summary: Summary, layout: Layout | None = None) -> Report:
    """A summary as tables."""
    layout = layout or Layout()
    rows = list(dict.fromkeys([*(arm.row for arm in summary.arms), *(e.row for e in summary.effects)]))
    sections = [Section(row.words, tuple(_tables(_about(summary, row), layout))) for row in rows]
    fitted = [gee for gee in summary.gee if gee.terms]
    if fitted and layout.shape == "tables" and not layout.brief:
        sections.append(Section(TOGETHER, tuple(GEE.table(gee.terms, gee_words(gee)) for gee in fitted)))
    return Report(
        claims=(CLAIMS.table(summary.claims, _family(summary.claims)),) if summary.claims else (),
        sections=tuple(section for section in sections if section.tables),
        notes=(*summary.notes, *(f"{g.formula}: not fitted: {g.why_not}" for g in summary.gee if g.why_not)),
    )


def _about(summary: Summary, row: RowName) -> Summary:
    """What a summary says of one row."""
    parts = ("arms", "effects", "claims", "flips", "bias", "slices", "attribution")
    return summary.model_copy(
        update={name: tuple(each for each in getattr(summary, name) if each.row == row) for name in parts}
    )


def _tables(about: Summary, layout: Layout) -> Iterable[Table]:
    if layout.shape == "long":
        yield long_table(numbers(about))
        return
    yield from _arm_tables(about)
    if layout.shape == "wide":
        if about.effects:
            yield wide_table(about.effects, [*_flags(about.effects), *_less(about.effects)])
        return
    yield from _effect_tables(about, layout)
    yield from attribution_table(about.attribution)
    if layout.brief:
        return
    if about.flips:
        yield FLIPPED.table(about.flips, flipped_words(about.flips) if layout.ids else ())
    yield from bias_tables(about.bias)
    yield from slice_tables(about.slices)


def _arm_tables(about: Summary) -> Iterable[Table]:
    arms = about.arms
    unasked = [arm for arm in arms if arm.arm == about.roles_of(arm.row.scenario).get("unasked")]
    if arms:
        yield OUTCOMES.table(arms, [*_arm_remarks(arms, unasked), *without_words(arms)])
    if any(arm.accuracy is not None or arm.agreement is not None for arm in arms):
        rated = [ALPHA] if any(arm.agreement is not None for arm in arms) else []
        asked = [arm for arm in arms if arm not in unasked]
        yield SCORES.table(asked, [*rated, *unscored_words(asked), *sampled_words(asked)])


def _effect_tables(about: Summary, layout: Layout) -> Iterable[Table]:
    primary = [effect for effect in about.effects if effect.primary]
    exploratory = sorted((e for e in about.effects if not e.primary), key=lambda e: (e.arm, e.baseline))
    if primary:
        remarks = [
            *_flags(primary),
            *_clusters(primary),
            *_results(about.claims, supported=False),
            *_equal(primary),
        ]
        yield PRIMARY.table(primary, remarks, _results(about.claims, supported=True))
    if primary and not layout.brief:
        yield CHECKS.table(primary, CHECKS_WORDS)
    if any(effect.missing for effect in primary):
        lacking = [LACKING_WORDS] if any(effect.arm_censored is not None for effect in primary) else []
        shown = [effect for effect in primary if effect.strict is not None]
        yield MISSING.table(shown, [*MISSING_WORDS, *lacking])
    if exploratory and not layout.brief:
        remarks = [*_flags(exploratory), *_equal(exploratory), *_less(exploratory)]
        yield EXPLORATORY.table(exploratory, remarks)


def _family(claims: Sequence[Claim]) -> list[str]:
    size = claims[0].family
    return [f"Holm over a family of {size} claim{'s' if size > 1 else ''}: every row of this table."]


def _arm_remarks(arms: Sequence[ArmSummary], unasked: Sequence[ArmSummary]) -> Iterable[str]:
    for arm in arms:
        if arm in unasked and arm.answer_shares:
            said = arm.row.score == "sample" or 0 < arm.censored == arm.answered
            yield f"{arm.arm}: {SAID if said else PRIOR}"
        if arm.constant is not None:
            yield f"{arm.arm}: constant answer: all {arm.answered} are '{arm.constant}'."
        for exposure, words in EXPOSED.items():
            if count := arm.exposures.get(exposure):
                yield f"{arm.arm}: in {count} of {arm.n} records {words}."


def _results(claims: Sequence[Claim], *, supported: bool) -> Iterable[str]:
    for claim in claims:
        if claim.supported == supported:
            yield f"Claim, {metric_words(claim.row, claim.metric)}: {claim.words}."


def _clusters(primary: Sequence[Effect]) -> Iterable[str]:
    """How the pairs fall on subjects, once for all contrasts where it is the same."""
    facts: dict[str, list[str]] = {}
    for effect in primary:
        largest = _count(effect.largest_cluster, "pair")
        words = (
            f"{_count(effect.pairs, 'pair')} of {_count(effect.subjects, 'subject')} "
            f"({effect.effective_subjects:.1f} effective, {largest} of the largest)"
        )
        facts.setdefault(words, []).append(contrast_words(effect))
    for words, contrasts in facts.items():
        about = "" if len(facts) == 1 else f"{', '.join(dict.fromkeys(contrasts))}: "
        yield f"{about}{words}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _equal(effects: Sequence[Effect]) -> Iterable[str]:
    for effect in effects:
        if effect.margin is not None:
            yield f"{contrast_words(effect)}: {equivalence(effect, effect.margin).words}."


def _less(effects: Sequence[Effect]) -> Iterable[str]:
    names = {metric.name: metric.scale.name for metric in known_metrics() if metric.less_is_better}
    if any(effect.metric in names for effect in effects):
        *others, last = names.values()
        words = f"{', '.join(others)} and {last}" if others else last
        yield f"{words}: less is better, a negative difference is in favour of the arm."


def _flags(effects: Sequence[Effect]) -> Iterable[str]:
    """Each flag once, with the rows that it is about."""
    about: dict[str, list[str]] = {}
    for effect in effects:
        for flag in effect.flags:
            words = f"{contrast_words(effect)} ({metric_words(effect.row, effect.metric)})"
            about.setdefault(flag, []).append(words)
    for flag, rows in about.items():
        yield f"{flag[:1].upper()}{flag[1:]}: {'all rows' if len(rows) == len(effects) else '; '.join(rows)}."


def render(
    summary: Summary,
    form: str,
    *,
    margin: float | None = None,
    brief: bool = False,
    shape: str = "tables",
    ids: bool = False,
) -> str:
    """The same bytes for the same summary.

    Args:
        summary: what to show.
        form: the name of a format: md, csv, tex, html, json, or one from outside.
        margin: also say whether accuracy differences are within ± this share (0.05: five points).
        brief: what was answered, how well, and the primary contrasts; md, tex and html only.
        shape: tables; wide: one contrast a line, metrics side by side; long: one number a line (also csv).
        ids: name the items gained and lost; md, tex and html only.

    Raises:
        InputError: no such format or shape, or a margin that is not positive.
    """
    if form not in (known := table_formats.names()):
        raise InputError(f"--format: {unknown('format', form, known)}")
    if shape not in SHAPES:
        raise InputError(f"--shape: {unknown('shape', shape, SHAPES)}")
    if margin is not None:
        summary = with_margin(summary, margin)
    return table_formats.get(form)(summary, Layout(brief=brief, shape=shape, ids=ids))
