"""Features of a fold know the items learned from, and no others."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from mgllm.records import Gesture, GestureTranscript, Item, Turn
from mgllm.references.features import BagOfGestures, Facts, WordsSaid, joined

SAID = [
    "we played well and won the match today",
    "it was hard, I could not play my game",
    "the match was long and I was tired",
    "I am happy with the match we played",
    "zebra zebra a strange word nobody else says",
    "",
]


def test_words_are_scikit_learns_tf_idf_of_the_items_learned_from() -> None:
    items = [Item(id=f"i{n}", subject="s", speech=said) for n, said in enumerate(SAID)]
    train_T = np.array([0, 1, 2])
    found_NR = WordsSaid(items).fitted(train_T)
    slow = TfidfVectorizer().fit([SAID[n] for n in train_T])
    slow_NW = slow.transform(SAID).toarray()
    assert found_NR @ found_NR[train_T].T == pytest.approx(slow_NW @ slow_NW[train_T].T, abs=1e-9)
    assert np.abs(found_NR[4:]).max() < 1e-9  # no word of these was heard


def test_speakers_names_are_not_words() -> None:
    items = [
        Item(id="a", subject="s", speech=(Turn(speaker="Winner", text="yes indeed"),)),
        Item(id="b", subject="t", speech=(Turn(speaker="Loser", text="yes indeed"),)),
    ]
    found_NR = WordsSaid(items).fitted(np.array([0, 1]))
    assert found_NR[0] == pytest.approx(found_NR[1])


def test_a_number_is_in_standard_deviations_of_the_items_learned_from() -> None:
    values: list[object] = [*range(11), "1000", None, "NA"]
    facts = Facts(values)
    assert facts.is_number
    train_T = np.arange(11)
    found_NR = facts.fitted(train_T)
    assert found_NR[:11, 0].mean() == pytest.approx(0)
    assert found_NR[:11, 0].std() == pytest.approx(1)
    assert found_NR[11, 0] == pytest.approx((1000 - 5) / np.arange(11).std())
    assert found_NR[12:].tolist() == [[0, 1], [0, 1]]


def test_a_number_that_is_one_among_those_learned_from_says_nothing() -> None:
    facts = Facts([5.0] * 4 + [float(n) for n in range(20)])
    assert facts.fitted(np.arange(4)).tolist() == [[0, 0]] * 24


def test_few_values_words_and_missing_ones_are_categories() -> None:
    assert not Facts([0, 1, 2, 1]).is_number
    assert not Facts([*range(20), "many"]).is_number
    found_NR = Facts(["F", None, "M", True, "F"]).fitted(np.arange(5))
    assert found_NR.sum(axis=1).tolist() == [1] * 5
    assert len(np.unique(found_NR, axis=0)) == 4


def test_gestures_are_counted() -> None:
    def item(name: str, *labels: str) -> Item:
        gestures = tuple(Gesture(label=label) for label in labels)
        transcript = GestureTranscript(source="annotated", gestures=gestures)
        return Item(id=name, subject=name, gestures={"annotated": transcript})

    items = [item("a", "nod", "nod", "frown"), item("b"), item("c", "frown")]
    found_NR = BagOfGestures(items, "annotated").fitted(np.arange(2))
    assert np.expm1(found_NR) == pytest.approx(np.array([[1, 2], [0, 0], [1, 0]]))


def test_parts_weigh_the_same_side_by_side() -> None:
    train_T = np.array([0, 1])
    wide, narrow = np.array([[100.0, 0], [0, 100], [7, 7]]), np.array([[1e-3], [1e-3], [5.0]])
    found_NR = joined([wide, narrow], train_T, 3)
    for part in (found_NR[:, :2], found_NR[:, 2:]):
        assert (part[train_T] ** 2).sum(axis=1).mean() == pytest.approx(1)
    assert joined([], train_T, 3).shape == (3, 0)
    assert joined([np.zeros((3, 1))], train_T, 3).tolist() == [[0], [0], [0]]
