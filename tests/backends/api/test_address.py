"""Base URLs and keys."""

from __future__ import annotations

import pytest

from mgllm.backends.api.address import Secret, find_key, read_address
from mgllm.errors import FatalBackendError, InputError


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:8000/v1", True),
        ("http://127.9.9.9/v1", True),
        ("http://[::1]:8000/v1", True),
        ("http://localhost:11434/v1", True),
        ("HTTP://LOCALHOST:11434/v1", True),
        ("http://localhost.example.org/v1", False),
        ("http://127.0.0.1.example.org/v1", False),
        ("http://0.0.0.0:8000/v1", False),
        ("http://192.168.1.20:8000/v1", False),
        ("https://api.openai.com/v1", False),
    ],
)
def test_only_loopback_hosts_keep_questions_here(url: str, loopback: bool) -> None:
    assert read_address(url).loopback is loopback


def test_a_trailing_slash_is_taken_off() -> None:
    assert read_address(" http://127.0.0.1:8000/v1/ ").base_url == "http://127.0.0.1:8000/v1"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:8000",
        "ftp://127.0.0.1/v1",
        "http://",
        "http://a b/v1",
        "http://h:99999/v1",
        "http://[::1/v1",
    ],
)
def test_a_wrong_url_is_one_line_that_names_the_flag(url: str) -> None:
    with pytest.raises(InputError) as caught:
        read_address(url)
    assert "--base-url" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://me:hunter2@127.0.0.1/v1", "http://h/v1?api-key=hunter2#a"])
def test_a_url_may_hold_no_secret(url: str) -> None:
    with pytest.raises(InputError):
        read_address(url)


def test_a_password_in_a_url_is_not_repeated() -> None:
    with pytest.raises(InputError) as caught:
        read_address("http://me:hunter2@127.0.0.1/v1")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/v1?api_key=hunter2",
        "https://h/v1#hunter2",
        "http://h/v1?",
        "h/v1?key=hunter2",
        "me:hunter2@h/v1",
        "http://h:hunter2/v1",
        "sk-hunter2-abcdef",
    ],
)
def test_what_may_be_a_key_in_a_url_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(InputError) as caught:
        read_address(url)
    assert "--base-url" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_proxy_before_loopback_takes_questions_away() -> None:
    proxied = {"HTTP_PROXY": "http://127.0.0.1:3128"}
    there = read_address("http://127.0.0.1:8000/v1", proxied)
    assert (there.loopback, there.proxied) == (False, True)
    here = read_address("http://127.0.0.1:8000/v1", {**proxied, "NO_PROXY": "127.0.0.1"})
    assert (here.loopback, here.proxied) == (True, False)
    assert read_address("https://127.0.0.1:8000/v1", proxied).loopback


def test_a_port_in_no_proxy_is_that_of_the_url() -> None:
    environment = {"ALL_PROXY": "http://p", "NO_PROXY": "h:443"}
    assert not read_address("https://h/v1", environment).proxied
    assert read_address("https://h:444/v1", environment).proxied
    assert read_address("http://h/v1", environment).proxied


def test_the_named_variable_wins_over_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "usual-key")
    monkeypatch.setenv("MINE", " mine-key\n")
    assert find_key("MINE", "OPENAI_API_KEY").reveal() == "mine-key"
    assert find_key(None, "OPENAI_API_KEY").reveal() == "usual-key"


@pytest.mark.parametrize("value", ["", "  ", "two words", "schlüssel"])
def test_an_unusable_key_names_its_variable_and_not_itself(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINE", value)
    with pytest.raises(FatalBackendError) as caught:
        find_key("MINE", None)
    assert "MINE" in str(caught.value)
    assert not value.strip() or value not in str(caught.value)


def test_without_a_variable_a_stand_in_is_sent() -> None:
    assert find_key(None, None).reveal() == "none"


def test_a_secret_shows_itself_nowhere() -> None:
    secret = Secret("abc123def456", "MINE")
    assert "abc123def456" not in repr(secret) + str(secret) + f"{secret}"
    assert secret.scrub("bad key abc123def456!") == "bad key [key]!"


@pytest.mark.parametrize("half", ["sk-proj-ab*****9xyz", "sk-abcdefgh", "gsk_12345678"])
def test_keys_half_hidden_by_the_provider_are_scrubbed_too(half: str) -> None:
    assert half not in Secret(None, None).scrub(f"Incorrect API key provided: {half}.")


def test_an_error_line_is_one_line_of_at_most_300_characters() -> None:
    line = Secret("k3y-k3y-k3y", "MINE").line("a\nb " + "k3y-k3y-k3y " * 100)
    assert line.startswith("a b [key]")
    assert len(line) == 300


def test_a_key_given_as_the_name_of_its_variable_is_not_shown() -> None:
    with pytest.raises(FatalBackendError, match="MY_KEY") as caught:
        find_key("sk-abc123-secret", "OPENAI_API_KEY")
    assert "abc123" not in str(caught.value)
