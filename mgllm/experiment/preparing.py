"""Prepares all questions of a run before the first is asked; also without a model."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mgllm.answers.words import label_words
from mgllm.backends.base import Backend, check_questions
from mgllm.errors import InputError
from mgllm.experiment.asking import Words
from mgllm.experiment.cue_tokens import cue_token_ratios
from mgllm.experiment.manifest import Identity, describe_run, describe_scenario
from mgllm.experiment.manner import Manner, choose_manner
from mgllm.experiment.material import Material
from mgllm.experiment.model_names import ModelName, count_words
from mgllm.experiment.options import RunOptions
from mgllm.experiment.plan import Planned, plan_questions
from mgllm.experiment.probes import plan_probes
from mgllm.experiment.sweep import sweep_questions
from mgllm.prompts.renderer import Renderer
from mgllm.records import RunManifest, ScenarioManifest
from mgllm.store import run_id, run_names

_MINUTES = len("20261122T0712")
"""Characters of a run's name up to the minute: two runs of one minute may begin in any order."""


@dataclass(frozen=True)
class Plan:
    """Everything that a run will ask."""

    manifest: RunManifest
    planned: tuple[Planned, ...]
    words: Words


async def make_plan(
    name: ModelName, backend: Backend, materials: Sequence[Material], options: RunOptions
) -> Plan:
    """Choose form and score, render and check every prompt, and write the manifest.

    Raises:
        InputError: arms differ in more than they may, or a template is wrong.
        FatalBackendError: the model cannot answer these questions.
    """
    scenarios: list[ScenarioManifest] = []
    planned: list[Planned] = []
    words, most_tokens = {}, 0
    for material in materials:
        scenario = material.scenario
        manner = await choose_manner(backend, material.found, options.ask)
        renderer = Renderer(options.folders.prompt_folders(), tuple(manner.text))
        count = _counter(backend)
        swept = sweep_questions(material, manner, renderer, count)
        questions = (*swept.planned, *plan_probes(material, manner, renderer))
        renderer.check(manner.template)
        if options.ask.shots:
            renderer.check_shot()
        check_questions(backend, (one.question for one in questions))
        described = describe_scenario(material, manner, renderer, options.ask.paraphrase)
        ratios = cue_token_ratios(questions, material, count)
        counted = {"cue_tokens": ratios, "cue_tokens_by": _by(backend)} if ratios else {}
        cells = {"cells": swept.cells, "cells_left_out": swept.left_out} if swept.cells else {}
        scenarios.append(described.model_copy(update={**counted, **cells}))
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


def clock_notes(results: Path, run: str) -> list[str]:
    """A line if a run is there from a later time: `latest` goes by the times in the names."""
    names = run_names(results)
    if not names or names[-1][:_MINUTES] <= run[:_MINUTES]:
        return []
    return [
        f"{results / names[-1]} is of a later time than this run: was the clock set back? 'latest' is that "
        "run; name this one"
    ]


def refuse_upload(backend: Backend, materials: Sequence[Material], options: RunOptions) -> None:
    """Refuse to send restricted items to another machine without `--allow-upload`.

    Raises:
        InputError: there are such items.
    """
    if not backend.uploads or options.reach.allow_upload:
        return
    for material in materials:
        examples = material.exemplars.items if material.exemplars is not None else ()
        shown = {item.id: item for item in (*material.asked, *examples)}.values()
        restricted = [item.id for item in shown if item.terms == "restricted"]
        if restricted:
            place = backend.base_url or "the model's server"
            raise InputError(
                f"{len(restricted)} items of {material.items_name} are restricted by their licence (first: "
                f"{restricted[0]}), and {place} is not this machine, or is reached through a "
                "proxy (NO_PROXY avoids it); use a local model, or --allow-upload if your licence permits it"
            )


def _counter(backend: Backend) -> Callable[[str], int]:
    """Counts tokens with the model's own tokenizer, else words and punctuation."""

    def count(text: str) -> int:
        tokens = backend.count_tokens(text)
        return count_words(text) if tokens is None else tokens

    return count


def _by(backend: Backend) -> str:
    """What `_counter` counts with, for the manifest."""
    return "words" if backend.count_tokens("") is None else "the model's tokenizer"


def render_questions(material: Material, manner: Manner, options: RunOptions) -> tuple[Planned, ...]:
    """Questions as a run would ask them, with words counted as tokens; checks all of the
    template."""
    renderer = Renderer(options.folders.prompt_folders(), tuple(manner.text))
    questions = plan_questions(material, manner, renderer, count_words)
    renderer.check(manner.template)
    if manner.ask.shots:
        renderer.check_shot()
    return questions
