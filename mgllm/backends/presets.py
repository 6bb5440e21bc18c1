"""Servers that speak OpenAI's protocol, by default where each of them listens, and OpenAI itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from mgllm.backends.api.backend import ApiBackend, Preset
from mgllm.backends.base import Backend, BackendOptions, backend


def _server(
    name: str, base_url: str | None, key_env: str | None = None
) -> Callable[[BackendOptions], Backend]:
    """Makes backends for one kind of server; nothing is sent before `open`."""
    return partial(ApiBackend, preset=Preset(name=name, base_url=base_url, key_env=key_env))


# The key stands in OPENAI_API_KEY.
backend("openai")(_server("openai", "https://api.openai.com/v1", key_env="OPENAI_API_KEY"))
# Answers are never constrained: vLLM ignores `guided_*`.
backend("vllm")(_server("vllm", "http://127.0.0.1:8000/v1"))
# Ollama cuts long prompts silently, which `api.replies` notices.
backend("ollama")(_server("ollama", "http://127.0.0.1:11434/v1"))
# llama.cpp's server ignores `echo`, which is therefore never sent.
backend("llamacpp")(_server("llamacpp", "http://127.0.0.1:8080/v1"))
# LM Studio's log-probabilities may be null: the first question tells.
backend("lmstudio")(_server("lmstudio", "http://127.0.0.1:1234/v1"))
# Any other server of this protocol: `openai-compatible/NAME --base-url URL`.
backend("openai-compatible")(_server("openai-compatible", None))
