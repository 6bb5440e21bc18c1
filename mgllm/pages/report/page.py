"""The page: templates, style, script and payload as one file that needs no network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from json import dumps

from mgllm.analysis.tables.columns import Table
from mgllm.pages import asset, bundle, pack, page_environment
from mgllm.pages.report.forest import key_picture
from mgllm.pages.report.payload import payload
from mgllm.pages.report.section import PageContent, PageRun, Section, sections
from mgllm.pages.shell import policy
from mgllm.records import RunManifest, ScenarioManifest

SCRIPTS = ("unpack", "text", "rows", "table", "timeline", "item", "theme", "save", "live", "start")
"""The page's script, in this order."""
SHARED = ("unpack", "text", "theme")
"""Those that other pages use too."""
CAUTION = (
    "These numbers are research evidence about groups. They are never a verdict on a person, and "
    "nothing here may be used to judge, hire, accuse or diagnose anyone. The deception scenario is not "
    "a lie detector."
)

UNBROKEN = re.compile(r"\[[−\d., ]+\]|\d %")
"""Intervals, and a percent sign after its number."""
EXPOSED = {
    "held_out": "held out (the recogniser had not seen the person)",
    "in_sample": "IN SAMPLE: the recogniser was trained on the person, a leak",
    "unknown": "it is unknown whether the recogniser had seen the person",
}


def made_sections(content: PageContent) -> list[Section]:
    """Sections between the summary and the items, in order, without empty ones."""
    made = [part for name in sections.names() if (part := sections.get(name)(content)) is not None]
    return sorted(made, key=lambda part: (part.order, part.id))


def build_page(content: PageContent, *, version: str | None = None) -> str:
    """The whole page.

    Args:
        content: what it shows.
        version: name of the state shown, for a page that is served and asks its own server for
            news; without it the page may use no network at all.
    """
    style = asset("mgllm.pages", "colours.css") + asset("mgllm.pages.report", "page.css")
    script = bundle([("mgllm.pages" if name in SHARED else "mgllm.pages.report", name) for name in SCRIPTS])
    environment = page_environment("mgllm.pages.report")
    environment.filters["unbroken"] = _unbroken
    page: str = environment.get_template("page.html").render(
        title=_title(content),
        policy=policy(style, script, live=version is not None, paints=True),
        style=style,
        script=script,
        version=version,
        roles=_roles(content),
        caution=CAUTION,
        runs=run_facts(content.runs),
        verdicts=_verdicts(content),
        key=key_picture(content),
        accounts=content.accounts,
        notes=content.summary.notes,
        sections=made_sections(content),
        texts=_texts(content),
        payload=pack(payload(content.runs)),
    )
    return page


@dataclass(frozen=True, slots=True)
class Verdict:
    """A scenario's verdict, for the top of the page."""

    scenario: str
    """Its name."""
    said: str
    """Whether it is shown: never folded."""
    more: tuple[str, ...]
    """What changed, by how much: folded on a phone if there are several scenarios."""
    supported: bool
    """A claim of it is supported: only then in bold."""


def _verdicts(content: PageContent) -> list[Verdict]:
    """Whether the claim is shown is the last sentence about one model, and the first about
    several."""
    found = []
    for verdict in content.verdicts:
        rows = {arm.row for arm in content.summary.arms if arm.row.scenario == verdict.scenario}
        at = 0 if len(rows) > 1 else len(verdict.lines) - 1
        more = tuple(line for place, line in enumerate(verdict.lines) if place != at)
        found.append(Verdict(verdict.scenario, verdict.lines[at], more, verdict.supported))
    return found


def _roles(content: PageContent) -> dict[str, list[str]]:
    """By role, the arms that have it in some run; the page's script uses roles, never names of
    arms."""
    roles: dict[str, list[str]] = {}
    for run in content.runs:
        for scenario in run.manifest.scenarios:
            for role, arm in scenario.roles.items():
                named = roles.setdefault(role, [])
                named.extend([arm] if arm not in named else [])
    return roles


def _title(content: PageContent) -> str:
    scenarios = list(dict.fromkeys(s.name for run in content.runs for s in run.manifest.scenarios))
    models = list(dict.fromkeys(run.manifest.model for run in content.runs))
    return f"{_named(scenarios, 'scenarios')} · {_named(models, 'models')}"


def _named(names: Sequence[str], what: str) -> str:
    """One or two names; the number if there are more, because the verdicts and the key plot name
    them."""
    return ", ".join(names) if len(names) < 3 else f"{len(names)} {what}"


def _texts(content: PageContent) -> str | None:
    """Why there are no prompts on the page, if there are none."""
    if content.texts_left_out:
        return "Prompts and replies are left out of this page (--no-text)."
    unstored = [run.manifest.id for run in content.runs if not run.manifest.stores_text]
    return f"Prompts and replies are not stored in: {', '.join(unstored)}." if unstored else None


def _unbroken(text: str) -> str:
    """The text with numbers that are not split at the end of a line."""
    return UNBROKEN.sub(lambda found: found[0].replace(" ", "\u00a0"), text)


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One run, for the top of the page."""

    heading: str
    """Model."""
    pairs: tuple[tuple[str, str], ...]
    """Facts of the whole run."""
    scenarios: Table | None
    """A column per scenario; null if another run has exactly the same scenarios."""
    same_as: str | None
    """Heading of the first run with exactly the same scenarios."""
    waiting: bool
    """Nothing is answered yet."""


def run_facts(runs: Sequence[PageRun]) -> list[RunFacts]:
    """What a reader must know about each run before any number; common facts are said once."""
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


def _side_by_side(scenarios: Sequence[ScenarioManifest]) -> Table:
    facts = [_facts(scenario) for scenario in scenarios]
    terms = dict.fromkeys(term for each in facts for term in each)
    return Table(
        title="Scenarios",
        header=("", *(f"{scenario.name}, version {scenario.version}" for scenario in scenarios)),
        rows=tuple((term, *(each.get(term, "–") for each in facts)) for term in terms),
    )


def _facts(scenario: ScenarioManifest) -> dict[str, str]:
    """Facts by term; several facts with the same term are joined."""
    facts: dict[str, str] = {}
    for term, words in _about(scenario):
        facts[term] = f"{facts[term]}; {words}" if term in facts else words
    return facts


def _about_run(run: PageRun) -> Iterable[tuple[str, str]]:
    manifest = run.manifest
    yield "run", manifest.id
    yield "started", manifest.created
    yield "records", f"{len(run.records):,}"
    yield "sampling", _sampling(manifest)
    if manifest.base_url:
        yield "asked at", manifest.base_url
    if manifest.sent:
        yield "parameters sent", ", ".join(f"{name} {dumps(value)}" for name, value in manifest.sent.items())
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
    effective = (
        f"{scenario.effective_subjects:.1f} effective; at most {scenario.largest_cluster} items of one"
    )
    yield "items", f"{scenario.items_asked} of {scenario.items_in_set} in {scenario.items_name}"
    whom = "subjects" if scenario.subject_known else "recordings (persons are unknown)"
    yield "subjects", f"{scenario.subjects} {whom}, {effective}"
    reasoning = scenario.reasoning.replace("_", " ")
    effort = f", effort {scenario.reasoning_effort}" if scenario.reasoning_effort else ""
    yield "asked as", f"{scenario.form}, {reasoning}, scored by {scenario.score}{effort}"
    if scenario.cue_source:
        yield "cues", f"{scenario.cue_source.replace('_', '-')} {scenario.noun}"
    if scenario.group_share:
        yield "groups", f"{scenario.group_share:.0%} of the {scenario.noun} shown: exact gesture unclear"
    for exposure, count in scenario.exposures.items():
        yield "exposure", f"{count} items: {EXPOSED[exposure]}"
    if scenario.vocabularies:
        yield "vocabulary", ", ".join(scenario.vocabularies)
    if scenario.paraphrase:
        yield "wording", scenario.paraphrase
