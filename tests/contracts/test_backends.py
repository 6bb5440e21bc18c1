"""Every backend on the shelf keeps the contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.backends.base import BackendOptions, backends
from mgllm.errors import InputError
from mgllm.testing import check_construction, check_refusal

NAMES = backends.names()
LOOPBACK = "http://127.0.0.1:9/v1"


def address(name: str) -> str | None:
    """A server's; a local model refuses one."""
    return None if name == "local" else LOOPBACK


def test_the_shelf_is_not_empty() -> None:
    assert {"local", "openai", "openai-compatible", "vllm", "ollama", "llamacpp", "lmstudio"} <= set(NAMES)


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
