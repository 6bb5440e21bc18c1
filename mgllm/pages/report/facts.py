"""What was run, in pairs of term and words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mgllm.pages.report.section import PageRun, PageTable
from mgllm.records import RunManifest, ScenarioManifest

EXPOSED = {
    "held_out": "held out (the recogniser had not seen the person)",
    "in_sample": "IN SAMPLE: the recogniser was trained on the person, a leak",
    "unknown": "unknown whether the recogniser had seen the person",
}


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One run, for the top of the page."""

    heading: str
    """Model."""
    pairs: tuple[tuple[str, str], ...]
    """Of the whole run."""
    scenarios: PageTable | None
    """A column per scenario; null where another run was asked the very same."""
    same_as: str | None
    """Heading of the first run that was asked the very same."""
    waiting: bool
    """Nothing is answered yet."""


def run_facts(runs: Sequence[PageRun]) -> list[RunFacts]:
    """What a reader must know of each run before any number; what several share is told once."""
    found: list[RunFacts] = []
    for nth, run in enumerate(runs):
        manifest = run.manifest
        twin = next((r.manifest for r in runs[:nth] if r.manifest.scenarios == manifest.scenarios), None)
        found.append(
            RunFacts(
                heading=manifest.model,
                pairs=tuple(_about_run(run)),
                scenarios=None if twin else _side_by_side(manifest.scenarios),
                same_as=twin.model if twin else None,
                waiting=not run.records,
            )
        )
    return found


def _side_by_side(scenarios: Sequence[ScenarioManifest]) -> PageTable:
    facts = [_told(scenario) for scenario in scenarios]
    terms = dict.fromkeys(term for each in facts for term in each)
    return PageTable(
        title="Scenarios",
        header=("", *(f"{scenario.name}, version {scenario.version}" for scenario in scenarios)),
        rows=tuple((term, *(each.get(term, "–") for each in facts)) for term in terms),
    )


def _told(scenario: ScenarioManifest) -> dict[str, str]:
    """By term; what is said twice under one term is joined."""
    told: dict[str, str] = {}
    for term, words in _about(scenario):
        told[term] = f"{told[term]}; {words}" if term in told else words
    return told


def _about_run(run: PageRun) -> Iterable[tuple[str, str]]:
    manifest = run.manifest
    yield "run", manifest.id
    yield "started", manifest.created
    yield "records", f"{len(run.records):,}"
    yield "sampling", _sampling(manifest)
    if manifest.base_url:
        yield "asked at", manifest.base_url
    facts = ", ".join(f"{key} {value}" for key, value in manifest.model_facts.items() if value is not None)
    if facts:
        yield "model facts", facts
    yield "mgllm", ", ".join(f"{name} {version}" for name, version in manifest.versions.items()) or "unknown"
    if manifest.rescored_from:
        yield "scored again from", manifest.rescored_from
    if not manifest.stores_text:
        yield "texts", "prompts and replies are not stored in this run (--no-store-text)"


def _sampling(manifest: RunManifest) -> str:
    shuffles = f", {manifest.shuffles} shuffles" if manifest.shuffles > 1 else ""
    epochs = f"{manifest.epochs} epoch{'' if manifest.epochs == 1 else 's'}"
    return f"temperature {manifest.temperature:g}, seed {manifest.seed}, {epochs}{shuffles}"


def _about(scenario: ScenarioManifest) -> Iterable[tuple[str, str]]:
    yield "question", scenario.title
    yield "labels", ", ".join(f"{label.id} (“{label.text.strip()}”)" for label in scenario.labels)
    yield "arms", ", ".join(scenario.arms)
    largest = f"{scenario.effective_subjects:.1f} effective, {scenario.largest_cluster} items of the largest"
    yield "items", f"{scenario.items_asked} of {scenario.items_in_set} in {scenario.items_name}"
    whom = "subjects" if scenario.subject_known else "recordings (persons are unknown)"
    yield "who", f"{scenario.subjects} {whom}, {largest}"
    reasoning = scenario.reasoning.replace("_", " ")
    yield "asked as", f"{scenario.form}, {reasoning}, scored by {scenario.score}"
    if scenario.cue_source:
        yield "cues", f"{scenario.cue_source.replace('_', '-')} {scenario.noun}"
    for exposure, count in scenario.exposures.items():
        yield "exposure", f"{count} items: {EXPOSED[exposure]}"
    if scenario.vocabularies:
        yield "vocabulary", ", ".join(scenario.vocabularies)
    if scenario.paraphrase:
        yield "wording", scenario.paraphrase
