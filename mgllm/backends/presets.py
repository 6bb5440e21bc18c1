"""OpenAI's own models: `openai/NAME`, with the key in OPENAI_API_KEY."""

from __future__ import annotations

from mgllm.answers.alignment import shares_first_token
from mgllm.backends.api.backend import ApiBackend, Preset
from mgllm.backends.base import Backend, BackendOptions, backend

__all__ = ["PRESET", "openai", "shares_first_token"]

PRESET = Preset(name="openai", base_url="https://api.openai.com/v1", key_env="OPENAI_API_KEY")


@backend("openai")
def openai(options: BackendOptions) -> Backend:
    """A model of this kind of server; nothing is sent before `open`."""
    return ApiBackend(options, PRESET)
