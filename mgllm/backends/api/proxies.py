"""Finds the proxy for a host: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from pydantic import Field

from mgllm.errors import InputError
from mgllm.records import Frozen


class Proxy(Frozen):
    """A proxy that the environment names."""

    url: str = Field(repr=False)
    """Its address; it may contain a password."""
    variable: str
    """The variable that names it."""


def find_proxy(scheme: str, host: str, port: int, environment: Mapping[str, str]) -> Proxy | None:
    """The proxy for a host, by the rules that most programs share; None without a proxy.

    A variable in lower case comes before the same in upper case; an empty one means no proxy.
    `NO_PROXY` lists hosts, domains, addresses and networks, each with or without a port, or is `*`.
    Loopback addresses are not treated in a special way.

    Raises:
        InputError: the proxy cannot be used.
    """
    named = _named(f"{scheme}_proxy", environment) or _named("all_proxy", environment)
    if named is None or _goes_straight(host, port, _value("no_proxy", environment)):
        return None
    value, variable = named
    url = value if "://" in value else f"http://{value}"
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        raise InputError(
            f"{variable} names a proxy that cannot be used (not shown: it may hold a password); write "
            f"http://HOST:PORT, or set NO_PROXY={host} to avoid it"
        )
    return Proxy(url=url, variable=variable)


def _named(name: str, environment: Mapping[str, str]) -> tuple[str, str] | None:
    """A value and the name of its variable."""
    if name in environment:
        return (environment[name].strip(), name) if environment[name].strip() else None
    if name == "http_proxy" and "REQUEST_METHOD" in environment:  # set by the client of a web server: unsafe
        return None
    value = environment.get(name.upper(), "").strip()
    return (value, name.upper()) if value else None


def _value(name: str, environment: Mapping[str, str]) -> str:
    return environment.get(name) or environment.get(name.upper()) or ""


def _goes_straight(host: str, port: int, listed: str) -> bool:
    return any(_fits(entry, host.lower().strip("[]"), port) for entry in re.split(r"[\s,]+", listed.lower()))


def _fits(entry: str, host: str, port: int) -> bool:
    if entry in {"", "*"}:
        return entry == "*"
    named = re.fullmatch(r"(\[[^\]]*\]|[^:]*):(\d{1,5})", entry)
    if named is not None and int(named[2]) != port:
        return False
    name = (named[1] if named is not None else entry).strip("[]")
    try:
        return ip_address(host) in ip_network(name, strict=False)
    except ValueError:  # one of the two is a name
        name = name.removeprefix("*").lstrip(".")
        return bool(name) and (host == name or host.endswith(f".{name}"))
