"""`mgllm recognizer …` from a data set to a tested classifier, as a user types it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mgllm.arms.confusion import load_confusion
from mgllm.cli import main
from mgllm.recognizer.network.checkpoint import read_config
from mgllm.recognizer.training.training_state import save_state

KEYS = {
    *("top1", "top5", "mean_class", "macro_f1", "ece", "n"),
    *("classes", "protocol", "split", "seed"),
}
SHARES = ("top1", "top5", "mean_class", "macro_f1", "ece")
NEW = ("--train-on", "subject=3", "--test-on", "subject=4")


class Told(NamedTuple):
    """What a command left behind."""

    code: object
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Told]


@pytest.fixture
def recognizer(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command of the recogniser."""

    def run(*words: str | Path) -> Told:
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main(["recognizer", *map(str, words)])
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return Told(caught.value.code, told.out, told.err)

    return run


@pytest.fixture
def network(tiny: list[str]) -> list[str]:
    """Flags of a pre-training that takes a moment."""
    return [word for value in tiny for word in ("--set", value)]


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_from_a_data_set_to_a_tested_classifier(
    recognizer: Command, network: list[str], toy_set: Path, tmp_path: Path
) -> None:
    base, tuned = tmp_path / "C", tmp_path / "F"
    words = ["--train-on", "subject=1,2", "--epochs", "2", "--device", "cpu", *network]
    told = recognizer("pretrain", toy_set, "-o", base, *words)
    assert told.code == 0, told.err
    assert told.out.startswith("pre-trained 2 epochs on 12 clips of 2 subjects in ")
    assert f"checkpoint: {base} (how it went: history.csv, training.png)" in told.err
    assert "pretrain: 6 of 6 steps" in told.err

    told = recognizer("info", base)
    assert told.code == 0
    assert f"{base}: pretrained, " in told.out
    assert "network: graph-conv + gru, fusion balanced, reads fused" in told.out
    assert "input: 6 joints, 2 coordinates, 8 frames\nclasses: none\n" in told.out
    assert told.out.endswith("seen: toy, 12 clips without labels, subjects 1, 2\n")

    told = recognizer("finetune", base, toy_set, "-o", tuned, "--train-on", "subject=3", "--epochs", "1")
    assert told.code == 0, told.err
    assert told.out.startswith("finetuned: 3 classes from 6 labelled clips of 1 subjects, last loss ")
    assert f"mgllm recognizer evaluate {tuned} DATASET --protocol classifier" in told.err

    told = recognizer(
        "evaluate", tuned, toy_set, "--protocol", "classifier", "--test-on", "subject=4", "--json"
    )
    assert told.code == 0, told.err
    assert told.json["protocol"] == "classifier"
    assert told.json["n"] == 6

    linear = tmp_path / "L"
    told = recognizer("finetune", base, toy_set, "-o", linear, "--split", "people", "--linear", "--json")
    assert (told.code, told.json["kind"], told.json["clips"], told.json["loss"]) == (0, "linear", 18, None)
    told = recognizer("info", linear, "--json")
    assert told.json["config"]["kind"] == "linear"
    assert [entry["labelled"] for entry in told.json["config"]["subjects_seen"]] == [False, True]
    assert told.json["config"]["schema"] == "mgllm.checkpoint/1"


@pytest.mark.parametrize("protocol", ["linear", "knn", "finetune", "semi"])
def test_json_of_each_protocol(
    recognizer: Command, toy_set: Path, toy_checkpoint: Path, protocol: str
) -> None:
    flags = ["--protocol", protocol, "--seed", "4", "--no-floors", "--json"]
    flags += ["--epochs", "1"] if protocol in ("finetune", "semi") else []
    told = recognizer("evaluate", toy_checkpoint, toy_set, *NEW, *flags)
    assert told.code == 0, told.err
    found = told.json
    assert set(found) >= KEYS
    assert all(0 <= found[name] <= 1 for name in SHARES)
    assert (found["n"], found["classes"], found["protocol"], found["seed"]) == (6, 3, protocol, 4)
    assert (found["split"], found["transductive"]) == ("subject=3 / subject=4", False)


def test_the_table_has_floors_and_files_are_left(
    recognizer: Command, toy_set: Path, toy_checkpoint: Path, tmp_path: Path
) -> None:
    told = recognizer("evaluate", toy_checkpoint, toy_set, *NEW, "-o", tmp_path / "test")
    assert told.code == 0, told.err
    head, names, own, *floors = told.out.splitlines()
    assert head.startswith(
        f"{toy_checkpoint}, fused, linear; subject=3 / subject=4: 6 clips learned from, 6 te"
    )
    assert names.split() == ["top-1", "top-5", "mean", "class", "macro", "F1", "ECE"]
    assert own.split()[0] == "linear"
    assert len([line for line in floors if "%" in line]) == 5
    assert "–" in next(line for line in floors if line.startswith("raw positions, 1-NN"))
    assert floors[-1] == "note: with fewer than 100 clips, the calibration error (ECE) says little"
    assert "transductive" not in told.out
    names_left = ["confusion.csv", "confusion.png", "evaluation.json", "predictions.csv"]
    assert files(tmp_path / "test") == names_left
    assert sorted(told.err.split()) == sorted(
        word for name in names_left for word in ("wrote", str(tmp_path / "test" / name))
    )
    confusion = load_confusion(tmp_path / "test" / "confusion.csv")
    assert set(confusion.rows) == {"nod", "wave", "shrug"}
    kept = json.loads((tmp_path / "test" / "evaluation.json").read_text())
    assert set(kept) >= KEYS
    with (tmp_path / "test" / "predictions.csv").open(encoding="utf-8") as file:
        right = [row["label"] == row["predicted"] for row in csv.DictReader(file)]
    assert sum(right) / len(right) == pytest.approx(kept["top1"])


def test_seen_people_are_refused_or_shown(recognizer: Command, toy_set: Path, toy_checkpoint: Path) -> None:
    words = ["evaluate", toy_checkpoint, toy_set, "--train-on", "subject=2,3", "--test-on", "subject=1"]
    told = recognizer(*words, "--no-floors")
    assert (told.code, told.out, len(told.err.splitlines())) == (2, "", 1)
    assert "has seen 1 of the test side's people in training (without labels): subject 1; " in told.err
    told = recognizer(*words, "--no-floors", "--transductive")
    assert told.code == 0
    note = "note: the checkpoint has learned from people of the test side, without labels (transductive)"
    assert note in told.out
    assert recognizer(*words, "--no-floors", "--transductive", "--json").json["transductive"] is True


def test_seen_labels_are_no_test(recognizer: Command, toy_set: Path, toy_classifier: Path) -> None:
    words = ["evaluate", toy_classifier, toy_set, "--protocol", "classifier", "--test-on", "subject=3"]
    assert recognizer(*words).code == 2
    told = recognizer(*words, "--transductive")
    assert "people of the test side, with their labels: this is not a test" in told.out
    found = recognizer(*words, "--transductive", "--json").json
    assert (found["transductive"], found["labels_seen"]) == (True, True)
    told = recognizer("info", toy_classifier)
    assert told.out.splitlines()[-2:] == [
        "seen: toy, 12 clips without labels, subjects 1, 2",
        "seen: toy, 6 clips with labels, subjects 3",
    ]


@pytest.mark.parametrize(
    ("flags", "wanted"),
    [
        (["--folds", "2", "--by", "subject"], {"n": 24, "split": "2 folds by subject", "train_clips": 24}),
        (["--split", "people"], {"n": 6, "split": "people", "train_clips": 18}),
        (["--split", "people", "--label-fraction", "0.5"], {"train_clips": 9, "label_fraction": 0.5}),
        (
            ["--train-on", "camera=0", "--shared-subjects"],
            {"n": 12, "split": "camera=0", "shared_subjects": 4, "train_clips": 12},
        ),
        (["--split", "view", "--shared-subjects"], {"n": 12, "split": "view", "shared_subjects": 4}),
        (
            ["--train-on", "id=1-nod-0,1-wave-0", "--test-on", "subject=4", "--unseen-classes"],
            {"n": 6, "classes": 3, "train_clips": 2},
        ),
        (["--split", "people", "--stream", "temporal"], {"stream": "temporal"}),
        (["--split", "people", "--k", "3", "--seed", "9"], {"seed": 9}),
    ],
)
def test_who_is_tested_and_how(
    recognizer: Command, toy_set: Path, flags: list[str], wanted: dict[str, object]
) -> None:
    told = recognizer("evaluate", "random", toy_set, "--protocol", "knn", "--no-floors", "--json", *flags)
    assert told.code == 0, told.err
    assert wanted.items() <= told.json.items()


@pytest.mark.parametrize("tail", ["logit", "sampling"])
@pytest.mark.parametrize("protocol", ["linear", "finetune"])
def test_a_long_tail(
    recognizer: Command, toy_set: Path, toy_checkpoint: Path, protocol: str, tail: str
) -> None:
    flags = ["--protocol", protocol, "--epochs", "1", "--long-tail", tail, "--no-floors", "--json"]
    told = recognizer("evaluate", toy_checkpoint, toy_set, *NEW, *flags)
    assert (told.code, told.json["n"]) == (0, 6)


def test_notes_of_the_table(recognizer: Command, toy_set: Path) -> None:
    flags = ["--protocol", "knn", "--split", "view", "--shared-subjects", "--label-fraction", "0.25"]
    told = recognizer("evaluate", "random", toy_set, *flags, "--no-floors")
    assert "view: 3 clips learned from, 25 % of the labels, 12 tested, 3 classes" in told.out
    assert "note: 4 people are on both sides of the split" in told.out


def test_a_training_that_was_interrupted_goes_on(
    recognizer: Command,
    network: list[str],
    toy_set: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flags = ["--train-on", "subject=1,2", "--epochs", "2", "--device", "cpu", "--display", "none", *network]

    def interrupt(*rest: Any) -> None:
        save_state(*rest)
        raise KeyboardInterrupt

    monkeypatch.setattr("mgllm.commands.recognizer.pretrain.save_state", interrupt)
    out = tmp_path / "C"
    told = recognizer("pretrain", toy_set, "-o", out, *flags)
    assert told.code == 130
    assert told.err == (
        "mgllm: interrupted; finished epochs are kept. Go on with the same command and --resume\n"
    )
    assert read_config(out).training["epochs_done"] == 1
    monkeypatch.undo()
    told = recognizer("pretrain", toy_set, "-o", out, *flags)
    assert told.code == 2
    assert "or go on with --resume" in told.err
    told = recognizer("pretrain", toy_set, "-o", out, *flags, "--resume", "--json")
    assert (told.code, told.json["epochs"], told.json["subjects"], told.err) == (0, 2, ["1", "2"], "")
    told = recognizer("pretrain", toy_set, "-o", out, *flags, "--resume")
    assert told.code == 2
    assert told.err == f"mgllm: {out} is a finished training, so there is nothing to resume\n"


def test_a_training_that_goes_astray_ends_with_1(
    recognizer: Command, network: list[str], toy_set: Path, tmp_path: Path
) -> None:
    flags = [
        "--epochs",
        "2",
        "--device",
        "cpu",
        *network,
        "--learning-rate",
        "1e30",
        "--set",
        "learning_rate=1e30",
    ]
    told = recognizer("pretrain", toy_set, "-o", tmp_path / "C", *flags)
    assert told.code == 1
    assert "is not a finite number at epoch 1" in told.err.splitlines()[-1]
    assert "internal error" not in told.err


def test_ablate(recognizer: Command, network: list[str], toy_set: Path, tmp_path: Path) -> None:
    words = ["ablate", toy_set, "--split", "people", "--budget", "15", "--parts", "fusions", "--seeds", "1"]
    words += ["--device", "cpu", *network, "--set", "epochs=2"]
    told = recognizer(*words, "-o", tmp_path / "A", "--display", "plain")
    assert told.code == 0, told.err
    assert "schedule: 4 trainings (5 rows, 1 seeds, 1 splits) of 2 epochs of " in told.err
    lines = told.out.splitlines()
    scores = "top-1 | mean class | macro-F1"
    assert lines[0] == f"| changed | linear {scores} | 1-NN {scores} | seeds |"
    assert [line.split(" | ")[0] for line in lines[2:8]] == [
        *("| default", "| random weights", "| *fusions*"),
        *("| fusion concat", "| fusion sum", "| fusion gated"),
    ]
    assert files(tmp_path / "A") == ["rows.json", "table.md", "table.tex"]
    assert (tmp_path / "A" / "table.md").read_text(encoding="utf-8").strip() == told.out.strip()
    rows = json.loads((tmp_path / "A" / "rows.json").read_text())
    assert [row["name"] for row in rows["rows"]][:2] == ["default", "random weights"]


def test_a_budget_that_is_too_small_names_the_minutes(
    recognizer: Command, network: list[str], toy_set: Path
) -> None:
    words = [
        "ablate",
        toy_set,
        "--split",
        "people",
        "--budget",
        "0.0001",
        "--parts",
        "losses",
        "--seeds",
        "9",
    ]
    told = recognizer(*words, "--device", "cpu", *network)
    assert (told.code, told.out) == (2, "")
    assert "--budget 0.0001: the default alone, 2 epochs with 9 seeds, needs " in told.err
    assert " 0.0 minutes" not in told.err
    assert " minutes; give a larger budget, or fewer --seeds" in told.err


def test_flags_reach_the_checkpoint(recognizer: Command, toy_set: Path, tmp_path: Path) -> None:
    flags = [
        "--epochs",
        "1",
        "--batch",
        "24",
        "--learning-rate",
        "0.002",
        "--fusion",
        "sum",
        "--device",
        "cpu",
    ]
    flags += ["--augment", "gentle-crop", "--temperature", "0.2", "--momentum", "0.5", "--queue", "30"]
    flags += ["--frames", "4", "--centre", "clip", "--scale", "none", "--precision", "float32", "--seed", "3"]
    flags += ["--set", "encoder.fusion=concat", "--set", "encoder.spatial_args={widths: [8], parts: 2}"]
    told = recognizer("pretrain", toy_set, "-o", tmp_path / "C", *flags, "--display", "none")
    assert told.code == 0, told.err
    config = read_config(tmp_path / "C")
    training = config.training
    assert config.encoder.fusion == "concat"  # --set beats the flag
    assert (config.preprocessing.frames, config.preprocessing.preparation.scale) == (4, "none")
    assert config.preprocessing.preparation.centre == "clip"
    named = {name: training[name] for name in ("epochs", "batch", "learning_rate", "augment", "momentum")}
    assert named == {
        "epochs": 1,
        "batch": 24,
        "learning_rate": 0.002,
        "augment": "gentle-crop",
        "momentum": 0.5,
    }
    assert (training["queue"], training["precision"], training["seed"]) == (30, "float32", 3)
    assert training["contrast"]["temperature"] == 0.2


def test_flags_are_also_variables(
    recognizer: Command, toy_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MGLLM_SPLIT", "people")
    monkeypatch.setenv("MGLLM_PROTOCOL", "knn")
    found = recognizer("evaluate", "random", toy_set, "--no-floors", "--json").json
    assert (found["split"], found["protocol"]) == ("people", "knn")
