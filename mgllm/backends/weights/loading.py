"""Loads a model by its name, with the facts that its numbers depend on."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import Field, ValidationError

from mgllm.backends.weights.known_models import (
    KNOWN_MODELS,
    WEIGHTS,
    ModelCard,
    models_folder,
    read_card,
    sha256_of,
)
from mgllm.errors import FatalBackendError, InputError, unknown
from mgllm.files.problems import first_problem
from mgllm.records import Frozen

Facts = Mapping[str, str | int | float | bool | None]


class LocalSettings(Frozen):
    """The `--model-arg`s of a local model."""

    dtype: Literal["float32", "bfloat16"] = "float32"
    """bfloat16 is faster on some processors, but changes log-probabilities by up to 0.5."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """auto: cuda if there is one."""
    threads: int | None = Field(default=None, ge=1)
    """Threads of a single operation; None: as many as torch chooses."""
    revision: str | None = None
    """Branch, tag or commit of a hub repository."""


class Place(NamedTuple):
    """Where a model is loaded from."""

    source: str
    """A folder, or a hub id."""
    is_folder: bool
    card: ModelCard | None
    """The card of a pulled model."""


class Loaded(NamedTuple):
    """A model in memory."""

    model: Any
    tokenizer: Any
    facts: Facts


def read_settings(model_args: Mapping[str, object]) -> LocalSettings:
    """The settings in `--model-arg`s.

    Raises:
        InputError: an unknown key, or a value that does not fit.
    """
    for key in model_args:
        if key not in LocalSettings.model_fields:
            raise InputError(unknown("--model-arg of a local model", key, LocalSettings.model_fields))
    try:
        return LocalSettings.model_validate(dict(model_args))
    except ValidationError as error:
        problem = first_problem(error)
        name = problem.steps[0]
        raise InputError(f"--model-arg {name}={problem.given} {problem.words}") from None


def find_model(name: str) -> Place:
    """A known model's cache, an existing folder, or a hub id.

    Raises:
        FatalBackendError: it is not there; the message says what to do.
    """
    if name in KNOWN_MODELS:
        folder = models_folder() / name
        card = read_card(folder)
        if card is None:
            raise FatalBackendError(f"local/{name} has no weights here yet; run `mgllm models pull {name}`")
        return Place(str(folder), True, card)
    path = Path(name).expanduser()
    if (path / "config.json").is_file():
        return Place(str(path), True, read_card(path))
    if path.exists():
        raise FatalBackendError(f"{name} is not the folder of a model: it has no config.json")
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", name) or name.startswith((".", "/", "~")):
        known = ", ".join(f"local/{known}" for known in KNOWN_MODELS)
        raise FatalBackendError(
            f"local/{name} is neither a folder here nor a hub id (OWNER/NAME). Known: {known}"
        )
    return Place(name, False, None)


def load_model(name: str, settings: LocalSettings) -> Loaded:
    """Load weights and tokenizer; never runs code from the model's repository.

    Raises:
        FatalBackendError: it cannot be loaded.
    """
    place = find_model(name)
    # Waiting threads spin 10,000 rounds, then sleep: as fast as longer spinning on an idle machine,
    # and many times faster on a shared one. It has an effect only before torch is imported.
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")
    import torch

    if settings.threads is not None:
        torch.set_num_threads(settings.threads)
    device = _device(settings)
    with ThreadPoolExecutor(1) as aside:
        expected = aside.submit(_sha256, Path(place.source)) if place.is_folder else None
        model, tokenizer = _load(place, settings)
        folder = Path(place.source) if place.is_folder else _snapshot(place.source, model)
        found = expected.result() if expected else _sha256(folder)
    if place.card is not None and found != place.card.weights_sha256:
        raise FatalBackendError(f"local/{name} is damaged in {place.source}; run `mgllm models pull {name}`")
    model = model.to(device).eval()
    if device == "cpu":
        _lay_out_for_cpu(model)
    template = getattr(tokenizer, "chat_template", None)
    facts: dict[str, str | int | float | bool | None] = {
        "weights_sha256": found,
        "weights_source": place.card.source if place.card else place.source if not place.is_folder else None,
        "revision": place.card.revision if place.card else getattr(model.config, "_commit_hash", None),
        "parameters": int(sum(p.numel() for p in model.parameters())),
        "dtype": settings.dtype,
        "device": device,
        "torch_threads": torch.get_num_threads(),
        "chat_template_sha256": hashlib.sha256(str(template).encode()).hexdigest() if template else None,
    }
    return Loaded(model, tokenizer, facts)


def _load(place: Place, settings: LocalSettings) -> tuple[Any, Any]:
    import torch
    from huggingface_hub.utils import logging as hub_logging
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    # Our one line says enough about the hub's retries.
    hub_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    disable_progress_bar()  # type: ignore[no-untyped-call]  # (ours shows progress)
    common: dict[str, Any] = {"trust_remote_code": False, "revision": settings.revision or "main"}
    if place.is_folder:
        common["local_files_only"] = True
    try:
        tokenizer = AutoTokenizer.from_pretrained(place.source, **common)
        dtype = getattr(torch, settings.dtype)
        return AutoModelForCausalLM.from_pretrained(place.source, dtype=dtype, **common), tokenizer
    except Exception as error:  # transformers, the hub's client and safetensors raise many kinds
        why = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise FatalBackendError(f"local/{place.source} cannot be loaded: {why}") from error


def _device(settings: LocalSettings) -> str:
    import torch

    if settings.device == "cpu":
        return "cpu"
    if torch.cuda.is_available():
        return "cuda"
    if settings.device == "cuda":
        raise FatalBackendError("--model-arg device=cuda: torch sees no such device here; use device=cpu")
    return "cpu"


def _lay_out_for_cpu(model: Any) -> None:
    """Store weights [out, in] column by column: a CPU multiplies a few tokens 10–40 % faster that
    way.

    Values stay the same. Weights shared with the embedding are not changed: it reads them by rows.
    """
    import torch

    embedding = model.get_input_embeddings().weight
    for module in model.modules():
        if type(module) is torch.nn.Linear and module.weight is not embedding:
            module.weight.data = module.weight.data.t().contiguous().t()


def _snapshot(hub_id: str, model: Any) -> Path | None:
    """Folder of a hub model's files in the hub's cache."""
    from huggingface_hub import try_to_load_from_cache

    commit = getattr(model.config, "_commit_hash", None)
    found = try_to_load_from_cache(hub_id, "config.json", revision=commit) if commit else None
    return Path(found).parent if isinstance(found, str) else None


def _sha256(folder: Path | None) -> str | None:
    """Hash of the one weights file, or of the names and hashes of all of them; None without any.

    The hub's cache names files by their sha256, so those are not read again.
    """
    if folder is None:
        return None
    files = sorted([*folder.glob("*.safetensors")] or [*folder.glob("*.bin")])
    hashes = {file.name: _named_hash(file) or sha256_of(file) for file in files}
    if list(hashes) == [WEIGHTS]:
        return hashes[WEIGHTS]
    lines = "".join(f"{digest}  {name}\n" for name, digest in hashes.items())
    return hashlib.sha256(lines.encode()).hexdigest() if lines else None


def _named_hash(file: Path) -> str | None:
    target = file.resolve().name if file.is_symlink() else ""
    return target if re.fullmatch(r"[0-9a-f]{64}", target) else None
