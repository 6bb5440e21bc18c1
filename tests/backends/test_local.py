"""The local backend on the real small model."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import torch

from mgllm.backends.base import BackendOptions, backends
from mgllm.backends.local import LocalBackend
from mgllm.errors import FatalBackendError, InputError
from mgllm.records import Question, Reply
from mgllm.testing import check_construction

MakeQuestion = Callable[..., Question]
Ask = Callable[[LocalBackend, Question], Reply]

HEAD = "A person speaks in an interview, and a camera sees the movements.\n\n"
SPEECH = "We were two goals down, and nobody gave us a chance before the second half began."
CUES = "Micro-gestures seen:\n0:03.2 touching the neck\n0:07.9 folding the arms\n0:11.0 looking down"
END = "\n\nAll in all, the person feels"
LABEL_SETS = {
    "single tokens": (" happy", " sad"),
    "several tokens": (" very happy about it", " under a lot of stress"),
    "shared beginnings": (" happy", " happy and calm", " happy and tired", " sad"),
    "a prefix of another": (" very", " very sad", " very sad indeed"),
}


def arm(
    make_question: MakeQuestion, speech: str, cues: str, labels: tuple[str, ...], **more: Any
) -> Question:
    parts = [HEAD, ("speech", speech), "\n\n" if speech and cues else "", ("cues", cues), END]
    return make_question("cloze", parts, labels, **more)


def scores_slowly(local: LocalBackend, text: str, labels: tuple[str, ...]) -> dict[str, float]:
    """One forward pass per label over all of its tokens, read off the logits position by position."""
    engine, tokenizer = local._ready, local._tokenizer
    found = {}
    for label in labels:
        start = len(tokenizer(text).input_ids)
        ids = tokenizer(text + label).input_ids
        with torch.inference_mode():
            logits = engine.model(torch.tensor([ids])).logits[0].double()
        steps = range(start, len(ids))
        found[label.strip()] = sum(float(logits[i - 1].log_softmax(-1)[ids[i]]) for i in steps)
    return found


@pytest.mark.parametrize("labels", LABEL_SETS.values(), ids=LABEL_SETS)
def test_scores_equal_one_pass_per_label(
    smollm: LocalBackend, make_question: MakeQuestion, ask: Ask, labels: tuple[str, ...]
) -> None:
    question = arm(make_question, SPEECH, CUES, labels)
    scores = ask(smollm, question).scores
    assert scores is not None
    slow = scores_slowly(smollm, question.prompt.messages[0].content, labels)
    assert scores.total == pytest.approx(slow, abs=1e-4)
    tokens = {label.strip(): smollm.count_tokens(label) for label in labels}
    assert scores.mean == pytest.approx({name: slow[name] / tokens[name] for name in slow}, abs=1e-4)


def test_scores_do_not_depend_on_what_was_asked_before(
    smollm: LocalBackend, make_question: MakeQuestion, ask: Ask
) -> None:
    labels = LABEL_SETS["shared beginnings"]
    blocks = [("", ""), (SPEECH, ""), ("", CUES), (SPEECH, CUES), (SPEECH, CUES + "\n0:15.1 biting lips")]
    arms = [arm(make_question, speech, cues, labels) for speech, cues in blocks]
    cache = smollm._ready.cache
    alone = []
    for question in arms:
        cache.clear()
        alone.append(ask(smollm, question).scores)
    cache.clear()
    hits = cache.hits
    together = [ask(smollm, question).scores for question in reversed(arms)]
    assert cache.hits > hits, "the arms share no beginning"
    again = [ask(smollm, question).scores for question in arms]
    assert together[::-1] == alone  # to the last bit
    assert again == alone


def test_arms_share_head_and_speech(smollm: LocalBackend, make_question: MakeQuestion, ask: Ask) -> None:
    cache = smollm._ready.cache
    cache.clear()
    ask(smollm, arm(make_question, SPEECH, CUES, (" happy", " sad")))
    hits = cache.hits
    ask(smollm, arm(make_question, SPEECH, "", (" happy", " sad")))
    assert cache.hits == hits + 2


def test_facts_form_and_counts(smollm: LocalBackend) -> None:
    assert smollm.facts["parameters"] == 134_515_008
    assert smollm.facts["dtype"] == "float32"
    assert smollm.facts["label_tree"] is True
    assert len(str(smollm.facts["weights_sha256"])) == 64
    assert smollm.default_form() == "cloze"
    assert asyncio.run(smollm.default_score()) == "logprob"
    assert smollm.count_tokens("hello world") == 2


def test_greedy_text(smollm: LocalBackend, make_question: MakeQuestion, ask: Ask) -> None:
    question = make_question("chat", ["What is the capital of France?"], ("a", "b"), score="generate")
    reply = ask(smollm, question)
    assert reply.text is not None
    assert "Paris" in reply.text
    assert reply.finish_reason == "stop"
    assert reply.scores is None
    assert reply.usage is not None
    assert reply.usage.prompt_tokens == 37
    cut = ask(smollm, question.model_copy(update={"max_tokens": 3}))
    assert cut.finish_reason == "length"
    assert cut.usage is not None
    assert cut.usage.completion_tokens == 3
    assert reply.text.startswith(cut.text or "-")


def test_sampling_goes_by_the_seed(smollm: LocalBackend, make_question: MakeQuestion, ask: Ask) -> None:
    def sample(seed: int) -> str | None:
        how = {"score": "generate", "temperature": 1.5, "max_tokens": 8, "seed": seed}
        return ask(smollm, make_question("chat", ["Tell me a story."], ("a", "b"), **how)).text

    assert sample(1) == sample(1)
    assert sample(1) != sample(2)


def test_chain_of_thought_scores_behind_answer(
    smollm: LocalBackend, make_question: MakeQuestion, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = make_question("chat", ["Won or lost?"], ("won", "lost"), reasoning="chain_of_thought")
    say(smollm, monkeypatch, "The arms are up. Answer: won")
    reply = ask(smollm, question)
    assert reply.text == "The arms are up. Answer:"
    assert reply.scores is not None
    asked = smollm._prepare(question).encoded.text + reply.text
    slow = scores_slowly(smollm, asked, (" won", " lost"))
    assert reply.scores.total == pytest.approx(slow, abs=1e-4)


def test_chain_of_thought_without_an_answer_has_no_scores(
    smollm: LocalBackend, make_question: MakeQuestion, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(smollm, monkeypatch, "Who knows")
    how = {"reasoning": "chain_of_thought", "max_tokens": 2}
    reply = ask(smollm, make_question("chat", ["Won or lost?"], ("won", "lost"), **how))
    assert reply.text == "Who knows"
    assert reply.scores is None
    assert reply.finish_reason == "length"


def say(local: LocalBackend, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    """Let the model's next tokens be these words, and then the end."""
    from mgllm.backends.weights import engine

    ids = iter([*local._tokenizer(words).input_ids, local._tokenizer.eos_token_id])
    monkeypatch.setattr(engine, "picker", lambda temperature, seed: lambda logits: next(ids))


def test_a_prompt_that_does_not_fit_says_both_numbers(
    smollm: LocalBackend, make_question: MakeQuestion
) -> None:
    long = make_question("cloze", ["word" + " word" * 8999], (" happy", " sad"))
    line = smollm.fits(long)
    assert line is not None
    assert "8,192" in line
    assert "9,001" in line
    assert asyncio.run(smollm.ask(long)).error == line
    short = make_question(
        "cloze", ["word" + " word" * 7999], (" happy", " sad"), score="generate", max_tokens=500
    )
    assert smollm.fits(short) is not None
    assert smollm.fits(short.model_copy(update={"max_tokens": 50})) is None


def test_an_unknown_model_arg_is_guessed() -> None:
    with pytest.raises(InputError, match=r"Did you mean 'dtype'.*Known: device, dtype, revision, threads"):
        LocalBackend(BackendOptions(model="", model_args={"dtyp": "float32"}))
    with pytest.raises(InputError, match="dtype=int4"):
        LocalBackend(BackendOptions(model="", model_args={"dtype": "int4"}))


def test_made_without_io_by_its_name() -> None:
    made = check_construction(backends.get("local"), BackendOptions(model=""))
    assert made.concurrency == 1
    assert made.uploads is False


def test_a_base_url_is_refused() -> None:
    with pytest.raises(InputError, match="--base-url"):
        LocalBackend(BackendOptions(model="", base_url="http://127.0.0.1:1/v1"))


def test_missing_weights_say_what_to_run(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MGLLM_CACHE", str(tmp_path))
    with pytest.raises(FatalBackendError, match=r"run `mgllm models pull smollm2-135m`$"):
        asyncio.run(LocalBackend(BackendOptions(model="")).open())
