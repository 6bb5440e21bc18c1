"""A cell of a sweep: one way of asking every question of a scenario."""

from __future__ import annotations

import hashlib
import json

from pydantic import Field

from mgllm.records.frozen import Frozen

FIRST_WORDING = "first"
"""What a sweep calls the wording that is not a paraphrase."""
ID_LETTERS = 8
"""Characters of a cell's id: no two of a million cells are likely to have the same."""


class Cell(Frozen):
    """One way of asking. A plain run has a single one, whose fields are empty."""

    id: str = ""
    """Short hash of all that follows; empty in a plain run."""
    wording: str | None = None
    """The wording of the scenario; null if the sweep does not change it."""
    order: str | None = None
    """Name of the label order; null if the sweep does not change it."""
    style: str | None = None
    """The cue style; null if the sweep does not change it."""
    labels: tuple[str, ...] = Field(default=(), exclude_if=lambda labels: not labels)
    """Label ids in the order of this cell, the same for every item; empty if each item has its
    own."""

    @property
    def words(self) -> str:
        """How it differs from other cells: "wording b, order lose/win, style plain"."""
        parts = {"wording": self.wording, "order": self.order, "style": self.style}
        return ", ".join(f"{name} {value}" for name, value in parts.items() if value is not None)


PLAIN = Cell()
"""The only cell of a plain run."""


def cell_id(
    wording: str | None = None,
    order: str | None = None,
    style: str | None = None,
    *,
    shots: int = 0,
    masked: bool = False,
) -> str:
    """The id of a cell: the same for the same facts in every run."""
    facts = json.dumps([wording, order, style, shots, masked], ensure_ascii=False)
    return hashlib.sha256(facts.encode()).hexdigest()[:ID_LETTERS]
