"""The proof that arms differ in speech and cue block alone: it must be able to fail."""

from __future__ import annotations

import pytest

from mgllm.arms.base import get_arms
from mgllm.arms.integrity import block_text, check_item, check_shots, frame_lines
from mgllm.errors import IntegrityError
from mgllm.records import Block, Item, Label, Message, Prompt, Span, prompt_sha256

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


def with_shots(shown: Prompt, speech: str, cues: str, rest: str = "Answer: won\n") -> Prompt:
    """A prompt with one worked example before it."""
    (message,), length = shown.messages, len(speech + cues + rest)
    blocks: list[tuple[Block, int, int]] = [
        ("shots", 0, length),
        ("shot_speech", 0, len(speech)),
        ("shot_cues", len(speech), len(speech + cues)),
    ]
    spans = [
        *(
            one.model_copy(update={"start": one.start + length, "end": one.end + length})
            for one in shown.spans
        ),
        *(Span(message=0, block=block, start=start, end=end) for block, start, end in blocks),
    ]
    messages = (Message(role="user", content=speech + cues + rest + message.content),)
    sha256 = prompt_sha256("chat", messages)
    return Prompt(form="chat", messages=messages, spans=tuple(spans), sha256=sha256)


def shot_verdict(*, follow: bool = False, **changes: Prompt) -> str:
    """What is wrong with arms that have an example each; nothing is ""."""
    prompts = {
        name: with_shots(shown, "ah\n" if not follow or "text" in name else "",
                         "bows\n" if not follow or name not in ("none", "text") else "")
        for name, shown in right().items()
    }  # fmt: skip
    prompts |= {name.replace("_", "+"): made for name, made in changes.items()}
    try:
        check_item("i7", get_arms(NAMES), prompts, LABELS, shots_follow=follow)
    except IntegrityError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("follow", [False, True])
def test_right_worked_examples_pass(follow: bool) -> None:
    assert shot_verdict(follow=follow) == ""


def test_the_blocks_of_examples_are_not_those_of_the_item() -> None:
    made = with_shots(right()["text+mg"], "ah\n", "bows\n")
    assert (block_text(made, "speech"), block_text(made, "cues")) == ("said\n", "nods\n")
    assert frame_lines(made)[1:4] == ["ah", "bows", "Answer: won"]


@pytest.mark.parametrize(
    ("speech", "cues", "rest", "follow", "words"),
    [
        ("oh\n", "bows\n", "Answer: won\n", False, "the prompt has 'oh'"),
        ("ah\n", "waves\n", "Answer: won\n", False, "the prompt has 'waves'"),
        ("ah\n", "bows\n", "Answer: lost\n", False, "the prompt has 'Answer: lost'"),
        ("ah\n", "bows\n", "Answer: lost\n", True, "Answer: lost' where arm none has"),
        ("oh\n", "bows\n", "Answer: won\n", True, "other speech than in arm text"),
        ("", "bows\n", "Answer: won\n", True, "is without speech, unlike the arm"),
        ("ah\n", "", "Answer: won\n", True, "is without cues, unlike the arm"),
        ("ah\n", "he won\n", "Answer: won\n", True, "contains the label 'won'"),
    ],
)
def test_worked_examples_that_differ_are_found(
    speech: str, cues: str, rest: str, *, follow: bool, words: str
) -> None:
    wrong = with_shots(right()["text+mg"], speech, cues, rest)
    message = shot_verdict(follow=follow, text_mg=wrong)
    assert words in message
    assert "arm text+mg" in message


def test_an_example_in_an_arm_that_shows_nothing() -> None:
    wrong = with_shots(right()["none"], "ah\n", "")
    assert "arm none: a worked example is with speech" in shot_verdict(follow=True, none=wrong)


@pytest.mark.parametrize(
    ("shots", "folds", "words"),
    [
        (("b win", "c lose"), {}, ""),
        (("b win", "c lose", "d win"), {}, ""),
        (("a win", "c lose"), {}, "is of the same person"),
        (("b win", "c lose"), {"a": 0, "b": 1, "c": 0}, "worked example c is of the same fold"),
        (("b win", "c win"), {}, "not balanced over labels"),
        (("b win", "c draw"), {}, "not balanced over labels"),
    ],
)
def test_whose_worked_examples_may_be(shots: tuple[str, ...], folds: dict[str, int], words: str) -> None:
    parts = [shot.split() for shot in shots]
    made = [Item(id=who, subject=who, target=target) for who, target in parts]
    item = Item(id="q", subject="a")
    if not words:
        check_shots(item, made, LABELS, folds)
        return
    with pytest.raises(IntegrityError, match=words):
        check_shots(item, made, LABELS, folds)
