"""How models mark their thoughts."""

from __future__ import annotations

import pytest

from mgllm.answers.thoughts import MARKS, Mark
from mgllm.backends.weights.thoughts import close_thought, is_mark, open_mark, thought_end


@pytest.mark.parametrize("mark", MARKS, ids=[mark.opener for mark in MARKS])
def test_every_known_thought_is_seen_open_and_closed(mark: Mark) -> None:
    tail = f"\n<|assistant|>{mark.opener}\n"
    found = open_mark(tail, "")
    assert found == mark
    closed = tail + close_thought(tail, mark, "")
    assert open_mark(closed, "") is None
    assert closed.startswith(tail)
    assert thought_end(f"Hm.{mark.closer}won", found) == len(f"Hm.{mark.closer}")
    assert thought_end("Hm. won", found) is None
    assert thought_end(f"{mark.opener}Hm. won", None) is None
    assert thought_end("won", None) == 0


@pytest.mark.parametrize(
    ("tail", "known", "closer"),
    [
        ("<ponder>\n", "{{ '</ponder>' }}", "</ponder>"),
        ("<|begin_of_reasoning|>", "<|end_of_reasoning|>", "<|end_of_reasoning|>"),
        ("<|START_REFLECTION|>", "<|END_REFLECTION|>", "<|END_REFLECTION|>"),
        ("[SCRATCHPAD]", "[/SCRATCHPAD]", "[/SCRATCHPAD]"),
        ("<my:thoughts>So, ", "</my:thoughts>", "</my:thoughts>"),
        ("<ponder>\n", "", None),
    ],
)
def test_unusual_thoughts_are_seen_by_their_names(tail: str, known: str, closer: str | None) -> None:
    found = open_mark(f"<|assistant|>\n{tail}", known)
    assert found is not None
    assert found.closer == closer
    assert tail.startswith(found.opener)


@pytest.mark.parametrize(
    "tail",
    [
        "<|im_start|>assistant\n",
        "<think>\n\n</think>\n\n",
        "[/INST]",
        "<|END_THINKING|>",
        "<|end_of_thought|>",
    ],
)
def test_no_thought_is_seen_where_none_is_open(tail: str) -> None:
    assert open_mark(tail, "</think>") is None


def test_line_breaks_are_those_that_the_template_writes() -> None:
    think = Mark("<think>", "</think>")
    assert close_thought("<think>\n", think, "") == "\n</think>\n\n"
    assert close_thought("<think>", think, r"'<think>\n\n</think>\n'") == "\n\n</think>\n"
    assert close_thought("<think>\n", think, "content.split('</think>')") == "\n</think>\n\n"
    assert close_thought("[THINK]", Mark("[THINK]", "[/THINK]"), "") == "[/THINK]"


@pytest.mark.parametrize(
    ("token", "seen"),
    [("</s>", False), ("<|im_end|>", False), ("<|channel|>", True), ("[/THINK]", True), ("<|end|>", False)],
)
def test_marks_of_thoughts_stay_in_a_text(token: str, seen: bool) -> None:
    assert is_mark(token) is seen
