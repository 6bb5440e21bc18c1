"""The names of tables, for `compare --table`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mgllm.errors import InputError, unknown

TABLES: Mapping[str, str] = {
    "verdict": "no scenario was asked",
    "models": "no arm has an accuracy: the items have no known targets, or nothing was answered",
    "claims": "not all arms that a claim needs were asked",
    "registered": "only runs made with `mgllm run --preregister` have it",
    "outcomes": "no arm was asked",
    "scores": "no arm has an accuracy: the items have no known targets, or nothing was answered",
    "contrasts": "not all arms of the primary contrasts were asked",
    "checks": "not all arms of the primary contrasts were asked",
    "missing": "no answers are missing in the primary contrasts",
    "exploratory": "there are no other arms",
    "probes": "only runs made with `mgllm run --probe` have it",
    "sweep": "only runs made with `mgllm run --sweep`, or several wordings together, have it",
    "flips": "no two arms can be compared",
    "positions": "nothing was answered",
    "declined": "all replies have an answer",
    "slices": "add --by with a covariate of the items",
    "gestures": "only runs made with `mgllm run --attribute` have it",
    "dose": "it needs arms with gestures made wrong (text+noisy@P) and items with annotated gestures",
    "references": "only runs made with `mgllm run --with-references` have it",
    "gee": "it needs several models or scenarios, and at least 20 subjects",
}
"""Every table, and why it may be empty."""


def refuse_unknown(names: Iterable[str]) -> None:
    """Check that each name is the name of a table.

    Raises:
        InputError: a name is unknown; the message lists the tables.
    """
    for name in names:
        if name not in TABLES:
            raise InputError(f"--table: {unknown('table', name, TABLES)}")


def why_empty(name: str) -> str:
    """The message for a table that these runs do not have."""
    return f"--table {name}: there is nothing to show: {TABLES[name]}"
