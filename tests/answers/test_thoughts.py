"""What is left of a reply once its thoughts are taken off."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from mgllm.answers.plain import plain
from mgllm.answers.thoughts import MARKS, Mark, spoken_part

MARKUPS = [
    "<think>{}</think>",
    "<think>\n{}\n</think>\n\n",
    "<THINK>{}</THINK>",
    "<thinking>{}</thinking>",
    "<thought>{}</thought>",
    "<reasoning>{}</reasoning>",
    "<reflection>{}</reflection>",
    "<analysis>{}</analysis>",
    "<scratchpad>{}</scratchpad>",
    "<inner_monologue>{}</inner_monologue>",
    "<rationale>{}</rationale>",
    "<cot>{}</cot>",
    "<seed:think>{}</seed:think>",
    "<antThinking>{}</antThinking>",
    "<|thinking|>{}<|/thinking|>",
    "<|begin_of_thought|>{}<|end_of_thought|>",
    "<|START_THINKING|>{}<|END_THINKING|>",
    "<think time=3>{}</think>",
    "[THINK]{}[/THINK]",
    "[REASONING]{}[/REASONING]",
    "◁think▷{}◁/think▷",
    "【思考】{}【/思考】",
    "<unused94>thought\n{}<unused95>",
    "<|channel>thought\n{}<channel|>",
    "{}</think>",
    "{}\n</think>\n\n",
    "{}[/THINK]",
    "{}◁/think▷",
    "<think>a</think>{}</think>",
    "<think>a</think><think>{}</think>",
    "<|channel|>analysis<|message|>{}<|end|><|start|>assistant<|channel|>final<|message|>",
    "<|channel|>analysis<|message|>{}<|channel|>final <|constrain|>json<|message|>",
    "<|channel|>commentary<|message|>{}<|end|><|channel|>final<|message|>",
    "analysisThe user says: {}assistantfinal",
    "commentaryWell, {} assistant final\n",
    "{}[BEGIN FINAL RESPONSE]",
    "{}<|begin_of_solution|>",
    "<|START_THINKING|>{}<|END_THINKING|><|START_RESPONSE|>",
    "Here is my thought process: {} Here is my response: ",
]


@pytest.mark.parametrize("markup", MARKUPS)
def test_a_thought_is_taken_off(markup: str) -> None:
    said = spoken_part(plain(markup.format("perhaps TENSE, or not") + "calm"))
    assert said.plain is not None
    assert said.plain.text.strip() == "calm"


OPENED = [one[: one.index("{}")] for one in MARKUPS if one[:1] in "<[◁【"]


@pytest.mark.parametrize("opened", [one for one in OPENED if "</" not in one and one])
def test_a_thought_that_does_not_end_leaves_nothing(opened: str) -> None:
    said = spoken_part(plain(opened + "perhaps calm"))
    assert said.plain is None
    assert "--max-tokens" in said.why


def test_gpt_oss_without_markers_and_without_a_final_part_leaves_nothing() -> None:
    assert spoken_part(plain("analysisThe user wants calm or tense")).plain is None


def test_words_that_only_look_like_those_names_stay() -> None:
    said = spoken_part(plain("analysis of the clip: calm"))
    assert said.plain is not None
    assert "calm" in said.plain.text


@pytest.mark.parametrize(
    "text",
    [
        "<|python_tag|>calm",
        "calm<|weird_end|>",
        "<unused7>calm",
        "◁memo▷calm",
        "<|tool_call_begin|>calm",
        "<x|>",
    ],
)
def test_an_unknown_marker_leaves_nothing_and_is_named(text: str) -> None:
    said = spoken_part(plain(text))
    assert said.plain is None
    assert "marker" in said.why


@pytest.mark.parametrize(
    "end",
    [
        "<|im_end|>",
        "<|endoftext|>",
        "<|eot_id|>",
        "<|end|>",
        "<|return|>",
        "</s>",
        "<eos>",
        "<end_of_turn>",
        "<|END_OF_TURN_TOKEN|>",
        "[END FINAL RESPONSE]",
        "<\uff5cend\u2581of\u2581sentence\uff5c>",
        "[/INST]",
        "<|im_end|>\n<|endoftext|>",
    ],
)
def test_ends_of_a_turn_say_nothing(end: str) -> None:
    said = spoken_part(plain(f"calm{end}"))
    assert said.plain is not None
    assert said.plain.text.strip() == "calm"


def test_what_is_left_knows_its_places() -> None:
    text = "<think>é tense</think>\n\ncalm<|im_end|>"
    said = spoken_part(plain(text))
    assert said.plain is not None
    at = said.plain.text.index("calm")
    assert said.plain.origin[at] == text.index("calm")


def test_a_thought_behind_the_answer_is_taken_off_too() -> None:
    said = spoken_part(plain("calm<think>was that right? tense</think>"))
    assert said.plain is not None
    assert said.plain.text.strip() == "calm"
    assert spoken_part(plain("calm <think>or tense")).plain is None


PARTS = ["<think>", "</think>", "calm", " tense ", "[THINK]", "[/THINK]"]


@given(st.lists(st.sampled_from(PARTS), max_size=9))
def test_the_rest_is_what_stands_outside_as_one_would_read_it_slowly(parts: list[str]) -> None:
    kept = [""]
    thinking = False
    for part in parts:
        if part in ("<think>", "[THINK]"):
            thinking = True
        elif part in ("</think>", "[/THINK]"):
            kept = [*kept, ""] if thinking else [""]
            thinking = False
        elif not thinking:
            kept[-1] += part
    said = spoken_part(plain("".join(parts)))
    assert (said.plain.text if said.plain is not None else None) == (None if thinking else "\n".join(kept))


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("calm\n\nUser: and now?\nAssistant: tense", "calm"),
        ("calm\nHuman: and now?", "calm"),
        ("calm\n### Instruction: judge", "calm"),
        ("calm\n\nQuestion: and this one?\nAnswer: tense", "calm"),
        ("calm<|im_end|>\n<|im_start|>user\ntense", "calm"),
        ("calm<end_of_turn>\n<start_of_turn>user\ntense", "calm"),
        ("calm<|eot_id|><|start_header_id|>user<|end_header_id|>\n\ntense", "calm"),
        ("calm<|end|><|user|>tense", "calm"),
        ("<|im_start|>assistant\ncalm<|im_end|>", "calm"),
        ("<|assistant|>calm", "calm"),
        ("<start_of_turn>model\ncalm<end_of_turn>", "calm"),
        ("<|start_header_id|>assistant<|end_header_id|>\n\ncalm<|eot_id|>", "calm"),
        ("<|im_start|>user\ntense?<|im_end|>\n<|im_start|>assistant\ncalm<|im_end|>", "calm"),
        ("<|im_start|>user\ntense?<|im_end|>", ""),
        ("<|user|>tense?", ""),
    ],
)
def test_what_is_said_for_others_is_not_its_own(text: str, own: str) -> None:
    said = spoken_part(plain(text))
    assert said.plain is not None
    assert said.plain.text.strip() == own


@pytest.mark.parametrize("mark", MARKS, ids=[mark.opener for mark in MARKS])
def test_every_mark_that_a_local_model_may_write_is_taken_off(mark: Mark) -> None:
    said = spoken_part(plain(f"{mark.opener}\ntense?\n{mark.closer}calm"))
    assert said.plain is not None
    assert said.plain.text.strip() == "calm"
    assert spoken_part(plain(f"{mark.opener}\ntense?")).plain is None
