"""An unfinished training on disk: all that the next step depends on, in one safetensors file.

Random numbers are not part of it: they all come from seed, epoch and step.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mgllm.errors import InputError
from mgllm.files.writing import draft_of
from mgllm.recognizer.network.checkpoint import CONFIG, make_folder
from mgllm.recognizer.network.network import put_weights
from mgllm.records import Frozen
from mgllm.skeleton import SkeletonDataset

STATE = "training.safetensors"
_MOMENTS = ("exp_avg", "exp_avg_sq", "step")
FREE = ("device",)
"""Options that may differ when a training is resumed."""


class Resumable(Protocol):
    """A training that can be written between two epochs."""

    @property
    def model(self) -> nn.Module:
        """All that is learned."""

    @property
    def weights(self) -> Sequence[Tensor]:
        """Those that the optimiser changes, in its order."""

    @property
    def optimizer(self) -> torch.optim.Optimizer:
        """AdamW."""

    @property
    def options(self) -> Frozen:
        """Everything that decides the training."""

    @property
    def course(self) -> str:
        """The finished epochs, as JSON."""

    def put_course(self, course: str) -> None:
        """Go on after these epochs."""


def check_place(out: Path, *, resume: bool) -> None:
    """Make the folder of a training.

    Raises:
        InputError: there is a checkpoint already, or, to resume, no unfinished training.
    """
    if resume and (out / CONFIG).is_file() and not (out / STATE).is_file():
        raise InputError(f"{out} is a finished training, so there is nothing to resume")
    if not resume and ((out / CONFIG).exists() or (out / STATE).exists()):
        raise InputError(f"{out} already has a checkpoint; choose another folder, or go on with --resume")
    make_folder(out)


def save_state(training: Resumable, clips: str, folder: Path) -> None:
    """Write the state, completely or not at all.

    Args:
        training: between two epochs.
        clips: hash of the clips that are learned from.
        folder: of the checkpoint.
    """
    from safetensors.torch import save_file

    tensors: dict[str, Tensor] = {f"model.{key}": v for key, v in training.model.state_dict().items()}
    for place, weight in enumerate(training.weights):
        for name, value in training.optimizer.state[weight].items():
            tensors[f"optimizer.{place}.{name}"] = value
    about = {
        "options": training.options.model_dump_json(),
        "clips": clips,
        "history": training.course,
    }
    with draft_of(folder / STATE) as draft:
        save_file({key: value.detach().cpu().contiguous() for key, value in tensors.items()}, draft, about)


def load_state(training: Resumable, clips: str, folder: Path) -> None:
    """Put a new training into the state of a saved one.

    Raises:
        InputError: there is none, it is damaged, or options or clips are different.
    """
    from safetensors import SafetensorError, safe_open

    path = folder / STATE
    if not path.is_file():
        raise InputError(f"{path} does not exist: there is no unfinished training in {folder} to resume")
    try:
        with safe_open(path, "pt") as file:
            about = file.metadata() or {}
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118  # no mapping
        options = type(training.options).model_validate_json(about["options"])
        course = about["history"]
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise InputError(f"{path} is damaged: {error}; start again in another folder") from None
    _check_same(options, training.options, path)
    if about.get("clips") != clips:
        raise InputError(
            f"{path} was trained on other clips or from another checkpoint; give the same"
            " checkpoint, data set and --train-on"
        )
    model = {key.removeprefix("model."): v for key, v in tensors.items() if key.startswith("model.")}
    put_weights(training.model, model, path)
    _put_moments(training, tensors, path)
    try:
        training.put_course(course)
    except ValueError as error:
        raise InputError(f"{path} is damaged: {error}; start again in another folder") from None


def _check_same(saved: Frozen, now: Frozen, path: Path) -> None:
    before, after = saved.model_dump(mode="json"), now.model_dump(mode="json")
    changed = [name for name in before if name not in FREE and before[name] != after[name]]
    if changed:
        name = changed[0]
        raise InputError(
            f"{path}: {name} was {_short(before[name])} and is now {_short(after[name])}; "
            "resume with the same options, or start again in another folder"
        )


def _short(value: Any) -> str:
    return f"{value!r:.80}"


def _put_moments(training: Resumable, tensors: dict[str, Tensor], path: Path) -> None:
    for place, weight in enumerate(training.weights):
        keys = [f"optimizer.{place}.{name}" for name in _MOMENTS]
        if not any(key in tensors for key in keys):
            continue  # a stream that is not trained has no moments
        if any(key not in tensors for key in keys) or any(
            tensors[key].shape != weight.shape for key in keys[:2]
        ):
            raise InputError(
                f"{path} is damaged: the optimiser's state is not complete; start again in another folder"
            )
        moments = (tensors[key].clone() for key in keys)
        training.optimizer.state[weight] = {
            name: value if name == "step" else value.to(weight.device)
            for name, value in zip(_MOMENTS, moments, strict=True)
        }


def weights_identity(model: nn.Module) -> str:
    """Hash of the weights that a training begins with."""
    digest = hashlib.sha256()
    for name, value in model.state_dict().items():
        digest.update(name.encode() + value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def clips_identity(dataset: SkeletonDataset, numbers: NDArray[np.int64]) -> str:
    """Hash of the clips that are learned from: the data set's content and the chosen clips."""
    return hashlib.sha256(dataset.sha256.encode() + numbers.astype("<i8").tobytes()).hexdigest()
