"""The recogniser on made-up movements: data, training, evaluation and transcripts give the numbers they gave.

Movements and transcripts hold with tight tolerances. Where a network is trained, another processor may end
elsewhere: those numbers have `TRAINED`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mgllm
from tests.golden.comparing import Golden

Says = Callable[..., str]
CLOSE, TRAINED = 1e-4, 0.03
TOLD = ("top1", "top5", "mean_class", "macro_f1", "ece", "n", "classes", "train_clips", "protocol", "split")
SMALL = (
    *("encoder.spatial_args={widths: [8, 8], parts: 2}", "encoder.temporal_args={width: 8}"),
    *("encoder.dims=24", "encoder.head_width=16", "encoder.head_dims=8", "preprocessing.frames=16"),
    *("contrast.cross=0", "batch=16", "learning_rate=0.01"),
)
"""Settings of a network that is trained in a moment."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """280 clips and one recording of half a minute."""
    out = tmp_path_factory.mktemp("made")
    said = _say(
        *("synth", "-o", str(out), "--clips", "280", "--recordings", "1", "--minutes", "0.5", "--seed", "5")
    )
    assert said == 0
    return out


def _say(*words: str) -> int:
    """Run the command line in this process where no fixture of a test's own can be had; the exit code."""
    from mgllm.cli import main

    with pytest.raises(SystemExit) as left:
        main(list(words))
    assert isinstance(left.value.code, int)
    return left.value.code


def shipped() -> Path:
    """The recogniser in the package, wherever in it."""
    package = Path(str(mgllm.__file__)).parent
    return next(package.rglob("shipped/config.json")).parent


def test_movements_are_made_as_they_were(made: Path, golden: Golden) -> None:
    found: dict[str, Any] = {}
    for name in ("clips", "recordings"):
        joints = np.load(made / name / "joints.npy").astype(float)
        seen = np.isfinite(joints)
        found[name] = {
            "shape": list(joints.shape),
            "seen": int(seen.sum()),
            "mean": [float(value) for value in np.nanmean(joints, (0, 1))],
            "spread": [float(value) for value in np.nanstd(joints, (0, 1))],
            "some": [float(value) for value in joints[seen][:: seen.sum() // 40]],
            "clips": _head(made / name / "clips.csv"),
        }
    truth = json.loads((made / "recordings" / "r00000.mg.json").read_text("utf-8"))
    golden.values("recognizer/made.json", {**found, "truth": truth["gestures"]}, CLOSE)


def _head(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row[:7] for row in csv.reader(file)][:30]


def test_the_shipped_recogniser_names_clips(made: Path, golden: Golden, mgllm_says: Says) -> None:
    said = mgllm_says(
        *("recognizer", "evaluate", shipped(), made / "clips", "--protocol", "classifier", "--device", "cpu"),
        *("--no-floors", "--display", "none", "--json"),
    )
    golden.values("recognizer/classifier.json", _told(said), CLOSE)


def test_the_shipped_recogniser_transcribes(
    made: Path, tmp_path: Path, golden: Golden, mgllm_says: Says
) -> None:
    out = tmp_path / "out"
    mgllm_says("transcribe", made / "recordings", "-o", out, "--display", "none")
    transcript = json.loads((out / "r00000.mg.json").read_text("utf-8"))
    golden.values("recognizer/transcript.json", transcript, CLOSE)
    said = mgllm_says("recognizer", "score", out, "--truth", made / "recordings", "--json")
    golden.values("recognizer/score.json", json.loads(said), CLOSE)


def test_neighbours_of_an_untrained_network(made: Path, golden: Golden, mgllm_says: Says) -> None:
    said = mgllm_says(
        *("recognizer", "evaluate", "random", made / "clips", "--protocol", "knn", "--folds", "3"),
        *("--device", "cpu", "--no-floors", "--display", "none", "--json"),
    )
    golden.values("recognizer/untrained.json", _told(said), 0.01)


def test_a_short_training_and_a_linear_probe(
    made: Path, tmp_path: Path, golden: Golden, mgllm_says: Says
) -> None:
    people = ("--train-on", "subject=b00000,b00001,b00002,b00003")
    small = [word for setting in SMALL for word in ("--set", setting)]
    mgllm_says(
        *("recognizer", "pretrain", made / "clips", "-o", tmp_path / "checkpoint", *people, *small),
        *("--epochs", "2", "--device", "cpu", "--display", "none"),
    )
    said = mgllm_says(
        *("recognizer", "evaluate", tmp_path / "checkpoint", made / "clips", "--protocol", "linear", *people),
        *("--device", "cpu", "--no-floors", "--display", "none", "--json"),
    )
    golden.values("recognizer/trained.json", _told(said), TRAINED)


def _told(said: str) -> dict[str, Any]:
    found = json.loads(said)
    return {key: found[key] for key in TOLD}
