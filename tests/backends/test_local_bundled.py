"""Label log-probabilities of the bundled scenarios' prompts are those of a plain forward pass."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
import torch

from mgllm.backends.base import BackendOptions
from mgllm.backends.local import LocalBackend
from mgllm.backends.weights.known_models import DEFAULT_MODEL
from mgllm.experiment.asking import group_questions
from mgllm.experiment.material import gather
from mgllm.experiment.model_names import parse_model
from mgllm.experiment.options import AskOptions, ItemOptions, RunOptions
from mgllm.experiment.preparing import make_plan
from mgllm.prompts.scenarios import find_scenarios
from mgllm.records import Form, Question

LLAMA = {
    **{"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4},
    **{"num_key_value_heads": 2, "max_position_embeddings": 8192},
}
TEMPLATE = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}\n{% endfor %}<|assistant|>"


def bundled_questions(local: LocalBackend, form: Form | Literal["auto"], limit: int | None) -> list[Question]:
    """What a run of all bundled scenarios would ask, each once."""
    options = RunOptions(model="local", ask=AskOptions(form=form), which=ItemOptions(limit=limit))
    materials = [gather(found, options) for found in find_scenarios((), options.folders)]
    plan = asyncio.run(make_plan(parse_model("local"), local, materials, options))
    assert len(plan.manifest.scenarios) == 3
    return [group.first.question for group in group_questions(plan.planned)]


def plain_scores(local: LocalBackend, question: Question) -> dict[str, float]:
    """One pass per label over all of its tokens, by the library alone."""
    text = question.prompt.messages[0].content
    if question.prompt.form == "chat":
        turns = [{"role": m.role, "content": m.content} for m in question.prompt.messages]
        text = local._tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    start = len(local._tokenizer(text, add_special_tokens=False).input_ids)
    found = {}
    for choice in question.choices:
        ids = local._tokenizer(text + choice.text, add_special_tokens=False).input_ids
        with torch.inference_mode():
            logp = local._ready.model(torch.tensor([ids])).logits[0].double().log_softmax(-1)
        found[choice.label] = sum(float(logp[i - 1, ids[i]]) for i in range(start, len(ids)))
    return found


def compare(local: LocalBackend, questions: list[Question]) -> None:
    for question in questions:
        scores = asyncio.run(local.ask(question)).scores
        assert scores is not None
        assert scores.total == pytest.approx(plain_scores(local, question), abs=1e-4)


@pytest.mark.parametrize("form", ["cloze", "chat"])
def test_a_tiny_model_scores_them_so(make_tiny: Callable[..., Path], form: Form) -> None:
    folder = make_tiny("llama", TEMPLATE, **LLAMA)
    local = LocalBackend(BackendOptions(model=str(folder)))
    asyncio.run(local.open())
    questions = bundled_questions(local, form, limit=2)
    assert len(questions) > 20
    compare(local, questions)


@pytest.mark.slow
def test_the_default_model_scores_all_of_them_so(smollm: LocalBackend) -> None:
    questions = bundled_questions(smollm, "auto", limit=None)
    assert smollm.name == DEFAULT_MODEL
    assert len(questions) >= 160
    compare(smollm, [questions[n * len(questions) // 160] for n in range(160)])
