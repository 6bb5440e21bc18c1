"""Checks that the manifest and every line of records can be read."""

from __future__ import annotations

from mgllm.experiment.verifying.base import Found, check, tally
from mgllm.experiment.verifying.evidence import Evidence

TORN = "the last line is incomplete: the run was killed; `--resume` removes the line and asks again"


@check("manifest", about="the manifest can be read and names each scenario once", place=0)
def look_at_manifest(evidence: Evidence) -> Found:
    """Reading would have failed before. Two scenarios with one name would share their records."""
    names = [scenario.name for scenario in evidence.manifest.scenarios]
    twice = (name for at, name in enumerate(names) if name in names[:at])
    first = next(twice, None)
    if first is not None:
        return Found(len(names), 1, f"scenario {first} appears twice in the manifest")
    if not names:
        return Found(1, 1, "the manifest names no scenario")
    return Found(len(names))


@check("lines", about="every line of records.jsonl is a record", place=10)
def look_at_lines(evidence: Evidence) -> Found:
    """Leaves out an incomplete last line."""
    places = (line.problem and f"{line.place}: {line.problem}" for line in evidence.lines)
    return tally(places, TORN if evidence.torn else None)
