"""Where a server is, and the key that opens it."""

from __future__ import annotations

import os
import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from mgllm.errors import FatalBackendError, InputError
from mgllm.records import Frozen

ERROR_CHARACTERS = 300
"""Longest error text of a record."""
_EXAMPLE = "http://127.0.0.1:8000/v1"
_NO_KEY = "none"
"""Sent to servers that ask for no key, since the protocol wants one."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEY_LIKE = re.compile(r"\b(?:sk|pk|key|gsk|xai|hf)[-_][\w*.…-]{6,}")
"""Keys of the known providers, whole or half hidden, as their own error messages repeat them."""


class Address(Frozen):
    """A base URL that was looked at."""

    base_url: str
    """Without a trailing slash."""
    loopback: bool
    """Whether nothing sent there leaves this machine."""


def read_address(base_url: str) -> Address:
    """Look at a base URL.

    Raises:
        InputError: it is no http(s) URL, or holds a secret or a query.
    """
    try:
        parts = urlsplit(base_url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise InputError(f"--base-url is not a URL ({error}); write one such as {_EXAMPLE}") from None
    if parts.username or parts.password:
        raise InputError(
            "--base-url holds a password; put the key into a variable and name it: --api-key-env"
        )
    if parts.scheme not in {"http", "https"} or not host or re.search(r"\s", base_url.strip()):
        raise InputError(f"--base-url '{base_url}' is not http:// or https:// and a host, such as {_EXAMPLE}")
    if parts.query or parts.fragment:
        raise InputError(
            f"--base-url '{base_url}' holds a ? or #; only {parts.scheme}://HOST/PATH can be used"
        )
    return Address(base_url=base_url.strip().rstrip("/"), loopback=_is_loopback(host))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Secret:
    """A key that shows itself to `reveal` alone."""

    def __init__(self, value: str | None, variable: str | None) -> None:
        self.variable = variable
        self._value = value

    def reveal(self) -> str:
        """The key, or a stand-in where none is needed."""
        return self._value or _NO_KEY

    def scrub(self, text: str) -> str:
        """`text` with this key, and whatever looks like one, taken out."""
        if self._value:
            text = text.replace(self._value, "[key]")
        return _KEY_LIKE.sub("[key]", text)

    def line(self, text: str) -> str:
        """`text` scrubbed, in one line, short enough for a record."""
        line = " ".join(self.scrub(text).split())
        return line if len(line) <= ERROR_CHARACTERS else line[: ERROR_CHARACTERS - 1] + "…"

    def __repr__(self) -> str:
        return f"Secret({self.variable})"


def find_key(named: str | None, usual: str | None) -> Secret:
    """The key in the environment variable that the user named, else in the usual one.

    Args:
        named: `--api-key-env`.
        usual: the provider's own variable; None where a server may do without a key.

    Raises:
        FatalBackendError: no variable's name, one that is not set, or one that holds what cannot be sent.
    """
    variable = named or usual
    if variable is None:
        return Secret(None, None)
    if not _VARIABLE.fullmatch(variable):
        raise FatalBackendError(
            "--api-key-env is no variable's name (not shown: it may be a key); export the key as MY_KEY and "
            "give --api-key-env MY_KEY"
        )
    value = os.environ.get(variable, "").strip()
    if not value:
        raise FatalBackendError(
            f"no API key: the environment variable {variable} is not set; "
            f"export it, or name another with --api-key-env"
        )
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise FatalBackendError(f"the API key in {variable} holds characters that no key has; set it anew")
    return Secret(value, variable)
