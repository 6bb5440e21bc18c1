"""The table of servers."""

from __future__ import annotations

import asyncio

import pytest

from mgllm.backends.api.backend import ApiBackend
from mgllm.backends.base import BackendOptions, backends
from mgllm.errors import FatalBackendError
from tests.served import RuledServer, think

AT_HOME = {
    "anthropic": ("https://api.anthropic.com/v1", "ANTHROPIC_API_KEY"),
    "google": ("https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY"),
    "openrouter": ("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    "openai": ("https://api.openai.com/v1", "OPENAI_API_KEY"),
}


def make(name: str, **more: object) -> ApiBackend:
    made = backends.get(name)(BackendOptions.model_validate({"model": "m", **more}))
    assert isinstance(made, ApiBackend)
    return made


@pytest.mark.parametrize("name", AT_HOME)
def test_a_provider_is_elsewhere_and_wants_its_own_key(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    url, variable = AT_HOME[name]
    for one in ("GOOGLE_API_KEY", variable):
        monkeypatch.delenv(one, raising=False)
    made = make(name)
    assert (made.base_url, made.uploads) == (url, True)
    with pytest.raises(FatalBackendError, match=variable):
        asyncio.run(made.open())


def test_sglang_listens_here() -> None:
    made = make("sglang")
    assert (made.base_url, made.uploads) == ("http://127.0.0.1:30000/v1", False)


@pytest.mark.parametrize("variable", ["GEMINI_API_KEY", "GOOGLE_API_KEY"])
def test_google_has_two_names_for_its_key(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for one in ("GEMINI_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.delenv(one, raising=False)
    monkeypatch.setenv(variable, "not-a-real-one")
    with RuledServer(lambda body: think(body, 0)) as server:

        async def run() -> None:
            backend = make("google", base_url=server.url)
            await backend.open()
            await backend.close()

        asyncio.run(run())


def test_what_is_known_without_asking_is_told() -> None:
    assert (make("anthropic").likely_score, make("openai").likely_score) == ("generate", "logprob")
