"""`mgllm models list`: the models that mgllm knows by name."""

from __future__ import annotations

from pathlib import Path

from mgllm.backends.weights.known_models import DEFAULT_MODEL, KNOWN_MODELS, models_folder, read_card
from mgllm.records import Frozen


class ModelRow(Frozen):
    """One line of `mgllm models list`."""

    name: str
    """What follows `local/`."""
    title: str
    """What it is, its licence and its size."""
    default: bool
    """Whether `--model local` takes it."""
    folder: Path | None
    """Where it is; None until it is pulled."""
    source: str | None
    """Where the weights came from; None until it is pulled."""
    weights_sha256: str | None
    """Of the weights as they are loaded; None until it is pulled."""


def list_models() -> tuple[ModelRow, ...]:
    """All known models, pulled or not."""
    return tuple(_row(name) for name in KNOWN_MODELS)


def _row(name: str) -> ModelRow:
    folder = models_folder() / name
    card = read_card(folder)
    return ModelRow(
        name=name,
        title=KNOWN_MODELS[name].title,
        default=name == DEFAULT_MODEL,
        folder=folder if card else None,
        source=card.source if card else None,
        weights_sha256=card.weights_sha256 if card else None,
    )
