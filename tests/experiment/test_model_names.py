"""What follows `--model`, taken apart."""

from __future__ import annotations

import pytest

from mgllm.backends.base import BackendOptions, backends
from mgllm.errors import InputError
from mgllm.experiment.model_names import ModelName, count_words, parse_model
from mgllm.testing import ScriptedBackend


@pytest.mark.parametrize(
    ("said", "backend", "model"),
    [
        ("local", "local", "smollm2-135m"),
        (" local/ ", "local", "smollm2-135m"),
        ("local/OWNER/NAME", "local", "OWNER/NAME"),
        ("local//home/ann/model", "local", "/home/ann/model"),
        ("openai-compatible/a/b", "openai-compatible", "a/b"),
    ],
)
def test_the_backend_stands_before_the_first_slash(said: str, backend: str, model: str) -> None:
    assert parse_model(said) == ModelName(backend=backend, model=model)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("", None),
        ("/", None),
        ("openai", "openai/NAME"),
        ("openai/", "openai/NAME"),
        ("Local", "local"),
        ("smollm2-135m", "local/smollm2-135m"),
        ("locl/x", "local/x"),
        ("Local/x", "local/x"),
    ],
)
def test_other_names_are_refused_with_what_there_is(said: str, meant: str | None) -> None:
    with pytest.raises(InputError, match=r"Write BACKEND/NAME.*Backends: .*local.*vllm") as caught:
        parse_model(said)
    guess = f"Did you mean '{meant}'? " if meant else ""
    assert str(caught.value).startswith(f"unknown model '{said}'. {guess}Write ")


def test_another_backend_may_have_a_default_model_too(monkeypatch: pytest.MonkeyPatch) -> None:
    class OtherSdk(ScriptedBackend):
        default_model = "small"

    def make(options: BackendOptions) -> ScriptedBackend:
        return ScriptedBackend()

    monkeypatch.setitem(backends._things, "with-default", OtherSdk)
    monkeypatch.setitem(backends._things, "without", make)
    assert parse_model("with-default") == ModelName(backend="with-default", model="small")
    assert parse_model("with-default/large") == ModelName(backend="with-default", model="large")
    with pytest.raises(InputError, match="unknown model 'without'"):
        parse_model("without")


@pytest.mark.parametrize(("text", "words"), [("", 0), ("No, sir.", 4), ("it's 7 %", 5), ("ça va …", 3)])
def test_words_and_marks_stand_in_for_tokens(text: str, words: int) -> None:
    assert count_words(text) == words
