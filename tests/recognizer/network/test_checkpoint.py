"""A checkpoint written and read again to the bit; everything that may be wrong with one; whom it has seen."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from mgllm.recognizer.network.checkpoint import (
    CheckpointConfig,
    Kind,
    Seen,
    model_card,
    read_config,
    seen_of,
    versions,
    write_checkpoint,
)
from mgllm.recognizer.network.network import Recognizer, classify, encode, load_recognizer, new_recognizer
from mgllm.recognizer.network.reading import ClipReader, Preprocessing
from mgllm.recognizer.network.two_streams import STREAMS, StreamOptions
from mgllm.skeleton import Clip, SkeletonDataset, write_dataset

Refusal = Callable[[Callable[[], object]], str]


@pytest.fixture
def config(reader: ClipReader, small: StreamOptions) -> CheckpointConfig:
    return CheckpointConfig(
        kind="pretrained",
        encoder=small,
        layout=reader.layout,
        dims=2,
        preprocessing=reader.how,
        subjects_seen=(seen_of(reader.dataset, range(18), labelled=False),),
        training={"epochs": 3},
        versions=versions(),
    )


@pytest.fixture
def folder(tmp_path: Path, config: CheckpointConfig) -> Path:
    """A checkpoint on disk."""
    network = new_recognizer(config.layout, config.dims, config.encoder, seed=5)
    write_checkpoint(tmp_path / "made" / "here", config, network.state_dict(), "a card")
    return tmp_path / "made" / "here"


def test_what_is_read_gives_the_same_features_to_the_bit(
    folder: Path, config: CheckpointConfig, reader: ClipReader
) -> None:
    network, found = load_recognizer(folder)
    before = new_recognizer(config.layout, config.dims, config.encoder, seed=5)
    assert found == config
    assert not network.training
    for stream in STREAMS:
        assert torch.equal(
            encode(network, reader, range(36), stream), encode(before, reader, range(36), stream)
        )


@pytest.mark.parametrize("kind", ["linear", "finetuned"])
@pytest.mark.parametrize("stream", ["fused", "temporal"])
def test_classes_and_statistics_are_kept(
    tmp_path: Path, config: CheckpointConfig, reader: ClipReader, kind: Kind, stream: str
) -> None:
    made = CheckpointConfig.model_validate(
        {**config.model_dump(by_alias=True), "kind": kind, "classes": ("b", "a"), "stream": stream}
    )
    base = new_recognizer(config.layout, 2, config.encoder, seed=0)
    network = Recognizer(base.streams, ("b", "a"), stream)
    network.standardise(torch.randn(9, network.dims))
    write_checkpoint(tmp_path / "c", made, network.state_dict(), "a card")
    again, found = load_recognizer(tmp_path / "c")
    assert (found.kind, again.classes, again.stream) == (kind, ("b", "a"), stream)
    assert torch.equal(classify(again, reader, range(36)), classify(network, reader, range(36)))


def test_the_folder_holds_three_plain_files(folder: Path) -> None:
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["config.json", "model.safetensors", "model_card.md"]
    content = json.loads((folder / "config.json").read_text())
    assert content["schema"] == "mgllm.checkpoint/1"
    assert content["layout"]["joints"][0] == "neck"
    assert set(content["versions"]) == {"python", "mgllm", "torch", "numpy", "scikit-learn"}
    for path in folder.iterdir():
        with path.open("rb") as file, pytest.raises((pickle.UnpicklingError, ValueError, EOFError)):
            pickle.load(file)


def test_writing_again_replaces_the_whole(folder: Path, config: CheckpointConfig) -> None:
    network = new_recognizer(config.layout, 2, config.encoder, seed=6)
    write_checkpoint(folder, config, network.state_dict(), "another card")
    assert len(list(folder.iterdir())) == 3
    assert (folder / "model_card.md").read_text() == "another card"
    loaded = load_recognizer(folder)[0].state_dict()
    assert all(torch.equal(loaded[name], value) for name, value in network.state_dict().items())


def test_a_folder_that_cannot_be_written(tmp_path: Path, config: CheckpointConfig, refusal: Refusal) -> None:
    (tmp_path / "file").write_text("")
    line = refusal(lambda: write_checkpoint(tmp_path / "file" / "c", config, {}, ""))
    assert line.startswith(f"{tmp_path / 'file' / 'c'} cannot be written")


class Bomb:
    """Would leave a file behind if it were unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_a_pickle_under_the_weights_name_is_not_run(folder: Path, tmp_path: Path, refusal: Refusal) -> None:
    with (folder / "model.safetensors").open("wb") as file:
        pickle.dump(Bomb(tmp_path / "exploded"), file)
    assert "model.safetensors is damaged" in refusal(lambda: load_recognizer(folder))
    assert not (tmp_path / "exploded").exists()


def test_damaged_weights(folder: Path, refusal: Refusal) -> None:
    path = folder / "model.safetensors"
    whole = path.read_bytes()
    for damaged in (whole[:-9], whole[:40], b"", b"\xff" * 200):
        path.write_bytes(damaged)
        assert f"{path} is damaged" in refusal(lambda: load_recognizer(folder))
    path.unlink()
    assert (
        refusal(lambda: load_recognizer(folder))
        == f"{path} does not exist; the checkpoint is not complete; copy it again"
    )
    path.mkdir()
    assert f"{path} is damaged" in refusal(lambda: load_recognizer(folder))


def test_weights_of_another_network(folder: Path, refusal: Refusal) -> None:
    path = folder / "model.safetensors"
    whole = load_file(path)
    save_file({name: value for name, value in whole.items() if name != "mean_D"}, path)
    assert "have no tensor 'mean_D'" in refusal(lambda: load_recognizer(folder))
    save_file({**whole, "mean_D": torch.ones(3)}, path)
    assert "'mean_D' has shape (3,), config.json asks for (24,)" in refusal(lambda: load_recognizer(folder))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"colour": "red"}, "config.json colour: is not known"),
        ({"kind": "best"}, "config.json kind: must be 'pretrained', 'linear' or 'finetuned'"),
        ({"schema": "mgllm.checkpoint/2"}, "config.json schema: "),
        ({"dims": 4}, "config.json dims: "),
        ({"encoder": {"temporal": "gruu"}}, "unknown encoder 'gruu'"),
        ({"encoder": {"fusion": "gatd"}}, "unknown fusion 'gatd'"),
        ({"encoder": {"temporal_args": {"widht": 8}}}, "encoder gru cannot be made with {'widht': 8}: "),
        ({"encoder": {"temporal_args": {"width": -8}}}, "encoder gru cannot be made with {'width': -8}: "),
        ({"encoder": {"spatial_args": {"widths": 8}}}, "encoder graph-conv cannot be made with"),
        ({"encoder": {"spatial_args": {"widths": [8, -8]}}}, "encoder graph-conv cannot be made with"),
        ({"encoder": {"spatial_args": {"widths": []}}}, "encoder graph-conv cannot be made with"),
        ({"encoder": {"dims": "wide"}}, "config.json encoder.dims: "),
        ({"preprocessing": {"frames": 1}}, "config.json preprocessing.frames: "),
        ({"layout": {"joints": ["a", "b"], "edges": []}}, "the graph is not connected"),
        ({"layout": {"joints": ["a"], "edges": []}}, "asks for"),
    ],
)
def test_a_config_that_does_not_fit(
    folder: Path, refusal: Refusal, changes: dict[str, Any], words: str
) -> None:
    path = folder / "config.json"
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, **changes}))
    line = refusal(lambda: load_recognizer(folder))
    assert words in line
    assert len(line) < 600


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"{torn", "is not JSON"),
        (b"", "ends inside a JSON value"),
        (b"\xff\xfe", "is UTF-16 text"),
        (b"[" * 100_000, "is nested too deeply"),
    ],
    ids=["torn", "empty", "binary", "deep"],
)
def test_a_config_that_is_no_json(folder: Path, refusal: Refusal, text: bytes, words: str) -> None:
    (folder / "config.json").write_bytes(text)
    assert f"config.json {words}" in refusal(lambda: load_recognizer(folder))


def test_a_config_that_is_no_object(folder: Path, refusal: Refusal) -> None:
    (folder / "config.json").write_text("[1]")
    assert "config.json" in refusal(lambda: load_recognizer(folder))


def test_a_lacking_field_is_named(folder: Path, refusal: Refusal) -> None:
    content = json.loads((folder / "config.json").read_text())
    del content["layout"]
    (folder / "config.json").write_text(json.dumps(content))
    assert "config.json layout: is missing" in refusal(lambda: load_recognizer(folder))


def test_what_is_no_checkpoint(tmp_path: Path, refusal: Refusal) -> None:
    assert f"{tmp_path} is not a checkpoint" in refusal(lambda: load_recognizer(tmp_path))
    assert f"{tmp_path / 'none'} does not exist" in refusal(lambda: load_recognizer(tmp_path / "none"))
    (tmp_path / "model.pt").write_bytes(pickle.dumps({"weights": 1}))
    assert "a checkpoint is a folder with" in refusal(lambda: load_recognizer(tmp_path / "model.pt"))
    assert "is not a checkpoint" in refusal(lambda: read_config(tmp_path / "model.pt"))


def test_whom_it_has_seen(toy: SkeletonDataset, config: CheckpointConfig) -> None:
    assert config.subjects_seen == (
        Seen(dataset="toy", sha256=toy.sha256, subjects=("p1", "p2"), clips=18, labelled=False),
    )
    found = config.exposure(toy, ["p2", "p3"])
    assert [seen.subjects for seen in found] == [("p2",)]
    assert config.exposure(toy, ["p3", "p4"]) == ()
    assert config.exposure(toy, []) == ()


def test_people_are_ordered_as_people_count(toy: SkeletonDataset, tmp_path: Path) -> None:
    clips = [
        Clip(f"c{n}", name, toy.clip(n), toy.clips[n].label) for n, name in enumerate(["10", "9", "1", "10"])
    ]
    dataset = write_dataset(tmp_path / "d", toy.meta, clips).dataset
    seen = seen_of(dataset, [3, 1, 0, 2], labelled=True)
    assert (seen.subjects, seen.clips, seen.labelled) == (("1", "9", "10"), 4, True)


def test_a_data_set_is_known_by_its_name_and_by_its_content(
    toy: SkeletonDataset, config: CheckpointConfig, tmp_path: Path
) -> None:
    def copy(name: str, count: int) -> SkeletonDataset:
        clips = [
            Clip(row.id, row.subject, toy.clip(n), row.label, row.fps)
            for n, row in enumerate(toy.clips[:count])
        ]
        meta = toy.meta.model_copy(update={"name": name})
        return write_dataset(tmp_path / f"{name}{count}", meta, clips).dataset

    assert config.exposure(copy("toy", 35), ["p1"]) != ()  # a new edition under the same name
    assert config.exposure(copy("other", 36), ["p1"]) != ()  # the same clips under another name
    assert config.exposure(copy("other", 35), ["p1"]) == ()


def test_each_entry_is_told_apart(toy: SkeletonDataset, config: CheckpointConfig) -> None:
    more = seen_of(toy, range(9, 27), labelled=True)
    found = config.model_copy(update={"subjects_seen": (*config.subjects_seen, more)})
    told = [(seen.labelled, seen.subjects) for seen in found.exposure(toy, ["p2", "p3"])]
    assert told == [(False, ("p2",)), (True, ("p2", "p3"))]


def test_the_card_is_written_beside(folder: Path, config: CheckpointConfig) -> None:
    network = new_recognizer(config.layout, 2, config.encoder, seed=5)
    write_checkpoint(folder, config, network.state_dict(), model_card(config))
    assert "p1, p2" in (folder / "model_card.md").read_text()


def test_who_has_seen_a_part_has_seen_its_people(toy: SkeletonDataset, tmp_path: Path) -> None:
    """Windows of a data set are that data set's people, and the other way round."""

    def cut(name: str, made_of: tuple[str, ...]) -> SkeletonDataset:
        clips = [Clip(f"{name}{n}", row.subject, toy.clip(n)) for n, row in enumerate(toy.clips)]
        meta = toy.meta.model_copy(update={"name": name, "made_of": made_of, "classes": ()})
        return write_dataset(tmp_path / name, meta, clips).dataset

    def seen_by(learned: SkeletonDataset, asked: SkeletonDataset) -> bool:
        entry = seen_of(learned, range(9), labelled=False)
        config = CheckpointConfig(
            kind="pretrained",
            encoder=StreamOptions(),
            layout=toy.meta.layout,
            dims=2,
            preprocessing=Preprocessing(),
            subjects_seen=(entry,),
            training={},
            versions={},
        )
        return config.exposure(asked, ["p1"]) != ()

    windows, strange = cut("windows", ("toy",)), cut("strange", ())
    assert seen_by(windows, toy)
    assert seen_by(toy, windows)
    assert seen_by(windows, cut("others", ("toy",)))
    assert not seen_by(strange, windows)


def test_halved_weights_take_half_the_bytes_and_say_nearly_the_same(
    toy: SkeletonDataset, folder: Path, config: CheckpointConfig, tmp_path: Path
) -> None:
    network, _ = load_recognizer(folder)
    write_checkpoint(tmp_path / "half", config, network.state_dict(), model_card(config), half=True)
    sizes = [(place / "model.safetensors").stat().st_size for place in (folder, tmp_path / "half")]
    assert sizes[1] < 0.6 * sizes[0]
    half, _ = load_recognizer(tmp_path / "half")
    assert all(value.dtype == torch.float32 for value in half.state_dict().values())
    reader = ClipReader(toy, config.preprocessing)
    torch.testing.assert_close(
        encode(half, reader, range(9)), encode(network, reader, range(9)), atol=5e-3, rtol=5e-3
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"dims": 10**9}, "encoder dims: must be at most 4096"),
        ({"head_width": 10**12}, "encoder head_width: must be at most 4096"),
        ({"temporal_args": {"hidden": 10**9}}, "encoder hidden: must be at most 4096"),
        ({"spatial_args": {"widths": [8] * 100}}, "encoder widths: has more than 16 layers"),
        ({"spatial_args": {"widths": [8, 10**9]}}, "encoder widths: must be at most 4096"),
    ],
)
def test_a_network_that_would_fill_the_memory_is_not_made(
    folder: Path, refusal: Refusal, change: dict[str, Any], words: str
) -> None:
    content = json.loads((folder / "config.json").read_bytes())
    content["encoder"] |= change
    (folder / "config.json").write_text(json.dumps(content))
    assert words in refusal(lambda: load_recognizer(folder))


def test_a_config_that_is_deep_or_endless(folder: Path, refusal: Refusal) -> None:
    path = folder / "config.json"
    path.write_text('{"training":' + "[" * 200_000)
    assert "nested too deeply" in refusal(lambda: read_config(folder))
    path.unlink()
    path.symlink_to("/dev/zero")
    assert "is not a checkpoint" in refusal(lambda: read_config(folder))


def test_a_config_of_many_classes_or_bytes_is_not_read(
    folder: Path, refusal: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "config.json"
    content = json.loads(path.read_bytes())
    path.write_text(json.dumps(content | {"classes": [str(n) for n in range(10_001)]}))
    assert "classes: has 10,001, more than 10,000" in refusal(lambda: read_config(folder))
    monkeypatch.setattr("mgllm.recognizer.network.checkpoint.MOST_CONFIG", 100)
    assert "has more than 100 bytes" in refusal(lambda: read_config(folder))
