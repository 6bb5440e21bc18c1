"""`mgllm recognizer info`: a checkpoint's facts, without loading its network."""

from __future__ import annotations

import hashlib
from pathlib import Path

from mgllm.errors import InputError
from mgllm.recognizer.network.checkpoint import WEIGHTS, CheckpointConfig, read_config
from mgllm.records import Frozen


class RecognizerInfo(Frozen):
    """What a checkpoint is."""

    checkpoint: Path
    """Its folder."""
    config: CheckpointConfig
    """All of `config.json`."""
    weights: int
    """Numbers in `model.safetensors`."""
    megabytes: float
    """Size of that file."""
    sha256: str
    """Hash of that file."""


def recognizer_info(folder: Path) -> RecognizerInfo:
    """Read a checkpoint's config and its weights' header.

    Raises:
        InputError: it is none, or damaged.
    """
    from safetensors import SafetensorError, safe_open

    config, path = read_config(folder), folder / WEIGHTS
    try:
        with safe_open(path, "np") as file:
            shapes = [file.get_slice(name).get_shape() for name in file.keys()]  # noqa: SIM118  # no dict
        content = path.read_bytes()
    except (SafetensorError, OSError) as error:
        raise InputError(f"{path} cannot be read: {error}") from None
    return RecognizerInfo(
        checkpoint=folder,
        config=config,
        weights=sum(_product(shape) for shape in shapes),
        megabytes=len(content) / 1e6,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _product(shape: list[int]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size
