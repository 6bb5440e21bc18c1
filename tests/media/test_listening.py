"""Listening: words stand where the voice is, silence says nothing, and a model that is no model is named.

The model is a tiny Whisper with random weights in CTranslate2's form; what it hears has no meaning.
"""

from __future__ import annotations

import builtins
import shutil
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mgllm.errors import InputError
from mgllm.media.listening import RATE, ListenOptions, open_listener

Wav = Callable[..., Path]
SPECIAL = (
    *("<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|translate|>", "<|transcribe|>"),
    *("<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"),
)
Sound = NDArray[np.float32]


def voice(seconds: float) -> Sound:
    """Two vowels that change into each other, four syllables a second: no words."""
    t = np.arange(int(seconds * RATE)) / RATE
    pitch = 130 + 15 * np.sin(2 * np.pi * 0.7 * t)
    phase, mix = 2 * np.pi * np.cumsum(pitch) / RATE, 0.5 + 0.5 * np.sin(2 * np.pi * 1.6 * t)
    formants = ((300 + 430 * mix, 90), (2300 - 1210 * mix, 110), (2600, 160))
    sound = np.zeros_like(t)
    for k in range(1, 30):
        heard = [
            np.exp(-0.5 * ((k * pitch - at) / width) ** 2) / n for n, (at, width) in enumerate(formants, 1)
        ]
        sound += (sum(heard) + 0.02 / k) * np.sin(k * phase)
    sound *= 0.55 + 0.45 * np.sin(2 * np.pi * 4 * t - 1.5)
    return np.asarray(0.3 * sound / np.abs(sound).max(), dtype=np.float32)


def write_wav(path: Path, sound: Sound) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((sound * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture
def wav(tmp_path: Path) -> Callable[..., Path]:
    """Write a wav of so many seconds of voice, with silence before it."""

    def write(name: str, seconds: float = 3.0, silence: float = 0.0) -> Path:
        sound = np.concatenate([np.zeros(int(silence * RATE), np.float32), voice(max(seconds, 0.01))])
        return write_wav(tmp_path / name, sound if seconds else sound[: int(silence * RATE)])

    return write


@pytest.fixture(scope="session")
def tiny_whisper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Letters, one layer, English alone; what it hears has no meaning."""
    why = "faster-whisper is not installed: pip install 'mgllm[speech]'"
    pytest.importorskip("faster_whisper", reason=why)
    import torch
    from ctranslate2.converters.transformers import WhisperLoader
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    folder = tmp_path_factory.mktemp("whisper")
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={one: n for n, one in enumerate(letters)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(one, special=True) for one in SPECIAL])
    tokenizer.add_tokens([AddedToken(f"<|{0.02 * n:.2f}|>") for n in range(1501)])
    tokenizer.save(str(folder / "tokenizer.json"))
    tokens = [one for one, _ in sorted(tokenizer.get_vocab().items(), key=lambda pair: pair[1])]
    shape: dict[str, Any] = {"vocab_size": len(tokens), "d_model": 16}
    for side in ("encoder", "decoder"):
        shape |= {f"{side}_layers": 1, f"{side}_attention_heads": 2, f"{side}_ffn_dim": 32}
    shape |= dict.fromkeys(
        ("eos_token_id", "bos_token_id", "pad_token_id"), tokenizer.token_to_id(SPECIAL[0])
    )
    shape["decoder_start_token_id"] = tokenizer.token_to_id(SPECIAL[1])
    torch.manual_seed(0)
    network: Any = WhisperForConditionalGeneration(WhisperConfig(**shape))
    spec = WhisperLoader().get_model_spec(network.eval())
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], []
    spec.config.alignment_heads, spec.config.lang_ids = [[0, 0]], []
    spec.validate()
    spec.optimize(quantization=None)
    spec.save(str(folder))
    return folder


def options(model: Path, **more: Any) -> ListenOptions:
    return ListenOptions(model=model, threads=1, **more)


def test_a_voice_is_heard_where_it_is(tiny_whisper: Path, wav: Wav) -> None:
    listener = open_listener(options(tiny_whisper))
    heard = listener.hear(wav("late.wav", 3.0, silence=2.0))
    assert (heard.language, heard.seconds, heard.missing) == ("en", 5.0, 0.0)
    assert heard.turns
    starts = [turn.start or 0.0 for turn in heard.turns]
    assert starts[0] == pytest.approx(1.6, abs=0.4)  # the detector takes a little of what is before
    assert starts == sorted(starts)
    assert all(turn.end is not None and turn.end <= 5.0 for turn in heard.turns)
    assert all(turn.text for turn in heard.turns)


@pytest.mark.parametrize("kind", ["int8", "float32"])
def test_the_same_file_gives_the_same_words(tiny_whisper: Path, wav: Wav, kind: str) -> None:
    path = wav("a.wav")
    one, other = (open_listener(options(tiny_whisper, compute_type=kind)).hear(path) for _ in range(2))
    assert one.turns
    assert one == other


@pytest.mark.parametrize("language", [None, "en"])
def test_silence_says_nothing(tiny_whisper: Path, wav: Wav, language: str | None) -> None:
    heard = open_listener(options(tiny_whisper, language=language)).hear(wav("a.wav", 0, silence=4.0))
    assert heard.turns == ()
    assert heard.seconds == 4.0


@pytest.mark.parametrize("name", ["base", "Systran/faster-whisper-base", "large-v3"])
def test_a_name_is_no_folder(name: str) -> None:
    with pytest.raises(InputError, match=f"--model {name} is not a folder.*nothing is downloaded"):
        open_listener(ListenOptions(model=Path(name)))


def model_files(folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in names:
        (folder / name).write_text("{}")
    return folder


def test_what_a_folder_lacks_is_named(tmp_path: Path) -> None:
    whole = ("model.bin", "config.json", "tokenizer.json", "vocabulary.json")
    for left_out in whole:
        folder = model_files(tmp_path / left_out, *(name for name in whole if name != left_out))
        with pytest.raises(InputError, match=f"has no {left_out}"):
            open_listener(ListenOptions(model=folder))


def test_without_the_library_its_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = model_files(tmp_path / "m", "model.bin", "config.json", "tokenizer.json", "vocabulary.txt")
    real = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name == "faster_whisper":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(InputError, match=r"needs faster-whisper.* pip install '\.\[speech\]'"):
        open_listener(ListenOptions(model=folder))


@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json", "vocabulary.json"])
def test_a_model_that_is_none_is_one_line(tiny_whisper: Path, tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(tiny_whisper, tmp_path / "m"))
    (folder / name).write_text("[1, 2")
    with pytest.raises(InputError, match="cannot be loaded as a Whisper model"):
        open_listener(options(folder))


def test_a_language_that_the_model_does_not_know(tiny_whisper: Path) -> None:
    with pytest.raises(InputError, match="--language 'de': the model knows no such language"):
        open_listener(options(tiny_whisper, language="de"))


def test_a_model_with_other_input_than_its_folder_says(tiny_whisper: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_whisper, tmp_path / "m"))
    (folder / "preprocessor_config.json").write_text('{"feature_size": 128}')
    with pytest.raises(InputError, match=r"no preprocessor_config\.json that says feature_size 80"):
        open_listener(options(folder))
