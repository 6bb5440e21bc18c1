"""Finds API keys among the arguments of a model, because these are written into files."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import JsonValue

from mgllm.errors import InputError

_WORDS = frozenset(
    {"apikey", "secret", "password", "passwd", "passphrase", "authorization", "bearer", "credential"}
    | {"credentials", "pwd", "auth", "cookie", "jwt"}
)
_KEYS = frozenset(
    {"api", "access", "private", "secret", "subscription", "auth", "signing", "encryption", "x"}
)
"""Words before `key` in the name of a secret; `prompt_cache_key` is not one."""
_MARKS = frozenset(
    {
        "eos",
        "bos",
        "pad",
        "unk",
        "sep",
        "cls",
        "mask",
        "stop",
        "start",
        "end",
        "begin",
        "image",
        "video",
        "audio",
    }
    | {"think", "thinking", "special", "per", "next", "new", "last", "first", "decoder", "forced"}
)
"""Words before `token` if it is a token of a vocabulary, not a secret."""
_VALUE = re.compile(
    r"(?:bearer|basic)\s+\S{8,}|(?:sk|pk|gsk|xai|hf|ghp)[-_][A-Za-z0-9_-]{16,}", re.IGNORECASE
)


def refuse_secrets(model_args: Mapping[str, JsonValue], within: str = "") -> None:
    """Refuse arguments, also nested ones, that look like keys by their name or value.

    Raises:
        InputError: there is one; the line names it, but does not show it.
    """
    for name, value in model_args.items():
        if secret_name(name) and _may_be_a_key(value, nested=bool(within)):
            raise InputError(
                f"--model-arg {within}{name} looks like a key, and would be written into files; export it "
                "and name the variable with --api-key-env (for hub models: HF_TOKEN)"
            )
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, dict):
                refuse_secrets(one, f"{within}{name}.")
            elif isinstance(one, str) and _VALUE.search(one):
                raise InputError(
                    f"--model-arg {within}{name} contains what looks like a key, and would be written into "
                    "files; export it and name the variable with --api-key-env"
                )


def secret_name(name: str) -> bool:
    """Whether a name is that of a key: api_key, HF_TOKEN, X-Api-Key, accessToken."""
    words = re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower())
    if any(word in _WORDS for word in words) or "apikey" in "".join(words):
        return True
    last, before = words[-1:], words[-2] if len(words) > 1 else ""
    if last == ["key"]:
        return before in _KEYS or not before
    return last == ["token"] and before not in _MARKS


def _may_be_a_key(value: JsonValue, *, nested: bool) -> bool:
    """False for a switch (`use_auth_token=true`), and for a nested number (a token's weight)."""
    numbers = () if nested or isinstance(value, bool) else (int, float)
    return isinstance(value, (str, *numbers))
