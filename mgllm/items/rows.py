"""Turns a row of a table into an item's fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from math import isnan
from typing import Any

from mgllm.errors import InputError, nearest
from mgllm.files.json_files import parse_json
from mgllm.records import Item

_IDS = ("id", "subject", "target")
_NESTED = ("gestures", "covariates")


def check_columns(names: Iterable[str], source: str) -> None:
    """Check that a table has the columns that every item needs.

    Raises:
        InputError: one is missing.
    """
    names = list(names)
    for needed in ("id", "subject"):
        if needed not in names:
            near = nearest(needed, names)
            guess = f" Did you mean '{near}'? Rename it to '{needed}'." if near else ""
            raise InputError(f"{source} has no column '{needed}'.{guess} Its columns: {', '.join(names)}")


def row_content(row: Mapping[str, Any], where: str) -> dict[str, Any]:
    """A row as an item's fields: other columns are covariates, empty cells are left out.

    Raises:
        InputError: gestures or covariates are text that is not JSON.
    """
    fields = {name: _without_nulls(value) for name, value in row.items() if not _is_null(value)}
    content = {name: value for name, value in fields.items() if name in Item.model_fields}
    for name in _NESTED:
        if isinstance(content.get(name), str):
            content[name] = parse_json(content[name], f"{where} {name}")
    for name in _IDS:
        if isinstance(content.get(name), int) and not isinstance(content[name], bool):
            content[name] = str(content[name])
    others = {name: value for name, value in fields.items() if name not in Item.model_fields}
    given = content.get("covariates", {})
    if others and isinstance(given, dict):
        content["covariates"] = {**others, **given}
    return content


def _is_null(value: Any) -> bool:
    return value is None or (isinstance(value, float) and isnan(value))


def _without_nulls(value: Any) -> Any:
    """The value without null keys, dates as text: in a table every row has every key, if only as
    null."""
    if isinstance(value, dict):
        return {key: _without_nulls(part) for key, part in value.items() if not _is_null(part)}
    if isinstance(value, list):
        return [_without_nulls(part) for part in value]
    if isinstance(value, datetime) and value.tzinfo is None and value.time() == time.min:
        return value.date().isoformat()  # a day, which many programs store as its first moment
    return value.isoformat() if isinstance(value, date | time) else value
