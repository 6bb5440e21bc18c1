"""Checks that a record's answer, outcome and probabilities do not contradict each other."""

from __future__ import annotations

import math

from mgllm.experiment.verifying.base import Found, check, tally
from mgllm.experiment.verifying.evidence import Evidence
from mgllm.records import Record
from mgllm.records.belonging import contradiction

CLOSE = 1e-6
"""How much a sum of probabilities may differ from 1; it is small because all digits are written."""


@check("correct", about="outcome and `correct` follow from answer and target", place=90)
def look_at_correct(evidence: Evidence) -> Found:
    """Computes both again from each record."""
    why = ((line, contradiction(record)) for line, record in evidence.counted)
    return tally(f"{line.place} {what}" if what else None for line, what in why)


@check("probabilities", about="each record's probabilities are of all labels and sum to 1", place=100)
def look_at_probabilities(evidence: Evidence) -> Found:
    """Leaves out records without probabilities."""
    why = ((line, _mistake(record)) for line, record in evidence.counted if record.probabilities is not None)
    return tally(f"{line.place} {what}" if what else None for line, what in why)


def _mistake(record: Record) -> str | None:
    values = record.probabilities or {}
    if record.censored:
        return "has probabilities, but says that none could be read"
    if set(values) != set(record.label_order):
        return f"has probabilities of other labels: {', '.join(values) or 'none'}"
    if min(values.values()) < 0 or not math.isclose(sum(values.values()), 1, abs_tol=CLOSE):
        return f"has probabilities that sum to {sum(values.values()):.6g}"
    return None
