"""vLLM, by default where `vllm serve` listens. Answers are never constrained: it ignores `guided_*`."""

from __future__ import annotations

from mgllm.backends.api.backend import ApiBackend, Preset
from mgllm.backends.base import Backend, BackendOptions, backend

PRESET = Preset(name="vllm", base_url="http://127.0.0.1:8000/v1")


@backend("vllm")
def vllm(options: BackendOptions) -> Backend:
    """A model of this kind of server; nothing is sent before `open`."""
    return ApiBackend(options, PRESET)
