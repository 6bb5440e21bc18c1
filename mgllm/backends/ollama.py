"""Ollama, by default where it listens. It cuts long prompts silently, which `_reading` notices."""

from __future__ import annotations

from mgllm.backends.api.backend import ApiBackend, Preset
from mgllm.backends.base import Backend, BackendOptions, backend

PRESET = Preset(name="ollama", base_url="http://127.0.0.1:11434/v1")


@backend("ollama")
def ollama(options: BackendOptions) -> Backend:
    """A model of this kind of server; nothing is sent before `open`."""
    return ApiBackend(options, PRESET)
