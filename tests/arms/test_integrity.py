"""The proof that arms differ in speech and cue block alone: it must be able to fail."""

from __future__ import annotations

import pytest

from mgllm.arms.base import get_arms
from mgllm.arms.integrity import block_text, check_item, frame_lines
from mgllm.errors import IntegrityError
from mgllm.records import Label, Message, Prompt, Span, prompt_sha256

LABELS = (Label(id="win", text="won", cloze=" won"), Label(id="lose", text="lost", cloze=" lost"))
NAMES = (
    *("none", "text", "mg", "text+mg", "text+shuffled", "text+filler", "text+oracle", "text+noisy@0"),
    *("text+opposed", "mg+shuffled", "mg+filler"),
)


def prompt(speech: str, cues: str, frame: str = "Q\n{}{}A") -> Prompt:
    before = frame.index("{}")
    content = frame.format(speech, cues)
    messages = (Message(role="user", content=content),)
    middle = before + len(speech)
    spans = (
        Span(message=0, block="speech", start=before, end=middle),
        Span(message=0, block="cues", start=middle, end=middle + len(cues)),
    )
    return Prompt(form="chat", messages=messages, spans=spans, sha256=prompt_sha256("chat", messages))


def right() -> dict[str, Prompt]:
    return {
        "none": prompt("", ""),
        "text": prompt("said\n", ""),
        "mg": prompt("", "nods\n"),
        "text+mg": prompt("said\n", "nods\n"),
        "text+shuffled": prompt("said\n", "blinks\n"),
        "text+filler": prompt("said\n", "hum\n"),
        "text+oracle": prompt("said\n", "nods\n"),
        "text+noisy@0": prompt("said\n", "nods\n"),
        "text+opposed": prompt("said\n", "blinks\n"),
        "mg+shuffled": prompt("", "blinks\n"),
        "mg+filler": prompt("", "hum\n"),
    }


def verdict(**changes: Prompt) -> str:
    """What is wrong with the right prompts after changes (`_` stands for +); nothing is ""."""
    prompts = right() | {name.replace("_", "+"): made for name, made in changes.items()}
    try:
        check_item("i7", get_arms(NAMES), prompts, LABELS)
    except IntegrityError as error:
        return str(error)
    return ""


def problem(**changes: Prompt) -> str:
    message = verdict(**changes)
    assert "item i7" in message
    assert "\n" not in message
    return message


def test_right_arms_pass() -> None:
    assert verdict() == ""


def test_a_frame_that_tests_for_cues_is_found_with_its_first_differing_line() -> None:
    message = problem(text_mg=prompt("said\n", "nods\n", "Q\nmind the body\n{}{}A"))
    assert "arm text+mg" in message
    assert "'mind the body'" in message


def test_speech_that_differs() -> None:
    assert "speech has 'sayd' where arm text has 'said'" in problem(text_mg=prompt("sayd\n", "nods\n"))


@pytest.mark.parametrize(
    ("arm", "made", "words"),
    [
        ("none", prompt("said\n", ""), "has speech ('said')"),
        ("mg", prompt("said\n", "nods\n"), "has speech"),
        ("text", prompt("", ""), "the speech block is empty"),
        ("text", prompt("said\n", "nods\n"), "has cues ('nods')"),
        ("text_mg", prompt("said\n", ""), "the cue block is empty"),
        ("text_filler", prompt("said\n", "they WON it\n"), "contains the label 'WON'"),
        ("text_filler", prompt("said\n", "nods\n"), "comparing these arms would show nothing"),
        ("mg_filler", prompt("", "nods\n"), "comparing these arms would show nothing"),
        ("mg_shuffled", prompt("said\n", "blinks\n"), "has speech"),
        ("text_opposed", prompt("", "blinks\n"), "the speech block is empty"),
    ],
)
def test_blocks_stand_where_they_should(arm: str, made: Prompt, words: str) -> None:
    assert words in problem(**{arm: made})


def test_donors_may_happen_to_show_what_the_item_shows() -> None:
    assert verdict(mg_shuffled=prompt("", "nods\n"), text_opposed=prompt("said\n", "nods\n")) == ""


def test_a_label_inside_a_longer_word_is_no_label() -> None:
    assert verdict(text_filler=prompt("said\n", "wondrous hum\n")) == ""


def test_frames_and_blocks_rebuild_the_prompt() -> None:
    made = prompt("said\n", "nods\n")
    whole = "\n".join(frame_lines(made)[1:])
    rebuilt = whole.replace("⟨speech⟩", block_text(made, "speech")).replace(
        "⟨cues⟩", block_text(made, "cues")
    )
    assert rebuilt == made.messages[0].content
