"""`mgllm run`: a model, scenarios, arms, and a folder with every answer and a table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import JsonValue

from mgllm.backends.base import Backend, Paced
from mgllm.errors import RunStopped
from mgllm.experiment.asking import (
    Desk,
    Group,
    ask_all,
    attribution_questions,
    group_questions,
    refuse_unconfirmed,
    write_twins,
    write_unsendable,
)
from mgllm.experiment.blocking import run_blocking
from mgllm.experiment.budget import Budget
from mgllm.experiment.finishing import Finished, finish
from mgllm.experiment.lasting import Lasting
from mgllm.experiment.manifest import refuse_changes
from mgllm.experiment.material import gather
from mgllm.experiment.model_names import ModelName, make_backend, parse_model
from mgllm.experiment.options import RunOptions
from mgllm.experiment.preparing import Plan, make_plan, refuse_upload
from mgllm.experiment.prices import with_prices
from mgllm.experiment.rescoring import bring_up_to_date
from mgllm.experiment.verifying.doubts import warn_of
from mgllm.progress import Progress, warn
from mgllm.prompts.scenarios import find_scenarios
from mgllm.records import Record, RecordKey, RunManifest
from mgllm.store import MANIFEST, RunWriter, find_run, new_run, read_run, write_options


def run(options: RunOptions, resume: str | Path | None = None) -> Finished:
    """Ask a model about scenarios, or resume a run.

    Returns:
        The run's folder, its summary, and why it stopped early if it did.

    Raises:
        InputError: something does not fit; nothing was asked.
        FatalBackendError: the model cannot be asked.
        KeyboardInterrupt: after writing what there is.
    """
    name = parse_model(options.model)
    options = with_prices(name, options)
    folder = find_run(resume, options.results) if resume is not None else None
    options = _as_begun(options, folder)
    return run_blocking(_run(name, options, folder))


async def _run(name: ModelName, options: RunOptions, folder: Path | None) -> Finished:
    backend = make_backend(name, options)
    materials = [gather(found, options) for found in find_scenarios(options.scenarios, options.folders)]
    warn(line for material in materials for line in material.warnings)
    refuse_upload(backend, materials, options)
    if isinstance(backend, Paced):
        backend.report_to(None if options.display == "none" else lambda line: warn([line]), None)
    await backend.open()
    try:
        plan = await make_plan(name, backend, materials, options)
        refuse_unconfirmed(plan.planned, options)
        if folder is None:
            folder = new_run(options.results, plan.manifest.id)
            write_options(folder, options)
        else:
            _refuse_changed(plan, folder)
        return await _ask(plan, backend, options, folder)
    finally:
        await backend.close()


def _as_begun(options: RunOptions, folder: Path | None) -> RunOptions:
    """A resumed run keeps its rules for drawing, and its limit of tokens: the default could differ
    for a model that thinks only sometimes."""
    if folder is None:
        return options
    old = read_run(folder).manifest
    kept: dict[str, JsonValue] = {"design_rules": old.design_rules}
    if options.ask.max_tokens is None and len({scenario.reasoning for scenario in old.scenarios}) == 1:
        kept["max_tokens"] = old.max_tokens
    return options.model_copy(update={"ask": options.ask.model_copy(update=kept)})


def _sent(backend: Backend, manifest: RunManifest) -> Mapping[str, JsonValue]:
    """What was sent, in this part of a resumed run or in an earlier one."""
    sent: dict[str, JsonValue] = dict(manifest.sent)
    for name, value in getattr(backend, "sent", {}).items():
        old = sent.get(name)
        sent[name] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
    return sent


def _reached(backend: Backend, manifest: RunManifest) -> Mapping[str, object]:
    """What is known only after asking."""
    found = {"dropped_parameters": backend.dropped_parameters, "sent": _sent(backend, manifest)}
    pace = backend.reached if isinstance(backend, Paced) else None
    return {**found, "pace": pace} if pace is not None and pace.per_minute else found


def _refuse_changed(plan: Plan, folder: Path) -> None:
    stored = read_run(folder)
    warn_of([stored])
    refuse_changes(stored, plan.manifest, {one.key: one.question.prompt for one in plan.planned})


async def _ask(plan: Plan, backend: Backend, options: RunOptions, folder: Path) -> Finished:
    with RunWriter(folder, stores_text=options.store_text) as writer:
        plan = _continued(plan, folder, writer)
        writer.write_manifest(plan.manifest)
        done = {r.key: r for r in read_run(folder).records if r.outcome != "failed"}
        missing = sum(one.key not in done for one in plan.planned)
        stopped: RunStopped | None = None
        try:
            with Progress(options.display, plan.manifest.model, len(plan.planned), "records") as progress:
                progress.start_at(len(plan.planned) - missing)
                for line in getattr(backend, "warnings", ()):
                    progress.say(f"warning: {line}")
                if options.ask.attribute:
                    progress.say(f"attribution: {attribution_questions(plan.planned):,} questions more")
                if isinstance(backend, Paced):
                    backend.report_to(progress.say, progress.note)
                lasting = Lasting(answered=any(record.outcome != "failed" for record in done.values()))
                desk = Desk(
                    backend,
                    writer,
                    plan.manifest.model,
                    plan.words,
                    Budget(options.reach),
                    progress,
                    lasting,
                )
                groups = _groups_to_ask(plan, done, desk)
                stopped = await ask_all(groups, desk, options.reach.concurrency)
        finally:  # also after Ctrl-C or a refused key: tables of the records so far
            writer.write_manifest(plan.manifest.model_copy(update=_reached(backend, plan.manifest)))
            finished = finish(folder, writer, len(plan.planned), stopped)
        return finished


def _continued(plan: Plan, folder: Path, writer: RunWriter) -> Plan:
    """A resumed run with its own manifest, its replies read by today's rules; a new run as is."""
    if not (folder / MANIFEST).exists():
        return plan
    manifest = bring_up_to_date(read_run(folder), plan.planned, plan.words, writer)
    return Plan(manifest, plan.planned, plan.words)


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
