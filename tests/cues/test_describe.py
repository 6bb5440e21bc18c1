"""The style `describe`: what each gesture looks like, once."""

from __future__ import annotations

import re

import pytest

from mgllm.cues.block import as_cues
from mgllm.cues.describe import Describe
from mgllm.cues.vocabularies import load_vocabulary, vocabulary_names
from mgllm.errors import InputError
from mgllm.prompts.scenarios import Folders, find_scenario, scenario_names
from mgllm.records import CueSettings, Gesture, GestureTranscript, Item

IMIGUE = load_vocabulary("imigue")


def lines(*gestures: Gesture, **settings: object) -> list[str]:
    chosen = CueSettings.model_validate({"style": "describe"} | settings)
    return [str(line) for line in as_cues(GestureTranscript(gestures=gestures), chosen, IMIGUE).lines]


def test_a_gesture_is_described_where_it_comes_first() -> None:
    twice = [Gesture(label="head up", start=n, end=n + 0.5, confidence=0.5) for n in (3.0, 1.0)]
    assert lines(*twice, Gesture(label="pressing lips"), confidences=True) == [
        "pressing lips: the lips are pressed tightly together",
        "0:01.0–0:01.5 head up: the head is lifted (0.50)",
        "0:03.0–0:03.5 head up (0.50)",
    ]


def test_groups_and_gestures_of_ones_own_have_no_description() -> None:
    assert lines(Gesture(label="hand at head", level="group"), Gesture(label="winking")) == [
        "hand at head (exact gesture unclear)",
        "winking",
    ]


def item(name: str, *labels: str) -> Item:
    seen = GestureTranscript(gestures=tuple(Gesture(label=label) for label in labels))
    return Item(id=name, subject=name, gestures={"annotated": seen})


def check(*items: Item, **settings: object) -> list[str]:
    chosen = CueSettings.model_validate({"style": "describe"} | settings)
    return Describe().check(items, "annotated", chosen, ())


def test_gestures_without_a_description_are_counted_and_named() -> None:
    assert check(item("a", "head up", "winking"), item("b", "head up")) == [
        "1 of 2 items have gestures without a description, which are shown by name alone (winking): a"
    ]
    assert check(item("a", "head up", "winking"), leave_out=("winking",)) == []
    assert check(item("a")) == []


def test_if_no_gesture_has_a_description_the_style_is_an_error() -> None:
    with pytest.raises(
        InputError, match="needs gestures that a vocabulary describes, but none has 'winking'"
    ):
        check(item("a", "winking"), item("b"))


@pytest.mark.parametrize("name", vocabulary_names())
def test_every_class_is_described_in_one_line_without_a_label_of_a_scenario(name: str) -> None:
    scenarios = [find_scenario(one, Folders()).scenario for one in scenario_names(Folders())]
    labels = {label.text for scenario in scenarios for label in scenario.labels}
    said = re.compile(rf"\b({'|'.join(map(re.escape, labels))})\b", re.IGNORECASE)
    vocabulary = load_vocabulary(name)
    for one in vocabulary.classes:
        assert one.gloss, one.label
        assert "\n" not in one.gloss
        assert not said.search(one.gloss), one.label
    assert len(vocabulary.glosses) == len(vocabulary.classes)
