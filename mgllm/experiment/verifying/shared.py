"""Records that share a reply: the other one is there, was asked the same, and answered the same."""

from __future__ import annotations

from mgllm.experiment.verifying.base import Found, check, tally
from mgllm.experiment.verifying.evidence import Evidence
from mgllm.records import Record


@check("shared", about="a shared reply is that of a record with the same prompt and answer", place=150)
def look_at_shared(evidence: Evidence) -> Found:
    """Equal questions are asked once."""
    by_name = {_name(record): record for _, record in evidence.counted}
    places: list[str | None] = []
    for line, record in evidence.counted:
        if record.shared_with is None:
            continue
        other = by_name.get(record.shared_with.removesuffix("/"))
        if other is None:
            places.append(f"{line.place} shares the reply of {record.shared_with}, which is not there")
        elif other.prompt_sha256 != record.prompt_sha256:
            places.append(f"{line.place} shares the reply of {record.shared_with}, which has another prompt")
        elif (other.outcome, other.answer) != (record.outcome, record.answer):
            places.append(f"{line.place} says {record.answer}, {record.shared_with} says {other.answer}")
        else:
            places.append(None)
    return tally(places)


def _name(record: Record) -> str:
    """As `shared_with` writes it, less the slash before the empty cell of a plain run."""
    return "/".join(map(str, record.key)).removesuffix("/")
