"""The one label that a reply gives, for every label set and every form of a reply."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings, strategies as st

from mgllm.answers.words import find_label, label_words, read_words
from mgllm.records import Label
from tests.answers.label_sets import ONE_EACH, SETS
from tests.answers.templates import fill, native, templates
from tests.answers.test_thoughts import MARKUPS

WORDS = {"truthful": ("truthful",), "deceptive": ("deceptive",)}
OTHERWISE = {
    "negated": r"\bnot\b",
    "prefixed": r"\bnon\b",
    "untruthful": r"^un",
    "contained": r"ness$",
    "hebrew": r"\b(?:truth|lie)\b",
    "ten_letters": r"\bA\. \{",
    "yes_no": r"\b(?:yes|no)\b|\{[xy]\} (?!because|since|as\b)[a-z]",
}
"""By label set: templates that are another answer with these labels: "not {x}" where "not happy" is one,
or a word in front of another, as in "no smile"."""


def pairs(name: str) -> list[tuple[str, str, str]]:
    """Each label's id and words, with the words of another."""
    ids = list(SETS[name])
    return [(one, SETS[name][one][0], SETS[name][ids[(i + 1) % len(ids)]][0]) for i, one in enumerate(ids)]


def filled(name: str, table: str) -> list[tuple[str, str]]:
    """Ids and replies of a table for a label set."""
    but = re.compile(OTHERWISE.get(name, r"^(?!)"), re.IGNORECASE)
    return [
        (label, fill(template, x, y))
        for template in templates(table)
        if not but.search(template)
        for label, x, y in pairs(name)
    ]


@pytest.mark.parametrize("table", ["given", "abroad"])
@pytest.mark.parametrize("name", SETS)
def test_a_reply_that_answers_gives_its_label(name: str, table: str) -> None:
    missed = {text: (label, read_words(text, SETS[name]).label) for label, text in filled(name, table)}
    assert {text: pair for text, pair in missed.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize("table", ["nothing", "denied", "refused"])
@pytest.mark.parametrize("name", SETS)
def test_a_reply_that_answers_nothing_gives_none(name: str, table: str) -> None:
    read = {text: read_words(text, SETS[name]) for _, text in filled(name, table)}
    assert {text: one.label for text, one in read.items() if one.label is not None} == {}
    if table == "refused":
        assert [text for text, one in read.items() if not one.refused] == []
    assert all(one.refused or one.hint for one in read.values())


@pytest.mark.parametrize(("first", "second", "gives", "text"), native())
def test_replies_in_languages_of_their_own(first: str, second: str, gives: str, text: str) -> None:
    found = read_words(text, {"1": (first,), "2": (second,)})
    assert found.label == (gives if gives in "12" else None)
    assert found.refused or gives != "refused"


FORMS: dict[str, Callable[[str], str]] = {
    "nfd": lambda text: unicodedata.normalize("NFD", text),
    "nfc": lambda text: unicodedata.normalize("NFC", text),
    "full width": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "soft hyphen": lambda text: "\u00ad".join(text) if text.isascii() else text,
    "zero width": lambda text: f"\u200b{text}\u200b",
    "upper": lambda text: text.upper(),
    "title": lambda text: text.title() if "'" not in text else text,
    "no-break": lambda text: text.replace(" ", "\u00a0"),
    "no-break hyphen": lambda text: text.replace("-", "\u2011"),
    "emoji form": lambda text: text + ("\ufe0f" if ord(text[-1]) > 0x1F000 else ""),
    "right to left": lambda text: f"\u200f{text}\u200e",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", SETS)
def test_a_label_in_every_spelling(name: str, form: str) -> None:
    for label, x, _ in pairs(name):
        for around in ("{}", "{}.", "**{}**", "Answer: {}", "The answer is {}."):
            text = around.format(FORMS[form](x))
            assert read_words(text, SETS[name]).label == label, text


@pytest.mark.parametrize("markup", MARKUPS)
@pytest.mark.parametrize("name", SETS)
def test_thoughts_say_nothing_and_what_follows_does(name: str, markup: str) -> None:
    for label, x, y in pairs(name):
        text = markup.format(f"Maybe {y}. The answer is {y}.") + x
        assert read_words(text, SETS[name]).label == label, text


@pytest.mark.parametrize("markup", [one for one in MARKUPS if one.index("{}") and "a</think>" not in one])
@pytest.mark.parametrize("name", SETS)
def test_a_thought_that_was_cut_answers_nothing(name: str, markup: str) -> None:
    for _, x, y in pairs(name):
        opened = markup[: markup.index("{}")]
        for text in (f"{opened}Maybe {y}, maybe {x}, or", f"{opened}She may be {x}", opened):
            assert read_words(text, SETS[name]).label is None, text


@pytest.mark.parametrize(("name", "label"), ONE_EACH)
def test_an_answer_says_where_it_stands(name: str, label: str) -> None:
    x = SETS[name][label][0]
    for text in (
        f"<think>é</think>\n\nThe answer is {x}.",
        f'{{"why": "…", "answer": "{x}"}}',
        f"**{x}**, I say",
    ):
        found = read_words(text, SETS[name])
        assert text[found.start : found.end] == x


LETTERED = SETS["ten_letters"]


AROUND = ["{}", "{}.", "({})", "**{}**", "Answer: {}", "Answer: {}.", "The answer is {}.", "Option {}", "{})"]
AROUND += [
    "I choose {}.",
    "Answer: ({})",
    "\\boxed{{{}}}",
    "<answer>{}</answer>",
    '{{"answer": "{}"}}',
    "{}\n",
]


@pytest.mark.parametrize("letter", "ABCDEFGHIJ")
@pytest.mark.parametrize("around", AROUND)
def test_letters_are_answers(letter: str, around: str) -> None:
    at = ord(letter) - ord("A")
    assert read_words(around.format(letter), LETTERED).label == list(LETTERED)[at]
    assert read_words(f"Answer: {letter.lower()}", LETTERED).label == list(LETTERED)[at]
    assert read_words(f"{letter}. {list(LETTERED)[at]}", LETTERED).label == list(LETTERED)[at]


@pytest.mark.parametrize(
    "text",
    [
        "I can't judge that.",
        "I think a smile.",
        "A good day",
        "I do",
        "A or B",
        "A, B, C",
        "A/B",
        "Not A",
        "Neither A nor B.",
        "A person in group B was seen",
        "H. Smith spoke with I. Jones",
        "Vitamin C was taken",
        "Option A or option B",
        "A: calm\nB: tense",
        "E?",
    ],
)
def test_letters_of_words_are_none(text: str) -> None:
    assert read_words(text, LETTERED).label is None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Answer: truthful\nNo: deceptive", "truthful"),
        ("answer - : truthful", "truthful"),
        ("Answer: truthful. Answer: deceptive", None),
        ("<think>a</think>truthful<think>deceptive", None),
        ("more truthful than deceptive", None),
        ("not so very truthful", None),
        ("She didn’t seem so truthful", None),
        ("deceptive\n\nUser: and this one?\nAssistant: truthful", "deceptive"),
        ("truthful<|im_end|>\n<|im_start|>user\nIs she deceptive?", "truthful"),
        ("<|im_start|>assistant\ntruthful<|im_end|>", "truthful"),
        ("<|start_header_id|>assistant<|end_header_id|>\n\ntruthful<|eot_id|>", "truthful"),
        ("deceptive\n\nThe statement is truthful.", None),
        ("Answer: deceptive\nWait, actually, the person is truthful.", None),
        ("Answer:\n- truthful\n- deceptive", None),
        ("[x] deceptive\n[ ] truthful", "deceptive"),
        ("[ ] deceptive\n[ ] truthful", None),
    ],
)
def test_several_lines(text: str, label: str | None) -> None:
    assert find_label(text, WORDS) == label


MATCH = {"win": ("win",), "lose": ("lose",)}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("The player will win.", "win"),
        ("The player is likely to win.", "win"),
        ("The result is a win.", "win"),
        ("It feels like a win.", "win"),
        ("I think the player did win.", "win"),
        ("The player seems happy, so the answer is win.", "win"),
        ("He had nothing to lose. Answer: win", "win"),
        ("Outcome: the player did lose", "lose"),
        ("He had nothing to lose.", None),
        ("The player did not win.", None),
        ("The player failed to win the match.", None),
        ("The player hopes to win.", None),
        ("The opponent will win.", None),
        ("The other player will win.", None),
        ("He says he will win next time.", None),
        ("To win you need luck.", None),
        ("Win some, lose some.", None),
        ("It's a win-win.", None),
        ("I win!", None),
        ("The player won.", None),
        ("Did she win?", None),
        ("When players win, they smile.", None),
        ("The player was close to a win.", None),
        ("The player has a lot to lose.", None),
    ],
)
def test_labels_that_are_verbs(text: str, label: str | None) -> None:
    assert find_label(text, MATCH) == label


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


PIECES = ["truthful", "Deceptive", "not", " ", ", ", ". ", "\n", "or", "and", "Answer:", "**", "she is", "?"]
PIECES += ["<think>", "</think>", '{"answer": "', '"}']


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_a_label_is_only_given_where_it_stands(parts: list[str]) -> None:
    text = "".join(parts)
    found = read_words(text, WORDS)
    assert found.label is None or text[found.start : found.end].casefold() == found.label


@pytest.mark.parametrize(
    "text", ["\ud83d", "Answer: truthful \udfff", "\ud83d truthful", "truthful\x00", "\u2028truthful"]
)
def test_halves_of_characters_end_nothing(text: str) -> None:
    assert read_words(text, WORDS).label in ("truthful", None)


def test_a_text_that_is_too_long_is_no_answer() -> None:
    assert "--max-tokens" in read_words("truthful " * 30_000, WORDS).hint
