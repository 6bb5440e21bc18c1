"""When an answer has been reached, and what of a text is thought."""

from __future__ import annotations

import pytest

from mgllm.answers.thoughts import Mark
from mgllm.backends.weights.stopping import answer_end, opener_shown, stopper, thought_tokens

THINK = Mark("<think>", "</think>")
KIMI = Mark("◁think▷", "◁/think▷")
CHANNELS = "<|channel|>analysis<|message|>They won. Answer: lost<|end|><|start|>assistant"
FINAL = "<|channel|>final<|message|>"


@pytest.mark.parametrize(
    ("text", "opened", "head"),
    [
        ("Well. Answer: won", None, "Well. Answer:"),
        ("Well. Answer", None, None),
        ("<think> Answer: lost", None, None),
        ("<think> Answer: lost </think> Answer: won", None, "<think> Answer: lost </think> Answer:"),
        ("Answer: lost", THINK, None),
        ("Answer: lost </think>**Answer:** won", THINK, "Answer: lost </think>**Answer:"),
        ("Answer: lost", KIMI, None),
        ("Answer: lost ◁/think▷ Answer: won", KIMI, "Answer: lost ◁/think▷ Answer:"),
        ("[THINK]Answer: lost", None, None),
        ("[THINK]Answer: lost[/THINK]Answer: won", None, "[THINK]Answer: lost[/THINK]Answer:"),
        (CHANNELS, None, None),
        (f"{CHANNELS}{FINAL}Answer: won", None, f"{CHANNELS}{FINAL}Answer:"),
        ("One thought. </think> <think> Answer: lost", THINK, None),
    ],
)
def test_an_answer_is_said_outside_thoughts(text: str, opened: Mark | None, head: str | None) -> None:
    end = answer_end(text, opened)
    assert (None if end is None else text[:end]) == head


def test_thoughts_are_counted_in_tokens_up_to_their_end() -> None:
    def decode(ids: object) -> str:
        assert isinstance(ids, list)
        return "".join(words[i] for i in ids)

    words = ["It", " may", " be", "</think>", "\n", "won"]
    ids = list(range(len(words)))
    assert thought_tokens(ids, decode, THINK) == 4
    assert thought_tokens(ids, decode, None) == 4
    assert thought_tokens(ids[:3], decode, THINK) == 3
    assert thought_tokens(ids[:3], decode, None) == 0


def test_a_thought_that_the_prompt_opened_shows_its_opener() -> None:
    unusual = Mark("[SCRATCHPAD]", "[/SCRATCHPAD]")
    assert opener_shown("So sad.", None) == ""
    assert opener_shown("So sad.", KIMI) == "◁think▷\n"
    assert opener_shown("So sad.", unusual) == "<think>\n"
    assert opener_shown("So sad.[/SCRATCHPAD] won", unusual) == "[SCRATCHPAD]\n"


def test_a_chain_of_thought_ends_with_the_line_of_its_answer() -> None:
    text = ["<think>", "Answer: no\n", "</think>", "Answer:", " won", "\n"]

    def decode(ids: object) -> str:
        assert isinstance(ids, list)
        return "".join(text[i] for i in ids)

    ends = [stopper(decode, None, before_answer=False)(list(range(n))) for n in range(1, 7)]
    assert ends == [False, False, False, False, False, True]
    before = [stopper(decode, None, before_answer=True)(list(range(n))) for n in range(1, 7)]
    assert before == [False, False, False, True, True, True]
