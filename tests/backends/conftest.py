"""Questions in one line, the real small model, and tiny ones with random weights."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from mgllm.backends.base import BackendOptions
from mgllm.backends.local import LocalBackend
from mgllm.backends.weights.known_models import DEFAULT_MODEL
from mgllm.backends.weights.loading import find_model
from mgllm.errors import FatalBackendError
from mgllm.records import Choice, Form, Message, Prompt, Question, Reply, Span, prompt_sha256

MakeQuestion = Callable[..., Question]


@pytest.fixture(scope="session")
def make_question() -> MakeQuestion:
    """A question from parts of its user message: strings, and (block, string) for speech and cues."""

    def make(
        form: Form, parts: Sequence[str | tuple[str, str]], labels: Sequence[str], **more: Any
    ) -> Question:
        system = more.pop("system", None)
        text, spans = "", []
        for part in parts:
            block, words = part if isinstance(part, tuple) else (None, part)
            if block is not None:
                spans.append(
                    Span.model_validate(
                        {
                            "message": int(system is not None),
                            "block": block,
                            "start": len(text),
                            "end": len(text) + len(words),
                        }
                    )
                )
            text += words
        user = Message(role="user", content=text)
        messages = (user,) if system is None else (Message(role="system", content=system), user)
        return Question(
            prompt=Prompt(
                form=form, messages=messages, spans=tuple(spans), sha256=prompt_sha256(form, messages)
            ),
            choices=tuple(Choice(label=label.strip(), text=label) for label in labels),
            **{"score": "logprob", **more},
        )

    return make


@pytest.fixture(scope="session")
def ask() -> Callable[[LocalBackend, Question], Reply]:
    """Ask and wait; the reply is no failure."""

    def ask(local: LocalBackend, question: Question) -> Reply:
        reply = asyncio.run(local.ask(question))
        assert reply.error is None
        return reply

    return ask


@pytest.fixture(scope="session")
def open_local() -> Callable[..., LocalBackend]:
    """A loaded model by name or folder."""

    def open_local(model: str | Path, **model_args: str | int) -> LocalBackend:
        local = LocalBackend(BackendOptions(model=str(model), model_args=model_args))
        asyncio.run(local.open())
        return local

    return open_local


@pytest.fixture(scope="session")
def smollm(open_local: Callable[..., LocalBackend]) -> Iterator[LocalBackend]:
    """The pinned small model, offline."""
    try:
        find_model(DEFAULT_MODEL)
    except FatalBackendError as error:
        pytest.skip(str(error))
    before = os.environ.get("HF_HUB_OFFLINE")
    os.environ["HF_HUB_OFFLINE"] = "1"
    local = open_local(DEFAULT_MODEL)
    yield local
    asyncio.run(local.close())
    os.environ.pop("HF_HUB_OFFLINE") if before is None else os.environ.update(HF_HUB_OFFLINE=before)


CORPUS = [
    "The speaker won the match and feels happy.",
    "They lost it, so sad: 1 2 3.",
    "Answer: calm or nervous?",
]


@pytest.fixture(scope="session")
def make_coder() -> Callable[..., Any]:
    """A small byte-level tokenizer, made as transformers makes them.

    `behind` names what it sets behind a text of its own accord; `special` are special tokens more.
    """

    def make(
        template: str | None = None, bos: bool = False, behind: str = "", special: Sequence[str] = ()
    ) -> Any:
        from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
        from transformers import PreTrainedTokenizerFast

        core = Tokenizer(models.BPE())
        core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        core.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        tokens = ["<s>", "</s>", *special]
        core.train_from_iterator(
            CORPUS * 3,
            trainers.BpeTrainer(
                vocab_size=400, special_tokens=tokens, initial_alphabet=alphabet, show_progress=False
            ),
        )
        set_around = f"{'<s> ' if bos else ''}$A {behind}".strip()
        if set_around != "$A":
            core.post_processor = processors.TemplateProcessing(
                single=set_around, special_tokens=[(token, core.token_to_id(token)) for token in tokens]
            )
        wrap: Any = PreTrainedTokenizerFast
        coder = wrap(tokenizer_object=core, bos_token="<s>", eos_token="</s>")
        coder.chat_template = template
        return coder

    return make


@pytest.fixture(scope="session")
def make_tiny(
    tmp_path_factory: pytest.TempPathFactory, make_coder: Callable[..., Any]
) -> Callable[..., Path]:
    """A folder with a random model and a small tokenizer (`coder`, if it is given)."""

    def make(
        kind: str, template: str | None = None, bos: bool = False, coder: Any = None, **config: Any
    ) -> Path:
        import torch
        from transformers import AutoConfig, AutoModelForCausalLM

        auto: Any = AutoModelForCausalLM
        tokenizer = make_coder(template, bos) if coder is None else coder
        torch.manual_seed(5)
        sizes = {"vocab_size": len(tokenizer), "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}
        model = auto.from_config(AutoConfig.for_model(kind, **{**sizes, **config}))
        for parameter in model.parameters():  # larger than usual, so that answers differ
            torch.nn.init.normal_(parameter, std=0.3)
        folder = tmp_path_factory.mktemp(kind)
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        return folder

    return make
