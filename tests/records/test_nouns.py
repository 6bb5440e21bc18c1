"""What is true of every noun: frozen, strict, documented, and whole after a round trip."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any, get_args

import pytest
from pydantic import ValidationError

import mgllm.records as nouns
from mgllm.records import (
    ArmSummary,
    Claim,
    Effect,
    Frozen,
    Gesture,
    GestureFile,
    GestureTranscript,
    Item,
    Record,
    RowName,
    RunManifest,
    Summary,
    Turn,
)

MODELS = sorted(
    (
        noun
        for noun in vars(nouns).values()
        if inspect.isclass(noun) and issubclass(noun, Frozen) and noun is not Frozen
    ),
    key=lambda noun: noun.__name__,
)
ROW = RowName(
    scenario="s", model="m", form="chat", reasoning="direct", score="logprob", cue_source="annotated"
)
SAMPLES: list[Frozen] = [
    Item(
        id="a",
        subject="s",
        speech=(Turn(text="Yes."), Turn(speaker="B", text="No.", start=1.0, end=2.0)),
        gestures={"recognized": GestureTranscript(source="recognized", gestures=(Gesture(label="nod"),))},
        covariates={"age": 3, "height": 1.5, "sex": "F", "known": True, "rank": None},
    ),
    GestureFile(item="a", duration=1.5, gestures=(Gesture(label="nod", start=0.1, end=0.2, confidence=1),)),
    Record(
        scenario="s",
        item="a",
        subject="p",
        arm="text",
        model="m",
        form="cloze",
        reasoning="direct",
        score="logprob",
        label_order=("b", "a"),
        outcome="answered",
        answer="a",
        target="a",
        correct=True,
        probabilities={"a": 0.75, "b": 0.25},
        prompt_sha256="0" * 64,
    ),
    RunManifest(
        id="r",
        created="2026-01-01T00:00:00Z",
        model="m",
        backend="local",
        max_tokens=1,
        scenarios=(),
        refusal_phrases="1",
    ),
    Summary(
        runs=("r",),
        arms=(ArmSummary(row=ROW, arm="text", n=1, subjects=1, answered=1, unparsed=0, refused=0, failed=0),),
        effects=(
            Effect(
                row=ROW,
                metric="accuracy",
                arm="text+mg",
                baseline="text",
                pairs=1,
                subjects=1,
                effective_subjects=1.0,
                largest_cluster=1,
                interval=(-0.5, 0.5),
            ),
        ),
        claims=(
            Claim(
                row=ROW,
                metric="accuracy",
                over_text=0.1,
                over_shuffled=None,
                p=None,
                p_holm=None,
                family=1,
                supported=False,
                words="not shown",
            ),
        ),
    ),
]


def parts_of(annotation: Any) -> list[Any]:
    return [annotation, *(part for argument in get_args(annotation) for part in parts_of(argument))]


def test_all_nouns_are_found() -> None:
    assert {"Item", "Prompt", "Record", "Effect", "RunManifest"} <= {noun.__name__ for noun in MODELS}
    assert isinstance(nouns, ModuleType)


@pytest.mark.parametrize("noun", MODELS)
def test_a_noun_and_each_of_its_fields_say_what_they_are(noun: type[Frozen]) -> None:
    assert noun.__doc__
    silent = [name for name, field in noun.model_fields.items() if not field.description]
    assert silent == []


@pytest.mark.parametrize("noun", MODELS)
def test_a_noun_is_frozen_and_refuses_unknown_keys(noun: type[Frozen]) -> None:
    assert noun.model_config["frozen"] is True
    assert noun.model_config["extra"] == "forbid"


@pytest.mark.parametrize("noun", MODELS)
def test_no_field_is_a_list_set_or_dict_that_could_be_edited(noun: type[Frozen]) -> None:
    for name, field in noun.model_fields.items():
        found = {getattr(part, "__origin__", part) for part in parts_of(field.annotation)}
        assert not found & {list, set, dict}, f"{noun.__name__}.{name}"


@pytest.mark.parametrize("value", SAMPLES, ids=lambda value: type(value).__name__)
def test_a_value_cannot_be_changed(value: Frozen) -> None:
    name = next(iter(type(value).model_fields))
    with pytest.raises(ValidationError, match="frozen"):
        setattr(value, name, getattr(value, name))


@pytest.mark.parametrize("value", SAMPLES, ids=lambda value: type(value).__name__)
def test_a_value_is_the_same_after_a_round_trip(value: Frozen) -> None:
    assert type(value).model_validate_json(value.model_dump_json(by_alias=True)) == value
    assert (
        type(value).model_validate(value.model_dump(mode="json", by_alias=True, exclude_defaults=True))
        == value
    )


@pytest.mark.parametrize("value", SAMPLES, ids=lambda value: type(value).__name__)
def test_an_unknown_key_is_refused(value: Frozen) -> None:
    content = {**value.model_dump(mode="json", by_alias=True), "colour": "blue"}
    with pytest.raises(ValidationError, match="colour"):
        type(value).model_validate(content)
