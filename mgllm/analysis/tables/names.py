"""The tables by name: what `compare --table` takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mgllm.errors import InputError, unknown

TABLES: Mapping[str, str] = {
    "verdict": "no scenario was asked",
    "models": "no arm has an accuracy: the items have no known targets, or nothing was answered",
    "claims": "the arms that a claim needs were not all asked",
    "outcomes": "no arm was asked",
    "scores": "no arm has an accuracy: the items have no known targets, or nothing was answered",
    "contrasts": "the arms of the primary contrasts were not all asked",
    "checks": "the arms of the primary contrasts were not all asked",
    "missing": "no answer of a primary contrast is missing",
    "exploratory": "there are no other arms",
    "flips": "no two arms can be compared",
    "positions": "no answers by the place of a label are known",
    "declined": "no reply declined",
    "slices": "name a covariate of the items with --by",
    "gestures": "ask with: mgllm run --attribute",
    "gee": "it needs several models or scenarios, and subjects enough",
}
"""Every table, and why there may be nothing in it."""


def refuse_unknown(names: Iterable[str]) -> None:
    """Refuse a name that no table has.

    Raises:
        InputError: it names the tables that there are.
    """
    for name in names:
        if name not in TABLES:
            raise InputError(f"--table: {unknown('table', name, TABLES)}")


def why_empty(name: str) -> str:
    """The line for a table that these runs do not have."""
    return f"--table {name}: nothing to show; {TABLES[name]}"
