"""What a tokenizer sets around a text: its beginning is read, its end never scored."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from mgllm.backends.local import LocalBackend
from mgllm.backends.weights.encoding import decoder, encode_labels, encode_prompt, set_before, tokenize
from mgllm.errors import BackendError
from mgllm.records import Question

MakeQuestion = Callable[..., Question]
MakeCoder = Callable[..., Any]
LABELS = (" happy", " happy but sad", " lost")
LLAMA = {
    **{"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4},
    **{"num_key_value_heads": 2, "max_position_embeddings": 128},
}
SET_BEHIND = ("", "</s>", "[SEP]", "[SEP] </s>", "[EOT] [SEP] [EOT]")
SPECIAL = ("[SEP]", "[EOT]")


@pytest.fixture(params=[(bos, behind) for bos in (True, False) for behind in SET_BEHIND], ids=str)
def coder(request: pytest.FixtureRequest, make_coder: MakeCoder) -> Any:
    """Tokenizers that set all kinds of ends, whatever they call their end of text."""
    bos, behind = request.param
    made = make_coder(bos=bos, behind=behind, special=SPECIAL)
    made.eos_token = "[EOT]"
    return made


def test_no_end_is_read_or_scored(coder: Any, make_question: MakeQuestion) -> None:
    question = make_question("cloze", ["The speaker feels"], LABELS)
    encoded = encode_prompt(coder, question)
    plain = coder(encoded.text, add_special_tokens=False).input_ids
    full = coder(encoded.text).input_ids
    start = full[: 1 if full[0] == coder.bos_token_id else 0]
    assert list(encoded.ids) == [*start, *plain]
    behind = encode_labels(coder, encoded, encoded.text, LABELS)
    for label, tail in zip(LABELS, behind.ids, strict=True):
        assert list(tail) == coder(encoded.text + label, add_special_tokens=False).input_ids[len(plain) :]


def test_special_tokens_that_the_text_holds_stay(coder: Any) -> None:
    text = "won[SEP] lost[SEP]"
    ids, ends = tokenize(coder, text, set_before(coder, text))
    assert [i for i in ids if i == coder.convert_tokens_to_ids("[SEP]")] == [2, 2]
    assert ids[-1] == 2
    assert ends[-1] == len(text)


def test_scores_are_those_of_a_plain_pass_over_the_words_alone(
    make_coder: MakeCoder,
    make_tiny: Callable[..., Path],
    make_question: MakeQuestion,
    open_local: Callable[..., LocalBackend],
) -> None:
    coder = make_coder(bos=True, behind="[SEP] </s>", special=SPECIAL)
    coder.eos_token = "[EOT]"
    local = open_local(make_tiny("llama", coder=coder, **LLAMA))
    question = make_question("cloze", ["They lost the match. ", "The speaker feels"], LABELS)
    scores = asyncio.run(local.ask(question)).scores
    assert scores is not None
    text = question.prompt.messages[0].content
    for label in LABELS:
        start, ids = ([0, *coder(t, add_special_tokens=False).input_ids] for t in (text, text + label))
        with torch.inference_mode():
            logp = local._ready.model(torch.tensor([ids])).logits[0].double().log_softmax(-1)
        slow = sum(float(logp[i - 1, ids[i]]) for i in range(len(start), len(ids)))
        assert scores.total[label.strip()] == pytest.approx(slow, abs=1e-4)


def test_an_empty_text_has_a_beginning_or_none(make_coder: MakeCoder, make_question: MakeQuestion) -> None:
    assert set_before(make_coder(bos=True, behind="</s>"), "") == (0,)
    assert set_before(make_coder(), "") == (0,)
    bare = make_coder()
    bare.bos_token = bare.eos_token = None
    with pytest.raises(BackendError, match="has no tokens"):
        encode_prompt(bare, make_question("cloze", [""], LABELS))


def test_marks_of_thoughts_stay_in_the_text_and_other_special_tokens_go(make_coder: MakeCoder) -> None:
    coder = make_coder(special=["[THINK]", "[/THINK]", "<|im_end|>"])
    ids = coder("[THINK]So sad.[/THINK] They lost<|im_end|></s>", add_special_tokens=False).input_ids
    assert decoder(coder)(ids) == "[THINK]So sad.[/THINK] They lost"
    assert coder.decode(ids, skip_special_tokens=True) == "So sad. They lost"
