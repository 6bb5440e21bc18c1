"""People in an item set: texts that occur twice, people on both sides, facts that predict the
target.

Shape suffixes: N items, S people, V values, L labels, F flips.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mgllm.audit.report import Balance, Double, Shortcut
from mgllm.audit.tokens import tokens_of
from mgllm.records import Item
from mgllm.seeds import stream

SHINGLE = 5
"""Words of a piece by which texts are compared."""
ALIKE = 0.5
"""Jaccard index of pieces from which two texts are near-duplicates."""
SIDES = ("side", "split")
"""Covariates that name sides, if the user names none."""
NOT_FACTS = frozenset({"made_up"})
"""Covariates that say nothing of a person."""
LEVEL, ABOVE = 0.05, 0.10
"""A fact is a shortcut if p is at most this and it is so much better than chance: our choice. Both,
so that few people do not raise a false alarm, and many do not make one of a trifle."""
MOST_VALUES = 10
"""More different numbers than these are put into four bins with equally many items."""
EXACT_PEOPLE, FLIPS = 12, 10_000
"""Up to so many people all signs are tried, else so many are drawn."""

Floats = NDArray[np.float64]


class Pieces(NamedTuple):
    """Pieces of a text, the rarest of the set first."""

    item: int
    pieces: tuple[int, ...]


def near_doubles(items: Sequence[Item]) -> tuple[Double, ...]:
    """Pairs of items of different people with nearly the same speech, in the order of the set.

    Only the rare half of each text's pieces has to be looked up: two texts that share half of their
    pieces share one of these.
    """
    texts = [_pieces(item) for item in items]
    count = Counter(piece for pieces in texts for piece in pieces)
    seen: defaultdict[int, list[int]] = defaultdict(list)
    found = []
    for n, pieces in enumerate(texts):
        rare = sorted(pieces, key=lambda piece: (count[piece], piece))[: len(pieces) // 2 + 1]
        for other in sorted({m for piece in rare for m in seen[piece]}):
            shared = len(pieces & texts[other])
            jaccard = shared / (len(pieces) + len(texts[other]) - shared)
            if jaccard >= ALIKE and items[other].subject != items[n].subject:
                found.append(Double(items=(items[other].id, items[n].id), jaccard=round(jaccard, 3)))
        for piece in rare:
            seen[piece].append(n)
    return tuple(found)


def _pieces(item: Item) -> frozenset[int]:
    """All runs of five words, over all turns."""
    words = [token.low for turn in item.speech for token in tokens_of(turn.text)]
    return frozenset(hash(tuple(words[n : n + SHINGLE])) for n in range(len(words) - SHINGLE + 1))


def side_column(items: Sequence[Item], wanted: str | None) -> str | None:
    """The covariate that names sides; None if there is none."""
    known = {name for item in items for name in item.covariates}
    return wanted if wanted is not None else next((name for name in SIDES if name in known), None)


def on_both_sides(items: Sequence[Item], column: str) -> Mapping[str, tuple[str, ...]]:
    """Ids of the items of each person who stands on more than one side."""
    sides: defaultdict[str, set[str]] = defaultdict(set)
    for item in items:
        if item.covariates.get(column) is not None:
            sides[item.subject].add(str(item.covariates[column]))
    return {
        who: tuple(item.id for item in items if item.subject == who)
        for who, there in sides.items()
        if len(there) > 1
    }


def balance_of(items: Sequence[Item]) -> Balance:
    """How targets are spread over people."""
    by_person: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for item in items:
        if item.target is not None:
            by_person[item.subject][item.target] += 1
    sizes = [sum(count.values()) for count in by_person.values()]
    total = sum(sizes)
    return Balance(
        targets=dict(sorted(Counter(item.target for item in items if item.target is not None).items())),
        subjects=len(by_person),
        effective_subjects=total**2 / sum(size**2 for size in sizes) if sizes else 0.0,
        largest_subject=max(sizes, default=0),
        one_target_only=sum(len(count) == 1 and sum(count.values()) > 1 for count in by_person.values()),
        several_items=sum(size > 1 for size in sizes),
    )


def facts_of(items: Sequence[Item]) -> tuple[str, ...]:
    """Names of the covariates that differ between items."""
    names = sorted({name for item in items for name in item.covariates} - NOT_FACTS)
    given = {name: {item.covariates.get(name) for item in items} - {None} for name in names}
    return tuple(name for name in names if len(given[name]) > 1)


def shortcuts(items: Sequence[Item], seed: int = 0) -> tuple[Shortcut, ...]:
    """How well each covariate alone predicts the target of people who were not learned from."""
    return tuple(one for name in facts_of(items) if (one := _shortcut(items, name, seed)) is not None)


def _shortcut(items: Sequence[Item], name: str, seed: int) -> Shortcut | None:
    """None where the items that have the covariate have one target or one person."""
    here = [item for item in items if item.target is not None and item.covariates.get(name) is not None]
    targets, people = {item.target for item in here}, sorted({item.subject for item in here})
    if len(targets) < 2 or len(people) < 2:
        return None
    value_N = _coded(_values(here, name))
    target_N = _coded([item.target for item in here])
    person_N = _coded([item.subject for item in here])
    uar = _recall(value_N, target_N, person_N)
    p = _p_value(value_N, target_N, person_N, stream(seed, "shortcut", name))
    found = p <= LEVEL and uar >= 1 / len(targets) + ABOVE
    return Shortcut(
        covariate=name,
        items=len(here),
        subjects=len(people),
        values=int(value_N.max()) + 1,
        p=p,
        shortcut=bool(found),
    )


def _values(items: Sequence[Item], name: str) -> list[object]:
    """The covariate's values; many different numbers become four bins."""
    values = [item.covariates[name] for item in items]
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < len(values) or len(set(numbers)) <= MOST_VALUES:
        return [str(value) for value in values]
    edges = np.quantile(numbers, [0.25, 0.5, 0.75])
    return [int(np.searchsorted(edges, number)) for number in numbers]


def _coded(values: Sequence[object]) -> NDArray[np.int64]:
    """Values as numbers from 0, in the order of their names."""
    names = {name: n for n, name in enumerate(sorted({str(value) for value in values}))}
    return np.array([names[str(value)] for value in values], np.int64)


def _recall(value_N: NDArray[np.int64], target_N: NDArray[np.int64], person_N: NDArray[np.int64]) -> float:
    """Mean recall over labels (UAR) of the label under which the value is most frequent among other
    people; labels that are equal share the credit. A constant has exactly 1 / L."""
    labels, values = int(target_N.max()) + 1, int(value_N.max()) + 1
    count_VL = np.zeros((values, labels))
    np.add.at(count_VL, (value_N, target_N), 1)
    credit_N = np.zeros(len(target_N))
    for person in range(int(person_N.max()) + 1):
        own = person_N == person
        others_VL = count_VL.copy()
        np.subtract.at(others_VL, (value_N[own], target_N[own]), 1)
        share_VL = others_VL / np.maximum(others_VL.sum(axis=0), 1)
        best_VL = share_VL >= share_VL.max(axis=1, keepdims=True) - 1e-12
        right_VL = best_VL / best_VL.sum(axis=1, keepdims=True)
        credit_N[own] = right_VL[value_N[own], target_N[own]]
    return float(np.mean([credit_N[target_N == label].mean() for label in range(labels)]))


def _p_value(
    value_N: NDArray[np.int64],
    target_N: NDArray[np.int64],
    person_N: NDArray[np.int64],
    random: np.random.Generator,
) -> float:
    """p of no association: each person's part of the score changes its sign (a wild score test).

    The largest standardised score over values and labels counts, so there is one p for a covariate.
    """
    x_NV = np.eye(int(value_N.max()) + 1)[value_N]
    y_NL = np.eye(int(target_N.max()) + 1)[target_N]
    each_N = ((x_NV - x_NV.mean(0))[:, :, None] * (y_NL - y_NL.mean(0))[:, None, :]).reshape(len(x_NV), -1)
    score_S = np.zeros((int(person_N.max()) + 1, each_N.shape[1]))
    np.add.at(score_S, person_N, each_N)
    size = np.sqrt((score_S**2).sum(axis=0))
    score_S = score_S[:, size > 0] / size[size > 0]
    if not score_S.size:
        return 1.0
    flips_FS = _flips(len(score_S), random)
    drawn_F = np.abs(flips_FS @ score_S).max(axis=1)
    found = float(np.abs(score_S.sum(axis=0)).max())
    return float((drawn_F >= found - 1e-9).mean())


def _flips(people: int, random: np.random.Generator) -> Floats:
    """Signs for each person; the first row changes nothing."""
    if people <= EXACT_PEOPLE:
        bits_FS = (np.arange(2**people)[:, None] >> np.arange(people)) & 1
        return np.where(bits_FS == 1, -1.0, 1.0)
    drawn_FS = np.where(random.random((FLIPS, people)) < 0.5, -1.0, 1.0)
    drawn_FS[0] = 1.0
    return drawn_FS


def shortcut_items(items: Sequence[Item], found: Sequence[Shortcut]) -> Iterator[str]:
    """Ids of the items that have a covariate which is a shortcut."""
    names = [one.covariate for one in found if one.shortcut]
    yield from (item.id for item in items if any(item.covariates.get(name) is not None for name in names))
