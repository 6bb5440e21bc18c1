"""The YAML files fit one another, the vocabulary and the layout."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.synthetic.contacts import PARTS, contact_rows, way_table
from mgllm.synthetic.definitions import (
    ILLUSTRATIVE,
    LAYOUT,
    VOCABULARY,
    Way,
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
    for label, spec in load_definitions().gestures.items():
        for way in spec.ways:
            other = way.own if way.both else way.other
            assert other is None or not places[other.at].part.startswith("other"), label


def test_every_place_is_gone_to() -> None:
    definitions = load_definitions()
    used = {place for pair in definitions.speaker.rests for place in pair}
    for spec in definitions.gestures.values():
        used |= {contact.at for way in spec.ways for contact in (way.own, way.other) if contact}
    assert used == set(definitions.places)


def test_tables_hold_what_the_definitions_say() -> None:
    table, rows, definitions = way_table(), contact_rows(), load_definitions()
    assert len(table.own) == sum(len(spec.ways) for spec in definitions.gestures.values()) + 1
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
