"""Checks the items: not more than were asked, each with one person, one target and one label
order."""

from __future__ import annotations

from collections.abc import Iterator

from mgllm.experiment.verifying.base import Found, check, tally
from mgllm.experiment.verifying.evidence import Evidence


@check("items", about="no more items than were asked", place=50)
def look_at_items(evidence: Evidence) -> Found:
    """An extra item belongs to another run, or was invented; only the item set shows which one it
    is."""
    looked_at, wrong, first = 0, 0, None
    for scenario in evidence.manifest.scenarios:
        found = {record.item for _, record in evidence.counted if record.scenario == scenario.name}
        looked_at += len(found)
        if len(found) > scenario.items_asked:
            wrong += len(found) - scenario.items_asked
            first = (
                first
                or f"scenario {scenario.name} has {len(found)} items, but {scenario.items_asked} were asked"
            )
    return Found(looked_at, wrong, first)


@check("items agree", about="an item has one subject, one target and one label order in all arms", place=60)
def look_at_agreement(evidence: Evidence) -> Found:
    """The order of labels may differ between epochs and between cells of a sweep, never between
    arms."""
    return tally(_disagreements(evidence))


def _disagreements(evidence: Evidence) -> Iterator[str | None]:
    people: dict[object, object] = {}
    orders: dict[object, tuple[str, ...]] = {}
    for line, record in evidence.counted:
        item = (record.scenario, record.item)
        facts = (record.subject, record.target)
        known = people.setdefault(item, facts)
        order = orders.setdefault((*item, record.epoch, record.cell), record.label_order)
        if known != facts:
            yield f"{line.place} has subject and target {facts}, but an earlier line has {known}"
        elif order != record.label_order:
            yield f"{line.place} has label order {record.label_order}, but an earlier line has {order}"
        else:
            yield None
