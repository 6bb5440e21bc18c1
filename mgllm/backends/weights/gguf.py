"""From a GGUF file to a folder that transformers loads in seconds."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from mgllm.backends.weights.known_models import WEIGHTS
from mgllm.errors import InputError

DIGIT_SPLITTERS = frozenset({"smollm", "starcoder", "refact", "command-r"})
"""Values of `tokenizer.ggml.pre` whose tokenizer cuts numbers into single digits before it merges."""


def convert_gguf(gguf: Path, folder: Path) -> dict[str, str]:
    """Write the dequantised weights (float32: half precision would round them), config and tokenizer.

    Returns:
        Versions of the libraries that did it.

    Raises:
        InputError: the file is no GGUF that transformers can read.
    """
    import torch
    from safetensors.torch import save_file
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    place: dict[str, Any] = {"pretrained_model_name_or_path": gguf.parent, "gguf_file": gguf.name}
    try:
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
    """Put back what the conversion of a GGUF tokenizer drops: the cutting of numbers into digits."""
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
