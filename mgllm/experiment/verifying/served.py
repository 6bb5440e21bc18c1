"""Checks how many replies each served model gave, as servers name themselves."""

from __future__ import annotations

from mgllm.analysis import served_models
from mgllm.experiment.verifying.base import Found, check
from mgllm.experiment.verifying.evidence import Evidence


@check("served models", about="manifest and records agree on how many replies each model gave", place=160)
def look_at_served(evidence: Evidence) -> Found | str:
    """Older runs have no counts."""
    now = served_models(record for _, record in evidence.counted)
    stated = dict(evidence.manifest.served_models)
    if not now and not stated:
        return "no server gave the name of its model"
    wrong = [name for name in {**stated, **now} if stated.get(name) != now.get(name)]
    first = (
        f"{wrong[0]}: the manifest says {stated.get(wrong[0], 0)}, the records say {now.get(wrong[0], 0)}"
        if wrong
        else None
    )
    return Found(len({**stated, **now}), len(wrong), first)
