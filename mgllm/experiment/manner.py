"""Chooses form, reasoning and score for a scenario's questions."""

from __future__ import annotations

from collections.abc import Mapping

from mgllm.answers.alignment import shares_first_token
from mgllm.backends.base import Backend, settle as settle_score, traits_of
from mgllm.errors import InputError
from mgllm.experiment.options import LEAST_SAMPLED_EPOCHS, AskOptions
from mgllm.prompts.scenarios import FoundScenario
from mgllm.records import Form, Frozen, Reasoning, Score

MAX_TOKENS: dict[Reasoning, int] = {"direct": 256, "chain_of_thought": 1024}
"""Most generated tokens if `--max-tokens` is not given."""
THINKING_TOKENS = 4096
"""The same for a model that thinks before it answers: its thoughts count too."""


class Manner(Frozen):
    """How all questions of a scenario are asked: the options, with `auto` replaced by a choice."""

    form: Form
    """chat or cloze."""
    reasoning: Reasoning
    """direct or chain_of_thought."""
    score: Score
    """logprob, generate or sample."""
    lettered: bool
    """Whether labels are offered as letters."""
    template: str
    """Template file."""
    text: Mapping[str, str]
    """The scenario's own words in this wording."""
    max_tokens: int
    """Upper bound of generated tokens."""
    ask: AskOptions
    """Seed, epochs, shuffles and temperature, as asked for."""


async def choose_manner(backend: Backend, found: FoundScenario, ask: AskOptions) -> Manner:
    """Choose what `auto` leaves open; the backend must be open.

    Raises:
        InputError: the scenario has no template for the form, the backend cannot continue a text,
            the options do not go with cloze, or too few answers would be drawn.
        FatalBackendError: the model does not answer a first question.
    """
    form, reasoning = _form(backend, found, ask), ask.reasoning or found.scenario.reasoning
    if form == "cloze" and (reasoning == "chain_of_thought" or ask.score in ("generate", "sample")):
        what = "--reasoning chain_of_thought" if reasoning == "chain_of_thought" else f"--score {ask.score}"
        raise InputError(
            f"{what} needs --form chat: with --form cloze the model writes nothing, it only scores the labels"
        )
    _refuse_few(ask)
    if form == "cloze":
        made = settle(found, ask, form, "logprob")
        return made.model_copy(update={"lettered": False})
    settled = await settle_score(backend, reasoning, None if ask.score == "auto" else ask.score)
    made = settle(found, ask, form, settled.score)
    update: dict[str, object] = {"lettered": _lettered(backend, form, settled.score, found)}
    if settled.thinks and ask.max_tokens is None:
        update["max_tokens"] = max(made.max_tokens, _room_for_thoughts(backend))
    return made.model_copy(update=update)


def _room_for_thoughts(backend: Backend) -> int:
    """THINKING_TOKENS, or half the context if that is less: the prompt must fit too."""
    context = backend.facts.get("context")
    return min(THINKING_TOKENS, context // 2) if isinstance(context, int) else THINKING_TOKENS


def _refuse_few(ask: AskOptions) -> None:
    if ask.score == "sample" and ask.repetitions < LEAST_SAMPLED_EPOCHS:
        raise InputError(
            f"--score sample needs --epochs {LEAST_SAMPLED_EPOCHS} or more, not {ask.repetitions}: shares of "
            "fewer answers are too rough"
        )
    if ask.score == "sample" and ask.heat == 0:
        raise InputError(
            "--score sample needs different answers, but --temperature 0 always gives the same; leave "
            "--temperature out"
        )


def settle(found: FoundScenario, ask: AskOptions, form: Form, score: Score = "logprob") -> Manner:
    """The manner for a known form and score; labels are offered as words.

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
    if ask.form == "cloze" and not traits_of(backend).continues:
        raise InputError(
            "--form cloze needs a local model: a server gives probabilities only of what it writes itself, "
            "not of a given text; use --form chat"
        )
    if ask.form != "auto":
        return ask.form
    says = ask.score in ("generate", "sample")
    thinks = (ask.reasoning or found.scenario.reasoning) == "chain_of_thought" or says
    return backend.default_form() if has_cloze and not thinks else "chat"


def _lettered(backend: Backend, form: Form, score: Score, found: FoundScenario) -> bool:
    """Whether labels are offered as letters: over an API the first tokens of labels must differ."""
    if not traits_of(backend).first_tokens_only or form == "cloze" or score != "logprob":
        return False
    return shares_first_token([label.text for label in found.scenario.labels])
