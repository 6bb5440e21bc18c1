"""llama.cpp's server, by default where it listens. It ignores `echo`, which is therefore never sent."""

from __future__ import annotations

from mgllm.backends.api.backend import ApiBackend, Preset
from mgllm.backends.base import Backend, BackendOptions, backend

PRESET = Preset(name="llamacpp", base_url="http://127.0.0.1:8080/v1")


@backend("llamacpp")
def llamacpp(options: BackendOptions) -> Backend:
    """A model of this kind of server; nothing is sent before `open`."""
    return ApiBackend(options, PRESET)
