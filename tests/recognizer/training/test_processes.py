"""Two real processes keep the same network; alone, nothing happens."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, distributed as dist, nn

from mgllm.recognizer.network.network import encode, load_recognizer
from mgllm.recognizer.network.reading import ClipReader
from mgllm.recognizer.training.pretraining import PretrainOptions
from mgllm.recognizer.training.processes import Processes, choose_device, joined_processes
from mgllm.skeleton import SkeletonDataset

Refusal = Callable[[Callable[[], object]], str]


def meeting_place() -> dict[str, str]:
    """Where processes find one another: a free port."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(asked.getsockname()[1])}


def in_two(script: Path, *words: str | Path) -> None:
    """Run a script twice at once, as `torchrun` does, without the time that it takes itself."""
    command = [sys.executable, str(script), *map(str, words)]
    env = {**os.environ, **meeting_place(), "OMP_NUM_THREADS": "1", "WORLD_SIZE": "2"}
    started = [
        subprocess.Popen(command, env={**env, "RANK": rank, "LOCAL_RANK": rank}, stderr=subprocess.PIPE)
        for rank in ("0", "1")
    ]
    try:
        for process in started:
            _, told = process.communicate(timeout=120)
            assert process.returncode == 0, told.decode()
    finally:
        for process in started:
            process.kill()


def torchrun(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run in two processes."""
    place = meeting_place()
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    command += ["--master-addr", place["MASTER_ADDR"], "--master-port", place["MASTER_PORT"]]
    command += map(str, words)
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=env, check=False)


@pytest.fixture(scope="module")
def ranks(toy: SkeletonDataset, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Tensor]]:
    """What each of two processes wrote."""
    out = tmp_path_factory.mktemp("ranks")
    encoder = {"spatial_args": {"widths": [8, 8], "parts": 2}, "temporal_args": {"width": 8}, "dims": 24}
    options = PretrainOptions.model_validate(
        {
            "epochs": 2,
            "batch": 12,
            "learning_rate": 0.02,
            "device": "cpu",
            "encoder": {**encoder, "head_width": 16, "head_dims": 8},
            "preprocessing": {"frames": 8},
            "contrast": {"cross": 0},
        }
    )
    (out / "options.json").write_text(options.model_dump_json())
    in_two(Path(__file__).with_name("two_processes.py"), toy.path, out / "options.json", out)
    return [load_file(out / f"{rank}.safetensors") for rank in range(2)]


def test_both_have_the_same_weights_and_queues_to_the_bit(ranks: list[dict[str, Tensor]]) -> None:
    first, second = ranks
    names = [name for name in first if name.startswith("model.")]
    assert {name.split(".")[1] for name in names} == {"query", "key", "queues"}
    for name in names:
        assert torch.equal(first[name], second[name]), name
    assert int(first["model.queues.fused.entered"]) == 2 * 36


def test_each_clip_is_seen_by_one_of_them_once_an_epoch(ranks: list[dict[str, Tensor]]) -> None:
    first, second = (rank["asked"].tolist() for rank in ranks)
    assert len(first) == len(second) == 36
    for epoch in (slice(18), slice(18, 36)):
        assert sorted(first[epoch] + second[epoch]) == list(range(36))


def test_gradients_are_the_mean_of_both_halves(ranks: list[dict[str, Tensor]]) -> None:
    first, second = ranks
    places = [name.removeprefix("local.") for name in first if name.startswith("local.")]
    assert len(places) > 20
    for place in places:
        mean = (first[f"local.{place}"] + second[f"local.{place}"]) / 2
        assert torch.equal(first[f"mean.{place}"], mean)
        assert torch.equal(second[f"mean.{place}"], mean)
    assert any(not torch.equal(first[f"local.{n}"], second[f"local.{n}"]) for n in places)


def test_both_halves_enter_both_queues(ranks: list[dict[str, Tensor]]) -> None:
    assert [rank["entered"].tolist() for rank in ranks] == [list(range(12))] * 2


def test_the_command_in_two_processes_writes_one_checkpoint(
    toy: SkeletonDataset, reader: ClipReader, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words: list[str | Path] = [
        "recognizer",
        "pretrain",
        toy.path,
        "-o",
        out,
        "--epochs",
        "2",
        "--batch",
        "12",
    ]
    words += ["--learning-rate", "0.02", "--frames", "8", "--device", "cpu", "--display", "plain"]
    for value in (
        "encoder.spatial_args={widths: [8, 8], parts: 2}",
        "encoder.temporal_args={width: 8}",
        "encoder.dims=24",
        "contrast.cross=0",
    ):
        words += ["--set", value]
    ran = torchrun("-m", "mgllm", *words)
    assert ran.returncode == 0, ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert "training.safetensors" not in [path.name for path in out.iterdir()]
    network, config = load_recognizer(out)
    assert (config.training["epochs_done"], config.subjects_seen[0].clips) == (2, 36)
    assert bool(encode(network, reader, range(36)).isfinite().all())
    assert ran.stdout.count("pre-trained 2 epochs") == 1, ran.stdout  # one of them speaks
    assert ran.stderr.count("epoch 2/2") == 1, ran.stderr


def test_alone_nothing_is_sent() -> None:
    with joined_processes("auto") as alone:
        assert alone == Processes()
        assert not dist.is_initialized()
    assert alone.leads
    z_ND = torch.randn(4, 3, requires_grad=True)
    assert torch.equal(alone.gather(z_ND), z_ND)
    assert not alone.gather(z_ND).requires_grad
    assert alone.share(torch.arange(5)).tolist() == [0, 1, 2, 3, 4]
    weight = nn.Parameter(torch.ones(3))
    weight.grad = torch.tensor([1.0, 2.0, 3.0])
    alone.average_gradients([weight])
    assert weight.grad.tolist() == [1.0, 2.0, 3.0]


def test_shares_are_parts_of_the_batch_in_order() -> None:
    parts = [Processes(rank, 3).share(torch.arange(12)).tolist() for rank in range(3)]
    assert parts == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    assert [Processes(rank, 3).leads for rank in range(3)] == [True, False, False]


@pytest.mark.parametrize(
    ("device", "there", "backend"),
    [("auto", True, "nccl"), ("cuda", True, "nccl"), ("cpu", True, "gloo"), ("auto", False, "gloo")],
)
def test_accelerators_talk_by_nccl(
    monkeypatch: pytest.MonkeyPatch, device: str, there: bool, backend: str
) -> None:
    told: list[Any] = []
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("LOCAL_RANK", "1")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    monkeypatch.setattr(dist, "init_process_group", told.append)
    monkeypatch.setattr(dist, "destroy_process_group", lambda: told.append("left"))
    monkeypatch.setattr(dist, "get_rank", lambda: 1)
    with joined_processes(device) as processes:
        assert processes == Processes(1, 2, 1)
    assert told == [backend, "left"]


def test_devices_by_name(monkeypatch: pytest.MonkeyPatch, refusal: Refusal) -> None:
    assert choose_device("cpu", 3) == torch.device("cpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device("auto", 1) == choose_device("cuda", 1) == torch.device("cuda", 1)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto") == torch.device("cpu")
    assert "torch finds no CUDA device here; use --device cpu" in refusal(lambda: choose_device("cuda"))
    assert "unknown device 'gpu'" in refusal(lambda: choose_device("gpu"))
