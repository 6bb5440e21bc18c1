"""Which proxy stands before a host, by the variables of the environment."""

from __future__ import annotations

import pytest

from mgllm.backends.api.proxies import find_proxy
from mgllm.errors import InputError

P, Q = "http://proxy.example:3128", "http://other.example:8080"


def url(
    environment: dict[str, str], scheme: str = "http", host: str = "api.example.org", port: int = 80
) -> str | None:
    proxy = find_proxy(scheme, host, port, environment)
    return proxy.url if proxy is not None else None


@pytest.mark.parametrize(
    ("environment", "scheme", "expected"),
    [
        ({}, "http", None),
        ({"HTTP_PROXY": P}, "http", P),
        ({"http_proxy": P}, "http", P),
        ({"HTTP_PROXY": P}, "https", None),
        ({"HTTPS_PROXY": P}, "https", P),
        ({"HTTPS_PROXY": P}, "http", None),
        ({"ALL_PROXY": P}, "http", P),
        ({"all_proxy": P}, "https", P),
        ({"ALL_PROXY": Q, "HTTP_PROXY": P}, "http", P),
        ({"HTTP_PROXY": Q, "http_proxy": P}, "http", P),
        ({"HTTP_PROXY": Q, "http_proxy": ""}, "http", None),
        ({"HTTP_PROXY": "proxy.example:3128"}, "http", P),
        ({"HTTP_PROXY": " "}, "http", None),
        ({"HTTP_PROXY": P, "REQUEST_METHOD": "GET"}, "http", None),
    ],
)
def test_the_variable_of_the_scheme_is_taken(
    environment: dict[str, str], scheme: str, expected: str | None
) -> None:
    assert url(environment, scheme) == expected


@pytest.mark.parametrize(
    ("listed", "host", "straight"),
    [
        ("*", "api.example.org", True),
        ("api.example.org", "api.example.org", True),
        ("API.Example.org", "api.EXAMPLE.org", True),
        ("example.org", "api.example.org", True),
        (".example.org", "api.example.org", True),
        ("*.example.org", "api.example.org", True),
        ("ample.org", "api.example.org", False),
        ("api.example.org.evil", "api.example.org", False),
        ("a.com, b.com,api.example.org", "api.example.org", True),
        ("a.com b.com", "b.com", True),
        ("api.example.org:80", "api.example.org", True),
        ("api.example.org:81", "api.example.org", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("127.0.0.0/8", "127.9.9.9", True),
        ("10.0.0.0/8", "127.0.0.1", False),
        ("localhost", "127.0.0.1", False),
        ("localhost", "localhost", True),
        ("::1", "::1", True),
        ("[::1]", "::1", True),
        ("[::1]:80", "::1", True),
        ("", "127.0.0.1", False),
        (" , ,", "127.0.0.1", False),
        ("1/2/3, [, :, ::::", "127.0.0.1", False),
    ],
)
def test_hosts_that_go_without(listed: str, host: str, straight: bool) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        assert url({"HTTP_PROXY": P, name: listed}, host=host) == (None if straight else P)


@pytest.mark.parametrize(
    "value",
    ["socks5://me:hunter2@127.0.0.1:1080", "http://me:hunter2@", "http://me:hunter2@h:x", "http://[hunter2"],
)
def test_a_proxy_that_cannot_be_used_is_named_by_its_variable(value: str) -> None:
    with pytest.raises(InputError, match=r"ALL_PROXY .*NO_PROXY=gpu\.example") as caught:
        url({"ALL_PROXY": value}, host="gpu.example.org")
    assert "hunter2" not in str(caught.value)


def test_a_proxy_does_not_show_its_password() -> None:
    proxy = find_proxy("http", "h", 80, {"HTTP_PROXY": "http://me:hunter2@proxy:1"})
    assert proxy is not None
    assert "hunter2" not in repr(proxy)
