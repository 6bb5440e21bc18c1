"""Checks lines that replace earlier ones: only resuming and newer rules may do that."""

from __future__ import annotations

from collections.abc import Iterator

from mgllm.experiment.verifying.base import Found, check, tally
from mgllm.experiment.verifying.evidence import Evidence, Line
from mgllm.records import Record, RecordKey

_REPLY = (
    *("text", "finish_reason", "refusal", "prompt_sha256", "served_model", "usage", "latency_s", "attempts"),
    *("subject", "target", "label_order", "shared_with"),
)
"""Fields that stay the same when a stored reply is judged again."""


@check("replaced", about="records were replaced only after a failure, or judged by newer rules", place=70)
def look_at_replaced(evidence: Evidence) -> Found:
    """`--resume` asks again what failed; if rules have changed, it judges the same reply again."""
    last: dict[RecordKey, tuple[Line, Record]] = {}
    places: list[str | None] = []
    kinds = {"asked again after a failure": 0, "judged again by newer rules": 0}
    for line, record in evidence.own:
        before = last.get(record.key)
        last[record.key] = (line, record)
        if before is None:
            continue
        if before[1].outcome == "failed":
            kinds["asked again after a failure"] += 1
            places.append(None)
        elif _is_judged_again(before[1], record):
            kinds["judged again by newer rules"] += 1
            places.append(None)
        else:
            what = "repeats" if before[1] == record else "contradicts"
            places.append(f"{line.place} {what} line {before[0].number}, which had not failed")
    counts = ", ".join(f"{count} {kind}" for kind, count in kinds.items() if count)
    return tally(_all(places, len(last)), counts or None)


def _all(places: list[str | None], keys: int) -> Iterator[str | None]:
    """An entry for each key and each replacement."""
    yield from places
    yield from [None] * keys


def _is_judged_again(before: Record, now: Record) -> bool:
    return now != before and all(getattr(before, name) == getattr(now, name) for name in _REPLY)
