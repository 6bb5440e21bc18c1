"""Every record is of this run: of its model and scenarios, and of what was planned."""

from __future__ import annotations

from mgllm.experiment.verifying.base import Found, check, tally
from mgllm.experiment.verifying.evidence import Evidence


@check("run", about="every record is of this run's model and scenarios", place=20)
def look_for_strangers(evidence: Evidence) -> Found:
    """Lines that another run's file may have brought; tables leave them out."""
    read = [(line, line.record) for line in evidence.lines if line.record is not None]
    why = ((line, evidence.belonging.stranger(record)) for line, record in read)
    return tally(f"{line.place} {stranger}" if stranger else None for line, stranger in why)


@check("plan", about="arm, epoch, shuffle and manner of every record were planned", place=30)
def look_for_unplanned(evidence: Evidence) -> Found:
    """Records that the manifest does not promise."""
    why = ((line, evidence.belonging.unplanned(record)) for line, record in evidence.own)
    return tally(f"{line.place} {unplanned}" if unplanned else None for line, unplanned in why)


@check("labels", about="label order, answer, target and probabilities are of the scenario's labels", place=40)
def look_at_labels(evidence: Evidence) -> Found:
    """A label that the scenario does not have has no place in any table."""
    why = ((line, evidence.belonging.damage(record)) for line, record in evidence.own)
    return tally(f"{line.place} {damage}" if damage else None for line, damage in why)
