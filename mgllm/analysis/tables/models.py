"""The tables beside the verdict: the arms of all models, and the claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from mgllm.analysis.metric import Metric, headline, known_metrics
from mgllm.analysis.statistics.cautions import STOPPED
from mgllm.analysis.tables.columns import Column, Table, TableSpec
from mgllm.analysis.tables.naming import HEADERS, apart, differing, parts, shared
from mgllm.analysis.tables.remarks import grouped, own_words
from mgllm.analysis.tables.tables import NO_NUMBER
from mgllm.analysis.tables.verdict import SHOWN, verdict_of
from mgllm.analysis.wording import capital, change, estimate, metric_words, p_words, span
from mgllm.records import ArmSummary, Claim, Effect, RegisteredTest, RowName, Summary


class ModelRow(NamedTuple):
    """One row name and its arms."""

    row: RowName
    arms: Mapping[str, ArmSummary]


def model_tables(summary: Summary) -> Iterable[Table]:
    """Models × arms, in each primary metric that has a number; the claim's arms first."""
    rows = _rows(summary)
    names = [row.row for row in rows]
    for metric in (each for each in known_metrics() if each.primary):
        arms = [arm for arm in _arm_names(summary) if _has(rows, arm, metric.name)]
        if not arms:
            continue
        spec = TableSpec[ModelRow](
            f"{capital(metric_words(names[0], metric.name))} by model and arm{_unit(metric)}",
            name="models",
            names=len(differing(names)),
            columns=[*_name_columns(names), *((arm, partial(_cell, metric.name, arm)) for arm in arms)],
        )
        table = spec.table(rows, _remarks(rows) if metric.headline else _without(rows, metric.name))
        yield table if metric.headline else replace(table, label=f"models-{metric.name.replace('_', '-')}")


def claim_table(claims: Sequence[Claim], rows: Sequence[RowName]) -> Table | None:
    """The claim for each row, and the reason if it is not supported."""
    if not claims:
        return None
    about = list(dict.fromkeys([*rows, *(claim.row for claim in claims)]))
    names = [(header, partial(_named, cell)) for header, cell in _row_columns(about)]
    spec = TableSpec[Claim](
        "Claim: the gestures' content helps (needs both contrasts)",
        name="claims",
        names=len(names) + 1,
        columns=[
            *names,
            ("metric", lambda claim: metric_words(claim.row, claim.metric)),
            ("verdict", lambda claim: SHOWN[verdict_of(claim)]),
            ("over text", lambda claim: change(claim.over_text, claim.metric)),
            ("over shuffled", lambda claim: change(claim.over_shuffled, claim.metric)),
            ("over filler", lambda claim: change(claim.over_filler, claim.metric)),
            ("Holm p", lambda claim: p_words(claim.p_holm)),
            ("reason", lambda claim: claim.reason or ""),
        ],
    )
    supported = [claim for claim in claims if verdict_of(claim) == "supported"]
    strong = [f"{apart(claim.row, about)}, {metric_words(claim.row, claim.metric)}: {claim.words}."
              for claim in supported]  # fmt: skip
    return spec.table(claims, _about_claims(claims, about), strong)


def registered_table(tests: Sequence[RegisteredTest]) -> Table | None:
    """The registered hypotheses, what came of them, and what is not as registered."""
    if not tests:
        return None
    about = list(dict.fromkeys(test.row for test in tests))
    names = [(header, partial(_named, cell)) for header, cell in _row_columns(about)]
    spec = TableSpec[RegisteredTest](
        "Registered hypotheses",
        name="registered",
        names=len(names) + 3,
        columns=[
            *names,
            ("contrast", lambda test: f"{test.hypothesis.arm} − {test.hypothesis.over}"),
            ("metric", lambda test: metric_words(test.row, test.hypothesis.metric)),
            ("expected", _expected),
            ("difference [95 %]", lambda test: " ".join(filter(None, _numbers(test, test.interval)))),
            ("90 %", lambda test: span(test.equivalence_interval, test.hypothesis.metric)),
            ("Holm p", lambda test: p_words(test.p_holm)),
            ("result", lambda test: test.result.replace("_", " ")),
        ],
    )
    words = [", ".join(filter(None, (apart(test.row, about), _said(test)))) for test in tests]
    changed: dict[str, list[str]] = {}
    for test in tests:
        for deviation in test.deviations:
            changed.setdefault(f"Deviates from the preregistration: {deviation}", []).append(
                apart(test.row, about)
            )
    remarks = [f"{deviation}{_where(rows)}." for deviation, rows in changed.items()]
    return spec.table(tests, [*remarks, *words])


def _said(test: RegisteredTest) -> str:
    """The hypothesis and its result in words."""
    said = test.hypothesis
    what = f"{said.arm} − {said.over}, {metric_words(test.row, said.metric)}, expected: {said.expect}"
    return f"{what}; {test.words}."


def _expected(test: RegisteredTest) -> str:
    """What was expected, with the margin in the unit of tables."""
    margin = test.hypothesis.margin
    return test.hypothesis.expect if margin is None else f"{test.hypothesis.expect}, ±{margin:g}"


def _numbers(test: RegisteredTest, interval: tuple[float, float] | None) -> tuple[str, str]:
    return change(test.difference, test.hypothesis.metric), span(interval, test.hypothesis.metric)


def _where(rows: Sequence[str]) -> str:
    known = list(filter(None, dict.fromkeys(rows)))
    return f" ({', '.join(known)})" if known else ""


def _rows(summary: Summary) -> list[ModelRow]:
    """Rows with the same name are from different runs: each has its own line."""
    rows: list[ModelRow] = []
    found: dict[RowName, list[dict[str, ArmSummary]]] = {}
    for arm in summary.arms:
        lines = found.setdefault(arm.row, [])
        line = next((line for line in lines if arm.arm not in line), None)
        if line is None:
            line = {}
            lines.append(line)
            rows.append(ModelRow(arm.row, line))
        line[arm.arm] = arm
    return rows


def _arm_names(summary: Summary) -> list[str]:
    primary = [effect for effect in summary.effects if effect.primary]
    of_claim = [name for effect in primary for name in (effect.baseline, effect.arm)]
    return list(dict.fromkeys([*of_claim, *(arm.arm for arm in summary.arms)]))


def _has(rows: Sequence[ModelRow], arm: str, metric: str) -> bool:
    return any((found := row.arms.get(arm)) is not None and (found.level(metric) is not None) for row in rows)


def _cell(metric: str, name: str, row: ModelRow) -> str:
    arm = row.arms.get(name)
    if arm is None:
        return ""
    if metric in arm.unscored:
        return NO_NUMBER
    return estimate(arm.level(metric), arm.accuracy_interval if metric == headline() else None, metric)


def _unit(metric: Metric) -> str:
    percent = metric.scale.factor == 100
    unit = "%" if percent else metric.scale.unit
    words = " ".join(filter(None, [unit, "[95 %]" if metric.headline else ""]))
    return f" ({words})" if words else ""


def _row_columns(rows: Sequence[RowName]) -> list[Column[RowName]]:
    return [(HEADERS[n] or "cues, run", partial(_name_part, n)) for n in differing(rows)]


def _name_columns(rows: Sequence[RowName]) -> list[Column[ModelRow]]:
    return [(header, partial(_named, cell)) for header, cell in _row_columns(rows)]


def _name_part(n: int, row: RowName) -> str:
    return parts(row)[n]


def _named(cell: object, about: ModelRow | Claim) -> str:
    words: str = cell(about.row)  # type: ignore[operator]
    return words


def _remarks(rows: Sequence[ModelRow]) -> Iterable[str]:
    """What all rows have in common, their numbers of records, and every caution about an arm."""
    names = [row.row for row in rows]
    if common := shared(names):
        yield f"Asked: {common}."
    yield from _sizes(rows)
    yield from _unanswered(rows)
    about: dict[str, list[str]] = {}
    shown = 0
    for row in rows:
        for arm in row.arms.values():
            shown += arm.level(headline()) is not None
            for words in own_words(arm):
                about.setdefault(words, []).append(_who(row, arm, names))
    yield from grouped(about, shown)


def _sizes(rows: Sequence[ModelRow]) -> Iterable[str]:
    """Records and people of each row; once if they are equal."""
    sizes: dict[str, list[str]] = {}
    for row in rows:
        asked = [arm for arm in row.arms.values() if arm.accuracy is not None] or list(row.arms.values())
        least, most = min(arm.n for arm in asked), max(arm.n for arm in asked)
        people = max(arm.subjects for arm in asked)
        n = f"{most}" if least == most or not _stopped(row) else f"{least} to {most}"
        words = f"{n} records of {people} subject{'' if people == 1 else 's'} in each arm"
        sizes.setdefault(words, []).append(apart(row.row, [each.row for each in rows]))
    for words, names in sizes.items():
        yield f"{words}." if len(sizes) == 1 else f"{', '.join(dict.fromkeys(names))}: {words}."


def _stopped(row: ModelRow) -> bool:
    """Whether a run ended before all was asked."""
    return any(flag.startswith(STOPPED) for arm in row.arms.values() for flag in arm.flags)


def _unanswered(rows: Sequence[ModelRow]) -> Iterable[str]:
    """How many answers are missing in each arm, and the outcomes instead, a line for each row."""
    names = [row.row for row in rows]
    lost = [row for row in rows if any(arm.answered < arm.n for arm in row.arms.values())]
    if not lost:
        yield f"All records{' so far' if any(map(_stopped, rows)) else ''} are answered."
    for row in lost:
        arms = row.arms.values()
        counts = [f"{arm.arm} {arm.n - arm.answered} of {arm.n}" for arm in arms if arm.answered < arm.n]
        where = "" if len(names) == 1 else f", {apart(row.row, names)}"
        yield f"Without an answer{where}: {', '.join(counts)} ({_outcomes(list(arms))})."


def _outcomes(arms: Sequence[ArmSummary]) -> str:
    counts = {name: sum(getattr(arm, name) for arm in arms) for name in ("unparsed", "refused", "failed")}
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)


def _without(rows: Sequence[ModelRow], metric: str) -> Iterable[str]:
    names = [row.row for row in rows]
    about: dict[str, list[str]] = {}
    for row in rows:
        for arm in row.arms.values():
            if metric in arm.unscored:
                about.setdefault(f"no number: {arm.unscored[metric]}", []).append(_who(row, arm, names))
            if arm.censored:
                about.setdefault("answers without probabilities", []).append(
                    f"{_who(row, arm, names)} {arm.censored} of {arm.answered}"
                )
    return grouped(about)


def _who(row: ModelRow, arm: ArmSummary, names: Sequence[RowName]) -> str:
    return arm.arm if len(names) == 1 else f"{apart(row.row, names)} · {arm.arm}"


def _about_claims(claims: Sequence[Claim], rows: Sequence[RowName]) -> Iterable[str]:
    family = max(claim.family for claim in claims)
    if family:
        all_of_them = ": all rows of this table" if family == len(claims) else ""
        yield f"Holm correction over a family of {family} claim{'s' if family > 1 else ''}{all_of_them}."
    flagged: dict[str, list[Claim]] = {}
    for claim in claims:
        for flag in claim.flags:
            flagged.setdefault(flag, []).append(claim)
    yield from grouped({flag: _claims(of, claims, rows) for flag, of in flagged.items()})


def _claims(some: Sequence[Claim], claims: Sequence[Claim], rows: Sequence[RowName]) -> list[str]:
    """Claims by name: only the row if all of its claims are meant, "all rows" if all claims are."""
    if len(some) == len(claims):
        return ["all rows"]
    found = []
    for claim in some:
        whole = [each for each in claims if each.row == claim.row]
        metric = "" if all(each in some for each in whole) else f", {metric_words(claim.row, claim.metric)}"
        found.append(f"{apart(claim.row, rows)}{metric}")
    return found


def contrasts_of(effects: Sequence[Effect], pairs: Sequence[tuple[str, str]]) -> list[Effect]:
    """Exploratory differences that an option asked for: between runs, and of named arms."""
    primary = {metric.name for metric in known_metrics() if metric.primary}
    return [
        effect
        for effect in effects
        if not effect.primary
        and effect.metric in primary
        and (effect.arm == effect.baseline or (effect.arm, effect.baseline) in pairs)
    ]
