"""Servers with OpenAI's protocol, a row for each: their addresses, and how they differ.

A row says only what a public page or report says; the first question finds out the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from mgllm.backends.api.backend import ApiBackend
from mgllm.backends.api.preset import (
    DEEPSEEK_OFF,
    EFFORT_NONE,
    ROUTED_NONE,
    ROUTED_OFF,
    TEMPLATE_OFF,
    THINK_FALSE,
    THINKING_OFF,
    Preset,
)
from mgllm.backends.base import Backend, BackendOptions, backend

_BY_TEMPLATE = (TEMPLATE_OFF, DEEPSEEK_OFF, EFFORT_NONE)
"""For servers whose chat templates decide on the reasoning; there only gpt-oss reads the effort."""


def _server(name: str, **row: Any) -> Callable[[BackendOptions], Backend]:
    """A factory of backends for one kind of server; nothing is sent before `open`."""
    return partial(ApiBackend, preset=Preset(name=name, **row))


backend("openai")(
    _server(
        "openai",
        base_url="https://api.openai.com/v1",
        key_envs=("OPENAI_API_KEY",),
        notes="Some models allow the effort none, others minimal or low at least: the error 400 names the "
        "allowed ones. Temperature and log-probabilities are allowed only with the effort none.",
    )
)
backend("anthropic")(
    _server(
        "anthropic",
        base_url="https://api.anthropic.com/v1",
        key_envs=("ANTHROPIC_API_KEY",),
        quiet=(THINKING_OFF,),
        effort_at=(),
        ignores=frozenset({"logprobs", "top_logprobs", "seed", "response_format", "reasoning_effort"}),
        list_needs_key_alike=False,
        notes="platform.claude.com, OpenAI SDK compatibility: the parameters above are ignored, system "
        "messages are joined at the beginning, the highest temperature is 1. Newer models think by default. "
        "Not known: whether its list of models accepts the same key.",
    )
)
backend("google")(
    _server(
        "google",
        base_url="https://generativelanguage.googleapis.com/v1beta/openai",
        key_envs=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        notes="ai.google.dev, OpenAI compatibility: none turns thinking off in Gemini 2.5; later models "
        "allow minimal or low at least, and an error 400 may name no allowed value (litellm#37314). Thoughts "
        "are counted only in the total of the tokens (any-llm#1293).",
    )
)
backend("openrouter")(
    _server(
        "openrouter",
        base_url="https://openrouter.ai/api/v1",
        key_envs=("OPENROUTER_API_KEY",),
        quiet=(ROUTED_NONE, ROUTED_OFF),
        effort_at=("reasoning", "effort"),
        notes="openrouter.ai, Reasoning Tokens. Not known: which of its providers ignore a parameter; the "
        "first question may go to another provider than the next.",
    )
)
backend("vllm")(
    _server(
        "vllm",
        base_url="http://127.0.0.1:8000/v1",
        quiet=_BY_TEMPLATE,
        notes="chat_template_kwargs reach the templates; gpt-oss reads the effort. Answers are never "
        "constrained: it ignores guided_*.",
    )
)
backend("sglang")(
    _server(
        "sglang",
        base_url="http://127.0.0.1:30000/v1",
        quiet=_BY_TEMPLATE,
        notes="As vLLM. Its log-probabilities begin with the thoughts (sglang#25055).",
    )
)
backend("ollama")(
    _server(
        "ollama",
        base_url="http://127.0.0.1:11434/v1",
        quiet=(EFFORT_NONE, THINK_FALSE),
        notes="ollama#14820: reasoning_effort none turns thinking off; think belongs to its own API, and "
        "most versions ignore it here. Cuts long prompts silently, which `api.replies` notices.",
    )
)
backend("llamacpp")(
    _server(
        "llamacpp",
        base_url="http://127.0.0.1:8080/v1",
        quiet=_BY_TEMPLATE,
        notes="tools/server: chat_template_kwargs in a request. Not known: a limit of thoughts in a request.",
    )
)
backend("lmstudio")(
    _server(
        "lmstudio",
        base_url="http://127.0.0.1:1234/v1",
        quiet=(EFFORT_NONE, TEMPLATE_OFF, DEEPSEEK_OFF),
        notes="lmstudio-bug-tracker#2057: reasoning_effort none. Log-probabilities may be null.",
    )
)
backend("openai-compatible")(
    _server(
        "openai-compatible",
        quiet=(EFFORT_NONE, TEMPLATE_OFF, DEEPSEEK_OFF, THINKING_OFF, ROUTED_NONE, THINK_FALSE),
        notes="Any other server with this protocol; DeepSeek's own reads thinking.type (litellm#27453).",
    )
)
