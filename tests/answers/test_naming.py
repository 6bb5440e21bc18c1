"""Where a text names a label."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, strategies as st

from mgllm.answers.naming import find_mentions, names_of, only_label
from mgllm.answers.plain import plain
from tests.answers.label_sets import Words

MOOD = {"calm": ("calm",), "tense": ("tense",)}
MOODS = ["calm", "tense", "happy", "sad", "angry", "bored", "proud", "shy", "inspired", "sly"]
TEN = {f"l{index}": (word, chr(65 + index)) for index, word in enumerate(MOODS)}


def named(text: str, words: Words) -> list[str]:
    return [one.label for one in find_mentions(plain(text).text, names_of(words))]


@pytest.mark.parametrize(
    "text",
    [
        "calmly",
        "calmness",
        "becalm",
        "un-calm",
        "calm-looking",
        "non-calm",
        "non\u2011calm",
        "calm_down",
        "calm2",
        "calm\u0301",
        "calm'd",
    ],
)
def test_a_part_of_a_word_is_no_label(text: str) -> None:
    assert named(f"so {text} it is", MOOD) == []


@pytest.mark.parametrize(
    "text",
    [
        "calm",
        "CALM",
        "_calm_",
        "*calm*",
        "calm.",
        "(calm)",
        "l'calm",
        "'calm'",
        "calm's",
        "calm—",
        "-calm",
        "calm-",
    ],
)
def test_a_whole_word_is_one(text: str) -> None:
    assert named(f"so {text} it is", MOOD) == ["calm"]


def test_the_longest_name_counts_at_one_place() -> None:
    words = {"c": ("calm",), "v": ("very calm",), "n": ("calmness",)}
    assert named("very calm, calm, calmness, very_calm, very-calm, VERY  CALM", words) == [*"vcnvvv"]


def test_a_name_with_its_opposite() -> None:
    words = {"d": ("deceptive",), "n": ("non-deceptive",)}
    assert named("non-deceptive, non deceptive, non\u2011deceptive; deceptive; nondeceptive", words) == [
        *"nnnd"
    ]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("B", "l1"),
        ("(B)", "l1"),
        ("B.", "l1"),
        ("**B**", "l1"),
        ("Option C.", "l2"),
        ("Answer: D) sad", "l3"),
        ("I would say B.", "l1"),
        ("The answer is I", "l8"),
        ("A", "l0"),
        ("A.", "l0"),
        ("so it is B: tense", "l1"),
    ],
)
def test_letters_where_they_are_letters(text: str, label: str) -> None:
    assert named(text, TEN)[0] == label


@pytest.mark.parametrize(
    "text",
    [
        "I can't judge that.",
        "A voice and a smile",
        "I think it is hard",
        "vitamin B12",
        "B-grade",
        "Plan B's end",
        "She is a B movie star",
        "He, I and others",
        "H's",
        "DNA",
    ],
)
def test_letters_in_words_are_none(text: str) -> None:
    assert named(text, TEN) == []


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ({"l": ("हार",), "w": ("जीत",)}, "हार्दिक", []),
        ({"l": ("हार",), "w": ("जीत",)}, "यह हार है, जीत नहीं", ["l", "w"]),
        ({"j": ("喜悦",), "s": ("悲伤",)}, "他感到悲伤。", ["s"]),
        ({"s": ("悲",)}, "他是悲伤的", []),
        ({"s": ("悲",)}, "答案：悲。", ["s"]),
        ({"h": ("행복",)}, "행복합니다", ["h"]),
        ({"h": ("행복",)}, "불행복", []),
        ({"t": ("จริงใจ",)}, "เขาจริงใจ", ["t"]),
        ({"s": ("😢",), "j": ("😂",)}, "😢, 😂 and 😢\ufe0f", ["s", "j", "s"]),
        ({"m": ("👨",)}, "👨\u200d👩\u200d👧", []),
        ({"d": ("deceptive",)}, "这个人deceptive。", ["d"]),
        ({"d": ("deceptive",)}, "이 사람은 deceptive입니다", ["d"]),
        ({"t": ("אמת",)}, "זו אמת.", ["t"]),
        ({"a": ("صادق",)}, "هو صادق", ["a"]),
        ({"a": ("صادق",)}, "الصادقون", []),
        ({"f": ("gênée",)}, "elle est ge\u0302ne\u0301e", ["f"]),
        ({"s": ("ß",)}, "ß", ["s"]),
    ],
)
def test_other_scripts(words: Words, text: str, found: list[str]) -> None:
    assert named(text, words) == found


def test_names_are_found_as_they_stand_whatever_they_hold() -> None:
    words = {"x": ("a.b (c)",), "y": ("[y]",)}
    assert named("it is a.b (c).", words) == ["x"]
    assert named("aXb (c)", words) == []
    assert named("it is [y]", words) == ["y"]


@pytest.mark.parametrize(
    "text",
    ["calm", " calm\n", "**Calm.**", '"calm"', "«calm»", "1calm"[1:], "- calm", "> calm", "`calm`", "calm…"],
)
def test_a_label_that_is_all(text: str) -> None:
    found = only_label(plain(text).text, names_of(MOOD))
    assert found is not None
    assert (found.label, plain(text).text[found.start : found.end].casefold()) == ("calm", "calm")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "...",
        "calm?",
        "calm it is",
        "calm, tense",
        "calmly",
        "not calm",
        "calm/tense",
        "calm 80",
        "[ ] calm",
        "❌ calm",
    ],
)
def test_a_label_that_is_not_all(text: str) -> None:
    assert only_label(text, names_of(MOOD)) is None


def test_a_small_letter_is_a_label_where_it_is_all() -> None:
    found = only_label(" **b)** ", names_of(TEN))
    assert found is not None
    assert found.label == "l1"
    assert named("the letter b is in it", TEN) == []


@given(st.text(alphabet="ab AB.-\n", max_size=30))
def test_mentions_are_whole_words_and_never_overlap(text: str) -> None:
    words = {"x": ("aa", "ab"), "y": ("b a", "ba")}
    slow = {
        (label, match.start(), match.end())
        for label, names in words.items()
        for name in names
        for at in range(len(text))
        if (match := re.compile(name.replace(" ", r"[\s_-]{1,3}"), re.IGNORECASE).match(text, at))
        and not re.search(r"[a-z0-9][-_']?\Z", text[:at], re.IGNORECASE)
        and not re.match(r"[-_']?[a-z0-9]", text[match.end() :], re.IGNORECASE)
    }
    found = find_mentions(text, names_of(words))
    assert {tuple(one) for one in found} <= slow
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    assert bool(found) == bool(slow)
