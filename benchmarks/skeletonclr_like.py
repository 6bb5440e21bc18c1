"""A row to compare with: a plain SkeletonCLR-like training on the same clips, for the same epochs.

ST-GCN with hidden 16, one MoCo contrast, shear and temporal crop as augmentations (Li et al., CVPR
2021; the encoder and sizes as AimCLR's code has them), SGD. Queue and momentum follow the set's
size as ours do, since with the published values (32,768 keys, .999) it does not learn from some
hundred clips.

    python benchmarks/skeletonclr_like.py D --train-on subject=1,3,7 --test-on subject=5 --rate .01
"""

from __future__ import annotations

import argparse
import json
from copy import deepcopy
from pathlib import Path

import numpy as np
import torch
from recognizer_reference import StGcn16  # type: ignore[import-not-found]  # stands beside this script
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize, pad

from mgllm.recognizer.evaluation.protocols import labelled
from mgllm.recognizer.metrics import score
from mgllm.recognizer.network.reading import ClipReader, Preprocessing, layout_graph
from mgllm.recognizer.training.dual_stream import follow
from mgllm.recognizer.training.length import cosine, momentum_for, queue_for, steps_per_epoch
from mgllm.recognizer.training.probing import neighbours
from mgllm.skeleton import open_dataset
from mgllm.skeleton.selection import select

FRAMES, BATCH, TEMPERATURE, DIMS = 50, 32, 0.07, 128


def main() -> None:
    """Train, test, print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--train-on", required=True)
    parser.add_argument("--test-on", required=True)
    parser.add_argument("--rate", type=float, default=0.01)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    dataset = open_dataset(given.dataset)
    reader = ClipReader(dataset, Preprocessing(frames=FRAMES))
    train, test = (labelled(dataset, select(dataset, side)) for side in (given.train_on, given.test_on))
    torch.manual_seed(given.seed)
    encoder = _Encoder(reader)
    loss = _train(encoder, reader.batch(train).x_NTVC, given)
    z_train, z_test = _features(encoder, reader, train), _features(encoder, reader, test)
    y_train, y_test = dataset.labels[train], dataset.labels[test]
    nearest = score(neighbours(z_train, y_train, z_test, len(dataset.meta.classes)), y_test)
    linear = _linear(z_train.numpy(), y_train, z_test.numpy(), y_test)
    words = {key: str(value) for key, value in vars(given).items()}
    print(json.dumps({**words, "loss": round(loss, 3), "linear": linear, "knn": nearest.top1}))


class _Encoder(nn.Module):
    def __init__(self, reader: ClipReader) -> None:
        super().__init__()
        self.body = StGcn16(layout_graph(reader.layout), reader.channels)
        self.head = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, DIMS))

    def forward(self, x_NTVC: Tensor) -> Tensor:
        projected: Tensor = normalize(self.head(self.body(x_NTVC)), dim=-1)
        return projected


def _train(encoder: _Encoder, x_NTVC: Tensor, given: argparse.Namespace) -> float:
    key = deepcopy(encoder).requires_grad_(requires_grad=False)
    steps = steps_per_epoch(len(x_NTVC), BATCH)
    total, momentum = steps * given.epochs, momentum_for(steps * given.epochs)
    queue_KD = normalize(torch.randn(queue_for(len(x_NTVC), BATCH), DIMS), dim=-1)
    optimizer = torch.optim.SGD(encoder.parameters(), given.rate, momentum=0.9, weight_decay=1e-4)
    loss = torch.zeros(())
    for epoch in range(given.epochs):
        order = torch.randperm(len(x_NTVC))
        for step in range(steps):
            for group in optimizer.param_groups:
                group["lr"] = given.rate * cosine(epoch * steps + step, total)
            batch_NTVC = x_NTVC[order[step * BATCH : (step + 1) * BATCH]]
            q_ND = encoder(_augmented(batch_NTVC))
            with torch.no_grad():
                k_ND = key(_augmented(batch_NTVC))
            logits_NK = torch.cat([(q_ND * k_ND).sum(1, keepdim=True), q_ND @ queue_KD.T], 1) / TEMPERATURE
            loss = cross_entropy(logits_NK, torch.zeros(len(q_ND), dtype=torch.long))
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            follow(key, encoder, momentum)
            queue_KD = torch.cat([k_ND, queue_KD])[: len(queue_KD)]
    return float(loss.detach())


def _augmented(x_NTVC: Tensor) -> Tensor:
    """Shear of up to one half, then a crop out of the clip padded by a sixth at both ends."""
    n, t, v, c = x_NTVC.shape
    shear_NCC = torch.eye(c) + (torch.rand(n, c, c) - 0.5) * (1 - torch.eye(c))
    x_NTVC = torch.bmm(x_NTVC.reshape(n, t * v, c), shear_NCC).view(n, t, v, c)
    edge = t // 6
    padded = pad(x_NTVC.flatten(2).transpose(1, 2), (edge, edge), mode="reflect").transpose(1, 2)
    starts = torch.randint(0, 2 * edge + 1, (n,)).tolist()
    return torch.stack([clip[at : at + t] for clip, at in zip(padded, starts, strict=True)]).view(n, t, v, c)


@torch.no_grad()
def _features(encoder: _Encoder, reader: ClipReader, numbers: np.typing.NDArray[np.int64]) -> Tensor:
    encoder.eval()
    parts = [encoder.body(reader.batch(numbers[at : at + 64]).x_NTVC) for at in range(0, len(numbers), 64)]
    return torch.cat(parts)


def _linear(
    z_train: np.typing.NDArray[np.float32],
    y_train: np.typing.NDArray[np.int64],
    z_test: np.typing.NDArray[np.float32],
    y_test: np.typing.NDArray[np.int64],
) -> float:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    probe = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000)).fit(z_train, y_train)
    return float(probe.score(z_test, y_test))


if __name__ == "__main__":
    main()
