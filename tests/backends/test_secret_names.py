"""Keys among the arguments of a model."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from mgllm.backends.secret_names import refuse_secrets, secret_name
from mgllm.errors import InputError
from mgllm.experiment.options import ReachOptions


@pytest.mark.parametrize(
    "name",
    [
        *("api_key", "apikey", "API-KEY", "apiKey", "openai_api_key", "X-Api-Key", "key", "access_key"),
        *("token", "hf_token", "accessToken", "auth_token", "authorization", "Authorization", "bearer"),
        *("password", "db_passwd", "client_secret", "secretKey", "subscription-key", "credentials"),
    ],
)
def test_names_of_keys(name: str) -> None:
    assert secret_name(name)
    with pytest.raises(InputError, match="--api-key-env") as caught:
        refuse_secrets({name: "open-sesame-4711"})
    assert "4711" not in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        *("max_tokens", "min_tokens", "logprobs", "return_tokens_as_token_ids", "eos_token", "pad_token_id"),
        *("prompt_cache_key", "top_k", "tokenizer", "stop_token_ids", "top_p", "user", "keyboard", "author"),
        *("end_of_thought_max_tokens", "chat_template_kwargs", "revision", "device", "image_token"),
    ],
)
def test_names_of_other_things(name: str) -> None:
    assert not secret_name(name)
    refuse_secrets({name: "x"})


@pytest.mark.parametrize(
    "model_args",
    [
        {"extra_headers": {"Authorization": "Bearer abc"}},
        {"extra_body": {"provider": [{"api_key": "abc"}]}},
        {"note": "Bearer abcdefgh1234"},
        {"note": ["sk-abcdefghijklmnop1234"]},
        {"password": 12345},
    ],
)
def test_keys_inside_are_found_too(model_args: dict[str, JsonValue]) -> None:
    with pytest.raises(InputError, match="--api-key-env") as caught:
        ReachOptions(model_args=model_args)
    assert not any(secret in str(caught.value) for secret in ("abc", "12345"))


def test_switches_and_weights_are_no_keys() -> None:
    refuse_secrets({"use_auth_token": True, "token": None, "logit_bias": {"secret": -5, "token": 1.5}})
    refuse_secrets(
        {"response_format": {"properties": {"password": {"type": "string"}}, "required": ["token"]}}
    )
