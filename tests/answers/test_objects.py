"""Answers in JSON objects of a reply."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from mgllm.answers.naming import names_of
from mgllm.answers.objects import answers_in_objects

NAMES = names_of({"calm": ("calm",), "tense": ("tense",)})


def values(text: str) -> list[str | None]:
    return [one.value for one in answers_in_objects(text, NAMES)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"answer": "calm"}', ["calm"]),
        ('{"Label": "calm", "why": "not tense"}', ["calm"]),
        ('{"why": "tense?", "answer": "calm"}', ["calm"]),
        ('{"final answer": "calm"}', ["calm"]),
        ('{"answer": {"label": "calm"}}', ["calm"]),
        ('{"answer": ["calm"]}', ["calm"]),
        ('["calm"]', ["calm"]),
        ('so: {"answer": "calm"}, I think', ["calm"]),
        ('```json\n{"答案": "calm"}\n```', ["calm"]),
        ('{"calm": true, "tense": false}', ["calm"]),
        ('{"answer": "calm"} {"answer": "tense"}', ["calm", "tense"]),
        ('{"a": {"answer": "tense"}', ["tense"]),
        ('[{"answer": "calm"}, {"answer": "tense"}]', ["calm", "tense"]),
        ('[{"answer": "calm"}]', ["calm"]),
        ('{"predicted_label": "calm"}', ["calm"]),
        ('{"finalAnswer": "calm"}', ["calm"]),
        ('{"wrong_answer": "calm"}', []),
        ('{"answer": "calm", "final_answer": "tense"}', [None]),
        ('{"class": "speech", "label": "calm"}', ["calm"]),
        ('{"answer": null}', [None]),
        ('{"answer": 3}', [None]),
        ('{"answer": true}', [None]),
        ('{"answer": ["calm", "tense"]}', [None]),
        ('{"answer": {"calm": 0.9, "tense": 0.1}}', [None]),
        ('{"answer": "calm", "answer": "tense"}', [None]),
        ('{"answer": "calm", "answer": "calm"}', ["calm"]),
        ('{"calm": false}', [None]),
        ('{"calm": 0.9, "tense": 0.1}', [None]),
        ('{"calm": true, "tense": true}', [None]),
        ('{"calm": "no"}', [None]),
        ('{"why": "calm"}', []),
        ("{}", []),
        ("[]", []),
        ('["calm", "tense"]', []),
        ("{calm}", []),
        ('{"answer": "cal', []),
    ],
)
def test_what_stands_as_an_answer(text: str, found: list[str | None]) -> None:
    assert values(text) == found


def test_an_object_says_where_it_stands() -> None:
    text = 'so {"answer": "calm"} it is'
    (one,) = answers_in_objects(text, NAMES)
    assert text[one.start : one.end] == '{"answer": "calm"}'


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 40_000, "{" * 200_000, '{"answer": "calm"} ' * 9_000]
)
def test_deep_and_many_objects_end(text: str) -> None:
    assert len(values(text)) <= 16


@given(
    st.dictionaries(
        st.sampled_from(["answer", "x", "calm"]), st.sampled_from(["calm", "other", 1, None, True])
    )
)
def test_any_object_is_read_as_one_would_slowly(made: dict[str, object]) -> None:
    if "answer" in made:
        expected = [made["answer"] if isinstance(made["answer"], str) else None]
    elif "calm" in made:
        alone = [key for key, value in made.items() if value is True]
        flags = all(isinstance(value, bool) for value in made.values())
        expected = [alone[0] if flags and len(alone) == 1 else None]
    else:
        expected = []
    assert values(json.dumps(made)) == expected
