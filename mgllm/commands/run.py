"""`mgllm run`: a model, scenarios, arms, and a folder with every answer and a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import JsonValue

from mgllm.backends.base import Backend, Paced
from mgllm.disk import log_file
from mgllm.errors import InputError, RunStopped, WriteFailed
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
from mgllm.experiment.finishing import Finished, Halted, finish
from mgllm.experiment.lasting import Lasting
from mgllm.experiment.manifest import refuse_changes
from mgllm.experiment.material import Material, gather
from mgllm.experiment.model_names import ModelName, make_backend, parse_model
from mgllm.experiment.options import RunOptions, anchored
from mgllm.experiment.preparing import Plan, clock_notes, make_plan, refuse_upload
from mgllm.experiment.prices import with_prices
from mgllm.experiment.rescoring import bring_up_to_date
from mgllm.experiment.sweep import sweep_notes
from mgllm.experiment.verifying.doubts import warn_of
from mgllm.progress import Progress, warn
from mgllm.prompts.scenarios import find_scenarios
from mgllm.records import Record, RecordKey, RunManifest
from mgllm.references import ReferenceChoices, make_references
from mgllm.store import RunWriter, begin_run, find_run, read_run


def run(options: RunOptions, resume: str | Path | None = None) -> Finished:
    """Ask a model about scenarios, or resume a run.

    Returns:
        The run's folder, its summary, and why it stopped early if it did.

    Raises:
        InputError: something does not fit; nothing was asked.
        FatalBackendError: the model cannot be asked.
        WriteFailed: the disk is full, for example; what was written is safe.
        KeyboardInterrupt: after writing what there is; says what that is and how to go on.
    """
    name = parse_model(options.model)
    options = with_prices(name, options)
    folder = find_run(resume, options.results) if resume is not None else None
    options = _as_begun(options, folder)
    halted = Halted()
    try:
        return run_blocking(_run(name, options, folder, halted))
    except KeyboardInterrupt:
        raise KeyboardInterrupt(halted.words) from None


async def _run(name: ModelName, options: RunOptions, folder: Path | None, halted: Halted) -> Finished:
    backend = make_backend(name, options)
    materials = _gather(options)
    warn(line for material in materials for line in material.warnings)
    warn(sweep_notes(options.ask))
    refuse_upload(backend, materials, options)
    if isinstance(backend, Paced):
        backend.report_to(None if options.display == "none" else lambda line: warn([line]), None)
    await backend.open()
    try:
        plan = await make_plan(name, backend, materials, options)
        plan = _with_references(plan, materials) if options.with_references else plan
        refuse_unconfirmed(plan.planned, options)
        resumed = folder is not None
        if folder is None:
            warn(clock_notes(options.results, plan.manifest.id))
            folder = begin_run(options.results, plan.manifest, anchored(options))
        else:
            _refuse_changed(plan, folder)
        halted.folder, halted.planned = folder, len(plan.planned)
        log_file.note(f"{'goes on with' if resumed else 'begins'} {folder}: {len(plan.planned)} records")
        with RunWriter(folder, stores_text=options.store_text) as halted.writer:
            if resumed:
                plan = _continued(plan, folder, halted.writer)
                halted.writer.write_manifest(plan.manifest)
            return await _ask(plan, backend, options, halted)
    finally:
        await backend.close()


def _gather(options: RunOptions) -> list[Material]:
    """What the scenarios need. From here on a log file may only quote what its items permit."""
    log_file.hold_words_back(True)
    materials = [gather(found, options) for found in find_scenarios(options.scenarios, options.folders)]
    restricted = any(item.terms == "restricted" for material in materials for item in material.items)
    log_file.hold_words_back(restricted or not options.store_text)
    return materials


def _with_references(plan: Plan, materials: Sequence[Material]) -> Plan:
    """The manifest with guesses of the items that are asked, made before the first question."""
    scenarios = []
    for material, described in zip(materials, plan.manifest.scenarios, strict=True):
        choices = ReferenceChoices(cue_source=material.ground.source, seed=plan.manifest.seed)
        try:
            made = make_references(material.asked, choices).references
        except InputError as error:
            raise InputError(f"--with-references, {described.name}: {error}") from None
        named = made.model_copy(update={"scenario": described.name})
        scenarios.append(described.model_copy(update={"references": named}))
    manifest = plan.manifest.model_copy(update={"scenarios": tuple(scenarios)})
    return replace(plan, manifest=manifest)


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


async def _ask(plan: Plan, backend: Backend, options: RunOptions, halted: Halted) -> Finished:
    writer: RunWriter | None = halted.writer
    stopped: RunStopped | None = None
    assert writer is not None
    done = {r.key: r for r in read_run(writer.path).records if r.outcome != "failed"}
    missing = sum(one.key not in done for one in plan.planned)

    def conclude() -> Finished:
        writer.write_manifest(plan.manifest.model_copy(update=_reached(backend, plan.manifest)))
        finished = finish(writer.path, writer, len(plan.planned), stopped)
        halted.finished = finished
        return finished

    try:
        with Progress(options.display, plan.manifest.model, len(plan.planned), "records") as progress:
            progress.start_at(len(plan.planned) - missing)
            for line in getattr(backend, "warnings", ()):
                progress.say(f"warning: {line}")
            if options.ask.attribute:
                progress.say(f"attribution: {attribution_questions(plan.planned):,} questions more")
            if isinstance(backend, Paced):
                backend.report_to(progress.say, progress.note)
            desk = Desk(
                backend,
                writer,
                plan.manifest.model,
                plan.words,
                Budget(options.reach),
                progress,
                Lasting(answered=bool(done)),
            )
            groups = _groups_to_ask(plan, done, desk)
            stopped = await ask_all(groups, desk, options.reach.concurrency)
    except WriteFailed:
        raise  # the same disk would take no tables; they are written when the run is resumed
    except BaseException:  # Ctrl-C, a refused key: tables of the records so far
        conclude()
        raise
    return conclude()


def _continued(plan: Plan, folder: Path, writer: RunWriter) -> Plan:
    """A resumed run with its own manifest, its replies read by today's rules."""
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
