"""What a reference sees of an item, as numbers: facts, gestures, words. All is fitted to the items
of a fold that are learned from.

Shape suffixes: N items, T items to learn from, R features, W words.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Sequence
from math import isfinite

import numpy as np

from mgllm.analysis.metric import Bools, Floats, Ints
from mgllm.records import CueSource, Item

MOST_CATEGORIES = 10
"""A covariate whose values are all numbers is a number if it has more distinct values than these,
and else a category."""
NO_NUMBER = ("", "nan", "na", "none")
"""Words for a missing number."""
LEAST_SPREAD = 1e-9
"""Directions along which texts differ less are left out: they are rounding."""


class Part(ABC):
    """One kind of features."""

    @abstractmethod
    def fitted(self, train_T: Ints) -> Floats:
        """The features of all items, fitted to those that are learned from [N, R]."""


class Facts(Part):
    """A covariate: a number in standard deviations, or a column for each category. A missing value
    is a category, too: that it is missing may say something."""

    def __init__(self, values: Sequence[object]) -> None:
        words = ["" if value is None else str(value).strip() for value in values]
        numbers = [_number(word) for word in words]
        self._missing_N: Bools = np.array([word.casefold() in NO_NUMBER for word in words])
        known = {number for number in numbers if number is not None}
        others = any(
            number is None for number, gone in zip(numbers, self._missing_N, strict=True) if not gone
        )
        self.is_number = len(known) > MOST_CATEGORIES and not others
        if self.is_number:
            self._value_N = np.array([number or 0.0 for number in numbers])
        else:
            self._value_N = np.array(words)[:, None] == np.unique(words)[None, :]

    def fitted(self, train_T: Ints) -> Floats:
        if not self.is_number:
            return np.asarray(self._value_N, dtype=np.float64)
        known = self._value_N[train_T][~self._missing_N[train_T]]
        spread = float(known.std()) if len(known) else 0.0
        standard_N = (self._value_N - (known.mean() if len(known) else 0.0)) / (spread or 1.0)
        standard_N[self._missing_N] = 0.0
        found_NR: Floats = np.column_stack([standard_N * (spread > 0), self._missing_N])
        return found_NR


class BagOfGestures(Part):
    """log(1 + count) of each gesture: the fifth of a kind says less than the first."""

    def __init__(self, items: Sequence[Item], source: CueSource) -> None:
        seen = [Counter(gesture.label for gesture in item.gestures[source].gestures) for item in items]
        names = sorted({label for labels in seen for label in labels})
        count_NR = np.array([[labels[name] for name in names] for labels in seen], dtype=float)
        self._bag_NR: Floats = np.log1p(count_NR.reshape(len(items), len(names)))

    def fitted(self, train_T: Ints) -> Floats:
        return self._bag_NR


class WordsSaid(Part):
    """TF-IDF of the words of all turns, as scikit-learn computes it.

    There are more words than items, so the features are the coordinates of the items among each
    other: they have the same lengths and angles, and a penalised regression gives the same answers.
    """

    def __init__(self, items: Sequence[Item]) -> None:
        from sklearn.feature_extraction.text import CountVectorizer

        self._counts_NW = CountVectorizer().fit_transform(spoken(items)).tocsr()

    def fitted(self, train_T: Ints) -> Floats:
        from sklearn.feature_extraction.text import TfidfTransformer

        known_W = np.flatnonzero(self._counts_NW[train_T].sum(axis=0))
        counts_NW = self._counts_NW[:, known_W]
        words_NW = TfidfTransformer().fit(counts_NW[train_T]).transform(counts_NW)
        alike_NT = np.asarray((words_NW @ words_NW[train_T].T).todense())
        size_T, axis_TT = np.linalg.eigh(alike_NT[train_T])
        kept = size_T > LEAST_SPREAD
        found_NR: Floats = alike_NT @ (axis_TT[:, kept] / np.sqrt(size_T[kept]))
        return found_NR


def spoken(items: Iterable[Item]) -> list[str]:
    """What is said in each item, without the speakers' names."""
    return [" ".join(turn.text for turn in item.speech) for item in items]


def joined(parts: Sequence[Floats], train_T: Ints, items: int) -> Floats:
    """Parts side by side, each with a mean squared length of 1, so that none outweighs another."""
    scaled = [np.empty((items, 0))]
    for part_NR in parts:
        length = float((part_NR[train_T] ** 2).sum(axis=1).mean())
        scaled.append(part_NR / np.sqrt(length or 1.0))
    return np.column_stack(scaled)


def _number(word: str) -> float | None:
    try:
        value = float(word)
    except ValueError:
        return None
    return value if isfinite(value) else None
