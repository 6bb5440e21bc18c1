"""A checkpoint's facts are read from its files; nothing of a stranger's is run."""

from __future__ import annotations

import hashlib
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mgllm.commands.recognizer.info import recognizer_info
from mgllm.errors import InputError
from mgllm.recognizer.network.checkpoint import read_config
from mgllm.recognizer.network.network import load_recognizer


class Harm:
    """A pickle that leaves a file where it is loaded."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.place,)


def test_the_facts_are_those_of_the_files(toy_checkpoint: Path) -> None:
    found = recognizer_info(toy_checkpoint)
    content = (toy_checkpoint / "model.safetensors").read_bytes()
    network, _ = load_recognizer(toy_checkpoint)
    assert found.config == read_config(toy_checkpoint)
    assert found.weights == sum(value.numel() for value in network.state_dict().values())
    assert found.megabytes == len(content) / 1e6
    assert found.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("load", [recognizer_info, load_recognizer])
def test_a_pickle_in_the_weights_place_is_not_run(
    toy_checkpoint: Path, tmp_path: Path, load: Callable[[Path], object]
) -> None:
    harm = pickle.dumps(Harm(tmp_path / "harmed"))
    pickle.loads(harm)
    (tmp_path / "harmed").unlink()  # it would have worked
    folder = tmp_path / "checkpoint"
    shutil.copytree(toy_checkpoint, folder)
    (folder / "model.safetensors").write_bytes(harm)
    with pytest.raises(InputError, match=r"model\.safetensors (is damaged|cannot be read): "):
        load(folder)
    (folder / "model.safetensors").rename(folder / "model.pt")
    with pytest.raises(InputError, match=r"model\.safetensors (does not exist|cannot be read: No such file)"):
        load(folder)
    (folder / "config.json").unlink()
    with pytest.raises(
        InputError, match=r"is not a checkpoint; a checkpoint is a folder with model\.safetensors"
    ):
        load(folder)
    assert not (tmp_path / "harmed").exists()


@pytest.mark.parametrize("cut", [0, 5, 300, -1])
def test_cut_off_weights_are_refused(toy_checkpoint: Path, tmp_path: Path, cut: int) -> None:
    folder = tmp_path / "checkpoint"
    shutil.copytree(toy_checkpoint, folder)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:cut])
    with pytest.raises(InputError, match=r"model\.safetensors cannot be read: "):
        recognizer_info(folder)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "ends inside a JSON value"),
        ("{}", "config.json"),
        ("[" * 100_000, "is nested too deeply"),
        ('{"schema": "x"}', "schema"),
    ],
)
def test_a_damaged_config_is_refused(toy_checkpoint: Path, tmp_path: Path, text: str, words: str) -> None:
    folder = tmp_path / "checkpoint"
    shutil.copytree(toy_checkpoint, folder)
    (folder / "config.json").write_text(text)
    with pytest.raises(InputError) as caught:
        recognizer_info(folder)
    assert words in str(caught.value)
