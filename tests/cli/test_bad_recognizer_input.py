"""Wrong input to the recogniser: one line that says what, where and what to do; exit 2; nothing written."""

from __future__ import annotations

import json
import pickle
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mgllm.cli import main

Problem = Callable[..., str]
Break = Callable[[Path], object]
NEW = ("--train-on", "subject=3", "--test-on", "subject=4", "--no-floors")


@pytest.fixture
def problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Problem:
    """Run a command of the recogniser that must fail, and give back its one line."""

    def fail(*words: str | Path) -> str:
        capsys.readouterr()
        before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        with pytest.raises(SystemExit) as caught:
            main(["recognizer", *map(str, words)])
        told = capsys.readouterr()
        assert caught.value.code == 2, told.err
        assert told.out == ""
        lines = [line for line in told.err.splitlines() if line.startswith("mgllm: ")]
        assert len(lines) == 1, told.err
        assert told.err.endswith(f"{lines[0]}\n")
        assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
        return lines[0]

    return fail


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--fusion", "sums"], "unknown fusion 'sums'. Did you mean 'sum'?"),
        (["--set", "encoder.spatial=graph"], "unknown encoder 'graph'. Did you mean 'graph-conv'?"),
        (["--set", "encoder.spatial_args={width: 3}"], "encoder graph-conv cannot be made with"),
        (["--set", "encoder.temporal_args={width: -1}"], "encoder gru cannot be made with"),
        (["--augment", "gentel"], "unknown augmentation 'gentel'. Did you mean 'gentle'?"),
        (["--augment", "crop-speed"], "'speed' is not in it, so it cannot be left out"),
        (["--set", "extreme=extrem"], "unknown augmentation 'extrem'. Did you mean 'extreme'?"),
        (["--set", "nonsense"], "--set 'nonsense' is not NAME=VALUE"),
        (["--set", "unknown.option=1"], "--set unknown.option: there is no such option"),
        (["--epochs", "0"], "--epochs must be "),
        (["--epochs", "many"], "--epochs"),
        (["--learning-rate", "-1"], "--learning-rate must be "),
        (["--batch", "1"], "--batch must be "),
        (["--momentum", "1"], "--momentum must be "),
        (["--queue", "0"], "--queue must be "),
        (["--frames", "1"], "--frames must be "),
        (["--centre", "left"], "--centre must be "),
        (["--scale", "big"], "--scale must be shoulders, none, or two joints such as left_hip-right_hip"),
        (["--scale", "left_shoulder-rigt_shoulder"], "Did you mean 'right_shoulder'?"),
        (["--precision", "double"], "--precision must be "),
        (["--device", "abacus"], "abacus"),
        (["--display", "loud"], "unknown display 'loud'. Known: auto, none, plain, rich"),
        (["--set", "preprocessing.preparation.pair=[a, b]"], "--scale a-b: unknown joint 'a'."),
        (["--train-on", "subject=99"], "no clip has subject '99'"),
        (["--train-on", "nonsense"], "'nonsense' is not a condition; write column=value"),
        (["--train-on", "person=1"], "unknown column 'person'"),
        (["--split", "poeple"], "Did you mean 'people'?"),
        (["--split", "people", "--train-on", "subject=1"], "both choose clips; give only one"),
        (["--resume"], "there is no unfinished training in"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_pretrain(problem: Problem, toy_set: Path, tmp_path: Path, flags: list[str], said: str) -> None:
    assert said in problem("pretrain", toy_set, "-o", tmp_path / "C", *flags)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--label-fraction", "0"], "--label-fraction must be "),
        (["--label-fraction", "1.5"], "--label-fraction must be "),
        (["--long-tail", "cut"], "--long-tail must be "),
        (["--set", "encoder.dims=3"], "--set encoder.dims: there is no such option"),
        (["--set", "augment=gentel"], "Did you mean 'gentle'?"),
        (["--train-on", "subject=99"], "no clip has subject '99'"),
    ],
)
def test_finetune(
    problem: Problem, toy_set: Path, toy_checkpoint: Path, tmp_path: Path, flags: list[str], said: str
) -> None:
    assert said in problem("finetune", toy_checkpoint, toy_set, "-o", tmp_path / "F", *flags)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ([], "its splits are people, view; name one with --split, or use --train-on"),
        (["--protocol", "lineal"], "--protocol must be "),
        (["--stream", "middle", *NEW], "--stream must be "),
        (["--k", "0", *NEW], "--k must be "),
        (["--device", "abacus", *NEW], "--device must be "),
        (["--folds", "1"], "--folds must be "),
        (["--folds", "9"], "9 folds by subject cannot be made from 4 values"),
        (["--folds", "2", "--by", "person"], "unknown column 'person'"),
        (["--folds", "2", "--by", "camera"], "4 subjects are on both sides"),
        (["--split", "nosuch"], "unknown split of"),
        (["--split", "view"], "4 subjects are on both sides: 1, 2, 3, 4; test on other people"),
        (["--split", "people", "--folds", "2"], "--split and --folds both choose clips"),
        (["--train-on", "subject=1-4"], "the test side is empty"),
        (["--train-on", "subject=3", "--test-on", "subject=3"], "is on both sides"),
        (
            ["--train-on", "subject=3", "--test-on", "subject=1"],
            "subject 1; test on other people, or allow it with --transd",
        ),
        (["--train-on", "id=3-nod-0", "--test-on", "subject=4"], "2 classes are tested but have no training"),
        (["--protocol", "classifier", "--test-on", "subject=4"], "has no classifier; make one with: mgllm"),
        (["--set", "smoothing=1", *NEW], "--set smoothing must be "),
    ],
)
def test_evaluate(problem: Problem, toy_set: Path, toy_checkpoint: Path, flags: list[str], said: str) -> None:
    assert said in problem("evaluate", toy_checkpoint, toy_set, *flags)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--split", "people"], "--budget"),
        (["--split", "people", "--budget", "0"], "--budget must be "),
        (["--split", "people", "--budget", "-3"], "--budget must be "),
        (["--split", "people", "--budget", "1", "--seeds", "0"], "--seeds must be "),
        (["--split", "people", "--budget", "1", "--parts", "fusion"], "Did you mean 'fusions'?"),
        (["--budget", "1"], "name one with --split"),
        (["--budget", "1", "--split", "people", "--set", "augment=x"], "unknown augmentation 'x'"),
    ],
)
def test_ablate(problem: Problem, toy_set: Path, flags: list[str], said: str) -> None:
    assert said in problem("ablate", toy_set, *flags)


def cut_joints(folder: Path) -> None:
    path = folder / "joints.npy"
    path.write_bytes(path.read_bytes()[:-100])


def no_joint(folder: Path) -> None:
    """The first clip becomes NaN alone."""
    path = folder / "joints.npy"
    whole = path.read_bytes()
    begin = whole.index(b"\n") + 1
    nan = b"\x00\x00\xc0\x7f" * 6 * 2 * 8
    path.write_bytes(whole[:begin] + nan + whole[begin + len(nan) :])


def edited(name: str, pattern: str, replacement: str) -> Break:
    def edit(folder: Path) -> None:
        path = folder / name
        text, count = re.subn(pattern, replacement, path.read_text(), count=1, flags=re.MULTILINE)
        assert count == 1
        path.write_text(text)

    return edit


BROKEN: list[tuple[Break, str]] = [
    (cut_joints, "joints.npy is cut off: "),
    (no_joint, "joints.npy clip '1-nod-0': no joint is seen in any frame (all NaN); leave the clip out"),
    (lambda folder: (folder / "joints.npy").write_bytes(b""), "joints.npy cannot be read as an npy file"),
    (
        lambda folder: (folder / "joints.npy").write_bytes(pickle.dumps([1])),
        "joints.npy cannot be read as an npy file",
    ),
    (lambda folder: (folder / "joints.npy").unlink(), "has no joints.npy; a skeleton data set is a folder"),
    (lambda folder: (folder / "clips.csv").write_text("id,subject\n"), "clips.csv:1 has no columns label"),
    (
        edited("clips.csv", r"^1-nod-0,1,nod,0,8", "1-nod-0,1,nod,0,800"),
        "ends at frame 800, but joints.npy",
    ),
    (edited("clips.csv", r"^1-nod-0,1,nod,0,8", "1-nod-0,1,nod,0,9"), "'1-nod-0' and '1-wave-0' overlap"),
    (edited("clips.csv", r"^1-wave-0,", "1-nod-0,"), "'1-nod-0' appears twice; ids must be unique"),
    (edited("clips.csv", r",nod,", ",nodd,"), "label: 'nodd' is not one of the classes"),
    (edited("clips.csv", r",nod,0,", ",nod,-1,"), "start: must be a whole number, 0 or more"),
    (edited("dataset.json", r"\{", "{torn"), "dataset.json"),
    (edited("dataset.json", r'"neck",', '"nek",'), "dataset.json"),
]


@pytest.mark.parametrize(("break_it", "said"), BROKEN)
def test_a_broken_data_set(
    problem: Problem, toy_set: Path, toy_checkpoint: Path, tmp_path: Path, break_it: Break, said: str
) -> None:
    folder = tmp_path / "set"
    shutil.copytree(toy_set, folder)
    break_it(folder)
    assert said in problem("pretrain", folder, "-o", tmp_path / "C", "--split", "people")
    assert said in problem("finetune", toy_checkpoint, folder, "-o", tmp_path / "C")
    assert said in problem("evaluate", toy_checkpoint, folder, *NEW)
    assert said in problem("ablate", folder, "--budget", "1", "--split", "people")


def test_a_data_set_or_checkpoint_that_is_not_there(
    problem: Problem, toy_set: Path, toy_checkpoint: Path, tmp_path: Path
) -> None:
    nowhere = tmp_path / "nowhere"
    for words in (
        ["pretrain", nowhere, "-o", tmp_path / "C"],
        ["finetune", toy_checkpoint, nowhere, "-o", tmp_path / "C"],
        ["evaluate", toy_checkpoint, nowhere],
        ["ablate", nowhere, "--budget", "1"],
    ):
        assert f"{nowhere} does not exist; a skeleton data set is a folder with joints.npy" in problem(*words)
    for words in (
        ["finetune", nowhere, toy_set, "-o", tmp_path / "C"],
        ["evaluate", nowhere, toy_set, *NEW],
        ["info", nowhere],
    ):
        assert f"{nowhere} does not exist; a checkpoint is a folder with model.safetensors" in problem(*words)


def test_a_checkpoint_of_another_layout(
    problem: Problem, toy_set: Path, toy_checkpoint: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "set"
    shutil.copytree(toy_set, folder)
    meta = folder / "dataset.json"
    meta.write_text(meta.read_text().replace('"head"', '"face"'))
    for words in (
        ["evaluate", toy_checkpoint, folder, *NEW],
        ["finetune", toy_checkpoint, folder, "-o", "C"],
    ):
        said = problem(*words)
        assert "was made for a layout of 6 joints" in said
        assert "first difference: 'head' against 'face'); train a recogniser on this layout" in said


class Harm:
    """A pickle that leaves a file where it is loaded."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.place,)


@pytest.mark.parametrize("name", ["model.safetensors", "model.pt", "pytorch_model.bin"])
def test_a_pickle_is_never_loaded(
    problem: Problem, toy_set: Path, toy_checkpoint: Path, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "C"
    shutil.copytree(toy_checkpoint, folder)
    (folder / "model.safetensors").unlink()
    (folder / name).write_bytes(pickle.dumps(Harm(tmp_path / "harmed")))
    for words in (
        ["info", folder],
        ["evaluate", folder, toy_set, *NEW],
        ["finetune", folder, toy_set, "-o", tmp_path / "F"],
    ):
        assert "model.safetensors " in problem(*words)
    assert not (tmp_path / "harmed").exists()


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (["schema"], "mgllm.checkpoint/9", "config.json schema: "),
        (["kind"], "great", "config.json kind: "),
        (["more"], 1, "config.json more: "),
        (["encoder", "spatial"], "nothing", "unknown encoder 'nothing'"),
        (["encoder", "fusion"], "nothing", "unknown fusion 'nothing'"),
        (["encoder", "dims"], 25, "config.json asks for"),
        (["encoder", "temporal_args"], {"depth": 3}, "encoder gru cannot be made with {'depth': 3}"),
        (["classes"], ["nod"], "have no tensor 'classifier.bias'; they do not fit config.json"),
        (["preprocessing", "frames"], 1, "config.json preprocessing.frames: "),
        (["dims"], 3, "asks for"),
        (["layout", "joints", 0], "hip", "config.json layout"),
    ],
)
def test_a_config_that_does_not_fit(
    problem: Problem,
    toy_set: Path,
    toy_checkpoint: Path,
    tmp_path: Path,
    place: list[str | int],
    value: object,
    said: str,
) -> None:
    folder = tmp_path / "C"
    shutil.copytree(toy_checkpoint, folder)
    config = json.loads((folder / "config.json").read_text())
    inner = config
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    (folder / "config.json").write_text(json.dumps(config))
    assert said in problem("evaluate", folder, toy_set, *NEW)


def test_a_place_that_is_taken(problem: Problem, toy_set: Path, toy_checkpoint: Path, tmp_path: Path) -> None:
    file, taken = tmp_path / "file", tmp_path / "taken"
    file.write_text("mine")
    shutil.copytree(toy_checkpoint, taken)
    for out, said in ((file, f"{file} "), (file / "below", f"{file}/below "), (taken, "has a checkpoint")):
        assert said in problem("pretrain", toy_set, "-o", out)
        assert said in problem("finetune", toy_checkpoint, toy_set, "-o", out)
    for out in (file, file / "below"):
        said = problem("evaluate", toy_checkpoint, toy_set, *NEW, "-o", out)
        assert f"{out} cannot be written" in said
    assert "is a finished training" in problem("pretrain", toy_set, "-o", taken, "--resume")


def test_cuda_where_there_is_none(
    problem: Problem, toy_set: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    said = "device 'cuda': torch finds no CUDA device here; use --device cpu"
    assert said in problem("pretrain", toy_set, "-o", tmp_path / "C", "--device", "cuda")
    assert said in problem("evaluate", "random", toy_set, *NEW, "--device", "cuda")
