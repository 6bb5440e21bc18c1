"""What each of two processes does in `test_processes.py`: two_processes.py DATASET OPTIONS OUT.

Writes what it has into OUT/RANK.safetensors: `local.*` and `mean.*` gradients of one step, `model.*` after a
training, `asked`, the clips that it was given in that training.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from mgllm.recognizer.clips import Clips
from mgllm.recognizer.network.reading import ClipReader, Numbers
from mgllm.recognizer.training.composing import make_views, view_generator
from mgllm.recognizer.training.pretraining import Pretraining, PretrainOptions
from mgllm.recognizer.training.processes import Processes, joined_processes
from mgllm.skeleton import open_dataset


class Listening(ClipReader):
    """Remembers which clips were asked for."""

    asked: list[int]

    def batch(self, numbers: Numbers, device: torch.device | str = "cpu") -> Clips:
        self.asked += [int(number) for number in numbers]
        return super().batch(numbers, device)


def one_step(training: Pretraining, processes: Processes) -> dict[str, Tensor]:
    """Gradients before and after they are averaged."""
    mine = processes.share(torch.arange(12))
    clips = training.reader.batch(mine.numpy())
    views = make_views(clips, view_generator(0, 0, processes.rank))
    training.model(views, mine, processes.gather).loss.backward()
    with_gradient = [weight for weight in training.weights if weight.grad is not None]
    local = {f"local.{n}": w.grad.clone() for n, w in enumerate(with_gradient) if w.grad is not None}
    processes.average_gradients(training.weights)
    mean = {f"mean.{n}": w.grad.clone() for n, w in enumerate(with_gradient) if w.grad is not None}
    return {**local, **mean, "entered": training.model.queue("fused").bank().ids_K.clone()}


def main(dataset: str, options: str, out: str) -> None:
    """One step of a fresh network, then a training of another."""
    told = PretrainOptions.model_validate_json(Path(options).read_text())
    with joined_processes("cpu") as processes:
        reader = Listening(open_dataset(dataset), told.preprocessing)
        reader.asked = []
        found = one_step(Pretraining(reader, range(36), told, processes), processes)
        reader.asked = []
        training = Pretraining(reader, range(36), told, processes)
        while not training.finished:
            training.epoch()
        found |= {f"model.{key}": value.clone() for key, value in training.model.state_dict().items()}
        found["asked"] = torch.tensor(reader.asked)
        save_file(found, Path(out) / f"{processes.rank}.safetensors")


if __name__ == "__main__":
    main(*sys.argv[1:])
