"""`--model-arg` words become text, numbers and objects."""

from __future__ import annotations

import pytest

from mgllm.commands._model_args import read_model_args
from mgllm.errors import InputError


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("k=plain words", "plain words"),
        ("k=3", 3),
        ("k=0.5", 0.5),
        ("k=True", True),
        ("k=null", None),
        ('k="3"', "3"),
        ("k=", ""),
        ("k=a=b", "a=b"),
        ('k={"enable_thinking": false}', {"enable_thinking": False}),
        ('k=["x", 1]', ["x", 1]),
        ("k=v1.2.3", "v1.2.3"),
        ("k=none", "none"),
    ],
)
def test_a_value_is_json_where_it_is_that(word: str, value: object) -> None:
    read = read_model_args([word])["k"]
    assert (read, type(read)) == (value, type(value))


def test_points_lead_into_objects_and_parts_are_joined() -> None:
    words = ["a.b.c=1", 'a={"d": 2}', "a.b.e=x", "top_k=5"]
    assert read_model_args(words) == {"a": {"b": {"c": 1, "e": "x"}, "d": 2}, "top_k": 5}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["sk-abcdef"], "--model-arg needs K=V"),
        (["=3"], "--model-arg needs K=V"),
        (["a..b=3"], "--model-arg needs K=V"),
        (["k={enable_thinking: false}"], "k: the value is not JSON"),
        (["k=[1, 2"], "k: the value is not JSON"),
        (['k="half'], "k: the value is not JSON"),
        (["k=nan"], "is not a finite number"),
        (["k=-inf"], "is not a finite number"),
        (["k=1e999"], "is not a finite number"),
        (['k={"x": [NaN]}'], "is not a finite number"),
        (['k={"x": Infinity}'], "is not a finite number"),
        (["k=1", "k=2"], "k is given twice"),
        (["k=1", "k.a=2"], "k already has a value; give k or its parts, not both"),
        (['k={"a": 1}', "k.a=2"], "k.a is given twice"),
        (["k=" + "[" * 100_000], "k: the value is not JSON"),
    ],
)
def test_what_cannot_be_read_is_one_line(words: list[str], told: str) -> None:
    with pytest.raises(InputError) as caught:
        read_model_args(words)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
