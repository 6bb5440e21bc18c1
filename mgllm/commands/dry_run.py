"""`mgllm run --dry-run`: what a run would ask and cost, and which effect it could find."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

from mgllm.analysis.statistics.jackknife import FEWEST, detectable_in_se
from mgllm.backends.base import Backend, traits_of
from mgllm.experiment.asking import attribution_questions, group_questions
from mgllm.experiment.blocking import run_blocking
from mgllm.experiment.manner import THINKING_TOKENS
from mgllm.experiment.material import gather
from mgllm.experiment.model_names import ModelName, count_words, make_backend, parse_model
from mgllm.experiment.options import RunOptions
from mgllm.experiment.preparing import Plan, make_plan, refuse_upload
from mgllm.experiment.prices import with_prices
from mgllm.progress import warn
from mgllm.prompts.scenarios import find_scenarios
from mgllm.records import Form, Frozen, Prompt, Question, Reply, Score

DISCORDANT = 0.25
"""Share of discordant pairs, assumed for the smallest detectable effect."""


class DryScenario(Frozen):
    """One scenario of a planned run."""

    scenario: str
    """Its name."""
    pairs: int
    """Items asked, each a pair of arms."""
    subjects: int
    """People among them."""
    effective_subjects: float
    """n² / Σ nₛ²."""
    records: int
    """Records it would make."""
    prompts: int
    """Distinct questions it would ask."""
    attribution: int
    """How many of them only `--attribute` asks."""
    tokens_in: int
    """Tokens it would read."""
    tokens_exact: bool
    """Whether the model's own tokenizer counted them; an estimate otherwise."""
    tokens_out_most: int
    """Tokens that it would write at most."""
    dollars_most: float | None
    """At most, by the prices given; None without prices."""
    tokens_out_thinking: int | None = None
    """The same if the model thinks first; None if it cannot, or if `--max-tokens` is given."""
    dollars_thinking: float | None = None
    """Dollars at most, if it thinks."""
    epochs: int = 1
    """Repetitions of every question, counted above."""
    cells: int = 1
    """Cells of a sweep, in each of which every item is asked, counted above."""
    detectable_points: float | None
    """Smallest effect on accuracy, in points, that 80 % of such runs would find; None with too few
    subjects for an interval."""


class DryRun(Frozen):
    """A planned run."""

    model: str
    """Full model name."""
    scenarios: tuple[DryScenario, ...]
    """One each."""
    example: Prompt
    """The first prompt."""


def dry_run(options: RunOptions) -> DryRun:
    """Plan a run and count. A local model's tokenizer counts tokens; a server is not contacted."""
    name = parse_model(options.model)
    return run_blocking(_dry(name, with_prices(name, options)))


async def _dry(name: ModelName, options: RunOptions) -> DryRun:
    real = make_backend(name, options)
    materials = [gather(found, options) for found in find_scenarios(options.scenarios, options.folders)]
    warn(line for material in materials for line in material.warnings)
    refuse_upload(real, materials, options)
    backend: Backend = real if traits_of(real).local else _Unreached(real)
    await backend.open()
    try:
        plan = await make_plan(name, backend, materials, options)
        rows = tuple(_count(plan, nth, backend, options) for nth in range(len(plan.manifest.scenarios)))
        return DryRun(model=str(name), scenarios=rows, example=plan.planned[0].question.prompt)
    finally:
        await backend.close()


def _count(plan: Plan, nth: int, backend: Backend, options: RunOptions) -> DryScenario:
    scenario = plan.manifest.scenarios[nth]
    planned = [one for one in plan.planned if one.key.scenario == scenario.name]
    questions = [group.first.question for group in group_questions(planned)]
    exact = backend.count_tokens("") is not None
    tokens_in = sum(_tokens(question, backend) for question in questions)
    tokens_out = 0 if scenario.form == "cloze" else sum(question.max_tokens for question in questions)
    thinking = None
    if options.ask.max_tokens is None and not traits_of(backend).local:
        thinking = sum(max(question.max_tokens, THINKING_TOKENS) for question in questions)
    clusters = Counter(one.item.subject for one in planned)
    return DryScenario(
        scenario=scenario.name,
        pairs=scenario.items_asked,
        subjects=len(clusters),
        effective_subjects=scenario.effective_subjects,
        records=len(planned),
        prompts=len(questions),
        attribution=attribution_questions(planned),
        tokens_in=tokens_in,
        tokens_exact=exact,
        tokens_out_most=tokens_out,
        dollars_most=_dollars(tokens_in, tokens_out, options),
        tokens_out_thinking=thinking,
        dollars_thinking=None if thinking is None else _dollars(tokens_in, thinking, options),
        epochs=options.ask.repetitions,
        cells=len(scenario.cells) or 1,
        detectable_points=_detectable(scenario.items_asked, scenario.effective_subjects),
    )


def _detectable(items: int, effective: float) -> float | None:
    """In points: k(df) standard errors of the mean of pairs, as if these were independent."""
    if effective < FEWEST:
        return None
    return 100 * detectable_in_se(effective - 1) * math.sqrt(DISCORDANT / items)


def _tokens(question: Question, backend: Backend) -> int:
    text = "\n".join(message.content for message in question.prompt.messages)
    counted = backend.count_tokens(text)
    return count_words(text) if counted is None else counted


def _dollars(tokens_in: int, tokens_out: int, options: RunOptions) -> float | None:
    price_in, price_out = options.reach.price_in, options.reach.price_out
    if price_in is None or price_out is None:
        return None
    return (tokens_in * price_in + tokens_out * price_out) / 1e6


class _Unreached:
    """A server that is not contacted: it answers nothing and has no tokenizer."""

    concurrency = 1
    facts: Mapping[str, str | int | float | bool | None] = {}
    dropped_parameters: tuple[str, ...] = ()

    def __init__(self, real: Backend) -> None:
        self.uploads, self.base_url = real.uploads, real.base_url
        self.traits = traits_of(real)
        self._likely: Score = getattr(real, "likely_score", "logprob")

    async def open(self) -> None:
        """Nothing to open."""

    def default_form(self) -> Form:
        return "chat"

    async def default_score(self) -> Score:
        return self._likely

    def count_tokens(self, text: str) -> int | None:
        return None

    def fits(self, question: Question) -> str | None:
        return None

    async def ask(self, question: Question) -> Reply:
        raise AssertionError("a dry run asks nothing")

    async def close(self) -> None:
        """Nothing to close."""
