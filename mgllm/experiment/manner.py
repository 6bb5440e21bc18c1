"""Which form, reasoning and score a scenario's questions are put in."""

from __future__ import annotations

from collections.abc import Mapping

from mgllm.answers.alignment import shares_first_token
from mgllm.backends.base import Backend, traits_of
from mgllm.errors import InputError
from mgllm.experiment.options import AskOptions
from mgllm.prompts.scenarios import FoundScenario
from mgllm.records import Form, Frozen, Reasoning, Score

MAX_TOKENS: dict[Reasoning, int] = {"direct": 256, "chain_of_thought": 1024}
"""Bound of generated tokens where `--max-tokens` does not say it."""


class Manner(Frozen):
    """How all questions of a scenario are put: what was asked for, with nothing left open."""

    form: Form
    """chat or cloze."""
    reasoning: Reasoning
    """direct or chain_of_thought."""
    score: Score
    """logprob or generate."""
    lettered: bool
    """Labels are offered as letters."""
    template: str
    """Template file."""
    text: Mapping[str, str]
    """The scenario's own words in this wording."""
    max_tokens: int
    """Upper bound of generated tokens."""
    ask: AskOptions
    """Seed, epochs, shuffles and temperature, as asked for."""


async def choose_manner(backend: Backend, found: FoundScenario, ask: AskOptions) -> Manner:
    """Settle what `auto` leaves open, with an opened backend.

    Raises:
        InputError: the scenario has no template for the form, or cloze is to think aloud.
    """
    form, reasoning = _form(backend, found, ask), ask.reasoning or found.scenario.reasoning
    if form == "cloze" and (reasoning == "chain_of_thought" or ask.score == "generate"):
        what = "--reasoning chain_of_thought" if reasoning == "chain_of_thought" else "--score generate"
        raise InputError(f"{what} needs --form chat: a cloze prompt is continued by the labels alone")
    score: Score = "logprob" if form == "cloze" and ask.score == "auto" else await _score(backend, ask)
    made = settle(found, ask, form, score)
    return made.model_copy(update={"lettered": _lettered(backend, form, score, found)})


def settle(found: FoundScenario, ask: AskOptions, form: Form, score: Score = "logprob") -> Manner:
    """The manner of a form and a score, where both are known; labels stand as words.

    Raises:
        InputError: the scenario has no cloze template.
    """
    wording = found.wording(form, ask.paraphrase)
    if wording is None:
        raise InputError(f"{found.path} has no cloze template; use --form chat")
    reasoning = ask.reasoning or found.scenario.reasoning
    return Manner(
        form=form,
        reasoning=reasoning,
        score=score,
        lettered=False,
        template=wording.template,
        text=wording.text,
        max_tokens=ask.max_tokens or MAX_TOKENS[reasoning],
        ask=ask,
    )


def _form(backend: Backend, found: FoundScenario, ask: AskOptions) -> Form:
    has_cloze = found.prompt_files(ask.paraphrase).cloze is not None
    if ask.form == "cloze" and not has_cloze:
        raise InputError(
            f"{found.path} has no cloze template; add 'prompts: {{cloze: NAME_cloze.j2}}' or use --form chat"
        )
    if ask.form != "auto":
        return ask.form
    thinks = (ask.reasoning or found.scenario.reasoning) == "chain_of_thought" or ask.score == "generate"
    return backend.default_form() if has_cloze and not thinks else "chat"


async def _score(backend: Backend, ask: AskOptions) -> Score:
    return ask.score if ask.score != "auto" else await backend.default_score()


def _lettered(backend: Backend, form: Form, score: Score, found: FoundScenario) -> bool:
    """Whether labels are offered as letters: an API shows first tokens alone, and they must differ."""
    if not traits_of(backend).first_tokens_only or form == "cloze" or score == "generate":
        return False
    return shares_first_token([label.text for label in found.scenario.labels])
