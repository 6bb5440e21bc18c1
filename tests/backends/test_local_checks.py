"""What the local backend sees before the first question, and what it does with thoughts, on tiny models."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.backends.base import BackendOptions, Settled
from mgllm.backends.local import LocalBackend
from mgllm.commands._options import from_flat
from mgllm.commands.dry_run import dry_run
from mgllm.errors import FatalBackendError, InputError
from mgllm.records import Question, Reply

MakeQuestion = Callable[..., Question]
MakeCoder = Callable[..., Any]
Ask = Callable[[LocalBackend, Question], Reply]
Open = Callable[..., LocalBackend]
Tiny = Callable[..., Path]

LLAMA = {
    **{"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4},
    **{"num_key_value_heads": 2, "max_position_embeddings": 4096},
}
LABELS = (" happy", " lost")
TURNS = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}\n{% endfor %}<|assistant|>"
DROPS = "{% for m in messages %}{% for p in m.content %}{{ p.image }}{% endfor %}{% endfor %}<|assistant|>"
THINKS = TURNS + "{{ '<think>\n' }}"


@pytest.fixture(scope="module")
def coders() -> dict[str, Callable[[], Any]]:
    """Tokenizers that know few words, or no accents."""

    def words(**more: Any) -> Any:
        from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
        from transformers import PreTrainedTokenizerFast

        known = ("[UNK]", "the", "feels", "speaker", "happy", "lost", "cafe", *more.pop("words", ()))
        core = Tokenizer(models.WordLevel({word: i for i, word in enumerate(known)}, unk_token="[UNK]"))
        core.pre_tokenizer = pre_tokenizers.Whitespace()
        if more.pop("bare", False):
            core.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents()])
        wrap: Any = PreTrainedTokenizerFast
        return wrap(tokenizer_object=core, unk_token="[UNK]")

    return {"words": words, "bare": lambda: words(bare=True)}


@pytest.mark.parametrize(
    ("kind", "labels", "line"),
    [
        ("words", (" 喜悦", " 悲伤"), "'喜悦' and '悲伤' are the same tokens"),
        ("words", (" happy", " gleeful"), "'gleeful' has a word that this model's tokenizer does not know"),
        ("bare", (" cafe", " café"), "'cafe' and 'café' are the same tokens"),
        ("words", (" happy", " happy lost"), "'happy' is the beginning of label 'happy lost'"),
        ("words", (" happy", " happyish"), "has a word that this model's tokenizer does not know"),
    ],
)
def test_labels_that_scores_cannot_part_are_one_line(
    coders: dict[str, Callable[[], Any]],
    make_tiny: Tiny,
    open_local: Open,
    make_question: MakeQuestion,
    kind: str,
    labels: Sequence[str],
    line: str,
) -> None:
    local = open_local(make_tiny("llama", coder=coders[kind](), **LLAMA))
    local.check([make_question("cloze", ["the speaker feels"], LABELS)])
    with pytest.raises(FatalBackendError, match="label") as caught:
        local.check([make_question("cloze", ["the speaker feels"], labels)])
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def test_labels_behind_answer_are_looked_at_before_any_chain_of_thought(
    make_tiny: Tiny, open_local: Open, make_question: MakeQuestion
) -> None:
    local = open_local(make_tiny("llama", TURNS, **LLAMA))
    aloud = make_question("chat", ["won?"], ("sad", "sad 1 2"), reasoning="chain_of_thought")
    with pytest.raises(FatalBackendError, match="'sad' is the beginning of label 'sad 1 2'"):
        local.check([aloud])
    local.check([aloud.model_copy(update={"score": "generate"})])
    with pytest.raises(FatalBackendError, match=r"'sad' is the beginning of .*--score generate"):
        local.check([aloud.model_copy(update={"reasoning": "direct"})])


def test_a_tokenizer_of_another_model_is_one_line(
    make_tiny: Tiny, open_local: Open, make_question: MakeQuestion, make_coder: MakeCoder
) -> None:
    coder = make_coder()
    fits, large = make_question("cloze", ["The"], LABELS), make_question("cloze", ["The speaker"], LABELS)
    rows = max(coder("speaker happy lost").input_ids)
    local = open_local(make_tiny("llama", coder=coder, **{**LLAMA, "vocab_size": rows}))
    with pytest.raises(FatalBackendError, match=f"model knows only {rows} tokens"):
        local.check([fits, large])
    with pytest.raises(FatalBackendError, match="do not belong together"):
        asyncio.run(local.ask(large))
    with pytest.raises(FatalBackendError, match="do not belong together"):
        local.fits(large)


def test_a_prompt_that_loses_words_is_never_asked(
    make_tiny: Tiny, open_local: Open, make_question: MakeQuestion
) -> None:
    cuts = TURNS.replace("m.content", "m.content[:30]")
    local = open_local(make_tiny("llama", cuts, **LLAMA))
    short = make_question("chat", ["The speaker won."], LABELS)
    long = make_question("chat", ["The speaker won the match and feels happy."], LABELS)
    local.check([short])
    with pytest.raises(FatalBackendError, match="leaves out or changes"):
        local.check([short, long])
    with pytest.raises(FatalBackendError, match="leaves out or changes"):
        asyncio.run(local.ask(long))


def test_a_run_ends_with_the_line_and_asks_nothing(
    make_tiny: Tiny, meeting: dict[str, Any], tmp_path: Path
) -> None:
    folder = make_tiny("llama", DROPS, **LLAMA)
    options = {**meeting, "model": f"local/{folder}", "form": "chat", "arms": ("text", "text+mg")}
    for ask in (mgllm.run, lambda **said: dry_run(from_flat(said))):
        with pytest.raises(FatalBackendError, match="leaves out or changes a part of the prompt") as caught:
            ask(**options)
        assert caught.value.exit_code == 2
        assert "Which one?" not in str(caught.value)  # the words of the user's prompt are shown
    assert not (tmp_path / "results").exists()


def test_a_resumed_run_ends_with_the_same_line(make_tiny: Tiny, meeting: dict[str, Any]) -> None:
    folder = make_tiny("llama", TURNS, **LLAMA)
    options = {**meeting, "model": f"local/{folder}", "form": "chat", "arms": ("text", "text+mg")}
    begun = mgllm.run(**options).folder
    (folder / "chat_template.jinja").write_text(DROPS)
    with pytest.raises(FatalBackendError, match="leaves out or changes a part of the prompt"):
        mgllm.run(**options, resume=begun)


def test_an_open_thought_is_closed_and_a_fact(
    make_tiny: Tiny, open_local: Open, make_question: MakeQuestion, ask: Ask
) -> None:
    folder = make_tiny("llama", THINKS, **LLAMA)
    local = open_local(folder)
    assert asyncio.run(local.settle("chain_of_thought", None)) == Settled(score="logprob", thinks=True)
    assert "thoughts_closed" not in local.facts
    assert asyncio.run(local.settle("direct", "generate")) == Settled(score="generate", thinks=False)
    assert local.facts["thoughts_closed"] is True
    direct = make_question("chat", ["won?"], ("happy", "lost"))
    closed = local._prepare(direct).encoded.text
    assert closed.endswith("<|assistant|><think>\n\n</think>\n\n")
    as_cloze = make_question("cloze", [closed], ("happy", "lost"))
    assert ask(local, direct).scores == ask(local, as_cloze).scores
    assert ask(local, direct.model_copy(update={"score": "generate", "max_tokens": 3})).text is not None


def test_a_thought_that_is_never_closed_stands_in_the_reply_as_one(
    make_tiny: Tiny, open_local: Open, make_question: MakeQuestion, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = open_local(make_tiny("llama", THINKS, **LLAMA))
    how = {"reasoning": "chain_of_thought", "score": "generate"}
    aloud = make_question("chat", ["won?"], ("happy", "lost"), **how)
    say(local, monkeypatch, "So sad. Answer: lost")
    reply = ask(local, aloud)
    assert reply.text == "<think>\nSo sad. Answer: lost"
    assert reply.reasoning_tokens == reply.usage.completion_tokens if reply.usage else False
    say(local, monkeypatch, "So sad.</think>\nAnswer: lost")
    reply = ask(local, aloud)
    assert reply.text == "<think>\nSo sad.</think>\nAnswer: lost"
    assert reply.reasoning_tokens == local.count_tokens("So sad.</think>")
    say(local, monkeypatch, "So sad.</think>\nAnswer: lost")
    scored = ask(local, aloud.model_copy(update={"score": "logprob"}))
    assert scored.text == "<think>\nSo sad.</think>\nAnswer:"
    assert scored.scores is not None


def test_an_unclosable_thought_leaves_the_chain_of_thought(make_tiny: Tiny, open_local: Open) -> None:
    local = open_local(make_tiny("llama", TURNS + "<ponder>", **LLAMA))
    with pytest.raises(FatalBackendError, match="use --reasoning chain_of_thought"):
        asyncio.run(local.settle("direct", None))
    assert asyncio.run(local.settle("chain_of_thought", None)).thinks is True


def test_sampling_draws_words_and_no_scores(
    make_tiny: Tiny, open_local: Open, make_question: MakeQuestion, ask: Ask
) -> None:
    local = open_local(make_tiny("llama", TURNS, **LLAMA))
    assert asyncio.run(local.settle("direct", "sample")).score == "sample"
    how = {"score": "sample", "temperature": 1.0, "max_tokens": 5}
    drawn = [ask(local, make_question("chat", ["won?"], LABELS, seed=seed, **how)) for seed in (1, 1, 2)]
    assert drawn[0].text == drawn[1].text != drawn[2].text
    assert all(reply.scores is None for reply in drawn)
    assert drawn[0].reasoning_tokens == 0


@pytest.mark.parametrize("name", ["dtype", "revision", "chat_template_kwargs"])
def test_nested_model_args_are_one_line(name: str) -> None:
    with pytest.raises(InputError) as caught:
        LocalBackend(BackendOptions(model="", model_args={name: {"enable_thinking": False}}))
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def say(local: LocalBackend, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    """Let the model's next tokens be these words, and then the end."""
    from mgllm.backends.weights import engine

    ids = iter([*local._tokenizer(words).input_ids, local._tokenizer.eos_token_id])
    monkeypatch.setattr(engine, "picker", lambda temperature, seed: lambda logits: next(ids))
