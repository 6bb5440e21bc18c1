"""Phrases that decline, and sentences that look like them."""

from __future__ import annotations

import pytest

from mgllm.answers.refusals import declines


@pytest.mark.parametrize(
    "text",
    [
        "I cannot say.",
        "I can't tell from this.",
        "I can’t tell from this.",
        "I'm unable to judge people.",
        "I am not able to help.",
        "I won't guess.",
        "i must decline to answer",
        "I'm sorry, but no.",
        "I have to refuse.",
        "As an AI, I have no opinion.",
        "As a language model I have none.",
        "I do not feel comfortable with it.",
        "It would be inappropriate to guess.",
        "This cannot be determined from a transcript.",
    ],
)
def test_these_decline(text: str) -> None:
    assert declines(text)
    assert declines(f"Well. {text.upper()}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Perhaps.",
        "She said that she is sorry.",
        "He cannot lie.",
        "It is possible that he lies.",
        "The speaker declines to answer.",
        "They feel comfortable.",
        "AI is not mentioned.",
    ],
)
def test_these_do_not(text: str) -> None:
    assert not declines(text)
