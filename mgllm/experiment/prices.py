"""The user's own price list. None is bundled: prices change, and a wrong one is worse than none."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from mgllm.files.yaml_files import read_yaml
from mgllm.records import Frozen


class Price(Frozen):
    """What a model costs, in USD per million tokens."""

    read: float = Field(alias="in", ge=0)
    """Tokens read."""
    written: float = Field(alias="out", ge=0)
    """Tokens written."""


class PriceList(Frozen):
    """A file of prices."""

    prices: Mapping[str, Price]
    """By full model name: openai/gpt-5-mini."""


def prices_path() -> Path:
    """Where the user's list is looked for: MGLLM_PRICES, else `prices.yaml` in the user's config folder."""
    named = os.environ.get("MGLLM_PRICES")
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_config_dir("mgllm")) / "prices.yaml"


def price_of(model: str) -> Price | None:
    """The price of a model in the user's list; None without a list or an entry.

    Raises:
        InputError: the list is there and not right, or MGLLM_PRICES names no file.
    """
    path = prices_path()
    if not path.exists() and "MGLLM_PRICES" not in os.environ:
        return None
    return read_yaml(path, PriceList).prices.get(model)
