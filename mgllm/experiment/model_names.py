"""Finds the backend of `--model M`, and counts words for a backend that counts no tokens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from mgllm.backends.base import Backend, BackendOptions, backends, default_model
from mgllm.backends.weights.known_models import KNOWN_MODELS
from mgllm.errors import InputError, nearest
from mgllm.experiment.options import RunOptions
from mgllm.records import Frozen

MAKERS = {
    **dict.fromkeys(("gpt-", "chatgpt", "o1", "o3", "o4"), "openai"),
    "claude": "anthropic",
    "gemini": "google",
}
"""How names of models begin that one company alone serves."""
_WORD = re.compile(r"\w+|[^\w\s]")


class ModelName(Frozen):
    """A model's full name in its two parts."""

    backend: str
    """Name on the shelf of backends."""
    model: str
    """Its name there."""

    def __str__(self) -> str:
        return f"{self.backend}/{self.model}"


def parse_model(name: str) -> ModelName:
    """Split `BACKEND/NAME`; a backend with a default model, such as `local`, needs no name.

    Raises:
        InputError: there is no such backend, or the name is missing.
    """
    stem, slash, rest = name.strip().partition("/")
    known = backends.names()
    if stem in known and not rest and (model := default_model(stem)) is not None:
        return ModelName(backend=stem, model=model)
    if stem not in known or not (slash and rest):
        meant = _meant(name.strip(), known) if name.strip(" /") else None
        guess = f"Did you mean '{meant}'? " if meant else ""
        raise InputError(
            f"unknown model '{name}'. {guess}Write BACKEND/NAME, such as local, local/FOLDER or "
            f"openai/gpt-6. Backends: {', '.join(known)}"
        )
    return ModelName(backend=stem, model=rest)


def _meant(name: str, known: Sequence[str]) -> str | None:
    """The full name that was probably meant."""
    stem, slash, rest = name.partition("/")
    if stem.casefold() in known and rest:
        return f"{stem.casefold()}/{rest}"
    if slash and rest and (near := nearest(stem, known, cutoff=0.75)):
        return f"{near}/{rest}"
    if Path(name).is_dir() or (slash and rest):  # a folder, or a name of the hub
        return f"local/{name}"
    family = next((server for begin, server in MAKERS.items() if name.casefold().startswith(begin)), None)
    if family is not None:
        return f"{family}/{name}"
    near = nearest(name, [*known, *KNOWN_MODELS])
    if near in KNOWN_MODELS:
        return f"local/{near}"
    return near if near is None or default_model(near) is not None else f"{near}/NAME"


def make_backend(name: ModelName, options: RunOptions) -> Backend:
    """The backend of a model, not yet opened."""
    reach = options.reach
    return backends.get(name.backend)(
        BackendOptions(
            model=name.model,
            began_in=options.began_in,
            base_url=reach.base_url,
            api_key_env=reach.api_key_env,
            model_args=reach.model_args,
            reasoning_effort=options.ask.reasoning_effort,
            temperature=options.ask.heat,
            timeout_s=reach.timeout_s,
            max_retries=reach.max_retries,
            seed=options.ask.seed,
        )
    )


def count_words(text: str) -> int:
    """Number of words and punctuation marks: an estimate of tokens, shown with `~`.

    >>> count_words("No, sir.")
    4
    """
    return len(_WORD.findall(text))
