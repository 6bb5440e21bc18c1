"""`mgllm run`: a model, scenarios, arms, and a folder with every answer and a table."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mgllm.answers.words import label_words
from mgllm.backends.base import Backend
from mgllm.errors import BudgetReached, InputError
from mgllm.experiment.asking import (
    Desk,
    Group,
    Words,
    ask_all,
    attribution_questions,
    group_questions,
    refuse_unconfirmed,
    write_twins,
    write_unsendable,
)
from mgllm.experiment.budget import Budget
from mgllm.experiment.finishing import Finished, finish
from mgllm.experiment.manifest import Identity, describe_run, describe_scenario, refuse_changes
from mgllm.experiment.manner import choose_manner
from mgllm.experiment.material import Material, gather
from mgllm.experiment.model_names import ModelName, make_backend, parse_model
from mgllm.experiment.options import RunOptions
from mgllm.experiment.plan import Planned, plan_questions
from mgllm.experiment.prices import with_prices
from mgllm.progress import Progress
from mgllm.prompts import Renderer
from mgllm.prompts.scenarios import find_scenarios
from mgllm.records import Record, RecordKey, RunManifest, ScenarioManifest
from mgllm.store import RunWriter, find_run, new_run, read_run, run_id, write_options


@dataclass(frozen=True)
class Plan:
    """All that a run will ask."""

    manifest: RunManifest
    planned: tuple[Planned, ...]
    words: Words


def run(options: RunOptions, resume: str | Path | None = None) -> Finished:
    """Run scenarios on a model, or go on with a run that was stopped.

    Returns:
        The run's folder, its summary, and why it stopped early if it did.

    Raises:
        InputError: anything that does not fit, before any call.
        FatalBackendError: the model cannot be asked.
        KeyboardInterrupt: after writing what there is.
    """
    name = parse_model(options.model)
    options = with_prices(name, options)
    folder = find_run(resume, options.results) if resume is not None else None
    return asyncio.run(_run(name, options, folder))


async def _run(name: ModelName, options: RunOptions, folder: Path | None) -> Finished:
    backend = make_backend(name, options)
    materials = [gather(found, options) for found in find_scenarios(options.scenarios, options.folders)]
    refuse_upload(backend, materials, options)
    await backend.open()
    try:
        plan = await make_plan(name, backend, materials, options)
        refuse_unconfirmed(plan.planned, options)
        if folder is None:
            folder = new_run(options.results, plan.manifest.id)
            write_options(folder, options)
        else:
            plan = _continued(plan, folder)
        return await _ask(plan, backend, options, folder)
    finally:
        await backend.close()


async def make_plan(
    name: ModelName, backend: Backend, materials: Sequence[Material], options: RunOptions
) -> Plan:
    """Choose form and score, render and check every prompt, and describe it all."""
    scenarios: list[ScenarioManifest] = []
    planned: list[Planned] = []
    words, most_tokens = {}, 0
    for material in materials:
        scenario = material.scenario
        manner = await choose_manner(backend, material.found, options.ask)
        renderer = Renderer(options.folders.prompt_folders(), tuple(manner.text))
        questions = plan_questions(material, manner, renderer, _counter(backend))
        renderer.check(manner.template)
        scenarios.append(describe_scenario(material, manner, renderer, options.ask.paraphrase))
        planned += questions
        words[scenario.name] = label_words(scenario.labels, manner.lettered)
        most_tokens = max(most_tokens, manner.max_tokens)
    now = datetime.now(UTC)
    what = scenarios[0].name if len(scenarios) == 1 else "suite"
    identity = Identity(
        id=run_id(now.strftime("%Y%m%dT%H%M%SZ"), what, str(name), secrets.token_hex(3)),
        created=now.isoformat(timespec="seconds"),
        model=name,
    )
    manifest = describe_run(identity, backend, options, tuple(scenarios), most_tokens)
    return Plan(manifest, tuple(planned), Words(words))


def refuse_upload(backend: Backend, materials: Sequence[Material], options: RunOptions) -> None:
    """Restricted items stay on this machine unless the user takes the responsibility."""
    if not backend.uploads or options.reach.allow_upload:
        return
    for material in materials:
        restricted = [item.id for item in material.asked if item.terms == "restricted"]
        if restricted:
            raise InputError(
                f"{len(restricted)} items of {material.items_name} are restricted by their licence (first: "
                f"{restricted[0]}) and {backend.base_url} is not this machine; use a local model, or "
                "--allow-upload if your licence permits it"
            )


def _counter(backend: Backend) -> Callable[[str], int]:
    """Tokens by the model's own tokenizer, else words and punctuation."""
    from mgllm.experiment.model_names import count_words

    def count(text: str) -> int:
        tokens = backend.count_tokens(text)
        return count_words(text) if tokens is None else tokens

    return count


def _continued(plan: Plan, folder: Path) -> Plan:
    stored = read_run(folder)
    refuse_changes(stored, plan.manifest, {one.key: one.question.prompt for one in plan.planned})
    return Plan(stored.manifest, plan.planned, plan.words)


async def _ask(plan: Plan, backend: Backend, options: RunOptions, folder: Path) -> Finished:
    with RunWriter(folder, stores_text=options.store_text) as writer:
        writer.write_manifest(plan.manifest)
        done = {r.key: r for r in read_run(folder).records if r.outcome != "failed"}
        missing = sum(one.key not in done for one in plan.planned)
        stopped: BudgetReached | None = None
        try:
            with Progress(options.display, plan.manifest.model, missing, "records") as progress:
                if options.ask.attribute:
                    progress.say(f"attribution: {attribution_questions(plan.planned):,} questions more")
                desk = Desk(backend, writer, plan.manifest.model, plan.words, Budget(options.reach), progress)
                groups = _groups_to_ask(plan, done, desk)
                stopped = await ask_all(groups, desk, options.reach.concurrency)
        finally:  # also after Ctrl-C or a refused key: the tables of what there is
            dropped = {"dropped_parameters": backend.dropped_parameters}
            writer.write_manifest(plan.manifest.model_copy(update=dropped))
            finished = finish(folder, writer, len(plan.planned), stopped)
        return finished


def _groups_to_ask(plan: Plan, done: Mapping[RecordKey, Record], desk: Desk) -> list[Group]:
    too_long: dict[tuple[str, str], str] = {}
    for one in plan.planned:
        why = desk.backend.fits(one.question)
        if why is not None:
            too_long.setdefault((one.key.scenario, one.key.item), f"arm {one.key.arm}: {why}")
    unsendable = [one for one in plan.planned if (one.key.scenario, one.key.item) in too_long]
    write_unsendable((one for one in unsendable if one.key not in done), too_long, desk)
    sendable = [one for one in plan.planned if (one.key.scenario, one.key.item) not in too_long]
    return write_twins(group_questions(sendable), done, desk)
