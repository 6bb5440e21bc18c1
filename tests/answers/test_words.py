"""The one label that a text names, against a slow reading of it word by word."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st

from mgllm.answers.words import find_label, label_words, mentions
from mgllm.records import Label

WORDS = {"truthful": ("truthful",), "deceptive": ("deceptive", "lying")}
NOT_BEFORE = {"not", "never", "neither", "nor", "isn't", "wasn't", "doesn't", "didn't", "cannot", "than"}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("deceptive", "deceptive"),
        ("Deceptive.", "deceptive"),
        ("**Truthful**", "truthful"),
        ('{"answer": "truthful"}', "truthful"),
        ("The speaker is lying.", "deceptive"),
        ("Truthful\nbecause nothing in it is deceptive", "truthful"),
        ("truthful or deceptive? Answer: deceptive", "deceptive"),
        ("Step 1: truthful people …\nAnswer: **deceptive**", "deceptive"),
        ("<think>truthful? deceptive?</think>deceptive", "deceptive"),
        ("<think>it is deceptive but I ran out of", None),
        ("not truthful", None),
        ("The person isn't deceptive", None),
        ("truthful or deceptive", None),
        ("untruthful", None),
        ("I cannot say", None),
        ("", None),
        ("Answer: ", None),
    ],
)
def test_the_one_label_of_a_text(text: str, label: str | None) -> None:
    assert find_label(text, WORDS) == label


def test_letters_are_capital_letters() -> None:
    words = {"x": ("happy", "A"), "y": ("sad", "B")}
    assert find_label("B", words) == "y"
    assert find_label("Answer: B. sad", words) == "y"
    assert find_label("it was a good day for B", words) == "y"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Answer: truthful\nNo: deceptive", "truthful"),
        ("answer - : truthful", "truthful"),
        ("The answer is: lying", "deceptive"),
        ("Answer: truthful. Answer: deceptive", "deceptive"),
        ("Answer:\n\n  lying", "deceptive"),
        ("Answer: not truthful", None),
        ("more truthful than deceptive", None),
        ("neither truthful", None),
        ("not very truthful", None),
        ("not so very truthful", "truthful"),
        ("truthful, truthful!", "truthful"),
        ("deceptive and lying", "deceptive"),
        ("<reasoning>truthful</reasoning>\nlying", "deceptive"),
        ("<THINK>truthful</THINK>lying", "deceptive"),
        ("<think>a</think>truthful<think>deceptive", "truthful"),
        ("She didn’t seem truthful", None),
        ("She didn’t seem so truthful", "truthful"),
    ],
)
def test_marks_thoughts_and_negations(text: str, label: str | None) -> None:
    assert find_label(text, WORDS) == label


def test_the_longest_name_counts_at_one_place() -> None:
    words = {"calm": ("calm",), "very": ("very calm",)}
    assert mentions("Very calm, calm", words) == [("very", 0), ("calm", 11)]
    assert find_label("She is very calm", words) == "very"
    assert find_label("very calm or calm", words) is None


def test_names_are_found_as_they_stand_whatever_they_hold() -> None:
    words = {"x": ("a.b (c)",), "y": ("[y]",)}
    assert find_label("It is a.b (c).", words) == "x"
    assert find_label("aXb (c)", words) is None
    assert find_label("it is [y]", words) == "y"


@pytest.mark.parametrize(
    ("lettered", "words"),
    [
        (False, {"win": ("won", "win"), "lose": ("lose",)}),
        (True, {"win": ("won", "win", "A"), "lose": ("lose", "B")}),
    ],
)
def test_what_names_a_label(lettered: bool, words: dict[str, tuple[str, ...]]) -> None:
    labels = (Label(id="win", text="won", cloze=" won"), Label(id="lose", text="lose", cloze=" lost"))
    assert label_words(labels, lettered) == words


def slowly(tokens: list[str]) -> str | None:
    """The label of a text of single words: all that are named, unless a negation is one or two before."""
    found = set()
    for at, token in enumerate(tokens):
        label = next((label for label, names in WORDS.items() if token.casefold() in names), None)
        if label is not None:
            if NOT_BEFORE & {word.casefold() for word in tokens[max(0, at - 2) : at]}:
                return None
            found.add(label)
    return found.pop() if len(found) == 1 else None


TOKENS = ["truthful", "Deceptive", "LYING", "untruthful", "she", "very", "not", "than", "never", "Cannot"]


@given(st.lists(st.sampled_from(TOKENS), min_size=2, max_size=8), st.sampled_from([" ", ", ", " - "]))
def test_a_text_of_words_is_read_as_one_would_slowly(tokens: list[str], between: str) -> None:
    assert find_label(between.join(tokens), WORDS) == slowly(tokens)


@given(st.text(alphabet="ab AB.-\n", max_size=30))
def test_mentions_are_whole_words_and_never_overlap(text: str) -> None:
    words = {"x": ("a", "ab"), "y": ("b a", "ba")}
    slow = {
        (label, at)
        for label, names in words.items()
        for name in names
        for at in range(len(text))
        if re.fullmatch(re.escape(name), text[at : at + len(name)], 0 if len(name) == 1 else re.IGNORECASE)
        and not (text[at - 1 : at] if at else "").isalnum()
        and not text[at + len(name) : at + len(name) + 1].isalnum()
    }
    found = mentions(text, words)
    assert set(found) <= slow
    assert len({at for _, at in found}) == len(found)
    assert bool(found) == bool(slow)
