"""No reply takes long to read: time grows with the text, and no row of words has many ways to match."""

from __future__ import annotations

import time
from random import Random

import pytest

from mgllm.answers.words import LONGEST, read_words

WORDS = {"truthful": ("truthful",), "deceptive": ("deceptive",)}

LONG = [
    "[",
    '{"a":',
    "<",
    "deceptive ",
    "<think>",
    "</think>",
    "<think></think>",
    "\\boxed{",
    "Answer: ",
    "{",
    "\n",
    " ",
]
LONG += [
    "é",
    "answer ",
    "**",
    "ich kann ",
    "I can not ",
    "I cannot ",
    "sorry ",
    "我",
    "不",
    "---",
    '"',
    "wait ",
    "n't",
    "x",
]
LONG += [
    "think",
    "<a:",
    "<|",
    "he is ",
    "the ",
    "the speaker is ",
    "'",
    "if ",
    "that ",
    ", ",
    "not ",
    "(",
    "❌",
    "1. ",
    "%",
    "A ",
    "~~",
]
LONG += [
    "Answer: not deceptive\n",
    "deceptive\n",
    "is deceptive. ",
    "deceptive: 30% ",
    "<answer>",
    "ly ",
    "very ",
    "the a an ",
    "\u0301",
]


def seconds(text: str) -> float:
    start = time.process_time()
    read_words(text, WORDS)
    return time.process_time() - start


@pytest.mark.parametrize("piece", LONG)
def test_ten_times_the_text_takes_ten_times_as_long(piece: str) -> None:
    times = LONGEST // len(piece)
    most = max(2.0, 20 * seconds(piece * (times // 10)))
    assert any(seconds(piece * times) < most for _ in range(3))


@pytest.mark.parametrize(
    "piece", [*LONG, "in ", "for ", "the answer that is ", "very calm and ", "a, ", ". ", "..", "!"]
)
def test_what_stands_around_a_label_is_read_in_no_time(piece: str) -> None:
    for around in (
        f"{piece * 60}deceptive.",
        f"deceptive{piece * 60}x truthful",
        f"She is {piece * 60}deceptive",
    ):
        assert seconds(around) < 0.5


GRAMMAR = [
    "the",
    "a",
    "is",
    "was",
    "seems",
    "like",
    "being",
    "to",
    "be",
    "very",
    "likely",
    "probably",
    "in",
    "of",
    "that",
    "which",
    "answer",
    "my",
    "he",
    "it",
    "this",
    "and",
    "&",
]
GRAMMAR += [
    ",",
    ".",
    ":",
    "-",
    "(",
    '"',
    "'",
    "*",
    "_",
    "i",
    "would",
    "have",
    "go",
    "with",
    "say",
    "think",
    "not",
    "no",
    "or",
    "if",
    "but",
    "so",
    "can",
    "will",
    "as",
    "state",
    "50%",
    "1.",
    "A)",
    "...",
    "→",
]
GRAMMAR += ["truthful", "I can't", "Answer:", "\\boxed{", "{", "<think>", "##", "\n", "~~", "[ ]"]


@pytest.mark.parametrize("seed", range(60))
def test_no_row_of_words_takes_long(seed: int) -> None:
    """Patterns with several ways to match the same words take for ever on the rows that they do not match."""
    random = Random(seed)
    for _ in range(10):
        words = random.choices(
            random.sample(GRAMMAR, random.choice([1, 2, 3, 30])), k=random.choice([20, 80])
        )
        assert seconds(random.choice([" ", ""]).join(words) + " deceptive x") < 1.0
