"""Which form, reasoning and score a scenario's questions are put in."""

from __future__ import annotations

from mgllm.backends.base import Backend
from mgllm.errors import InputError
from mgllm.experiment.options import AskOptions
from mgllm.experiment.plan import Manner
from mgllm.prompts.scenarios import FoundScenario
from mgllm.records import Form, Reasoning, Score

MAX_TOKENS: dict[Reasoning, int] = {"direct": 256, "chain_of_thought": 1024}
"""Bound of generated tokens where `--max-tokens` does not say it."""


async def choose_manner(backend_name: str, backend: Backend, found: FoundScenario, ask: AskOptions) -> Manner:
    """Settle what `auto` leaves open, with an opened backend.

    Raises:
        InputError: the scenario has no template for the form, or cloze is to think aloud.
    """
    form, reasoning = _form(backend, found, ask), ask.reasoning or found.scenario.reasoning
    if form == "cloze" and (reasoning == "chain_of_thought" or ask.score == "generate"):
        what = "--reasoning chain_of_thought" if reasoning == "chain_of_thought" else "--score generate"
        raise InputError(f"{what} needs --form chat: a cloze prompt is continued by the labels alone")
    score: Score = "logprob" if form == "cloze" and ask.score == "auto" else await _score(backend, ask)
    wording = found.wording(form, ask.paraphrase)
    assert wording is not None  # the form was chosen so
    return Manner(
        form=form,
        reasoning=reasoning,
        score=score,
        lettered=_lettered(backend_name, form, score, found),
        template=wording.template,
        text=wording.text,
        temperature=ask.temperature,
        max_tokens=ask.max_tokens or MAX_TOKENS[reasoning],
        epochs=ask.epochs,
        shuffles=ask.shuffles,
        seed=ask.seed,
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


def _lettered(backend_name: str, form: Form, score: Score, found: FoundScenario) -> bool:
    """Whether labels are offered as letters: an API shows first tokens alone, and they must differ."""
    if backend_name == "local" or form == "cloze" or score == "generate":
        return False
    from mgllm.backends.presets import shares_first_token

    return shares_first_token([label.text for label in found.scenario.labels])
