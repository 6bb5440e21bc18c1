"""Checks records that share a reply: the other record is there, with the same prompt and answer."""

from __future__ import annotations

from mgllm.experiment.verifying.base import Found, check, tally
from mgllm.experiment.verifying.evidence import Evidence
from mgllm.records import Record


@check("shared", about="records that share a reply have the same prompt and answer", place=150)
def look_at_shared(evidence: Evidence) -> Found:
    """Equal questions are asked once, so their records share a reply."""
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
            places.append(
                f"{line.place} says {record.answer}, but {record.shared_with} with the same reply says "
                f"{other.answer}"
            )
        else:
            places.append(None)
    return tally(places)


def _name(record: Record) -> str:
    """A record's name as in `shared_with`, without the slash before the empty cell of a plain
    run."""
    return "/".join(map(str, record.key)).removesuffix("/")
