"""Pydantic's errors as lines of ours: which problem is told, where it is, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError, field_validator

from mgllm.files.problems import (
    field_names,
    field_problem,
    first_problem,
    owner,
    shortened,
)
from mgllm.records import Frozen


class Room(Frozen):
    """A part of a house."""

    name: str
    """Its name."""
    size: float = Field(default=1.0, alias="area")
    """In square metres."""


class House(Frozen):
    """A whole with parts, directly, in a list and in a mapping."""

    title: str
    """Its name."""
    hall: Room | None = None
    """Perhaps there is one."""
    cellar: Room = Room(name="cellar")
    """There always is one."""
    rooms: tuple[Room, ...] = ()
    """In a row."""
    named: Mapping[Literal["a", "b"], Room] = {}
    """By letter."""
    covariates: Mapping[str, str | int] = {}
    """Plain values."""

    @field_validator("title")
    @classmethod
    def _not_bad(cls, title: str) -> str:
        if title == "bad":
            raise ValueError("this house is not for sale")
        return title


def error_of(content: object) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        House.model_validate(content)
    return caught.value


def line(content: Mapping[str, Any]) -> str:
    return field_problem(House, error_of(content), content)


def test_a_problem_says_kind_place_words_and_what_was_given() -> None:
    problem = first_problem(error_of({"title": "t", "rooms": [{"name": "x"}, {"name": 5}]}))
    assert (problem.kind, problem.steps, problem.given) == ("string_type", ("rooms", 1, "name"), 5)
    assert problem.place == "rooms.1.name"
    assert problem.words == "must be text"


def test_our_own_rules_speak_without_the_preface() -> None:
    problem = first_problem(error_of({"title": "bad"}))
    assert problem.words == "this house is not for sale"


def test_the_value_as_a_whole_has_no_place() -> None:
    problem = first_problem(error_of(3))
    assert (problem.steps, problem.place) == ((), "")


def test_a_typo_comes_first_where_that_is_wanted() -> None:
    error = error_of({"tittle": "t"})
    assert first_problem(error).kind == "missing"
    assert first_problem(error, typos_first=True).steps == ("tittle",)
    lacking = error_of({"hall": {}})
    assert first_problem(lacking, typos_first=True) == first_problem(lacking)


def test_steps_of_pydantic_are_left_out_where_that_is_wanted() -> None:
    error = error_of({"title": "t", "named": {"c": {"name": "x"}}})
    assert first_problem(error).steps == ("named", "c", "[key]")
    assert first_problem(error, skip=("[key]",)).steps == ("named", "c")
    assert first_problem(error, skip=("nam", "[")).steps == ("c",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({}, "title: is missing; every house needs it."),
        ({"titel": "t"}, "title: is missing; every house needs it. Did you mean 'titel'?"),
        ({"title": "t", "hall": {}}, "hall.name: is missing; every room needs it."),
        (
            {"title": "t", "rooms": [{"name": "n", "aera": 1}]},
            "rooms.0.aera: unknown field. Did you mean 'area'? Known: area, name",
        ),
        (
            {"title": "t", "zzz": 1},
            "zzz: unknown field. Known: cellar, covariates, hall, named, rooms, title",
        ),
        ({"title": 5}, "title: must be text (given 5)"),
        ({"title": "t", "rooms": 5}, "rooms: must be a list (given 5)"),
        ({"title": "t", "rooms": ["x"]}, "rooms.0: must be an object {…} (given 'x')"),
        ({"title": "t", "named": 5}, "named: must be an object {…} (given 5)"),
        ({"title": "t", "named": {"c": {"name": "n"}}}, "named.c: must be 'a' or 'b' (given 'c')"),
        (
            {"title": "t", "covariates": {"k": [1]}},
            "covariates.k: must be text, a number, true, false or null (given [1])",
        ),
        ({"title": "bad"}, "title: this house is not for sale (given 'bad')"),
    ],
)
def test_a_field_is_named_with_what_is_wrong_in_it(content: dict[str, Any], words: str) -> None:
    assert line(content) == words


def test_what_was_given_is_cut() -> None:
    assert len(shortened("x" * 1000)) < 80
    assert len(line({"title": ["x" * 1000]})) < 120
    assert shortened({"a": 1}) == "(given {'a': 1})"


def test_fields_are_called_as_files_call_them() -> None:
    assert field_names(Room) == ["area", "name"]
    assert field_names(BaseModel) == []


@pytest.mark.parametrize(
    ("steps", "deep", "shallow"),
    [
        ((), House, House),
        (("cellar",), Room, Room),
        (("hall",), Room, BaseModel),
        (("rooms", 0), Room, BaseModel),
        (("named", "a"), Room, BaseModel),
        (("title",), House, BaseModel),
        (("nothing",), House, BaseModel),
    ],
)
def test_the_model_on_the_way(
    steps: tuple[str | int, ...], deep: type[BaseModel], shallow: type[BaseModel]
) -> None:
    assert owner(House, steps) is deep
    assert owner(House, steps, through_lists=False) is shallow


@pytest.mark.parametrize("word", ["list[", "str", "function-before[x]", "int"])
def test_an_unknown_key_may_be_called_like_a_kind_of_value(word: str) -> None:
    assert line({"title": "t", word: None}).startswith(f"{word}: unknown field.")
    assert line({"title": "t", "rooms": [{"name": "n", word: 1}]}).startswith(
        f"rooms.0.{word}: unknown field."
    )
