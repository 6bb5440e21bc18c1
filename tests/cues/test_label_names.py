"""Labels of vocabularies: known in any spelling, fitted, and translated only where they mean the same."""

from __future__ import annotations

from collections import Counter

import pytest

from mgllm.cues.label_names import (
    Fit,
    best_vocabulary,
    groups_of,
    known_label,
    load_mappings,
    translate,
)
from mgllm.cues.vocabularies import load_vocabulary, vocabulary_names

NAMES = vocabulary_names()


@pytest.mark.parametrize("name", NAMES)
def test_every_label_is_known_however_it_is_spelled(name: str) -> None:
    for one in load_vocabulary(name).classes:
        words = one.label.split()
        for spelled in (one.label.upper(), "_".join(words), f"  {'   '.join(words)}.", one.label.title()):
            assert known_label(name, spelled) == one.label


def test_full_width_letters_are_letters_and_other_words_are_not_known() -> None:
    assert known_label("imigue", "ｆｏｌｄｉｎｇ　ａｒｍｓ") == "folding arms"
    for stranger in ("folding", "folding arm", "", "!!!", "32", "armsfolding"):
        assert known_label("imigue", stranger) is None


def test_the_vocabulary_that_knows_most_labels_fits() -> None:
    assert best_vocabulary(["nodding", "Turning head", "head up"]).vocabulary == "ma52"
    assert best_vocabulary(["smiling", "frowning", "folding arms"]).model_dump() == {
        "vocabulary": "rltd",
        "known": 2,
    }
    tie = best_vocabulary(["folding arms", "folding arms", "who knows"])
    assert (tie.vocabulary, tie.known) == ("imigue", 2)
    assert best_vocabulary([]).model_dump() == {"vocabulary": "imigue", "known": 0}


def test_vocabularies_file_of_mappings_is_no_vocabulary() -> None:
    assert NAMES == ["imigue", "ma52", "rltd", "smg"]


def test_every_mapped_label_exists_and_stands_in_one_row_alone() -> None:
    rows = load_mappings().same
    assert len(rows) >= 15
    for row in rows:
        assert len(row) >= 2
        for name, label in row.items():
            assert label in {one.label for one in load_vocabulary(name).classes}, (name, label)
    count = Counter(pair for row in rows for pair in row.items())
    assert {pair: times for pair, times in count.items() if times > 1} == {}


@pytest.mark.parametrize("source", NAMES)
def test_translations_are_one_to_one_and_go_back(source: str) -> None:
    for target in NAMES:
        told = [
            (one.label, other)
            for one in load_vocabulary(source).classes
            if (other := translate(one.label, source, target)) is not None
        ]
        assert len({other for _, other in told}) == len(told)
        assert all(translate(other, target, source) == label for label, other in told)
        if source == target:
            assert len(told) == len(load_vocabulary(source).classes)


@pytest.mark.parametrize("source", NAMES)
def test_labels_that_two_vocabularies_share_word_for_word_are_the_same_movement(source: str) -> None:
    for target in NAMES:
        for one in load_vocabulary(source).classes:
            if known_label(target, one.label) is not None:
                assert translate(one.label, source, target) == one.label


def test_translation() -> None:
    assert translate("Folding Arms", "imigue", "ma52") == "crossing arms"
    assert translate("rubbing eyes", "imigue", "smg") is None
    assert translate("shrugging", "ma52", "imigue") is None
    assert translate("no label at all", "imigue", "ma52") is None


def test_names_of_groups_are_labels_with_and_without_their_mark() -> None:
    assert known_label("imigue", "Hand_at_HEAD") == "hand at head"
    assert known_label("imigue", "hands together (exact gesture unclear)") == "hands together"
    assert known_label("smg", "hand at head") is None
    assert best_vocabulary(["hand at head"]) == Fit(vocabulary="imigue", known=1)
    assert translate("hand at head", "imigue", "ma52") is None


def test_the_groups_of_a_recognisers_classes() -> None:
    assert groups_of(["Touching_Ears", "background", "arms akimbo"]) == {
        "Touching_Ears": "hand at head",
        "arms akimbo": "hands at hips or back",
    }
    assert groups_of(["crossing legs", "moving legs"]) == {}
