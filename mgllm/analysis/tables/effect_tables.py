"""Columns of the tables on differences, and the words below them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mgllm.analysis.metric import known_metrics
from mgllm.analysis.statistics.skewed import SKEWED_WORDS
from mgllm.analysis.tables.columns import Column, Table, TableSpec
from mgllm.analysis.wording import (
    change,
    contrast_words,
    difference,
    level,
    metric_words,
    number,
    p_words,
    span,
)
from mgllm.records import Effect, Rule

CHECKS_WORDS = (
    "detectable: the smallest true effect that 80 % of such experiments find: k × standard error, with k "
    "from the noncentral t (2.80 with many people, 3.15 with 10).",
    "b:c: pairs of the first epoch with the arm right and the baseline wrong : the reverse.",
)
BY_SUBJECT_WORDS = "subjects weigh the same: the difference if each person counts once, not each item."
MISSING_WORDS = (
    "strict: unparsed and refused count as wrong. bounds: all missing answers count against the arm … for it."
)
WORST_WORDS = (
    "worst: every missing pair gets the worst difference observed; AUC: missing items of the arm are ranked "
    "last, those of the baseline first."
)
LACKING_WORDS = (
    "no probabilities %: of the pairs answered in both arms, the share without probabilities in the arm − in "
    "the baseline = the difference in points. These pairs are missing in log-odds, AUC and Brier."
)
RULES: Mapping[Rule, str] = {
    "bootstrap_t": SKEWED_WORDS,
    "sign_flip": (
        "all subjects differ by the same amount: p is from exact sign flips over subjects, and there can be "
        "no interval"
    ),
}
"""The words for rules other than Student's t."""
WIDE = "Differences [95 %], one contrast a line"
ABOUT: tuple[Column[Effect], ...] = (
    ("contrast", contrast_words),
    ("metric", lambda effect: metric_words(effect.row, effect.metric)),
)
"""First columns of every table of differences."""
SIDES: tuple[Column[Effect], ...] = (
    ("pairs", lambda effect: str(effect.pairs)),
    ("arm", lambda effect: level(effect.arm_value, effect.metric)),
    ("baseline", lambda effect: level(effect.baseline_value, effect.metric)),
)
"""The two sides of a difference."""


PRIMARY = TableSpec[Effect](
    "The two primary contrasts (arm − baseline over common answered items)",
    name="contrasts",
    names=2,
    columns=[
        *ABOUT,
        ("difference [95 %]", difference),
        ("p", lambda effect: p_words(effect.p)),
        *SIDES,
    ],
)


def _by_subject(effect: Effect) -> str:
    words = (change(effect.by_subject, effect.metric), span(effect.by_subject_interval, effect.metric))
    return " ".join(filter(None, words))


CHECKS = TableSpec[Effect](
    "Checks of the primary contrasts",
    name="checks",
    names=2,
    columns=[
        *ABOUT,
        ("detectable", lambda effect: change(effect.detectable, effect.metric).lstrip("+")),
        # If patterns are drawn, the last digit would depend on the seed.
        ("sign-flip p", lambda effect: p_words(effect.sign_flip_p, 3 if effect.sign_flip_exact else 2)),
        ("BCa [95 %]", lambda effect: span(effect.bca_interval, effect.metric, fewer=1)),
        ("subjects weigh the same [95 %]", _by_subject),
        (
            "ignores subjects: b:c, McNemar p",
            lambda effect: (
                ""
                if effect.b is None
                else ", ".join([f"{effect.b}:{effect.c}", p_words(effect.mcnemar_p) or "–"])
            ),
        ),
    ],
)


def _lacking_in_pairs(effects: Sequence[Effect]) -> Iterable[Column[Effect]]:
    """Of the pairs answered in both arms, the share without probabilities on each side, if there
    are any."""
    some = any(effect.arm_censored is not None for effect in effects)
    return [("no probabilities %", _lacking_sides)] if some else []


def _lacking_sides(effect: Effect) -> str:
    arm, baseline = effect.arm_censored or 0.0, effect.baseline_censored or 0.0
    sides = f"{number(100 * arm, 1)} − {number(100 * baseline, 1)}"
    return f"{sides} = {number(100 * (arm - baseline), 1, plus=True)}"


def _share_lacking(effect: Effect) -> str:
    return "" if effect.lacking is None else number(100 * effect.lacking, 1)


MISSING = TableSpec[Effect](
    "Primary contrasts if the missing answers were different",
    name="missing",
    names=2,
    columns=[
        *ABOUT,
        ("missing pairs", lambda effect: str(effect.missing)),
        ("difference", lambda effect: change(effect.difference, effect.metric)),
        _lacking_in_pairs,
        ("strict", lambda effect: change(effect.strict, effect.metric)),
        ("bounds", lambda effect: " … ".join(change(bound, effect.metric) for bound in effect.bounds or ())),
        ("worst", lambda effect: change(effect.worst, effect.metric)),
        ("missing %", _share_lacking),
        ("sign changes", lambda effect: "yes" if effect.sign_changes else "no"),
    ],
)
EXPLORATORY = TableSpec[Effect](
    "Exploratory differences (q: Benjamini–Hochberg)",
    name="exploratory",
    names=2,
    columns=[
        *ABOUT,
        ("difference [95 %]", difference),
        ("q", lambda effect: p_words(effect.q)),
        *SIDES,
        ("missing", lambda effect: str(effect.missing)),
    ],
)


def rule_words(effects: Sequence[Effect]) -> Iterable[str]:
    """How interval and p are computed if not by Student's t, with the rows that this is about."""
    about: dict[Rule, list[str]] = {}
    for effect in effects:
        words = f"{contrast_words(effect)} ({metric_words(effect.row, effect.metric)})"
        about.setdefault(effect.rule, []).append(words)
    for rule, words in RULES.items():
        if rule in about:
            yield f"{'; '.join(about[rule])}: {words}."


def wide_table(effects: Sequence[Effect], remarks: Sequence[str]) -> Table:
    """One line per contrast, a column per metric, for papers. A second run of the same name has its
    own lines."""
    metrics = [m for m in known_metrics() if any(effect.metric == m.name for effect in effects)]
    lines: dict[str, list[dict[str, Effect]]] = {}
    for effect in effects:
        found = lines.setdefault(contrast_words(effect), [])
        line = next((line for line in found if effect.metric not in line), None)
        if line is None:
            line = {}
            found.append(line)
        line[effect.metric] = effect
    return Table(
        title=WIDE,
        header=("contrast", "pairs", *(metric_words(effects[0].row, metric.name) for metric in metrics)),
        rows=tuple(
            (
                words,
                str(max(effect.pairs for effect in line.values())),
                *(_cell(line.get(metric.name)) for metric in metrics),
            )
            for words, found in lines.items()
            for line in found
        ),
        names=1,
        remarks=tuple(remarks),
    )


def _cell(effect: Effect | None) -> str:
    if effect is None:
        return ""
    return difference(effect)


def missing_table(primary: Sequence[Effect]) -> Table:
    """What missing answers could change in the primary differences."""
    shown = [effect for effect in primary if effect.strict is not None or effect.worst is not None]
    lacking = [LACKING_WORDS] if any(effect.arm_censored is not None for effect in shown) else []
    worst = [WORST_WORDS] if any(effect.worst is not None for effect in shown) else []
    return MISSING.table(shown or primary, [MISSING_WORDS, *worst, *lacking])
