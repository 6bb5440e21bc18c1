"""LM Studio, by default where it listens. Its log-probabilities may be null: the first question tells."""

from __future__ import annotations

from mgllm.backends.api.backend import ApiBackend, Preset
from mgllm.backends.base import Backend, BackendOptions, backend

PRESET = Preset(name="lmstudio", base_url="http://127.0.0.1:1234/v1")


@backend("lmstudio")
def lmstudio(options: BackendOptions) -> Backend:
    """A model of this kind of server; nothing is sent before `open`."""
    return ApiBackend(options, PRESET)
