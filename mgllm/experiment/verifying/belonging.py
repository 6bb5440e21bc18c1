"""Checks that every record belongs to this run: to its model, its scenarios and its plan."""

from __future__ import annotations

from mgllm.experiment.verifying.base import Found, check, tally
from mgllm.experiment.verifying.evidence import Evidence


@check("run", about="every record belongs to this run's model and scenarios", place=20)
def look_for_other_runs(evidence: Evidence) -> Found:
    """Finds lines that come from another run's file; tables leave them out."""
    read = [(line, line.record) for line in evidence.lines if line.record is not None]
    why = ((line, evidence.belonging.foreign(record)) for line, record in read)
    return tally(f"{line.place} {foreign}" if foreign else None for line, foreign in why)


@check("plan", about="arm, epoch, shuffle, form and score of every record were planned", place=30)
def look_for_unplanned(evidence: Evidence) -> Found:
    """Finds records that do not follow from the manifest."""
    why = ((line, evidence.belonging.unplanned(record)) for line, record in evidence.own)
    return tally(f"{line.place} {unplanned}" if unplanned else None for line, unplanned in why)


@check("labels", about="label order, answer, target and probabilities use the scenario's labels", place=40)
def look_at_labels(evidence: Evidence) -> Found:
    why = ((line, evidence.belonging.damage(record)) for line, record in evidence.own)
    return tally(f"{line.place} {damage}" if damage else None for line, damage in why)
