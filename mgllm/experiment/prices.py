"""Reads the user's own price list. None is bundled: prices change, and a wrong one is worse than
none."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from mgllm.errors import InputError
from mgllm.experiment.model_names import ModelName
from mgllm.experiment.options import RunOptions
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
    """By full model name: openai/gpt-6."""


def prices_path() -> Path:
    """Path of the user's list: MGLLM_PRICES, else `prices.yaml` in the user's configuration
    folder."""
    named = os.environ.get("MGLLM_PRICES")
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_config_dir("mgllm")) / "prices.yaml"


def price_of(model: str) -> Price | None:
    """The price of a model in the user's list; None without a list or an entry.

    Raises:
        InputError: the list is wrong, or the file that MGLLM_PRICES names does not exist.
    """
    path = prices_path()
    if not path.exists() and "MGLLM_PRICES" not in os.environ:
        return None
    return read_yaml(path, PriceList).prices.get(model)


def with_prices(name: ModelName, options: RunOptions) -> RunOptions:
    """The options with prices from the user's list, unless flags give them.

    Raises:
        InputError: there is a budget in dollars, but no price.
    """
    reach = options.reach
    listed = price_of(str(name))
    if listed is not None:
        known = {"price_in": listed.read, "price_out": listed.written}
        unsaid = {field: price for field, price in known.items() if getattr(reach, field) is None}
        reach = reach.model_copy(update=unsaid)
    if reach.budget_usd is not None and None in (reach.price_in, reach.price_out):
        raise InputError(
            "--budget-usd needs prices; give --price-in and --price-out (USD per million tokens), or write "
            f"the prices of {name} into {prices_path()}"
        )
    return options.model_copy(update={"reach": reach})
