"""The YAML files fit one another, the vocabulary and the layout."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from pydantic import ValidationError

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.synthetic.contacts import PARTS, contact_rows, way_table
from mgllm.synthetic.definitions import (
    BACKGROUND,
    ILLUSTRATIVE,
    LAYOUT,
    VOCABULARY,
    Definitions,
    OtherSpec,
    Way,
    clip_classes,
    hidden_classes,
    load_definitions,
    visible_classes,
)


def test_every_class_is_made_or_hidden() -> None:
    classes = [one.label for one in load_vocabulary(VOCABULARY).classes]
    assert sorted([*visible_classes(), *hidden_classes()]) == sorted(classes)
    assert list(visible_classes()) == [label for label in classes if label in visible_classes()]
    assert set(hidden_classes()) == load_vocabulary(VOCABULARY).hidden_labels(LAYOUT)
    assert {"pressing lips", "bulging face, deep breath"} == set(hidden_classes())
    assert ILLUSTRATIVE in visible_classes()


def test_only_the_leading_hand_touches_the_other_arm() -> None:
    places = load_definitions().places
    for label, spec in load_definitions().specs.items():
        for way in spec.ways:
            other = way.own if way.both else way.other
            assert other is None or not places[other.at].part.startswith("other"), label


def test_every_place_is_gone_to() -> None:
    definitions = load_definitions()
    used = {place for pair in definitions.speaker.rests for place in pair}
    for spec in definitions.specs.values():
        used |= {contact.at for way in spec.ways for contact in (way.own, way.other) if contact}
    assert used == set(definitions.places)


def test_tables_hold_what_the_definitions_say() -> None:
    table, rows, definitions = way_table(), contact_rows(), load_definitions()
    assert len(table.own) == sum(len(spec.ways) for spec in definitions.specs.values()) + 1
    row = table.first["touching ears"]
    ear = definitions.places["ear"]
    assert PARTS[int(rows["part"][table.own[row]])] == "head"
    assert tuple(rows["at"][table.own[row]]) == ear.at
    assert table.other[row] == -1
    both = table.first["minaret gesture"]
    assert tuple(rows["at"][table.own[both]]) == tuple(rows["at"][table.other[both]])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({}, "needs 'own' or 'moves'"),
        ({"own": {"at": "ear", "curl": [2, 1]}}, "from low to high"),
        ({"own": {"at": "ear"}, "other": {"at": "ear"}, "both": True}, "cannot be used with 'both'"),
        ({"moves": {"wiggle": [0, 1]}}, "wiggle"),
        ({"own": {"at": "ear", "by": "toes"}}, "by"),
    ],
)
def test_a_way_that_says_nothing_or_too_much_is_refused(content: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Way.model_validate(content)


def test_what_is_no_gesture_has_one_of_two_labels_and_rest_touches_nothing() -> None:
    others = load_definitions().others
    assert {other.label for other in others.values()} == {BACKGROUND, ILLUSTRATIVE}
    for name, other in others.items():
        hands = any(way.own or way.other for way in other.ways)
        assert (other.label == BACKGROUND) == (not hands), name
    assert clip_classes() == (*visible_classes(), BACKGROUND)
    assert BACKGROUND not in [one.label for one in load_vocabulary(VOCABULARY).classes]


def test_hands_of_the_others_are_in_the_air_or_where_hands_go_with_speech() -> None:
    definitions = load_definitions()

    def places(names: Iterable[str]) -> set[str]:
        ways = [way for name in names for way in definitions.specs[name].ways]
        return {contact.at for way in ways for contact in (way.own, way.other) if contact}

    touched = places(set(definitions.gestures) - {ILLUSTRATIVE})
    assert places(definitions.others) & touched <= {"beside_shoulder", "before_belly"}  # the other hand waits


def test_seen_from_the_front_no_place_in_the_air_is_over_face_or_neck() -> None:
    definitions = load_definitions()
    ways = [way for other in definitions.others.values() for way in other.ways]
    for contact in [contact for way in ways for contact in (way.own, way.other) if contact]:
        place = definitions.places[contact.at]
        across, up, _ = place.at
        if place.part == "head":
            assert across >= 1.5, contact.at  # ears are at 1
        elif place.part == "chest":
            assert across >= 0.6 or up < -0.2, contact.at  # the side of the neck is at .33


def test_a_clip_is_named_by_its_label() -> None:
    definitions = load_definitions()
    assert definitions.label_of("at rest") == BACKGROUND
    assert definitions.label_of("waving") == ILLUSTRATIVE
    assert definitions.label_of("folding arms") == "folding arms"
    assert list(definitions.specs) == [*definitions.gestures, *definitions.others]


def spoiled(change: Callable[[dict[str, Any]], None]) -> str:
    """What is said of changed definitions."""
    content = load_definitions().model_dump()
    change(content)
    with pytest.raises(ValidationError) as caught:
        Definitions.model_validate(content)
    return str(caught.value)


def test_names_of_the_others_are_checked() -> None:
    def twice(content: dict[str, Any]) -> None:
        content["others"]["folding arms"] = content["others"]["waving"]

    def nowhere(content: dict[str, Any]) -> None:
        content["others"]["waving"]["ways"][0]["own"]["at"] = "beside_haed"

    assert "'folding arms' is both a gesture and one of the others" in spoiled(twice)
    assert "Did you mean 'beside_head'?" in spoiled(nowhere)


@pytest.mark.parametrize(
    ("field", "value"), [("weight", 0), ("weight", -1), ("label", "folding arms"), ("label", "rest")]
)
def test_an_other_movement_with_a_wrong_label_or_no_weight_is_refused(field: str, value: object) -> None:
    content = load_definitions().others["waving"].model_dump()
    assert OtherSpec.model_validate(content).weight > 0
    with pytest.raises(ValidationError, match=field):
        OtherSpec.model_validate({**content, field: value})
