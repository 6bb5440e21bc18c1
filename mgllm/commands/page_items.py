"""Times of gestures and speech for a page, from the item file that a run was asked over."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mgllm.errors import InputError, MgllmError
from mgllm.items.loading import items_sha256, load_items
from mgllm.pages.report import PageItem
from mgllm.prompts.scenarios import Folders, find_scenario
from mgllm.records import Item, RunManifest, ScenarioManifest
from mgllm.store import StoredRun

ItemKey = tuple[str, str]
"""Scenario and item id."""


def items_of(manifest: RunManifest, source: str | None) -> dict[ItemKey, PageItem]:
    """What an item file says of a run's items; without one, the bundled items where the run asked them.

    Args:
        manifest: of the run.
        source: an item file; items are found by id.

    Raises:
        InputError: the file cannot be read.
    """
    found: dict[ItemKey, PageItem] = {}
    for scenario in manifest.scenarios:
        items = _bundled(scenario) if source is None else load_items(source)
        found |= {(scenario.name, item.id): _page_item(item, scenario) for item in items}
    return found


def check_known(source: str, runs: Iterable[StoredRun]) -> None:
    """Refuse an item file of which no item was asked.

    Raises:
        InputError: none was, or the file cannot be read.
    """
    asked = {record.item for run in runs for record in run.records}
    if not asked & {item.id for item in load_items(source)}:
        raise InputError(f"--items {source}: none of its items was asked; name the runs' own item file")


def _bundled(scenario: ScenarioManifest) -> tuple[Item, ...]:
    """The bundled items, if they are still the very ones that were asked."""
    if not scenario.made_up:
        return ()
    try:
        path: Path = find_scenario(scenario.name, Folders()).items_path()
        items = load_items(path)
    except MgllmError:
        return ()
    return items if items_sha256(items) == scenario.items_sha256 else ()


def _page_item(item: Item, scenario: ScenarioManifest) -> PageItem:
    transcript = item.gestures.get(scenario.cue_source) if scenario.cue_source else None
    if transcript is None:
        return PageItem(turns=item.speech)
    return PageItem(transcript.gestures, item.speech, transcript.duration)
