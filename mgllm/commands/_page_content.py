"""What the page of runs shows, read from their folders: for `mgllm report` and `mgllm view`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mgllm.analysis import Report, RunRecords, effects_between, lay_out, narrate, summarise
from mgllm.analysis.statistics.figures import figures
from mgllm.analysis.statistics.runs import NTH_RUN
from mgllm.analysis.tables.attribution_tables import GESTURES
from mgllm.analysis.tables.columns import Table
from mgllm.analysis.tables.tables import OUTCOMES, SCORES
from mgllm.analysis.tables.verdict import verdicts
from mgllm.commands._named_runs import named_runs, run_records
from mgllm.cues.vocabularies import with_shown_names
from mgllm.errors import InputError, MgllmError
from mgllm.items.loading import items_sha256, load_items
from mgllm.pages.report.section import PageContent, PageItem, PageRun
from mgllm.prompts.scenarios import Folders, find_scenario
from mgllm.records import Item, RunManifest, ScenarioManifest
from mgllm.store import StoredRun

ItemKey = tuple[str, str]
"""Scenario and item id."""


@dataclass(frozen=True)
class PageOptions:
    """What a page is made of, and what is left out of it."""

    against: str | None = None
    """A run to subtract from each, arm by arm."""
    items: str | None = None
    """An item file, for the times of gestures and speech."""
    redact: bool = False
    """Leave run ids, file names and folders of local models out."""
    texts: bool = True
    """Show prompts and replies."""
    results: Path = Path("results")
    """Where runs are looked up by name."""


def read_runs(runs: Sequence[str | Path], options: PageOptions) -> list[StoredRun]:
    """The given runs, and the one that is subtracted from them; each once.

    Raises:
        InputError: there is no such run, it is damaged, or the item file is not theirs.
    """
    stored = named_runs(runs, options.results, options.against)
    if options.items is not None and any(run.records for run in stored):
        check_known(options.items, stored)
    return stored


def page_content(stored: Sequence[StoredRun], options: PageOptions) -> PageContent:
    """Everything that the page shows."""
    runs = _told_apart([run_records(run, options.redact, nth) for nth, run in enumerate(stored, 1)])
    summary = summarise(runs)
    if options.against is not None and all(run.records for run in stored):
        *those, other = runs
        between = effects_between(those, [other])
        summary = summary.model_copy(update={"effects": (*summary.effects, *between)})
    laid = lay_out(summary)
    arms = (OUTCOMES.title, SCORES.title)
    return PageContent(
        runs=[_page_run(run, read, options) for run, read in zip(stored, runs, strict=True)],
        summary=summary,
        figures=figures(runs),
        accounts=narrate(summary),
        verdicts=verdicts(summary),
        arm_tables=_tables(laid, lambda title: title in arms),
        other_tables=_tables(laid, lambda title: title not in (*arms, GESTURES.title)),
        gesture_tables=_tables(laid, lambda title: title == GESTURES.title),
        claim_tables=(*laid.registered, *laid.claims),
        texts_left_out=not options.texts,
    )


def _told_apart(runs: Sequence[RunRecords]) -> list[RunRecords]:
    """Runs of the same scenario and model are numbered, so that no two rows have the same name."""
    names = Counter(
        (scenario.name, run.manifest.model) for run in runs for scenario in run.manifest.scenarios
    )
    shared = {model for (_, model), count in names.items() if count > 1}
    return [
        _renamed(run, f"{run.manifest.model}{NTH_RUN}{nth}") if run.manifest.model in shared else run
        for nth, run in enumerate(runs, 1)
    ]


def _renamed(run: RunRecords, model: str) -> RunRecords:
    records = [record.model_copy(update={"model": model}) for record in run.records]
    return RunRecords(run.manifest.model_copy(update={"model": model}), records)


def _page_run(stored: StoredRun, read: RunRecords, options: PageOptions) -> PageRun:
    records = read.records
    if options.redact:  # the text of a failure may name a server or a folder
        records = [r.model_copy(update={"error": None}) if r.outcome == "failed" else r for r in records]
    if not options.texts:
        return PageRun(read.manifest, [record.model_copy(update={"text": None}) for record in records])
    items = items_of(stored.manifest, options.items) if stored.manifest.stores_text else {}
    return PageRun(read.manifest, records, stored.prompts(), items)


def _tables(laid: Report, wanted: Callable[[str], bool]) -> Mapping[str, list[Table]]:
    return {
        section.heading: [table for table in section.tables if table.rows and wanted(table.title)]
        for section in laid.sections
    }


def items_of(manifest: RunManifest, source: str | None) -> dict[ItemKey, PageItem]:
    """What an item file says about a run's items; without one, the bundled items if the run used
    them.

    Args:
        manifest: of the run.
        source: an item file; its items are matched by id.

    Raises:
        InputError: the file cannot be read.
    """
    found: dict[ItemKey, PageItem] = {}
    for scenario in manifest.scenarios:
        items = _bundled(scenario) if source is None else load_items(source)
        found |= {(scenario.name, item.id): _page_item(item, scenario) for item in items}
    return found


def check_known(source: str, runs: Iterable[StoredRun]) -> None:
    """Refuse an item file if none of its items was asked.

    Raises:
        InputError: none was, or the file cannot be read.
    """
    asked = {record.item for run in runs for record in run.records}
    if not asked & {item.id for item in load_items(source)}:
        raise InputError(f"--items '{source}': none of its items was asked; give the item file of the runs")


def _bundled(scenario: ScenarioManifest) -> tuple[Item, ...]:
    """The bundled items, if they are still the same as those that were asked."""
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
    gestures = with_shown_names(transcript.gestures, transcript.vocabulary)
    return PageItem(gestures, item.speech, transcript.duration)
