"""Checks summary and tables: both are computed again from the records."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from mgllm.analysis import STATISTICS, RunRecords, summarise
from mgllm.experiment.finishing import TABLE_FORMATS, run_tables
from mgllm.experiment.verifying.base import Found, check, tally
from mgllm.experiment.verifying.evidence import Evidence
from mgllm.records import Summary
from mgllm.store import SUMMARY

CLOSE = 1e-6
"""Relative difference allowed, absolute near 0: other versions of numpy and scipy may cause it."""
ABOUT = ("row.scenario", "row.model", "arm", "baseline", "metric")
"""Fields that identify a row of a summary in every version of mgllm."""
ALIKE: Mapping[str, tuple[str, ...]] = {
    "arms": ("n", "answered", "unparsed", "refused", "failed", "accuracy"),
    "effects": ("pairs", "arm_value", "baseline_value", "difference"),
}
"""Numbers that every version of mgllm computes in the same way: counts, and means over the
records."""
OTHER_RULES = (
    "made by a version with other rules of statistics, so only counts and means are compared; "
    "`mgllm compare` computes the rest again"
)


@check("summary", about="summary.json is what the records give", place=180)
def look_at_summary(evidence: Evidence) -> Found | str:
    """If the rules of statistics differ, only numbers that all versions compute alike are
    compared."""
    stored = _stored(evidence)
    if isinstance(stored, (Found, str)):
        return stored
    now = json.loads(_summary(evidence).model_dump_json(by_alias=True))
    if not _is_of_today(stored):
        return tally(_shared_differences(stored, now), OTHER_RULES)
    return tally(_differences("", stored, now))


@check("tables", about="table.md, table.csv and table.tex are what the records give", place=190)
def look_at_tables(evidence: Evidence) -> Found | str:
    """Compares every character; tables made by other rules are not compared."""
    stored = _stored(evidence)
    if isinstance(stored, str):
        return stored
    missing = [
        f"table.{suffix}" for suffix in TABLE_FORMATS if not (evidence.folder / f"table.{suffix}").is_file()
    ]
    if missing:
        return Found(len(TABLE_FORMATS), len(missing), f"{missing[0]} is missing")
    if isinstance(stored, Found) or not _is_of_today(stored):
        return "made by a version with other rules of statistics, or the summary that names them is missing"
    return tally(
        None if _text(evidence, suffix) == table else f"table.{suffix} is not what the records give"
        for suffix, table in run_tables(_summary(evidence)).items()
    )


def _stored(evidence: Evidence) -> dict[str, Any] | Found | str:
    """The stored summary, or what is wrong with it, or why there cannot be one."""
    if not evidence.counted:
        return "there are no records"
    file = evidence.folder / SUMMARY
    try:
        content = json.loads(file.read_bytes())
    except FileNotFoundError:
        return Found(1, 1, f"{SUMMARY} is missing: the run was killed before its end; `--resume` writes it")
    except (OSError, ValueError, RecursionError):
        return Found(1, 1, f"{SUMMARY} cannot be read")
    return content if isinstance(content, dict) else Found(1, 1, f"{SUMMARY} is not a summary")


def _summary(evidence: Evidence) -> Summary:
    records = tuple(record for _, record in evidence.counted)
    return summarise([RunRecords(manifest=evidence.manifest, records=records)])


def _is_of_today(stored: Mapping[str, Any]) -> bool:
    return bool(stored.get("statistics_rules") == STATISTICS)


def _text(evidence: Evidence, suffix: str) -> str | None:
    try:
        return (evidence.folder / f"table.{suffix}").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def _differences(where: str, stored: Any, now: Any) -> Iterator[str | None]:
    """An entry for each value: None if it is the same in both."""
    if isinstance(stored, dict) and isinstance(now, dict):
        for key in {**now, **stored}:
            yield from _differences(f"{where}.{key}" if where else key, stored.get(key), now.get(key))
    elif isinstance(stored, list) and isinstance(now, list):
        if len(stored) != len(now):
            yield f"{where} has {len(stored)} entries, but the records give {len(now)}"
            return
        for nth, (one, other) in enumerate(zip(stored, now, strict=True)):
            yield from _differences(f"{where}[{nth}]", one, other)
    else:
        yield None if _same(stored, now) else f"{where} is {stored!r:.60}, but the records give {now!r:.60}"


def _same(one: Any, other: Any) -> bool:
    numbers = (int, float)
    if isinstance(one, numbers) and isinstance(other, numbers) and not isinstance(one, bool):
        return math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE)
    return bool(one == other)


def _shared_differences(stored: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str | None]:
    """The same for numbers that every version computes alike, in rows that both have."""
    for table, names in ALIKE.items():
        rows = {_about(row): row for row in now[table]}
        for row in stored.get(table) or ():
            other = rows.get(_about(row))
            if other is None:
                continue
            for name in names:
                both = row.get(name), other.get(name)
                what = (
                    f"{table}, {' '.join(filter(None, _about(row)))}: {name} is {both[0]}, but the records "
                    f"give {both[1]}"
                )
                yield None if _same(*both) else what


def _about(row: Mapping[str, Any]) -> tuple[str, ...]:
    named = row.get("row") or {}
    return tuple(
        str(named.get(name.removeprefix("row."), "")) if name.startswith("row.") else str(row.get(name, ""))
        for name in ABOUT
    )
