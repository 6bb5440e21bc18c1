"""Checks that every record that follows from the manifest is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mgllm.arms.base import get_arm
from mgllm.errors import InputError
from mgllm.experiment.verifying.base import Found, check
from mgllm.experiment.verifying.evidence import Evidence
from mgllm.records import Record, RecordKey, ScenarioManifest, probe_place


@check("complete", about="every scenario, item, arm, epoch and shuffle has its record", place=80)
def look_for_missing(evidence: Evidence) -> Found | str:
    """Items are known only from their records: an item without any is counted, but cannot be
    named."""
    asked = [scenario for scenario in evidence.manifest.scenarios if not scenario.raters]
    if not asked:
        return "people were free to rate as many items as they liked, so nothing can be missing"
    have = {record.key for _, record in evidence.counted}
    promised, missing, first = 0, 0, None
    for scenario in asked:
        keys = list(_promised(evidence, scenario))
        absent = [key for key in keys if key not in have]
        unseen = _unseen(evidence, scenario)
        promised += len(keys) + unseen
        missing += len(absent) + unseen
        if absent:
            first = first or f"there is no record {'/'.join(map(str, absent[0])).rstrip('/')}"
        elif unseen:
            first = first or f"scenario {scenario.name}: some of {scenario.items_asked} items have no record"
    failed = sum(record.outcome == "failed" for _, record in evidence.counted)
    note = f"{failed} failed; `mgllm run --resume` asks them again" if failed else None
    return Found(promised, missing, first and f"incomplete: {first}", note)


def _promised(evidence: Evidence, scenario: ScenarioManifest) -> Iterator[RecordKey]:
    """Keys of all items that have a record, in every cell of the sweep; of older runs in every cell
    that has one."""
    mine = [record for _, record in evidence.counted if record.scenario == scenario.name and not record.probe]
    items = dict.fromkeys(record.item for record in mine)
    for cell in _cells(scenario, mine):
        for item in items:
            for arm, epoch, shuffle in _turns(evidence, scenario):
                yield RecordKey(scenario.name, item, arm, epoch, shuffle, cell)
    for item in items:
        yield from (RecordKey(scenario.name, item, *turn) for turn in _probed(evidence, scenario))


def _probed(evidence: Evidence, scenario: ScenarioManifest) -> Iterator[tuple[str, int, int]]:
    """What stands for the arm, epoch and shuffle of each probe of an item."""
    for probe in scenario.probes:
        yield from ((probe_place(probe), epoch, 0) for epoch in range(evidence.manifest.epochs))


def _cells(scenario: ScenarioManifest, records: Sequence[Record]) -> list[str]:
    """Ids of the cells: as the manifest says, else as the records do."""
    planned = [cell.id for cell in scenario.cells]
    return planned or list(dict.fromkeys(record.cell for record in records if not record.probe))


def _turns(evidence: Evidence, scenario: ScenarioManifest) -> Iterator[tuple[str, int, int]]:
    """Arm, epoch and shuffle of each record that an item has."""
    for arm in scenario.arms:
        shuffles = evidence.manifest.shuffles if _is_shuffled(evidence, arm) else 1
        for epoch in range(evidence.manifest.epochs):
            yield from ((arm, epoch, shuffle) for shuffle in range(shuffles))


def _is_shuffled(evidence: Evidence, arm: str) -> bool:
    """Whether an arm is asked once for each shuffle; if it is not installed, its records show
    it."""
    try:
        return get_arm(arm).borrows
    except InputError:
        return any(record.shuffle for _, record in evidence.counted if record.arm == arm)


def _unseen(evidence: Evidence, scenario: ScenarioManifest) -> int:
    """Number of missing records: of items without any record, and of gestures left out or shown
    alone."""
    mine = [record for _, record in evidence.counted if record.scenario == scenario.name]
    items = len({record.item for record in mine})
    cells = len(_cells(scenario, mine)) or 1
    each = len(list(_turns(evidence, scenario))) * cells + len(list(_probed(evidence, scenario)))
    absent = max(0, scenario.items_asked - items) * each
    for gesture in scenario.attributed:
        for arm in gesture.arms.values():
            have = sum(record.arm == arm for record in mine)
            absent += max(0, gesture.items * evidence.manifest.epochs - have)
    return absent
