"""The address of a server, and its key."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field

from mgllm.backends.api.proxies import Proxy, find_proxy
from mgllm.backends.api.scrubbing import Scrubber
from mgllm.errors import FatalBackendError, InputError
from mgllm.records import Frozen

ERROR_CHARACTERS = 300
"""Longest error text of a record."""
_EXAMPLE = "http://127.0.0.1:8000/v1"
_NO_KEY = "none"
"""Sent to servers that need no key, because the protocol requires one."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEY_LIKE = re.compile(r"\b(?:sk|pk|key|gsk|xai|hf)[-_][\w*.…-]{6,}")
"""Keys of the known providers, complete or half hidden, as their error messages repeat them."""
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")
"""Halves of surrogate pairs, which cannot be written in UTF-8."""


class Address(Frozen):
    """A base URL that was checked."""

    base_url: str
    """Without a trailing slash."""
    loopback: bool
    """Whether what is sent there stays on this machine: its host is this machine, without a
    proxy."""
    proxy: Proxy | None = Field(default=None, repr=False)
    """The proxy that the environment names for it."""

    @property
    def proxied(self) -> bool:
        """Whether requests go through a proxy."""
        return self.proxy is not None


def read_address(base_url: str, environment: Mapping[str, str] = os.environ) -> Address:
    """Check a base URL.

    Raises:
        InputError: it is not an http(s) URL, has a password or a query, or its proxy cannot be
            used.
    """
    try:
        parts = urlsplit(base_url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:  # its message may repeat a password, so it is not shown
        raise InputError(f"--base-url is not a URL; write one such as {_EXAMPLE}") from None
    if parts.username or parts.password:
        raise InputError(
            "--base-url contains a password; put the key into an environment variable and give its name as "
            "--api-key-env"
        )
    if parts.scheme not in {"http", "https"} or not host or re.search(r"\s", base_url.strip()):
        shown = _KEY_LIKE.sub("[key]", re.split(r"[?#]", base_url)[0].rpartition("@")[2])
        raise InputError(
            f"--base-url '{shown}' is not an address; write http:// or https:// and a host, as in {_EXAMPLE}"
        )
    if re.search(r"[?#]", base_url):
        raise InputError(
            "--base-url contains ? or # (not shown: a key may follow it); give only "
            f"{parts.scheme}://HOST/PATH, and the name of the key's variable as --api-key-env"
        )
    proxy = find_proxy(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), environment)
    here = _is_loopback(host) and proxy is None
    return Address(base_url=base_url.strip().rstrip("/"), loopback=here, proxy=proxy)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Secret:
    """A key that only `reveal` shows."""

    def __init__(self, value: str | None, variable: str | None) -> None:
        self.variable = variable
        self._value = value
        self._scrubber = Scrubber(value or "")

    def reveal(self) -> str:
        """The key, or a placeholder if none is needed."""
        return self._value or _NO_KEY

    def clean(self, raw: bytes, found: Any) -> None:
        """Remove the key, and any 8 of its characters in a row, from every string of parsed JSON.

        A shorter key, such as a placeholder for a local server, may be a word of the reply and
        stays: it is removed only from error lines.

        Args:
            raw: the bytes that were parsed.
            found: dicts and lists; changed in place.
        """
        if self._scrubber.may_stand_in(raw):
            self._scrubber.clean_all(found)

    def scrub(self, text: str) -> str:
        """`text` without this key, any larger part of it, and anything that looks like a key."""
        text = self._scrubber.clean(text)
        if self._value:
            text = text.replace(self._value, "[key]")
        return _KEY_LIKE.sub("[key]", text)

    def line(self, text: str) -> str:
        """`text` without keys, in one line, short enough for a record, and writable in UTF-8."""
        line = _HALF_A_PAIR.sub("\ufffd", " ".join(self.scrub(text).split()))
        return line if len(line) <= ERROR_CHARACTERS else line[: ERROR_CHARACTERS - 1] + "…"

    def __repr__(self) -> str:
        return f"Secret({self.variable})"


def find_key(named: str | None, usual: str | None) -> Secret:
    """The key in the environment variable that the user named, else in the usual one.

    Args:
        named: `--api-key-env`.
        usual: the provider's own variable; None if a server may need no key.

    Raises:
        FatalBackendError: the name is not a variable's, the variable is not set, or its content
            cannot be sent.
    """
    variable = named or usual
    if variable is None:
        return Secret(None, None)
    if not _VARIABLE.fullmatch(variable):
        raise FatalBackendError(
            "--api-key-env is not the name of a variable (not shown: it may be a key); export the key as "
            "MY_KEY and give --api-key-env MY_KEY"
        )
    value = os.environ.get(variable, "").strip()
    if not value:
        raise FatalBackendError(
            f"there is no API key: the environment variable {variable} is not set; "
            f"export it, or name another one with --api-key-env"
        )
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise FatalBackendError(
            f"the API key in {variable} has characters that no key has, such as blanks; set it again"
        )
    return Secret(value, variable)
