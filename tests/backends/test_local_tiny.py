"""The local backend on tiny random models: other architectures, templates, tokenizers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from mgllm.backends.local import LocalBackend
from mgllm.backends.weights.encoding import encode_labels, encode_prompt
from mgllm.errors import BackendError, FatalBackendError
from mgllm.records import Question, Reply

MakeQuestion = Callable[..., Question]
Ask = Callable[[LocalBackend, Question], Reply]
Open = Callable[..., LocalBackend]
Tiny = Callable[..., Path]

SIZES = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
LLAMA = {**SIZES, "num_key_value_heads": 2, "max_position_embeddings": 128}
GPT2 = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 128}
MISTRAL = {**LLAMA, "sliding_window": 16}
BLOOM = {"hidden_size": 32, "n_layer": 2, "n_head": 4}  # positions come from the mask: no tree can be read
MAMBA = {"hidden_size": 32, "num_hidden_layers": 2, "state_size": 4}  # no keys and values at all
LABELS = (" happy", " happy but lost", " sad", "ly calm")
LONG = "They lost the match, so sad: 1 2 3. The speaker feels happy or nervous"

CHATML = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
NO_SYSTEM = "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}" + CHATML
DROPS_SYSTEM = CHATML.replace("{% for m in messages %}", "{% for m in messages if m.role != 'system' %}")
TRIMS = "<s>" + CHATML.replace("m.content", "m.content | trim")


@pytest.fixture
def tokenizer(make_tiny: Tiny) -> Callable[..., Any]:
    """A small tokenizer with a chat template."""

    def load(template: str | None, bos: bool = False) -> Any:
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(make_tiny("gpt2", template, bos, **GPT2), local_files_only=True)

    return load


@pytest.fixture(
    params=[
        ("llama", LLAMA, True),
        ("gpt2", GPT2, True),
        ("mistral", MISTRAL, True),
        ("bloom", BLOOM, None),
        ("mamba", MAMBA, False),
    ],
    ids=lambda p: p[0],
)
def tiny(request: pytest.FixtureRequest, make_tiny: Tiny, open_local: Open) -> LocalBackend:
    """One architecture after the other; `label_tree` is what the probe must find, None if either will do."""
    kind, config, tree = request.param
    local = open_local(make_tiny(kind, **config))
    assert tree is None or local.facts["label_tree"] is tree
    return local


def test_every_architecture_scores_like_plain_passes(
    tiny: LocalBackend, make_question: MakeQuestion, ask: Ask
) -> None:
    for text in ("They won", LONG):
        parts = [text[:20], ("speech", text[20:]), ("cues", " 1 2 3"), " and"]
        question = make_question("cloze", parts, LABELS)
        first, again = ask(tiny, question).scores, ask(tiny, question).scores
        assert first is not None
        assert first == again
        whole = question.prompt.messages[0].content
        for label in LABELS:
            start, ids = (tiny._tokenizer(t).input_ids for t in (whole, whole + label))
            with torch.inference_mode():
                logp = tiny._ready.model(torch.tensor([ids])).logits[0].double().log_softmax(-1)
            slow = sum(float(logp[i - 1, ids[i]]) for i in range(len(start), len(ids)))
            assert first.total[label.strip()] == pytest.approx(slow, abs=1e-4)


def test_every_architecture_writes_like_plain_passes(
    tiny: LocalBackend, make_question: MakeQuestion, ask: Ask
) -> None:
    question = make_question(
        "cloze", [("speech", LONG), ("cues", ""), " and"], LABELS, score="generate", max_tokens=6
    )
    reply = ask(tiny, question)
    ids = tiny._tokenizer(question.prompt.messages[0].content).input_ids
    start = len(ids)
    for _ in range(6):
        with torch.inference_mode():
            token = int(tiny._ready.model(torch.tensor([ids])).logits[0, -1].argmax())
        if token == tiny._tokenizer.eos_token_id:
            break
        ids = [*ids, token]
    assert reply.text == tiny._tokenizer.decode(ids[start:], skip_special_tokens=True)
    assert reply.finish_reason == ("length" if len(ids) - start == 6 else "stop")


def test_a_template_is_used_with_one_beginning(
    tokenizer: Callable[..., Any], make_question: MakeQuestion
) -> None:
    coder = tokenizer(TRIMS, bos=True)
    encoded = encode_prompt(coder, make_question("chat", [" won? "], LABELS, system="Be calm."))
    assert encoded.text == "<s><|system|>Be calm.\n<|user|>won?\n<|assistant|>"
    assert encoded.ids.count(coder.bos_token_id) == 1
    assert encoded.ids[0] == coder.bos_token_id


@pytest.mark.parametrize("template", [NO_SYSTEM, DROPS_SYSTEM])
def test_a_system_role_that_is_refused_or_dropped_is_folded(
    tokenizer: Callable[..., Any], make_question: MakeQuestion, template: str
) -> None:
    question = make_question("chat", ["won?"], LABELS, system="Be calm.")
    assert encode_prompt(tokenizer(template), question).text == "<|user|>Be calm.\n\nwon?\n<|assistant|>"


def test_a_template_that_refuses_everything_is_an_error(
    tokenizer: Callable[..., Any], make_question: MakeQuestion
) -> None:
    with pytest.raises(BackendError, match="never"):
        encode_prompt(tokenizer("{{ raise_exception('never') }}"), make_question("chat", ["won?"], LABELS))


def test_without_a_template_messages_stand_below_each_other(
    tokenizer: Callable[..., Any], make_question: MakeQuestion
) -> None:
    coder = tokenizer(None, bos=True)
    encoded = encode_prompt(coder, make_question("chat", ["won?"], LABELS, system="Be calm."))
    assert encoded.text == "Be calm.\n\nwon?\n"
    assert encoded.ids == (coder.bos_token_id, *coder.encode(encoded.text, add_special_tokens=False))


def test_a_cloze_prompt_is_read_as_it_is(tokenizer: Callable[..., Any], make_question: MakeQuestion) -> None:
    encoded = encode_prompt(tokenizer(CHATML), make_question("cloze", ["The speaker feels"], LABELS))
    assert encoded.text == "The speaker feels"
    assert tokenizer(CHATML).decode(encoded.ids) == "The speaker feels"


def test_labels_that_melt_into_the_prompt_are_scored_from_before_it(
    tokenizer: Callable[..., Any], make_question: MakeQuestion
) -> None:
    coder = tokenizer(None)
    question = make_question("cloze", ["The speaker feels "], ("happy", "sad"))
    encoded = encode_prompt(coder, question)
    behind = encode_labels(coder, encoded, encoded.text, ("happy", "sad"))
    assert behind.prefix == len(encoded.ids) - 1
    for label, tail in zip(("happy", "sad"), behind.ids, strict=True):
        assert coder.decode([*encoded.ids[: behind.prefix], *tail]) == encoded.text + label


def test_a_label_without_words_is_an_error(
    tokenizer: Callable[..., Any], make_question: MakeQuestion
) -> None:
    coder = tokenizer(None)
    encoded = encode_prompt(coder, make_question("cloze", ["The speaker"], LABELS))
    with pytest.raises(BackendError, match="adds no token"):
        encode_labels(coder, encoded, encoded.text, ("", " sad"))


def test_cuts_depend_on_nothing_behind_them(
    tokenizer: Callable[..., Any], make_question: MakeQuestion
) -> None:
    coder = tokenizer(CHATML)
    ends = ["", "\n\nMicro: 1 2", " .", "\n\n\n won", "?!"]
    parts = [["The speaker won the match.\n\n", ("speech", LONG), ("cues", end), "\nlost?"] for end in ends]
    arms = [encode_prompt(coder, make_question("chat", part, LABELS)) for part in parts]
    assert len({arm.cuts for arm in arms}) == 1
    assert len(arms[0].cuts) == 2
    last = arms[0].cuts[-1]
    assert len({arm.ids[:last] for arm in arms}) == 1
    assert coder.decode(arms[0].ids[:last]).endswith("or nervous")


def test_a_folder_without_a_model_is_told(open_local: Open, tmp_path: Path) -> None:
    with pytest.raises(FatalBackendError, match=r"has no config\.json"):
        open_local(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "nonsense"}')
    with pytest.raises(FatalBackendError, match="cannot be loaded") as caught:
        open_local(tmp_path)
    assert "\n" not in str(caught.value)


def test_bfloat16_and_threads_are_facts(make_tiny: Tiny, open_local: Open) -> None:
    local = open_local(make_tiny("llama", **LLAMA), dtype="bfloat16", threads="1", device="cpu")
    assert local.facts["dtype"] == "bfloat16"
    assert local.facts["device"] == "cpu"
    assert local._ready.model.dtype == torch.bfloat16
    assert local.facts["torch_threads"] == 1
    open_local(make_tiny("llama", **LLAMA), threads=2)
