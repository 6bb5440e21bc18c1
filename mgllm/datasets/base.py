"""The contract of an importer, and the shelf of data sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mgllm.records import Frozen, Item
from mgllm.registry import Shelf
from mgllm.skeleton import Clip, DatasetMeta


class ImportedItems(Frozen):
    """An importer's result that is written as `items.jsonl`."""

    items: tuple[Item, ...]
    """In the data set's order."""
    warnings: tuple[str, ...] = ()
    """What was left out, guessed or found odd: one line each, with its number."""


@dataclass(frozen=True, eq=False)
class ImportedSkeletons:
    """An importer's result that is written as a skeleton data set folder."""

    meta: DatasetMeta
    """All classes and splits of the data set; those without clips are taken out when it is written."""
    clips: Iterable[Clip]
    """Read while they are written, so that a large set needs the memory of one clip."""
    warnings: tuple[str, ...] = ()
    """What was left out, guessed or found odd: one line each, with its number."""
    subject_known: bool = True
    """False where recordings stand for subjects."""


class Importer(Protocol):
    """Turns a data set, as its authors hand it out, into our own files. Made without I/O."""

    title: str
    """The data set's name, for people."""
    terms: str
    """What its licence asks for, in a sentence."""
    citation: str
    """The paper or papers to cite, a line each."""
    caution: str
    """What a reader of numbers over it must know, such as what its movements are and are not."""

    def read(self, source: Path) -> ImportedItems | ImportedSkeletons:
        """Read the data set from the folder (or file) that its authors hand out.

        Raises:
            InputError: it is not the data set, or not whole; names file and line. Clips may raise it later.
        """


datasets: Shelf[Callable[[], Importer]] = Shelf("dataset", "mgllm.datasets")
"""`@dataset("NAME")` puts an importer here; file NAME.py stands beside this one."""

dataset = datasets.register
