"""Pydantic's problems in plain words: none of its own text reaches a reader."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, JsonValue, ValidationError, create_model

from mgllm.experiment.options import RunOptions
from mgllm.files.problems import first_problem, given
from mgllm.media.listening import ListenOptions
from mgllm.recognizer.evaluation.splits import SplitOptions
from mgllm.recognizer.evaluation.trial import EvaluateOptions
from mgllm.recognizer.training.pretraining import PretrainOptions
from mgllm.recognizer.training.supervised import SupervisedOptions
from mgllm.records import Item, Scenario
from mgllm.records.wanted import first_words, wanted

PYDANTIC = re.compile(
    r"Input should|Input is|valid (?:integer|number|string|boolean|dict|tuple)|Field req|<class"
)
WRONG: tuple[Any, ...] = (
    "many",
    "",
    -1,
    0,
    2.5,
    10**30,
    float("nan"),
    True,
    None,
    [],
    [object()],
    {},
    {"x": {}},
    b"\xff",
)
MODELS = (
    *(RunOptions, Item, Scenario, PretrainOptions, SupervisedOptions, EvaluateOptions),
    *(SplitOptions, ListenOptions),
)


def problem(kind: Any, value: object) -> str:
    """The words for one value that does not fit."""
    model = create_model("Model", field=(kind, ...))
    with pytest.raises(ValidationError) as caught:
        model.model_validate({"field": value})
    return first_problem(caught.value).words


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (int, "many", "must be a whole number"),
        (int, 1.5, "must be a whole number"),
        (float, "hot", "must be a number"),
        (str, 5, "must be text"),
        (bool, "perhaps", "must be true or false"),
        (Path, 5, "must be the name of a file or folder"),
        (tuple[str, ...], "a", "must be a list"),
        (list[int], ["x"], "must be a whole number"),
        (dict[str, int], "a", "must be an object {…}"),
        (BaseModel, 5, "must be an object {…}"),
        (JsonValue, {1}, "must be JSON: text, a number, true, false, null, a list or an object"),
        (Literal["a", "b"], "c", "must be 'a' or 'b'"),
        (Literal["a", "b"] | Literal["c"], "d", "must be 'a', 'b' or 'c'"),
        (int | str, [], "must be a whole number or text"),
        (int | None, "x", "must be a whole number"),
        (Annotated[int, Field(ge=1)], 0, "must be 1 or more"),
        (Annotated[float, Field(gt=0.5)], 0, "must be above 0.5"),
        (Annotated[float, Field(lt=1.0)], 3, "must be below 1"),
        (Annotated[float, Field(le=2)], 9, "must be at most 2"),
        (Annotated[str, Field(min_length=1)], "", "must have 1 characters or more"),
        (Annotated[tuple[int, ...], Field(min_length=2)], [1], "must have 2 entries or more"),
        (date, "yesterday", "must be a date, such as 2026-11-22"),
        (datetime, "now", "must be a date and time, such as 2026-11-22T07:12:00Z"),
    ],
)
def test_words(kind: Any, value: object, words: str) -> None:
    assert problem(kind, value) == words


def test_a_kind_of_problem_that_is_not_known_shows_no_foreign_text() -> None:
    strange = {"type": "brand_new", "loc": ("a", 0), "msg": "Input should be brand-new"}
    assert wanted(strange) == "does not fit"
    assert first_words([strange]) == "a.0: does not fit"
    assert wanted({"type": "greater_than", "msg": "", "loc": ()}) == "does not fit"


def test_a_rule_of_ours_speaks_for_itself() -> None:
    assert (
        wanted({"type": "value_error", "msg": "Value error, cloze is blank", "loc": ()}) == "cloze is blank"
    )


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_wrong_values_of_every_field_are_answered_in_plain_words(model: type[BaseModel]) -> None:
    found = [
        (way, value, error) for way in _ways(model) for value in WRONG for error in _errors(model, way, value)
    ]
    for way, value, error in found:
        one = first_problem(error)
        line = f"{one.place}: {one.words} {given(one)}"
        assert not PYDANTIC.search(line), (way, value, line)
        assert one.words != "does not fit", (way, value, error.errors()[0]["type"])
    assert len(found) > 20


def _errors(model: type[BaseModel], way: tuple[str, ...], value: object) -> list[ValidationError]:
    try:
        model.model_validate(_nested(way, value))
    except ValidationError as error:
        return [error]
    return []


def _ways(model: type[BaseModel], before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Fields of a model and of those inside it."""
    ways = []
    for name, field in model.model_fields.items():
        way = (*before, field.alias or name)
        ways.append(way)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            ways += _ways(field.annotation, way)
    return ways


def _nested(way: tuple[str, ...], value: object) -> object:
    return {way[0]: _nested(way[1:], value)} if way else value
