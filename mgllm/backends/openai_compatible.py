"""Any server that speaks OpenAI's protocol: `openai-compatible/NAME --base-url URL`."""

from __future__ import annotations

from mgllm.backends.api.backend import ApiBackend, Preset
from mgllm.backends.base import Backend, BackendOptions, backend

PRESET = Preset(name="openai-compatible")


@backend("openai-compatible")
def openai_compatible(options: BackendOptions) -> Backend:
    """A model of this kind of server; nothing is sent before `open`."""
    return ApiBackend(options, PRESET)
