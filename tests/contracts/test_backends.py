"""Every backend on the shelf keeps the contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.backends.base import BackendOptions, Traits, backends, default_model, traits_of
from mgllm.backends.weights.known_models import DEFAULT_MODEL
from mgllm.errors import InputError
from mgllm.testing import ScriptedBackend, check_construction, check_refusal

NAMES = backends.names()
LOOPBACK = "http://127.0.0.1:9/v1"


def address(name: str) -> str | None:
    """A server's; a local model refuses one."""
    return None if name == "local" else LOOPBACK


def test_the_shelf_is_not_empty() -> None:
    assert {"local", "openai", "openai-compatible", "vllm", "ollama", "llamacpp", "lmstudio"} <= set(NAMES)
    assert {"anthropic", "google", "openrouter", "sglang"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_made_without_io_and_has_all_members(name: str) -> None:
    made = check_construction(backends.get(name), BackendOptions(model="some-model", base_url=address(name)))
    assert made.uploads is False
    assert made.base_url == address(name)
    assert made.dropped_parameters == ()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_there_is_told_in_one_line(name: str, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "nothing")
    options = BackendOptions(model=nowhere, base_url=address(name), api_key_env="MGLLM_NO_SUCH_KEY")
    line = check_refusal(backends.get(name), options)
    assert nowhere in line or "MGLLM_NO_SUCH_KEY" in line


@pytest.mark.parametrize("name", [name for name in NAMES if name != "local"])
@pytest.mark.parametrize("url", ["ftp://127.0.0.1/v1", "127.0.0.1:8000", "http://user:pw@127.0.0.1/v1"])
def test_a_wrong_address_is_refused_before_any_call(name: str, url: str) -> None:
    with pytest.raises(InputError, match="--base-url") as caught:
        backends.get(name)(BackendOptions(model="m", base_url=url))
    assert "\n" not in str(caught.value)


def test_an_unknown_backend_is_guessed() -> None:
    with pytest.raises(InputError, match="Did you mean 'ollama'"):
        backends.get("olama")


def test_only_a_local_model_says_that_it_is_local_and_scores_whole_labels() -> None:
    for name in NAMES:
        made = backends.get(name)(BackendOptions(model="some-model", base_url=address(name)))
        mine = name == "local"
        assert traits_of(made) == Traits(local=mine, first_tokens_only=not mine, continues=mine)


@pytest.mark.parametrize("said", [None, "local", {"local": True}])
def test_a_backend_older_than_traits_has_the_defaults(said: object) -> None:
    made = ScriptedBackend()
    assert traits_of(made) == Traits(local=False, first_tokens_only=True)
    made.traits = said  # type: ignore[attr-defined]  # another's attribute of that name
    assert traits_of(made) == Traits()


def test_a_factory_says_which_model_is_taken_where_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def make(options: BackendOptions) -> ScriptedBackend:
        return ScriptedBackend()

    assert {name: default_model(name) for name in NAMES if default_model(name)} == {"local": DEFAULT_MODEL}
    monkeypatch.setitem(backends._things, "other-sdk", make)
    assert default_model("other-sdk") is None
    make.default_model = "small"  # type: ignore[attr-defined]  # as a plugin does it
    assert default_model("other-sdk") == "small"
    with pytest.raises(InputError, match="unknown backend 'othersdk'"):
        default_model("othersdk")
