"""Keys that stand where they would be written into files: among the arguments of a model."""

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
"""What stands before `key` where it opens a door; `prompt_cache_key` opens none."""
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
"""What stands before `token` where it is a token of a vocabulary."""
_VALUE = re.compile(
    r"(?:bearer|basic)\s+\S{8,}|(?:sk|pk|gsk|xai|hf|ghp)[-_][A-Za-z0-9_-]{16,}", re.IGNORECASE
)


def refuse_secrets(model_args: Mapping[str, JsonValue], within: str = "") -> None:
    """See that no argument, nested ones included, is a key by its name or by its look.

    Raises:
        InputError: one is; the line names it and does not show it.
    """
    for name, value in model_args.items():
        if secret_name(name) and _may_be_a_key(value, nested=bool(within)):
            raise InputError(
                f"--model-arg {within}{name} looks like a key, which would stand in files; export it and "
                "name the variable: --api-key-env (for hub models: HF_TOKEN)"
            )
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, dict):
                refuse_secrets(one, f"{within}{name}.")
            elif isinstance(one, str) and _VALUE.search(one):
                raise InputError(
                    f"--model-arg {within}{name} holds what looks like a key, which would stand in files; "
                    "export it and name the variable: --api-key-env"
                )


def secret_name(name: str) -> bool:
    """Whether a name is one of those that keys have: api_key, HF_TOKEN, X-Api-Key, accessToken."""
    words = re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower())
    if any(word in _WORDS for word in words) or "apikey" in "".join(words):
        return True
    last, before = words[-1:], words[-2] if len(words) > 1 else ""
    if last == ["key"]:
        return before in _KEYS or not before
    return last == ["token"] and before not in _MARKS


def _may_be_a_key(value: JsonValue, *, nested: bool) -> bool:
    """A switch is no key (`use_auth_token=true`), nor is a number inside (the weight of a token's name)."""
    numbers = () if nested or isinstance(value, bool) else (int, float)
    return isinstance(value, (str, *numbers))
