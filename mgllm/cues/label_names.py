"""Labels as people write them: their vocabulary, its spelling, and the names in other
vocabularies."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache

from mgllm.cues.vocabularies import DEFAULT, FOLDER, MAPPINGS, load_vocabulary, vocabulary_names
from mgllm.errors import nearest
from mgllm.files.yaml_files import read_yaml
from mgllm.records import Frozen
from mgllm.records.frozen import Name

LIKE = 0.75
"""How alike a label and its guess must be, from 0 to 1: labels share many words, so more than
usual."""


class Fit(Frozen):
    """How well labels fit the vocabulary that knows most of them."""

    vocabulary: str
    """Its name."""
    known: int
    """How many of the labels it knows; a label counts as often as it occurs."""


class Mappings(Frozen):
    """The file `mappings.yaml`."""

    same: tuple[Mapping[Name, Name], ...]
    """A row for each movement: its label by vocabulary."""


def known_label(vocabulary: str, label: str) -> str | None:
    """The vocabulary's own spelling of a label, or None: case, spaces and punctuation do not
    matter. Names of groups are labels too, with or without their mark.

    >>> known_label("imigue", "Touching_or_scratching  NECK")
    'touching or scratching neck'
    >>> known_label("imigue", "hand at head (exact gesture unclear)")
    'hand at head'
    """
    return _spellings(vocabulary).get(plain_label(label))


def best_vocabulary(labels: Iterable[str]) -> Fit:
    """The vocabulary that knows most of the labels; on a tie the default, then the first by
    name."""
    count = Counter(map(plain_label, labels))
    names = sorted(vocabulary_names(), key=lambda name: (name != DEFAULT, name))
    fits = [
        Fit(vocabulary=name, known=sum(n for key, n in count.items() if key in _spellings(name)))
        for name in names
    ]
    return max(fits, key=lambda fit: fit.known)


def label_guess(vocabulary: str, label: str) -> str | None:
    """The label of a vocabulary that was probably meant; None if none is near.

    >>> label_guess("imigue", "toching ears")
    'touching ears'
    """
    return nearest(label, [one.label for one in load_vocabulary(vocabulary).classes], cutoff=LIKE)


def translate(label: str, source: str, target: str) -> str | None:
    """The label in the vocabulary `target` of a movement named in `source`; None if there is none.

    >>> translate("folding arms", "imigue", "ma52")
    'crossing arms'
    """
    own = known_label(source, label)
    if own is None or source == target:
        return own
    return next((row.get(target) for row in load_mappings().same if row.get(source) == own), None)


@cache
def load_mappings() -> Mappings:
    return read_yaml(FOLDER / f"{MAPPINGS}.yaml", Mappings)


@cache
def _spellings(vocabulary: str) -> dict[str, str]:
    """Label by key; a class goes before a group that is spelled alike."""
    known = load_vocabulary(vocabulary)
    groups = [one.label for one in known.groups]
    marked = {plain_label(known.marked(label)): label for label in groups}
    return {
        **marked,
        **{plain_label(label): label for label in groups},
        **{plain_label(one.label): one.label for one in known.classes},
    }


def groups_of(classes: Iterable[str]) -> Mapping[str, str]:
    """The group of each of a recogniser's classes, by the vocabulary that knows most of them;
    classes without a group are left out."""
    names = tuple(classes)
    vocabulary = best_vocabulary(names).vocabulary
    known = {name: known_label(vocabulary, name) or name for name in names}
    groups = load_vocabulary(vocabulary).group_of
    return {name: groups[label] for name, label in known.items() if label in groups}


def plain_label(label: str) -> str:
    """The label's letters and digits, in one case, words separated by single spaces."""
    folded = unicodedata.normalize("NFKC", label).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in folded).split())
