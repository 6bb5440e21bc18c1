"""What a chat template makes of a prompt, and what it may not make of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mgllm.backends.weights.templating import generation_tail, opened_thought, templated, writes_thoughts
from mgllm.errors import FatalBackendError
from mgllm.records import Question

MakeQuestion = Callable[..., Question]
MakeCoder = Callable[..., Any]

LOOP = "{% for m in messages %}<|{{ m.role }}|>CONTENT\n{% endfor %}<|assistant|>"
PLAIN = LOOP.replace("CONTENT", "{{ m.content }}")
PARTS_OF = "{% for p in m.content %}{{ p.text }}{% endfor %}"
PARTS = LOOP.replace("CONTENT", PARTS_OF)
TYPED = LOOP.replace(
    "CONTENT", "{% for p in m.content if p is mapping and p.type == 'text' %}{{ p['text'] }}{% endfor %}"
)
FIRST_PART = LOOP.replace("CONTENT", "{{ m['content'][0]['text'] }}")
COLLAPSES = LOOP.replace("CONTENT", "{{ m.content.split() | join(' ') }}")
PROMPT = 'The player said: "It was a long day."\n\nWon or lost?  '
WHOLE = "Be calm & brief."


def question_of(make_question: MakeQuestion, **more: Any) -> Question:
    return make_question("chat", [PROMPT], ("won", "lost"), system=WHOLE, **more)


@pytest.mark.parametrize("template", [PLAIN, PARTS, TYPED, FIRST_PART, COLLAPSES])
def test_all_words_reach_the_model_as_text_or_as_parts(
    make_coder: MakeCoder, make_question: MakeQuestion, template: str
) -> None:
    text = templated(make_coder(template), question_of(make_question))
    assert text.split()[:3] == ["<|system|>Be", "calm", "&"]
    assert " ".join(PROMPT.split()) in " ".join(text.split())
    assert text.endswith("<|assistant|>")


@pytest.mark.parametrize(
    "template",
    [
        "{% for m in messages if m.role == 'user' %}[{{ m.content }}]{% endfor %}",
        "{% if messages[0].role == 'system' %}{{ raise_exception('alternate') }}{% endif %}" + PLAIN,
        "{% for m in messages if m.role == 'user' %}" + PARTS_OF + "|{% endfor %}",
        "{{ messages[-1].content }}<|assistant|>",
    ],
)
def test_a_system_message_that_is_dropped_or_refused_is_folded(
    make_coder: MakeCoder, make_question: MakeQuestion, template: str
) -> None:
    text = templated(make_coder(template), question_of(make_question))
    assert f"{WHOLE}\n\nThe player said" in text


@pytest.mark.parametrize(
    ("template", "lost"),
    [
        (LOOP.replace("CONTENT", "{{ m.content[:20] }}"), "was a long day."),
        (LOOP.replace("CONTENT", "{{ m.content | tojson }}"), '"It was'),
        (LOOP.replace("CONTENT", "{{ m.content | e }}"), "brief"),
        (LOOP.replace("CONTENT", "{{ m.content | upper }}"), "Be calm"),
        (LOOP.replace("CONTENT", "{{ m.content.image }}"), "Be calm"),
        ("<|assistant|>", "Be calm"),
        (LOOP.replace("CONTENT", "{{ m.content if m.content is not string }}"), "Be calm"),
        (LOOP.replace("CONTENT", "{{ m.content | tojson if m.content is not string }}"), "Be calm"),
    ],
)
def test_a_template_that_loses_or_changes_words_stops_the_run(
    make_coder: MakeCoder, make_question: MakeQuestion, template: str, lost: str
) -> None:
    with pytest.raises(FatalBackendError, match="leaves out or changes a part of the prompt") as caught:
        templated(make_coder(template), question_of(make_question))
    assert "\n" not in str(caught.value)
    assert f"('{lost}" in str(caught.value)


def test_a_template_that_wants_what_nobody_gives_is_one_line(
    make_coder: MakeCoder, make_question: MakeQuestion
) -> None:
    template = "{% for m in messages %}{{ m.content + 1 }}{% endfor %}"
    with pytest.raises(FatalBackendError, match="refuses the prompt"):
        templated(make_coder(template), question_of(make_question))


@pytest.mark.parametrize(
    ("end", "closed"),
    [
        ("<think>\n", "<think>\n\n</think>\n\n"),
        ("<think>", "<think>\n\n</think>\n\n"),
        ("[THINK]", "[THINK][/THINK]"),
        ("◁think▷", "◁think▷◁/think▷"),
        (
            "<|channel|>analysis<|message|>",
            "<|channel|>analysis<|message|><|end|><|start|>assistant<|channel|>final<|message|>",
        ),
        ("<think>\n\n</think>\n\n", "<think>\n\n</think>\n\n"),
        ("", ""),
    ],
)
def test_a_thought_that_the_template_opens_is_closed_in_direct_form(
    make_coder: MakeCoder, make_question: MakeQuestion, end: str, closed: str
) -> None:
    coder = make_coder(f"{PLAIN}{{{{ {end!r} }}}}")
    direct = templated(coder, question_of(make_question))
    assert direct.endswith(f"<|assistant|>{closed}")
    thinking = question_of(make_question, reasoning="chain_of_thought")
    text = templated(coder, thinking)
    assert text.endswith(f"<|assistant|>{end}")
    opens = end != closed
    assert (opened_thought(coder, text, thinking.prompt.messages) is not None) is opens
    assert writes_thoughts(coder, generation_tail(coder, "chain_of_thought")) is opens


def test_gpt_oss_answers_in_its_final_channel(make_coder: MakeCoder, make_question: MakeQuestion) -> None:
    template = (
        "{% for m in messages %}<|start|>{{ m.role }}<|message|>{{ m.content }}<|end|>{% endfor %}"
        "{# thoughts: <|channel|>analysis #}<|start|>assistant"
    )
    text = templated(make_coder(template), question_of(make_question))
    assert text.endswith("<|start|>assistant<|channel|>final<|message|>")


def test_a_switch_of_the_template_goes_before_our_closing(
    make_coder: MakeCoder, make_question: MakeQuestion
) -> None:
    for switch in ("enable_thinking", "thinking"):
        coder = make_coder(f"{PLAIN}{{% if {switch} %}}<think>{{% else %}}(no thought){{% endif %}}")
        assert templated(coder, question_of(make_question)).endswith("<|assistant|>(no thought)")
        aloud = question_of(make_question, reasoning="chain_of_thought")
        assert templated(coder, aloud).endswith("<|assistant|><think>")


def test_a_thought_that_nobody_can_close_is_refused_in_direct_form_alone(
    make_coder: MakeCoder, make_question: MakeQuestion
) -> None:
    coder = make_coder(PLAIN + "{{ '<ponder>\\n' }}")
    with pytest.raises(FatalBackendError, match=r"<ponder>.*--reasoning chain_of_thought"):
        templated(coder, question_of(make_question))
    aloud = question_of(make_question, reasoning="chain_of_thought")
    assert templated(coder, aloud).endswith("<ponder>\n")
    shown = make_coder(PLAIN + "{# ends with </ponder> #}{{ '<ponder>\\n' }}")
    assert templated(shown, question_of(make_question)).endswith("<ponder>\n\n</ponder>\n\n")


def test_words_of_the_prompt_are_no_thought_of_the_template(
    make_coder: MakeCoder, make_question: MakeQuestion
) -> None:
    question = make_question("chat", ["Is <think> a word?"], ("yes", "no"))
    assert templated(make_coder(PLAIN), question).endswith("Is <think> a word?\n<|assistant|>")


def test_the_effort_reaches_the_template(make_coder: MakeCoder, make_question: MakeQuestion) -> None:
    coder = make_coder("{{ reasoning_effort | default('none said') }}|" + PLAIN)
    assert templated(coder, question_of(make_question)).startswith("none said|")
    assert templated(coder, question_of(make_question), "low").startswith("low|")
