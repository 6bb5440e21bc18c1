"""What the recogniser's parts cost on one thread, against plain public designs in the same run.

    python benchmarks/recognizer_speed.py [--batch 32] [--repeats 5]

Clips a second of processor time (user and system) of one thread; the competitors take turns and the
table shows medians. Everything runs on made-up clips. Exit 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import NamedTuple

import numpy as np
import torch
from recognizer_reference import (  # type: ignore[import-not-found]  # stands beside this script
    PlainMoco,
    plain_triple,
)
from torch import nn

from mgllm.recognizer.clips import Clips
from mgllm.recognizer.graph import Graph
from mgllm.recognizer.network.two_streams import StreamOptions
from mgllm.recognizer.training.composing import EXTREME, Views, make_views, view_generator
from mgllm.recognizer.training.dual_stream import ContrastOptions, DualStream

QUEUE = 512
TARGETS = {"training step": 10.0, "inference": 40.0, "augmentation": 3500.0}


class Shape(NamedTuple):
    """Of a batch."""

    clips: int
    frames: int = 64
    joints: int = 25


def main() -> int:
    """Measure, print tables, say whether the targets are met."""
    options = _options()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    shape = Shape(options.batch)
    results = {
        "training step": _take_turns(_training(shape), shape.clips, options.repeats),
        "inference": _take_turns(_inference(shape), shape.clips, options.repeats),
        "augmentation": _take_turns(_augmentation(128), 128, options.repeats),
    }
    print(f"Clips a second and core, median of {options.repeats} turns (batch {shape.clips}, 64 frames,")
    print("25 joints; augmentation: query, key and extreme view, batch 128, 50 frames, 25 joints):\n")
    print("| what | ours | plain | ratio | target |\n|---|---|---|---|---|")
    for name, speeds in results.items():
        ours, plain = speeds["ours"], speeds["plain"]
        print(f"| {name} | {ours:,.1f} | {plain:,.1f} | {ours / plain:.1f} | ≥ {TARGETS[name]:,g} |")
    extra = _take_turns({"ours": _ours_training(shape, extreme=True)}, shape.clips, options.repeats)["ours"]
    print(f"| training step with a third view | {extra:,.1f} | — | — | — |")
    _print_growth(options.repeats)
    return 0 if all(results[name]["ours"] >= target for name, target in TARGETS.items()) else 1


def _print_growth(repeats: int) -> None:
    print("\nMilliseconds a batch of a training step; twice the size should take twice the time:\n")
    print("| axis | half | base | double | double / base |\n|---|---|---|---|---|")
    base = Shape(16)
    for axis, field in (("frames (64)", "frames"), ("joints (25)", "joints"), ("clips (16)", "clips")):
        value: int = getattr(base, field)
        sizes = [base._replace(**{field: size}) for size in (value // 2, value, 2 * value)]
        speeds = [_take_turns({"ours": _ours_training(s)}, s.clips, repeats)["ours"] for s in sizes]
        ms = [1e3 * shape.clips / speed for shape, speed in zip(sizes, speeds, strict=True)]
        print(f"| {axis} | {ms[0]:.0f} | {ms[1]:.0f} | {ms[2]:.0f} | {ms[2] / ms[1]:.2f} |")


def _take_turns(works: Mapping[str, Callable[[], object]], clips: int, repeats: int) -> dict[str, float]:
    """Median clips a second of each, after one turn that does not count."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(repeats + 1):
        for name, work in works.items():
            began = time.process_time()
            work()
            if turn:
                taken[name].append(time.process_time() - began)
    return {name: clips / median(times) for name, times in taken.items()}


def _chain(joints: int) -> Graph:
    return Graph(joints, tuple((a, a + 1) for a in range(joints - 1)))


def _clips(shape: Shape) -> Clips:
    x_NTVC = torch.randn(*shape, 3)
    return Clips(x_NTVC, torch.ones(*shape, dtype=torch.bool))


def _step(parameters: list[nn.Parameter], loss: Callable[[], torch.Tensor]) -> Callable[[], None]:
    descent = torch.optim.SGD(parameters, lr=1e-3, momentum=0.9)

    def work() -> None:
        descent.zero_grad()
        torch.autograd.backward(loss())
        descent.step()

    return work


def _ours(shape: Shape) -> DualStream:
    return DualStream(_chain(shape.joints), 3, StreamOptions(), ContrastOptions(queue=QUEUE))


def _ours_training(shape: Shape, *, extreme: bool = False) -> Callable[[], None]:
    model, ids_N = _ours(shape), torch.arange(shape.clips)
    views = Views(_clips(shape), _clips(shape), _clips(shape) if extreme else None)

    def loss() -> torch.Tensor:
        model.follow(0.99)
        found: torch.Tensor = model(views, ids_N).loss
        return found

    return _step(list(model.query.parameters()), loss)


def _training(shape: Shape) -> dict[str, Callable[[], None]]:
    plain, one, other = PlainMoco(_chain(shape.joints), 3, QUEUE), _clips(shape).x_NTVC, _clips(shape).x_NTVC
    plain_step = _step(list(plain.query.parameters()), lambda: plain(one, other))
    return {"ours": _ours_training(shape), "plain": plain_step}


def _inference(shape: Shape) -> dict[str, Callable[[], object]]:
    model, clips = _ours(shape).eval(), _clips(shape)
    plain = PlainMoco(_chain(shape.joints), 3, QUEUE).eval()

    @torch.inference_mode()
    def plain_work() -> object:
        return [encoder(clips.x_NTVC) for encoder in plain.query]

    return {"ours": lambda: model.encode(clips), "plain": plain_work}


def _augmentation(clips: int) -> dict[str, Callable[[], object]]:
    batch = _clips(Shape(clips, frames=50))
    samples, random = batch.x_NTVC.numpy(), np.random.default_rng(0)
    generator = view_generator(0, 0, 0)

    def plain_work() -> object:
        triples = [plain_triple(sample, random) for sample in samples]
        return [np.stack(view) for view in zip(*triples, strict=True)]

    return {"ours": lambda: make_views(batch, generator, extreme=EXTREME), "plain": plain_work}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--batch", type=int, default=32, help="clips in a batch")
    parser.add_argument("--repeats", type=int, default=5, help="turns that count")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
