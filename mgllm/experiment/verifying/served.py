"""The manifest counts the models that say they answered."""

from __future__ import annotations

from mgllm.analysis import served_models
from mgllm.experiment.verifying.base import Found, check
from mgllm.experiment.verifying.evidence import Evidence


@check("served models", about="the manifest counts the models that answered as the records do", place=160)
def look_at_served(evidence: Evidence) -> Found | str:
    """Runs of before counted none."""
    now = served_models(record for _, record in evidence.counted)
    told = dict(evidence.manifest.served_models)
    if not now and not told:
        return "no server names its model"
    wrong = [name for name in {**told, **now} if told.get(name) != now.get(name)]
    first = (
        f"{wrong[0]}: the manifest says {told.get(wrong[0], 0)}, the records {now.get(wrong[0], 0)}"
        if wrong
        else None
    )
    return Found(len({**told, **now}), len(wrong), first)
