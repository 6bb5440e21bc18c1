"""A text in its compared form, and the way back."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, strategies as st

from mgllm.answers.plain import Plain, is_hangul, is_mark, is_unspaced, is_word, plain


@pytest.mark.parametrize(
    ("text", "compared"),
    [
        ("calm", "calm"),
        ("ｃａｌｍ", "calm"),
        ("cal\u00adm", "calm"),
        ("ca\u200blm\ufeff", "calm"),
        ("non\u2011calm", "non-calm"),
        ("can\u2019t", "can't"),
        ("\u201ccalm\u201d", '"calm"'),
        ("\u00abcalm\u00bb", '"calm"'),
        ("since\u0300re", "sincère"),
        ("calm\u2028tense", "calm\ntense"),
        ("calm\r\ntense", "calm\n\ntense"),
        ("\U0001f622\ufe0f", "\U0001f622"),
        ("\u202ecalm\u202c", "calm"),
        ("`calm`", "`calm`"),
        ("\u1112\u1162\u11bc", "행"),
        ("a\r\nb", "a\n\nb"),
    ],
)
def test_one_form(text: str, compared: str) -> None:
    assert plain(text).text == compared


@given(st.text(alphabet="ab é\u0301\u00ad\u2011ｃ행\u1112\u1162😢\ufe0f\r\n", max_size=30))
def test_every_character_knows_where_it_comes_from(text: str) -> None:
    found = plain(text)
    assert len(found.origin) == len(found.text) + 1
    assert list(found.origin) == sorted(found.origin)
    assert found.origin[-1] == len(text)
    assert all(0 <= at < len(text) for at in found.origin[:-1])


@given(st.text(max_size=60))
def test_the_form_is_the_same_for_composed_and_decomposed_letters(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    decomposed = unicodedata.normalize("NFD", text)
    assert plain(composed).text == plain(decomposed).text


def test_ascii_stays_as_it_is() -> None:
    assert plain("calm, not tense") == Plain("calm, not tense", tuple(range(16)))


def test_a_part_keeps_its_places() -> None:
    whole = plain("so cal\u00adm it is")
    part = whole.cut(3, 7)
    assert part.text == "calm"
    assert (part.origin[0], part.origin[-1]) == (3, 8)
    joined = whole.parts([(0, 2), (3, 7)])
    assert joined.text == "so\ncalm"
    assert joined.origin == (0, 1, 2, 3, 4, 5, 7, 8)
    assert whole.parts([]).origin == (14,)


def test_kinds_of_characters() -> None:
    assert [is_word(char) for char in "aé9\u094d_-😢"] == [True, True, True, True, False, False, False]
    assert [is_unspaced(char) for char in "悲かカไa행"] == [True, True, True, True, False, False]
    assert [is_hangul(char) for char in "행a"] == [True, False]
    assert [is_mark(char) for char in "\u0301\u094d\U0001f3fda"] == [True, True, True, False]
