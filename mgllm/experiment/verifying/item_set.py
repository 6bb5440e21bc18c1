"""Checks subjects and targets of the records against the item set, if it is still there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from mgllm.errors import InputError, MgllmError
from mgllm.experiment.options import RunOptions
from mgllm.experiment.verifying.base import Found, check, tally
from mgllm.experiment.verifying.evidence import Evidence
from mgllm.items.joining import join_gestures
from mgllm.items.loading import items_sha256, load_items
from mgllm.prompts.scenarios import find_scenarios
from mgllm.records import Item, ScenarioManifest
from mgllm.store import read_options


@check("item set", about="items, subjects and targets are those of the item set", place=170)
def look_at_item_set(evidence: Evidence) -> Found | str:
    """Compares only with a set whose sha256 is that of the manifest."""
    found, without = {}, []
    for scenario in evidence.manifest.scenarios:
        try:
            found[scenario.name] = _items(evidence, scenario)
        except MgllmError as error:
            without.append(f"{scenario.name}: {error}")
    if not found:
        return "; ".join(without)
    return tally(_differences(evidence, found), "; ".join(without) or None)


def _differences(evidence: Evidence, found: Mapping[str, Mapping[str, Item]]) -> Iterator[str | None]:
    for line, record in evidence.counted:
        items = found.get(record.scenario)
        if items is None:
            continue
        item = items.get(record.item)
        if item is None:
            yield f"{line.place}: the item set has no item {record.item}"
        elif (item.subject, item.target) != (record.subject, record.target):
            yield (
                f"{line.place} has subject {record.subject} and target {record.target}, "
                f"the item set {item.subject} and {item.target}"
            )
        else:
            yield None


def _items(evidence: Evidence, scenario: ScenarioManifest) -> Mapping[str, Item]:
    """The items that a scenario of the run asked, by id.

    Raises:
        MgllmError: they cannot be found, or have changed.
    """
    options = _options(evidence.folder)
    where = options.which.items or _own_items(options, scenario)
    if not Path(where).exists():  # also for a hub id: verifying downloads nothing
        raise InputError(f"{where} does not exist here")
    items = load_items(where)
    if options.which.gestures is not None:
        items = join_gestures(items, options.which.gestures).items
    if items_sha256(items) != scenario.items_sha256:
        raise InputError(f"{where} has changed since the run: its sha256 was {scenario.items_sha256[:8]}…")
    return {item.id: item for item in items}


def _options(folder: Path) -> RunOptions:
    try:
        return read_options(folder, RunOptions)
    except InputError:
        raise InputError("the run does not say where its items are") from None


def _own_items(options: RunOptions, scenario: ScenarioManifest) -> str:
    for each in find_scenarios(options.scenarios, options.folders):
        if each.scenario.name == scenario.name:
            return str(each.items_path())
    raise InputError("the scenario's file was not found")
