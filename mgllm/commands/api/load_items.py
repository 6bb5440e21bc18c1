"""`mgllm.load_items`: an item set, checked, as a value that shows itself."""

from __future__ import annotations

from pathlib import Path

from mgllm.commands.api._door import python_door
from mgllm.commands.api._shown_items import Items, shown_items
from mgllm.items.loading import load_items as load


@python_door
def load_items(source: str | Path) -> Items:
    """Read and check all items of a set.

    Args:
        source: A JSONL file; a parquet, csv or json file; a folder with files of one of these
            kinds; or `"org/name[:split]"` on the hub.

    Returns:
        The items as a tuple, in their order; `by_id` finds one. In a notebook the set shows itself
        as a table, an item as its speech and its gestures.

    Raises:
        InputError: File, line and field of the first thing that is wrong.

    Example:
        >>> items = mgllm.load_items("items.jsonl")
        >>> items[0].speech
    """
    return shown_items(load(source))
