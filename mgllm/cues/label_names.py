"""Labels as people write them: the vocabulary they are from, its spelling, and what others call the same."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache

from mgllm.cues.vocabularies import FOLDER, MAPPINGS, load_vocabulary, vocabulary_names
from mgllm.files.yaml_files import read_yaml
from mgllm.records import Frozen
from mgllm.records.frozen import Name

DEFAULT = "imigue"
"""The vocabulary that is taken where labels tell nothing, as in `GestureTranscript`."""

_FORMULA = ("=", "+", "-", "@", "'")


class Fit(Frozen):
    """How well labels fit the vocabulary that knows most of them."""

    vocabulary: str
    """Its name."""
    known: int
    """How many of the labels it knows, each as often as it stands there."""


class Mappings(Frozen):
    """The file `mappings.yaml`."""

    same: tuple[Mapping[Name, Name], ...]
    """A row a movement: its label by vocabulary."""


def known_label(vocabulary: str, label: str) -> str | None:
    """The vocabulary's own spelling of a label, or None: case, spaces and punctuation do not matter.

    >>> known_label("imigue", "Touching_or_scratching  NECK")
    'touching or scratching neck'
    """
    return _spellings(vocabulary).get(_key(label))


def best_vocabulary(labels: Iterable[str]) -> Fit:
    """The vocabulary that knows most of the labels; where several do, the default, then the first by name."""
    count = Counter(map(_key, labels))
    names = sorted(vocabulary_names(), key=lambda name: (name != DEFAULT, name))
    fits = [
        Fit(vocabulary=name, known=sum(n for key, n in count.items() if key in _spellings(name)))
        for name in names
    ]
    return max(fits, key=lambda fit: fit.known)


def translate(label: str, source: str, target: str) -> str | None:
    """What the vocabulary `target` calls the movement that `source` calls so; None if it has no such class.

    >>> translate("folding arms", "imigue", "ma52")
    'crossing arms'
    """
    own = known_label(source, label)
    if own is None or source == target:
        return own
    return next((row.get(target) for row in load_mappings().same if row.get(source) == own), None)


def guarded(label: str) -> str:
    """A label for a cell: one that a spreadsheet would take for a formula gets an apostrophe before it.

    >>> guarded("=1+1"), guarded("head up")
    ("'=1+1", 'head up')
    """
    return f"'{label}" if label.startswith(_FORMULA) else label


def unguarded(cell: str) -> str:
    """The label that `guarded` was given."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


@cache
def load_mappings() -> Mappings:
    """All rows of `mappings.yaml`."""
    return read_yaml(FOLDER / f"{MAPPINGS}.yaml", Mappings)


@cache
def _spellings(vocabulary: str) -> dict[str, str]:
    """Label by key."""
    return {_key(one.label): one.label for one in load_vocabulary(vocabulary).classes}


def _key(label: str) -> str:
    """The label's letters and digits, in one case, words parted by single spaces."""
    folded = unicodedata.normalize("NFKC", label).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in folded).split())
